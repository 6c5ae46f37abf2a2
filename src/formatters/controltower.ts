import * as z from "zod";
import { condition, note } from "../condition.ts";
import { once } from "../once.ts";
import { deedOf } from "./cloudtrail/phrase.ts";
import { reportedState, trailed, trailRecord } from "./cloudtrail.ts";
import { list, object, text } from "./fields.ts";
import { formatter } from "./formatter.ts";
import { clause, predicate, words } from "./words.ts";

const unit = () => object({ organizationalUnitName: text, organizationalUnitId: text });
const status = once(() =>
  z.object({
    account: object({ accountName: text, accountId: text }),
    organizationalUnit: unit(),
    organizationalUnits: list(unit()),
    guardrails: list(object({ guardrailId: text })),
  }),
);

const failure = condition("controltower", {
  grades: { 4: "FAILED" },
  ends: "SUCCEEDED of the same operation on the same thing",
});
const weakened = condition("controltower:weakened", {
  grades: { 3: "a guardrail disabled or a unit deregistered" },
  ends: "the guardrail enabled or the unit registered again",
});

/** What Control Tower takes away when it succeeds. */
const weakens = new Set(["DisableGuardrail", "DeregisterOrganizationalUnit"]);
const mends = new Set(["EnableGuardrail", "RegisterOrganizationalUnit"]);

/** `create` of `CreateManagedAccount`. */
const infinitiveOf = (call: string): string => words(call).split(" ")[0] ?? "";

export const controltower = () =>
  [
    formatter({
      source: "aws.controltower",
      detailType: "AWS Service Event via CloudTrail",
      means: "Control Tower finished something: an account, a guardrail, an organizational unit, the landing zone",
      conditions: [failure, weakened],
      detail: trailRecord,
      format: (record, event) => {
        const { call, place, link } = trailed(record, event);
        const { state, of: reported } = reportedState(record.serviceEventDetails ?? {});
        const { account, organizationalUnit, organizationalUnits, guardrails } = status().parse(reported);
        const guardrail = guardrails?.[0]?.guardrailId;
        const ou = organizationalUnit ?? organizationalUnits?.[0];
        const ouName = ou?.organizationalUnitName ?? ou?.organizationalUnitId;
        const thing =
          guardrail ??
          account?.accountName ??
          account?.accountId ??
          (call.includes("LandingZone") ? undefined : ouName);
        const where = guardrail && ouName ? ` on ${ouName}` : "";
        const { verb, noun } = deedOf(call);
        const failed = /fail|error/i.test(state ?? "");
        const succeeded = /^succe/i.test(state ?? "");
        const on = `${thing ?? "any"}${where}`;
        const of = `${call}:${on}`;
        const common = { of, node: thing ?? place, link };
        const what = `${[infinitiveOf(call), noun, thing].filter(Boolean).join(" ")}${where}`;
        const message = text.parse(reported.message);
        const why = /^AWS Control Tower failed to /i.test(message ?? "") ? undefined : message;
        if (failed) {
          return failure.raise(4, { ...common, summary: `Control Tower failed to ${what}${clause(": ", why)}` });
        }
        if (!succeeded) {
          const summary = `Control Tower: ${call}${thing ? ` of ${thing}` : ""}${where} ${state ? predicate(state) : "was reported"}`;
          return note("controltower", { ...common, of: `${of}:${state ?? "reported"}`, summary });
        }
        const done = `Control Tower ${verb ? [verb, noun, thing].filter(Boolean).join(" ") + where : `did ${call}`}`;
        const ended = failure.clear({ ...common, summary: `Control Tower no longer fails to ${what}` });
        const protection = { ...common, of: on, summary: done };
        if (weakens.has(call)) return [weakened.raise(3, protection), ended];
        return mends.has(call) ? [weakened.clear(protection), ended] : { ...ended, summary: done };
      },
    }),
  ].flat();
