import * as z from "zod";
import { condition, note } from "../condition.ts";
import type { Notice } from "../notice.ts";
import { lastPart, list, object, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { predicate, sameState } from "./words.ts";

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
const says: Readonly<Record<string, string>> = {
  creating: "is being created",
  deleting: "is being deleted",
  capacityconstrained: "is short of capacity",
  pendingacceptance: "waits to be accepted",
};
const mostParts = 50;

export const networkFirewall = () =>
  [
    formatter({
      source: "aws.network-firewall",
      detailType: [
        "Firewall Attachment Status Changed",
        "Firewall Configuration Changed",
        "Firewall Transit Gateway Attachment Status Changed",
      ],
      means: "A firewall's endpoint, its transit gateway attachment or the state of its rules in a zone changed",
      conditions: [trouble],
      detail: () =>
        z.object({
          data: list(
            object({
              "Availability Zone": text,
              "Current Attachment Status": text,
              "Current Configuration Sync Status": text,
              "Configuration Resource ARN": text,
              "Current Transit Gateway Attachment Status": text,
              "Attachment ID": text,
            }),
          ),
        }),
      format: ({ data }, event) => {
        const firewall = lastPart(event.resources[0]);
        const notices = (data ?? []).slice(0, mostParts).flatMap((part): Notice[] => {
          const state =
            part?.["Current Attachment Status"] ??
            part?.["Current Configuration Sync Status"] ??
            part?.["Current Transit Gateway Attachment Status"];
          if (!part || !state) return [];
          const rules = lastPart(part["Configuration Resource ARN"]);
          const attachment = part["Attachment ID"] ?? "attachment";
          const zone = part["Availability Zone"];
          const subject = part["Current Transit Gateway Attachment Status"]
            ? `Transit gateway attachment ${part["Attachment ID"] ?? ""}`.trim()
            : part["Current Configuration Sync Status"]
              ? `Configuration ${rules ?? ""}`.trim()
              : "Endpoint";
          const of = [firewall ?? "any", zone ?? attachment, rules].filter(Boolean).join(":");
          const statement = {
            of,
            node: firewall ?? event.account,
            summary:
              `${subject} of Network Firewall ${firewall ?? ""} ${says[sameState(state)] ?? predicate(state)}${zone ? ` in ${zone}` : ""}`.replace(
                / {2,}/g,
                " ",
              ),
          };
          const compared = sameState(state);
          if (compared === "ready" || compared === "insync") return [trouble.clear(statement)];
          const severity = failures[compared];
          return [
            severity
              ? trouble.raise(severity, statement)
              : note("network-firewall", { ...statement, of: `${of}:${compared}` }),
          ];
        });
        if (notices.length === 0) throw new UnexpectedPayload("no status in data");
        return notices;
      },
    }),
  ].flat();
