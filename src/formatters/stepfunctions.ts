import { arnResource } from "../arn.ts";
import { at, first, type Read } from "../grammar/fields.ts";
import { linkTo } from "../grammar/links.ts";
import { states } from "../grammar/states.ts";

/** The name in `arn:aws:states:eu-west-1:111122223333:stateMachine:name`; a map run's has its label after it. */
const name: Read = (event) => arnResource(at("detail.stateMachineArn")(event))?.replace(/^[^:]*:/, "");

export const stepfunctions = () =>
  states("aws.states", [
    {
      detailType: "Step Functions Execution Status Change",
      means: "An execution of a state machine started, succeeded, failed, timed out or was aborted",
      thing: "State machine",
      condition: "execution",
      name: first(name, "detail.name"),
      state: "detail.status",
      problems: { FAILED: 3, TIMED_OUT: 3, ABORTED: 2 },
      ends: ["SUCCEEDED"],
      outcomes: { ABORTED: "was aborted" },
      reason: "detail.error",
      link: linkTo("states/home#/v2/executions/details/{}", "detail.executionArn"),
    },
  ]);
