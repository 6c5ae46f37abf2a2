import * as z from "zod";
import type { AwsEvent } from "../event.ts";
import type { ProblemSeverity } from "../notice.ts";
import { at, first, joined, lastPart, type Read, tail, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { behind, type StateRow, states } from "./states.ts";
import { clause, predicate, sameState, slug } from "./words.ts";

const failures = {
  Failed: 3,
  TimedOut: 3,
  DeliveryTimedOut: 3,
  ExecutionTimedOut: 3,
  Undeliverable: 3,
  Terminated: 3,
} as const;

const instances = (event: AwsEvent): string[] => event.resources.slice(0, 200).flatMap((arn) => lastPart(arn) ?? []);
const document = "detail.document-name";
const onInstances: Read = (event) => {
  const targets = instances(event);
  return targets.length === 1
    ? ` on ${targets[0]}`
    : targets.length > 1
      ? ` on ${targets.length} instances`
      : undefined;
};
const onlyInstance: Read = (event) => (event.resources.length === 1 ? lastPart(event.resources[0]) : undefined);
const automation = first("detail.Definition", (event) => lastPart(event.resources[1])?.replace(/:\d+$/, ""));
const window = "detail.window-id";
const windowLink: Read = (event) => consoleLink(event.region, "systems-manager/maintenance-windows");

const registration = (what: string): StateRow => ({
  detailType: `Maintenance Window ${what} Registration Notification`,
  means: `A ${what.toLowerCase()} was added to or taken from a maintenance window`,
  thing: `A ${what.toLowerCase()} of SSM maintenance window`,
  name: window,
  state: "detail.status",
  problems: {},
  says: { REGISTERED: "was added", DEREGISTERED: "was taken away" },
  link: windowLink,
});

export const ssm = () =>
  [
    states("aws.ssm", [
      {
        detailType: "EC2 Command Status-change Notification",
        means: "A Run Command finished or failed",
        thing: "SSM Run Command",
        name: document,
        node: [onlyInstance, document],
        key: (event) => [at(document)(event), ...instances(event).sort()].filter(Boolean).join(":"),
        state: "detail.status",
        problems: failures,
        clears: ["Success"],
        where: onInstances,
      },
      {
        detailType: "EC2 Command Invocation Status-change Notification",
        means: "A Run Command finished or failed on one instance; the command itself tells of failures",
        thing: "SSM Run Command",
        condition: "run-command-invocation",
        name: document,
        node: ["detail.instance-id", onlyInstance],
        key: joined(":", document, "detail.instance-id"),
        state: "detail.status",
        problems: {},
        where: behind("on", "detail.instance-id"),
      },
      {
        detailType: "EC2 Automation Execution Status-change Notification",
        means: "An automation runbook finished, failed or waits for an approval",
        thing: "SSM Automation",
        name: automation,
        state: "detail.Status",
        problems: {
          Failed: 3,
          TimedOut: 3,
          CompletedWithFailure: 3,
          Rejected: 2,
          Waiting: 2,
          PendingApproval: 2,
          PendingChangeCalendarOverride: 2,
        },
        clears: ["Success", "CompletedWithSuccess"],
        says: { Waiting: "waits for input or an approval", PendingApproval: "waits for an approval" },
      },
      {
        detailType: "EC2 Automation Step Status-change Notification",
        means: "A step of an automation runbook started, finished or failed; the runbook itself tells of failures",
        thing: "SSM Automation step",
        name: (event) => [at("detail.StepName")(event), automation(event)].filter(Boolean).join(" of "),
        node: automation,
        key: (event) => [automation(event), at("detail.StepName")(event)].filter(Boolean).join(":"),
        state: "detail.Status",
        problems: {},
      },
      {
        detailType: "Maintenance Window Execution State-change Notification",
        means: "A maintenance window ran, failed or was skipped",
        thing: "SSM maintenance window",
        name: window,
        state: "detail.status",
        problems: { FAILED: 3, TIMED_OUT: 3, SKIPPED_OVERLAPPING: 3, CANCELLED: 2 },
        clears: ["SUCCESS"],
        says: { SKIPPED_OVERLAPPING: "was skipped: its last run is still going", CANCELLED: "was cancelled" },
        reason: "detail.status-details",
        link: windowLink,
      },
      {
        detailType: [
          "Maintenance Window Task Execution State-change Notification",
          "Maintenance Window Task Target Invocation State-change Notification",
        ],
        means: "A task of a maintenance window ran or failed; the window itself tells of failures",
        thing: "A task of SSM maintenance window",
        condition: "maintenance-window-task",
        name: window,
        key: (event) => `${at(window)(event) ?? "any"}:${slug(event.detailType)}`,
        state: "detail.status",
        problems: {},
        where: (event) => (/Invocation/i.test(event.detailType) ? " for one of its targets" : undefined),
        link: windowLink,
      },
      {
        detailType: "Maintenance Window State-change Notification",
        means: "A maintenance window was switched on or off",
        thing: "SSM maintenance window",
        condition: "maintenance-window-state",
        name: window,
        state: "detail.status",
        problems: { DISABLED: 2 },
        clears: ["ENABLED"],
        link: windowLink,
      },
      registration("Target"),
      registration("Task"),
      {
        detailType: "Parameter Store Change",
        means: "A parameter was created, changed, labelled or deleted",
        thing: "SSM parameter",
        name: "detail.name",
        state: "detail.operation",
        problems: { Delete: 2 },
        clears: ["Create", "Update"],
        alsoClears: [3],
        says: {
          Delete: "was deleted",
          Create: "was created",
          Update: "has a new value",
          LabelParameterVersion: "has a new version label",
        },
      },
      {
        detailType: "Parameter Store Policy Action",
        means: "A parameter expired, will expire or was not changed for long",
        thing: "SSM parameter",
        name: "detail.parameter-name",
        state: (event) =>
          /^fail/i.test(at("detail.action-status")(event) ?? "") ? "failed" : at("detail.policy-type")(event),
        problems: { Expiration: 3, failed: 3, ExpirationNotification: 2, NoChangeNotification: 2 },
        clearedBy: "Parameter Store Change with a new value of the same parameter",
        says: {
          Expiration: "has expired and is deleted",
          failed: "is not under its policy: the policy's action failed",
          ExpirationNotification: "will expire soon",
          NoChangeNotification: "was not changed for as long as its policy allows",
        },
      },
      {
        detailType: "Calendar State Change",
        means: "A change calendar opened or closed",
        thing: "Change calendar",
        name: tail("resources.0"),
        problems: {},
        says: { CLOSED: "is closed: changes are frozen", OPEN: "is open to changes" },
      },
      {
        detailType: "Change Request Status Update",
        means: "A change request waits for approval, was decided, failed or is done",
        thing: "SSM change request",
        name: ["detail.change-request-title", "detail.ops-item-id"],
        node: ["detail.change-template-document-name", "detail.ops-item-id"],
        key: "detail.ops-item-id",
        state: "detail.ops-item-status",
        problems: {
          Failed: 3,
          TimedOut: 3,
          CompletedWithFailure: 3,
          Rejected: 2,
          PendingApproval: 2,
          PendingChangeCalendarOverride: 2,
        },
        clears: ["Approved", "ChangeCalendarOverrideApproved", "CompletedWithSuccess", "Closed", "Resolved"],
        says: {
          PendingApproval: "waits for an approval",
          CompletedWithFailure: "failed",
          CompletedWithSuccess: "is done",
        },
      },
      {
        detailType: "EC2 State Manager Association State Change",
        means: "A State Manager association was applied or failed",
        thing: "SSM association",
        name: document,
        key: "detail.association-id",
        state: "detail.status",
        problems: failures,
        clears: ["Success"],
      },
      {
        detailType: "EC2 State Manager Instance Association State Change",
        means: "A State Manager association was applied to an instance or failed there",
        thing: "SSM association",
        condition: "instance-association",
        name: document,
        node: "detail.instance-id",
        key: joined(":", "detail.association-id", "detail.instance-id"),
        state: "detail.status",
        problems: failures,
        clears: ["Success"],
        where: behind("on", "detail.instance-id"),
      },
    ]),
    formatter({
      source: "aws.ssm",
      detailType: "Configuration Compliance State Change",
      means: "An instance is no longer, or is again, as its patch baseline or association wants it",
      severity: "non_compliant 4 where critical, 3 where high, else 2; compliant 0; else 1",
      clears: "compliant of the same instance and kind",
      detail: () =>
        z.object({ "resource-id": text, "compliance-status": text, "compliance-type": text, severity: text }),
      format: (detail, event) => {
        const resource = detail["resource-id"] ?? lastPart(event.resources[0]);
        const status = detail["compliance-status"];
        if (!resource || !status) throw new UnexpectedPayload("no resource-id or no compliance-status");
        const type = detail["compliance-type"] ?? "Configuration";
        const level = detail.severity?.toLowerCase();
        const state = sameState(status);
        const common = {
          node: resource,
          condition: `ssm:compliance:${resource}:${slug(type)}`,
          link: consoleLink(event.region, "systems-manager/compliance"),
        };
        const kind = /^(?:Patch|Association)$/.test(type) ? type.toLowerCase() : type;
        if (state === "compliant") {
          return { ...common, severity: 0, clears: [2, 3, 4], summary: `Instance ${resource} is ${kind} compliant` };
        }
        if (state !== "noncompliant") {
          return {
            ...common,
            severity: 1,
            condition: `${common.condition}:${state}`,
            summary: `Instance ${resource} ${predicate(status)} (${kind} compliance)`,
          };
        }
        const severity: ProblemSeverity = level === "critical" ? 4 : level === "high" ? 3 : 2;
        return {
          ...common,
          severity,
          summary: `Instance ${resource} is not ${kind} compliant${level && level !== "unspecified" ? ` (${level})` : ""}`,
        };
      },
    }),
    formatter({
      source: "aws.ssm",
      detailType: ["OpsItem Create", "OpsItem Update"],
      means: "An operational work item was opened, changed or resolved",
      severity: "the item's own 1 to 4 as 5 to 2, without one 2; a change request 1; Resolved, Closed 0",
      clears: "Resolved or Closed of the same item",
      detail: () =>
        z.object({
          "ops-item-id": text,
          "ops-item-type": text,
          title: text,
          status: text,
          severity: text,
          source: text,
        }),
      format: (detail, event) => {
        const id = detail["ops-item-id"] ?? lastPart(event.resources[0]);
        if (!id && !detail.title) throw new UnexpectedPayload("no ops-item-id and no title");
        const name = clause("", detail.title, 120) || id;
        const common = {
          node: id ?? event.account,
          condition: `ssm:ops-item:${id ?? detail.title}`,
          link: id && consoleLink(event.region, `systems-manager/opsitems/${id}`),
        };
        const from = detail.source ? ` (from ${detail.source})` : "";
        if (/^(?:resolved|closed)$/i.test(detail.status ?? "")) {
          return {
            ...common,
            severity: 0,
            clears: [2, 3, 4, 5],
            summary: `OpsItem ${predicate(detail.status ?? "")}: ${name}${from}`,
          };
        }
        const own = /^[1-4]$/.test(detail.severity ?? "") ? ((6 - Number(detail.severity)) as ProblemSeverity) : 2;
        const change = /changerequest/i.test(detail["ops-item-type"] ?? "");
        return {
          ...common,
          severity: change ? 1 : own,
          condition: change ? `${common.condition}:change` : common.condition,
          summary: `OpsItem${detail.status ? ` ${predicate(detail.status)}` : ""}: ${name}${from}`,
        };
      },
    }),
    formatter({
      source: "aws.ssm",
      detailType: "Inventory Resource State Change",
      means: "An inventory type was written to or deleted from an instance, or that failed",
      severity: "failed 2, else 1",
      detail: () =>
        z.object({
          action: text,
          "action-status": text,
          "action-reason": text,
          "resource-id": text,
          "type-name": text,
        }),
      format: (detail, event) => {
        const { action, "action-status": status, "type-name": type = "inventory" } = detail;
        if (!action || !status) throw new UnexpectedPayload("no action or no action-status");
        const resource = detail["resource-id"] ?? lastPart(event.resources[0]);
        const failed = /^fail/i.test(status);
        const verb = action === "put" ? "Write" : action.startsWith("delete") ? "Deletion" : action;
        const from = resource ? ` ${action === "put" ? "to" : "from"} ${resource}` : "";
        return {
          node: resource ?? type,
          severity: failed ? 2 : 1,
          summary: `${verb} of inventory ${type}${from} ${predicate(status)}${failed ? clause(": ", detail["action-reason"], 100) : ""}`,
          condition: ["ssm:inventory", action, type, resource, failed ? "failed" : "done"].filter(Boolean).join(":"),
        };
      },
    }),
  ].flat();
