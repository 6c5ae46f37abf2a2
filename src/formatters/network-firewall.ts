import * as z from "zod";
import type { Notice } from "../notice.ts";
import { lastPart, list, object, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { predicate, sameState } from "./words.ts";

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
      severity: "FAILED, ERROR 4; DELETING, CAPACITY_CONSTRAINED, REJECTED 3; READY, IN_SYNC 0; else 1",
      clears: "READY or IN_SYNC of the same part of the firewall",
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
          const common = {
            node: firewall ?? event.account,
            summary:
              `${subject} of Network Firewall ${firewall ?? ""} ${says[sameState(state)] ?? predicate(state)}${zone ? ` in ${zone}` : ""}`.replace(
                / {2,}/g,
                " ",
              ),
            condition: ["network-firewall", firewall ?? "any", zone ?? attachment, rules].filter(Boolean).join(":"),
          };
          const compared = sameState(state);
          if (compared === "ready" || compared === "insync") return [{ ...common, severity: 0, clears: [3, 4] }];
          const severity = failures[compared] ?? 1;
          return [
            { ...common, severity, condition: severity > 1 ? common.condition : `${common.condition}:${compared}` },
          ];
        });
        if (notices.length === 0) throw new UnexpectedPayload("no status in data");
        return notices;
      },
    }),
  ].flat();
