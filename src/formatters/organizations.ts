import { reportedState, trailed, trailRecord } from "./cloudtrail.ts";
import { text } from "./fields.ts";
import { formatter } from "./formatter.ts";
import { clause, predicate, words } from "./words.ts";

export const organizations = () =>
  [
    formatter({
      source: "aws.organizations",
      detailType: "AWS Service Event via CloudTrail",
      means: "An account of the organization was created, or could not be",
      severity: "FAILED 3, else 1",
      detail: trailRecord,
      format: (record, event) => {
        const { call, place, link } = trailed(record, event);
        const { state = "", of } = reportedState(record.serviceEventDetails ?? {});
        const name = [of.accountName, of.accountId]
          .map((value) => text.parse(value))
          .find((value) => value && !/^\*+$/.test(value));
        const failed = /fail/i.test(state);
        const what = call === "CreateAccountResult" ? "creation of account" : words(call);
        return {
          node: name ?? place,
          summary:
            [`Organizations: ${what}`, name, state && predicate(state)].filter(Boolean).join(" ") +
            clause(": ", text.parse(of.failureReason)),
          severity: failed ? 3 : 1,
          condition: `organizations:${call}:${name ?? "any"}:${failed ? "failed" : "done"}`,
          link,
        };
      },
    }),
  ].flat();
