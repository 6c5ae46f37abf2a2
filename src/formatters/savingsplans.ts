import * as z from "zod";
import { condition, note } from "../condition.ts";
import { lastPart, number, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { predicate, slug, words } from "./words.ts";

const plan = condition("savings-plan", {
  grades: { 3: "could not be paid, or ends within a day", 2: "ends within a week" },
  ends: "Savings Plans State Change with active of the same plan",
});

export const savingsPlans = () =>
  [
    formatter({
      source: "aws.savingsplans",
      detailType: "Savings Plans State Change Alert",
      means: "A Savings Plan will end or start soon",
      conditions: [plan],
      detail: () => z.object({ nextState: text, remainingDays: number }),
      format: ({ nextState, remainingDays = Number.POSITIVE_INFINITY }, event) => {
        if (!nextState) throw new UnexpectedPayload("no nextState");
        const id = lastPart(event.resources[0]) ?? "unknown";
        const when = [
          [1, "within a day"],
          [7, "within a week"],
          [30, "within a month"],
        ].find(([days]) => remainingDays <= Number(days))?.[1];
        const ends = /^(?:retired|expired)$/i.test(nextState);
        const statement = {
          of: id,
          node: event.account,
          summary: `Savings Plan ${id} ${ends ? "ends" : `becomes ${words(nextState)}`} ${when ?? "soon"}${ends ? "; usage then costs on-demand prices" : ""}`,
        };
        if (!ends || remainingDays > 7) return note(plan.name, { ...statement, of: `${id}:${slug(nextState)}-soon` });
        return plan.raise(remainingDays > 1 ? 2 : 3, statement);
      },
    }),
    formatter({
      source: "aws.savingsplans",
      detailType: "Savings Plans State Change",
      means: "A Savings Plan became active, ended or could not be paid",
      conditions: [plan],
      detail: () => z.object({ currentState: text }),
      format: ({ currentState }, event) => {
        if (!currentState) throw new UnexpectedPayload("no currentState");
        const id = lastPart(event.resources[0]) ?? "unknown";
        const state = currentState.toLowerCase();
        const statement = {
          of: id,
          node: event.account,
          summary: `Savings Plan ${id} ${state === "payment-failed" ? "could not be paid" : state === "retired" ? "has ended" : predicate(state)}`,
        };
        if (state === "active") return plan.clear(statement);
        if (state === "payment-failed") return plan.raise(3, statement);
        return note(plan.name, { ...statement, of: `${id}:${slug(state)}` });
      },
    }),
  ].flat();
