import * as z from "zod";
import type { Notice } from "../notice.ts";
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

/** What Control Tower takes away when it succeeds: severity 3. */
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
      severity: "FAILED 4; a guardrail disabled or a unit deregistered 3; SUCCEEDED 0",
      clears: "SUCCEEDED of the same operation on the same thing; the guardrail enabled or the unit registered again",
      detail: trailRecord,
      format: (record, event) => {
        const { call, place, link } = trailed(record, event);
        const { state, of } = reportedState(record.serviceEventDetails ?? {});
        const { account, organizationalUnit, organizationalUnits, guardrails } = status().parse(of);
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
        const common = { node: thing ?? place, link };
        const what = `${[infinitiveOf(call), noun, thing].filter(Boolean).join(" ")}${where}`;
        const message = text.parse(of.message);
        const why = /^AWS Control Tower failed to /i.test(message ?? "") ? undefined : message;
        const condition = `controltower:${call}:${on}`;
        if (failed) {
          return { ...common, summary: `Control Tower failed to ${what}${clause(": ", why)}`, severity: 4, condition };
        }
        if (!succeeded) {
          const summary = `Control Tower: ${call}${thing ? ` of ${thing}` : ""}${where} ${state ? predicate(state) : "was reported"}`;
          return { ...common, summary, severity: 1, condition: `${condition}:${state ?? "reported"}` };
        }
        const done = `Control Tower ${verb ? [verb, noun, thing].filter(Boolean).join(" ") + where : `did ${call}`}`;
        const weaker = `controltower:weakened:${on}`;
        const ended: Notice = {
          ...common,
          summary: `Control Tower no longer fails to ${what}`,
          severity: 0,
          clears: [4],
          condition,
        };
        if (weakens.has(call)) return [{ ...common, summary: done, severity: 3, condition: weaker }, ended];
        return mends.has(call)
          ? [{ ...common, summary: done, severity: 0, clears: [3], condition: weaker }, ended]
          : { ...ended, summary: done };
      },
    }),
  ].flat();
