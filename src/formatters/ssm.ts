import * as z from "zod";
import { condition, note } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { at, first, joined, lastPart, type Read, tail, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { behind, type StateRow, states } from "./states.ts";
import { clause, lookUp, predicate, sameState, slug } from "./words.ts";

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

const compliance = condition("ssm:compliance", {
  grades: { 4: "non_compliant, critical", 3: "non_compliant, high", 2: "non_compliant, any other severity" },
  ends: "compliant of the same instance and kind",
});
const opsItem = condition("ssm:ops-item", {
  grades: { 5: "the item's own 1", 4: "its own 2", 3: "its own 3", 2: "its own 4, or none" },
  ends: "Resolved or Closed of the same item",
});
const gradeOfItem: Readonly<Record<string, 2 | 3 | 4 | 5>> = { 1: 5, 2: 4, 3: 3, 4: 2 };
const inventory = condition("ssm:inventory", { grades: { 2: "failed" } });

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
        ends: ["Success"],
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
        ends: ["Success", "CompletedWithSuccess"],
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
        ends: ["SUCCESS"],
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
        ends: ["ENABLED"],
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
        ends: ["Create", "Update"],
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
        ends: ["Approved", "ChangeCalendarOverrideApproved", "CompletedWithSuccess", "Closed", "Resolved"],
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
        ends: ["Success"],
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
        ends: ["Success"],
        where: behind("on", "detail.instance-id"),
      },
    ]),
    formatter({
      source: "aws.ssm",
      detailType: "Configuration Compliance State Change",
      means: "An instance is no longer, or is again, as its patch baseline or association wants it",
      conditions: [compliance],
      detail: () =>
        z.object({ "resource-id": text, "compliance-status": text, "compliance-type": text, severity: text }),
      format: (detail, event) => {
        const resource = detail["resource-id"] ?? lastPart(event.resources[0]);
        const status = detail["compliance-status"];
        if (!resource || !status) throw new UnexpectedPayload("no resource-id or no compliance-status");
        const type = detail["compliance-type"] ?? "Configuration";
        const level = detail.severity?.toLowerCase();
        const state = sameState(status);
        const of = `${resource}:${slug(type)}`;
        const common = {
          of,
          node: resource,
          link: consoleLink(event.region, "systems-manager/compliance"),
        };
        const kind = /^(?:Patch|Association)$/.test(type) ? type.toLowerCase() : type;
        if (state === "compliant") {
          return compliance.clear({ ...common, summary: `Instance ${resource} is ${kind} compliant` });
        }
        if (state !== "noncompliant") {
          return note("ssm:compliance", {
            ...common,
            of: `${of}:${state}`,
            summary: `Instance ${resource} ${predicate(status)} (${kind} compliance)`,
          });
        }
        return compliance.raise(level === "critical" ? 4 : level === "high" ? 3 : 2, {
          ...common,
          summary: `Instance ${resource} is not ${kind} compliant${level && level !== "unspecified" ? ` (${level})` : ""}`,
        });
      },
    }),
    formatter({
      source: "aws.ssm",
      detailType: ["OpsItem Create", "OpsItem Update"],
      means: "An operational work item was opened, changed or resolved",
      conditions: [opsItem],
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
        const of = `${id ?? detail.title}`;
        const common = {
          of,
          node: id ?? event.account,
          link: id && consoleLink(event.region, `systems-manager/opsitems/${id}`),
        };
        const from = detail.source ? ` (from ${detail.source})` : "";
        if (/^(?:resolved|closed)$/i.test(detail.status ?? "")) {
          return opsItem.clear({ ...common, summary: `OpsItem ${predicate(detail.status ?? "")}: ${name}${from}` });
        }
        const summary = `OpsItem${detail.status ? ` ${predicate(detail.status)}` : ""}: ${name}${from}`;
        if (/changerequest/i.test(detail["ops-item-type"] ?? "")) {
          return note("ssm:ops-item", { ...common, of: `${of}:change`, summary });
        }
        return opsItem.raise(lookUp(gradeOfItem, detail.severity) ?? 2, { ...common, summary });
      },
    }),
    formatter({
      source: "aws.ssm",
      detailType: "Inventory Resource State Change",
      means: "An inventory type was written to or deleted from an instance, or that failed",
      conditions: [inventory],
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
        const statement = {
          of: [action, type, resource, failed ? "failed" : "done"].filter(Boolean).join(":"),
          node: resource ?? type,
          summary: `${verb} of inventory ${type}${from} ${predicate(status)}${failed ? clause(": ", detail["action-reason"], 100) : ""}`,
        };
        return failed ? inventory.raise(2, statement) : note("ssm:inventory", statement);
      },
    }),
  ].flat();
