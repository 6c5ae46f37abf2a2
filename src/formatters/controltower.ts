import * as z from "zod";
import { condition, type Notice, note } from "../condition.ts";
import { list, object, text } from "../grammar/fields.ts";
import { formatter } from "../grammar/formatter.ts";
import { predicate, words } from "../grammar/words.ts";
import { lazy } from "../lazy.ts";
import { actionOf } from "./cloudtrail/phrase.ts";
import { reportedState, trailEventOf, trailRecord } from "./cloudtrail/record.ts";

const unit = () => object({ organizationalUnitName: text, organizationalUnitId: text });
const status = lazy(() =>
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

/** Calls that take protection away when they succeed, and those that give it back. */
const weakens = new Set(["DisableGuardrail", "DeregisterOrganizationalUnit"]);
const protects = new Set(["EnableGuardrail", "RegisterOrganizationalUnit"]);

type Reported = ReturnType<typeof reportedState>["of"];

/** What an operation was about: its node, and its name in a sentence. */
function targetOf(call: string, reported: Reported): { name: string | undefined; text: string | undefined } {
  const { account, organizationalUnit, organizationalUnits, guardrails } = status().parse(reported);
  const guardrail = guardrails?.[0]?.guardrailId;
  const ou = organizationalUnit ?? organizationalUnits?.[0];
  const ouName = ou?.organizationalUnitName ?? ou?.organizationalUnitId;
  const name =
    guardrail ?? account?.accountName ?? account?.accountId ?? (call.includes("LandingZone") ? undefined : ouName);
  return { name, text: guardrail && ouName ? `${guardrail} on ${ouName}` : name };
}

/** `create managed account` and `created managed account` of `CreateManagedAccount`. */
function phrasesOf(call: string): { infinitive: string; past: string } {
  const { verb, noun } = actionOf(call);
  const [infinitive] = words(call).split(" ");
  const past = verb ? [verb, noun].filter(Boolean).join(" ") : `did ${call}`;
  return { infinitive: [infinitive, noun].filter(Boolean).join(" "), past };
}

/** Control Tower's message, unless it only says that it failed. */
function reasonOf(reported: Reported): string | undefined {
  const message = text.parse(reported.message);
  return /^AWS Control Tower failed to /i.test(message ?? "") ? undefined : message;
}

const operation = () =>
  formatter({
    source: "aws.controltower",
    detailType: "AWS Service Event via CloudTrail",
    means: "Control Tower finished something: an account, a guardrail, an organizational unit, the landing zone",
    conditions: [failure, weakened],
    detail: trailRecord,
    format: (record, event): Notice | readonly Notice[] => {
      const { call, origin, link } = trailEventOf(record, event);
      const { state, of: reported } = reportedState(record.serviceEventDetails ?? {});
      const target = targetOf(call, reported);
      const { infinitive, past } = phrasesOf(call);
      const of = `${call}:${target.text ?? "any"}`;
      const statement = { of, node: target.name ?? origin, link, thing: "Control Tower", context: target.text };
      if (/fail|error/i.test(state ?? "")) {
        return failure.raise(4, { ...statement, outcome: `failed to ${infinitive}`, reason: reasonOf(reported) });
      }
      if (!/^succe/i.test(state ?? "")) {
        return note("controltower", {
          ...statement,
          of: `${of}:${state ?? "reported"}`,
          thing: "Control Tower operation",
          name: call,
          outcome: state ? predicate(state) : "was reported",
          context: target.text && `for ${target.text}`,
        });
      }
      const ended = failure.clear({ ...statement, outcome: `no longer fails to ${infinitive}` });
      const protection = { ...statement, of: target.text ?? "any", outcome: past };
      if (weakens.has(call)) return [weakened.raise(3, protection), ended];
      return protects.has(call) ? [weakened.clear(protection), ended] : { ...ended, outcome: past };
    },
  });

export const controltower = () => operation();
