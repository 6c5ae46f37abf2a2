import * as z from "zod";
import { lastSegment } from "../arn.ts";
import { condition, note } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { number, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { lookUp, predicate, slug, words } from "../grammar/words.ts";

const plan = condition("savings-plan", {
  grades: { 3: "could not be paid, or ends within a day", 2: "ends within a week" },
  ends: "Savings Plans State Change with active of the same plan",
});

function statementOf(event: AwsEvent, outcome: string, reason?: string) {
  const id = lastSegment(event.resources[0]);
  return { of: id ?? "unknown", node: event.account, thing: "Savings Plan", name: id, outcome, reason };
}

const periods = [
  [1, "within a day"],
  [7, "within a week"],
  [30, "within a month"],
] as const;

const upcoming = formatter({
  source: "aws.savingsplans",
  detailType: "Savings Plans State Change Alert",
  means: "A Savings Plan will end or start soon",
  conditions: [plan],
  detail: () => z.object({ nextState: text, remainingDays: number }),
  format: ({ nextState, remainingDays = Number.POSITIVE_INFINITY }, event) => {
    if (!nextState) throw new UnexpectedPayload("no nextState");
    const when = periods.find(([days]) => remainingDays <= days)?.[1] ?? "soon";
    const isEnding = /^(?:retired|expired)$/i.test(nextState);
    const statement = isEnding
      ? statementOf(event, `ends ${when}`, "usage then costs on-demand prices")
      : statementOf(event, `becomes ${words(nextState)} ${when}`);
    if (isEnding && remainingDays <= 7) return plan.raise(remainingDays > 1 ? 2 : 3, statement);
    return note(plan.name, { ...statement, of: `${statement.of}:${slug(nextState)}-soon` });
  },
});

const outcomes: Readonly<Record<string, string>> = {
  "payment-failed": "could not be paid",
  retired: "has ended",
};

const changed = formatter({
  source: "aws.savingsplans",
  detailType: "Savings Plans State Change",
  means: "A Savings Plan became active, ended or could not be paid",
  conditions: [plan],
  detail: () => z.object({ currentState: text, message: text }),
  format: ({ currentState, message }, event) => {
    if (!currentState) throw new UnexpectedPayload("no currentState");
    const state = currentState.toLowerCase();
    const statement = statementOf(event, lookUp(outcomes, state) ?? predicate(state));
    if (state === "active") return plan.clear(statement);
    if (state === "payment-failed") return plan.raise(3, { ...statement, reason: message });
    return note(plan.name, { ...statement, of: `${statement.of}:${slug(state)}` });
  },
});

export const savingsPlans = () => [...upcoming, ...changed];
