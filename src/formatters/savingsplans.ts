import * as z from "zod";
import { lastPart, number, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { predicate, slug, words } from "./words.ts";

export const savingsPlans = () =>
  [
    formatter({
      source: "aws.savingsplans",
      detailType: "Savings Plans State Change Alert",
      means: "A Savings Plan will end or start soon",
      severity: "ends within a day 3, within a week 2; else 1",
      clears: "Savings Plans State Change with active of the same plan",
      detail: () => z.object({ nextState: text, remainingDays: number }),
      format: ({ nextState, remainingDays = Number.POSITIVE_INFINITY }, event) => {
        if (!nextState) throw new UnexpectedPayload("no nextState");
        const plan = lastPart(event.resources[0]) ?? "unknown";
        const when = [
          [1, "within a day"],
          [7, "within a week"],
          [30, "within a month"],
        ].find(([days]) => remainingDays <= Number(days))?.[1];
        const ends = /^(?:retired|expired)$/i.test(nextState);
        const severity = !ends || remainingDays > 7 ? 1 : remainingDays > 1 ? 2 : 3;
        const condition = `savings-plan:${plan}`;
        return {
          node: event.account,
          severity,
          condition: severity > 1 ? condition : `${condition}:${slug(nextState)}-soon`,
          summary: `Savings Plan ${plan} ${ends ? "ends" : `becomes ${words(nextState)}`} ${when ?? "soon"}${ends ? "; usage then costs on-demand prices" : ""}`,
        };
      },
    }),
    formatter({
      source: "aws.savingsplans",
      detailType: "Savings Plans State Change",
      means: "A Savings Plan became active, ended or could not be paid",
      severity: "payment-failed 3, active 0, else 1",
      clears: "active of the same plan",
      detail: () => z.object({ currentState: text }),
      format: ({ currentState }, event) => {
        if (!currentState) throw new UnexpectedPayload("no currentState");
        const plan = lastPart(event.resources[0]) ?? "unknown";
        const state = currentState.toLowerCase();
        const common = {
          node: event.account,
          condition: `savings-plan:${plan}`,
          summary: `Savings Plan ${plan} ${state === "payment-failed" ? "could not be paid" : state === "retired" ? "has ended" : predicate(state)}`,
        };
        if (state === "active") return { ...common, severity: 0, clears: [2, 3] };
        if (state === "payment-failed") return { ...common, severity: 3 };
        return { ...common, severity: 1, condition: `${common.condition}:${slug(state)}` };
      },
    }),
  ].flat();
