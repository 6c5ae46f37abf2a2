import { condition, note } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { text } from "../grammar/fields.ts";
import { formatter } from "../grammar/formatter.ts";
import { predicate, words } from "../grammar/words.ts";
import { reportedState, type TrailRecord, trailEventOf, trailRecord } from "./cloudtrail/record.ts";

const failure = condition("organizations", { grades: { 3: "FAILED" } });

function noticeOf(record: TrailRecord, event: AwsEvent) {
  const { call, origin, link } = trailEventOf(record, event);
  const { state, of } = reportedState(record.serviceEventDetails ?? {});
  const name = [of.accountName, of.accountId]
    .map((value) => text.parse(value))
    .find((value) => value && !/^\*+$/.test(value));
  const failed = /fail/i.test(state ?? "");
  const operation = call === "CreateAccountResult" ? "creation of account" : words(call);
  const statement = {
    of: `${call}:${name ?? "any"}:${failed ? "failed" : "done"}`,
    node: name ?? origin,
    thing: state ? `Organizations: ${operation}` : "Organizations",
    name,
    outcome: state ? predicate(state) : `: ${operation}`,
    reason: text.parse(of.failureReason),
    link,
  };
  return failed ? failure.raise(3, statement) : note("organizations", statement);
}

export const organizations = () =>
  formatter({
    source: "aws.organizations",
    detailType: "AWS Service Event via CloudTrail",
    means: "An account of the organization was created, or could not be",
    conditions: [failure],
    detail: trailRecord,
    format: noticeOf,
  });
