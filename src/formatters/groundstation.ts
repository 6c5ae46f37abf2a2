import { lastSegmentAt } from "../grammar/fields.ts";
import { states, suffix } from "../grammar/states.ts";

export const groundstation = () =>
  states("aws.groundstation", [
    {
      detailType: "Ground Station Contact State Change",
      means: "A contact with a satellite was scheduled, made or failed",
      thing: "Ground Station contact",
      name: [],
      node: ["detail.groundstationId", lastSegmentAt("resources.0")],
      key: "detail.groundstationId",
      state: "detail.contactStatus",
      problems: { FAILED: 4, AWS_FAILED: 4, FAILED_TO_SCHEDULE: 3, AWS_CANCELLED: 3 },
      outcomes: {
        PASS: "is in its pass",
        PREPASS: "is about to begin",
        POSTPASS: "is past its pass",
        AWS_FAILED: "failed on AWS's side",
        FAILED_TO_SCHEDULE: "could not be scheduled",
        AWS_CANCELLED: "was cancelled by AWS",
      },
      context: suffix("at", "detail.groundstationId"),
    },
  ]);
