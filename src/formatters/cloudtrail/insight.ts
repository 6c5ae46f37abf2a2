import * as z from "zod";
import { condition, type Notice } from "../../condition.ts";
import type { AwsEvent } from "../../event.ts";
import { object, text } from "../../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../../grammar/formatter.ts";
import { consoleLink } from "../../grammar/links.ts";

const insight = condition("cloudtrail:insight", {
  grades: { 3: "unusual error rate", 2: "unusual call rate" },
  ends: "End of the same insight",
});

const schema = () =>
  z.object({
    sharedEventID: text,
    recipientAccountId: text,
    awsRegion: text,
    insightDetails: object({ state: text, eventSource: text, eventName: text, errorCode: text, insightType: text }),
  });

export const insights = () =>
  formatter({
    source: "aws.cloudtrail",
    detailType: "AWS Insight via CloudTrail",
    means: "CloudTrail Insights saw unusually many API calls or errors, or that they ended",
    conditions: [insight],
    detail: schema,
    format: noticeOf,
  });

function noticeOf(detail: z.infer<ReturnType<typeof schema>>, event: AwsEvent): Notice {
  const { state, eventSource, eventName, errorCode, insightType } = detail.insightDetails ?? {};
  if (!insightType) throw new UnexpectedPayload("no insightDetails");
  if (state !== "Start" && state !== "End") throw new UnexpectedPayload("neither start nor end");
  const action = [eventSource?.replace(/\.amazonaws\.com$/, ""), eventName].filter(Boolean).join(":");
  const isError = /error/i.test(insightType);
  const region = detail.awsRegion ?? event.region;
  const rate = isError ? "error rate" : "call rate";
  const statement = {
    of: detail.sharedEventID ?? `${insightType}:${action}:${errorCode ?? ""}`,
    node: `${detail.recipientAccountId ?? event.account}-${region}`,
    link: consoleLink(region, "cloudtrailv2/home", "#/insights"),
    thing: "API call",
    name: action,
    context: [isError && errorCode && `with ${errorCode}`, `in ${region}`].filter(Boolean).join(" "),
  };
  return state === "End"
    ? insight.clear({ ...statement, outcome: `no longer has an unusual ${rate}` })
    : insight.raise(isError ? 3 : 2, { ...statement, outcome: `has an unusual ${rate}` });
}
