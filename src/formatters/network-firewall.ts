import * as z from "zod";
import { lastSegment } from "../arn.ts";
import { condition, type Notice, note } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { list, object, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { lookUp, predicate, sameState } from "../grammar/words.ts";

const trouble = condition("network-firewall", {
  grades: { 4: "FAILED, ERROR", 3: "DELETING, CAPACITY_CONSTRAINED, REJECTED" },
  ends: "READY or IN_SYNC of the same part of the firewall",
});

const failures: Readonly<Record<string, 3 | 4>> = {
  failed: 4,
  error: 4,
  deleting: 3,
  capacityconstrained: 3,
  rejected: 3,
};
const outcomes: Readonly<Record<string, string>> = {
  creating: "is being created",
  deleting: "is being deleted",
  capacityconstrained: "is short of capacity",
  pendingacceptance: "waits to be accepted",
};
const maxParts = 50;

const partFields = () =>
  object({
    "Availability Zone": text,
    "Current Attachment Status": text,
    "Current Configuration Sync Status": text,
    "Configuration Resource ARN": text,
    "Current Transit Gateway Attachment Status": text,
    "Attachment ID": text,
  });

type Part = NonNullable<z.infer<ReturnType<typeof partFields>>>;

function noticesOf(part: Part, firewall: string | undefined, event: AwsEvent): Notice[] {
  const endpoint = part["Current Attachment Status"];
  const configuration = part["Current Configuration Sync Status"];
  const attachment = part["Current Transit Gateway Attachment Status"];
  const state = endpoint ?? configuration ?? attachment;
  if (!state) return [];
  const rules = lastSegment(part["Configuration Resource ARN"]);
  const zone = part["Availability Zone"];
  const of = [firewall ?? "any", zone ?? part["Attachment ID"] ?? "attachment", rules].filter(Boolean).join(":");
  const compared = sameState(state);
  const statement = {
    of,
    node: firewall ?? event.account,
    ...(attachment
      ? { thing: "Transit gateway attachment", name: part["Attachment ID"] }
      : configuration
        ? { thing: "Firewall configuration", name: rules }
        : { thing: "Firewall endpoint" }),
    outcome: lookUp(outcomes, compared) ?? predicate(state),
    context: ["on Network Firewall", firewall, zone && `in ${zone}`].filter(Boolean).join(" "),
  };
  if (compared === "ready" || compared === "insync") return [trouble.clear(statement)];
  const severity = lookUp(failures, compared);
  return [
    severity ? trouble.raise(severity, statement) : note(trouble.name, { ...statement, of: `${of}:${compared}` }),
  ];
}

const changes = formatter({
  source: "aws.network-firewall",
  detailType: [
    "Firewall Attachment Status Changed",
    "Firewall Configuration Changed",
    "Firewall Transit Gateway Attachment Status Changed",
  ],
  means: "A firewall's endpoint, its transit gateway attachment or the state of its rules in a zone changed",
  conditions: [trouble],
  detail: () => z.object({ data: list(partFields()) }),
  format: ({ data }, event) => {
    const firewall = lastSegment(event.resources[0]);
    const notices = (data ?? []).slice(0, maxParts).flatMap((part) => noticesOf(part ?? {}, firewall, event));
    if (notices.length === 0) throw new UnexpectedPayload("no status in data");
    return notices;
  },
});

export const networkFirewall = () => changes;
