import { at, first, type Read } from "../grammar/fields.ts";
import { linkTo } from "../grammar/links.ts";
import { states } from "../grammar/states.ts";
import { words } from "../grammar/words.ts";

/** The name in `arn:aws:lambda:eu-west-1:111122223333:function:name:$LATEST`. */
const name: Read = (event) => {
  const arn = first("detail.requestContext.functionArn", "resources.0")(event);
  return arn?.startsWith("arn:") ? arn.split(":")[6] : arn;
};

const condition: Read = (event) => {
  const text = at("detail.requestContext.condition")(event);
  return text && words(text);
};
const error = first("detail.responsePayload.errorType", "detail.responseContext.functionError");

const reason: Read = (event) => {
  const cause = [condition(event), error(event)].filter(Boolean).join(", ");
  return [cause, at("detail.responsePayload.errorMessage")(event)].filter(Boolean).join(": ") || undefined;
};

/** The results of asynchronous invocations whose destination is an event bus. */
export const lambda = () =>
  states("lambda", [
    {
      detailType: {
        "Lambda Function Invocation Result - Failure": "failure",
        "Lambda Function Invocation Result - Success": "success",
      },
      means: "An asynchronous invocation of a function succeeded, or failed for good and its event was given up",
      thing: "Lambda function",
      condition: "async",
      name,
      problems: { failure: 3 },
      ends: ["success"],
      outcomes: { failure: "gave up an asynchronous event", success: "handled an asynchronous event" },
      reason,
      link: linkTo("lambda/home#/functions/{}", name),
    },
  ]);
