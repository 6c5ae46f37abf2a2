import { first, type Read } from "./fields.ts";
import { linkTo } from "./links.ts";
import { states } from "./states.ts";
import { words } from "./words.ts";

/** The name in `arn:aws:lambda:eu-west-1:111122223333:function:name:$LATEST`. */
const name: Read = (event) => {
  const arn = first("detail.requestContext.functionArn", "resources.0")(event);
  return arn?.startsWith("arn:") ? arn.split(":")[6] : arn;
};

const condition = first("detail.requestContext.condition");
const error = first("detail.responsePayload.errorType", "detail.responseContext.functionError");

/** What a function's asynchronous invocations came to, where their destination is an event bus. */
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
      says: { failure: "gave up an asynchronous event", success: "handled an asynchronous event" },
      reason: (event) =>
        [condition, error]
          .map((read) => read(event))
          .filter((said) => said !== undefined)
          .map((said, index) => (index === 0 && said === condition(event) ? words(said) : said))
          .join(", ") || undefined,
      link: linkTo("lambda/home#/functions/{}", name),
    },
  ]);
