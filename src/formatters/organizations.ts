import { condition, note } from "../condition.ts";
import { reportedState, trailed, trailRecord } from "./cloudtrail.ts";
import { text } from "./fields.ts";
import { formatter } from "./formatter.ts";
import { clause, predicate, words } from "./words.ts";

const failure = condition("organizations", { grades: { 3: "FAILED" } });

export const organizations = () =>
  [
    formatter({
      source: "aws.organizations",
      detailType: "AWS Service Event via CloudTrail",
      means: "An account of the organization was created, or could not be",
      conditions: [failure],
      detail: trailRecord,
      format: (record, event) => {
        const { call, place, link } = trailed(record, event);
        const { state = "", of } = reportedState(record.serviceEventDetails ?? {});
        const name = [of.accountName, of.accountId]
          .map((value) => text.parse(value))
          .find((value) => value && !/^\*+$/.test(value));
        const failed = /fail/i.test(state);
        const what = call === "CreateAccountResult" ? "creation of account" : words(call);
        const statement = {
          of: `${call}:${name ?? "any"}:${failed ? "failed" : "done"}`,
          node: name ?? place,
          summary:
            [`Organizations: ${what}`, name, state && predicate(state)].filter(Boolean).join(" ") +
            clause(": ", text.parse(of.failureReason)),
          link,
        };
        return failed ? failure.raise(3, statement) : note("organizations", statement);
      },
    }),
  ].flat();
