import * as z from "zod";
import { lastSegment } from "../arn.ts";
import { condition, type Notice, note, type Statement } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { at, first, joined, lastSegmentAt, type Read, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { consoleLink } from "../grammar/links.ts";
import { type StateRow, states, suffix } from "../grammar/states.ts";
import { lookUp, predicate, sameState, slug } from "../grammar/words.ts";

const failures = {
  Failed: 3,
  TimedOut: 3,
  DeliveryTimedOut: 3,
  ExecutionTimedOut: 3,
  Undeliverable: 3,
  Terminated: 3,
} as const;

const instances = (event: AwsEvent): string[] => event.resources.slice(0, 200).flatMap((arn) => lastSegment(arn) ?? []);
const document = "detail.document-name";
const onInstances: Read = (event) => {
  const targets = instances(event);
  return targets.length === 1 ? `on ${targets[0]}` : targets.length > 1 ? `on ${targets.length} instances` : undefined;
};
const onlyInstance: Read = (event) => (event.resources.length === 1 ? lastSegment(event.resources[0]) : undefined);
const automation = first("detail.Definition", (event) => lastSegment(event.resources[1])?.replace(/:\d+$/, ""));
const window = "detail.window-id";
const windowLink: Read = (event) => consoleLink(event.region, "systems-manager/maintenance-windows");
const overlap: Read = (event) =>
  sameState(at("detail.status")(event) ?? "") === "skippedoverlapping" ? "its last run is still going" : undefined;

const registration = (what: string): StateRow => ({
  detailType: `Maintenance Window ${what} Registration Notification`,
  means: `A ${what.toLowerCase()} was added to or removed from a maintenance window`,
  thing: `A ${what.toLowerCase()} of SSM maintenance window`,
  name: window,
  state: "detail.status",
  problems: {},
  outcomes: { REGISTERED: "was added", DEREGISTERED: "was removed" },
  link: windowLink,
});

const commands: readonly StateRow[] = [
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
    context: onInstances,
  },
  {
    detailType: "EC2 Command Invocation Status-change Notification",
    means: "A Run Command finished or failed on one instance; the command itself reports failures",
    thing: "SSM Run Command",
    condition: "run-command-invocation",
    name: document,
    node: ["detail.instance-id", onlyInstance],
    key: joined(":", document, "detail.instance-id"),
    state: "detail.status",
    problems: {},
    context: suffix("on", "detail.instance-id"),
  },
];

const automations: readonly StateRow[] = [
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
    outcomes: { Waiting: "waits for input or an approval", PendingApproval: "waits for an approval" },
  },
  {
    detailType: "EC2 Automation Step Status-change Notification",
    means: "A step of an automation runbook started, finished or failed; the runbook itself reports failures",
    thing: "SSM Automation step",
    name: (event) => [at("detail.StepName")(event), automation(event)].filter(Boolean).join(" of "),
    node: automation,
    key: (event) => [automation(event), at("detail.StepName")(event)].filter(Boolean).join(":"),
    state: "detail.Status",
    problems: {},
  },
];

const maintenanceWindows: readonly StateRow[] = [
  {
    detailType: "Maintenance Window Execution State-change Notification",
    means: "A maintenance window ran, failed or was skipped",
    thing: "SSM maintenance window",
    name: window,
    state: "detail.status",
    problems: { FAILED: 3, TIMED_OUT: 3, SKIPPED_OVERLAPPING: 3, CANCELLED: 2 },
    ends: ["SUCCESS"],
    outcomes: { SKIPPED_OVERLAPPING: "was skipped", CANCELLED: "was cancelled" },
    reason: ["detail.status-details", overlap],
    link: windowLink,
  },
  {
    detailType: [
      "Maintenance Window Task Execution State-change Notification",
      "Maintenance Window Task Target Invocation State-change Notification",
    ],
    means: "A task of a maintenance window ran or failed; the window itself reports failures",
    thing: "A task of SSM maintenance window",
    condition: "maintenance-window-task",
    name: window,
    key: (event) => `${at(window)(event) ?? "any"}:${slug(event.detailType)}`,
    state: "detail.status",
    problems: {},
    context: (event) => (/Invocation/i.test(event.detailType) ? "for one of its targets" : undefined),
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
];

const policyFailed: Read = (event) => (/^fail/i.test(at("detail.action-status")(event) ?? "") ? "failed" : undefined);

const parameters: readonly StateRow[] = [
  {
    detailType: "Parameter Store Change",
    means: "A parameter was created, changed, labelled or deleted",
    thing: "SSM parameter",
    name: "detail.name",
    state: "detail.operation",
    problems: { Delete: 2 },
    ends: ["Create", "Update"],
    outcomes: {
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
    state: [policyFailed, "detail.policy-type"],
    problems: { Expiration: 3, failed: 3, ExpirationNotification: 2, NoChangeNotification: 2 },
    outcomes: {
      Expiration: "has expired and is deleted",
      failed: "is not under its policy",
      ExpirationNotification: "will expire soon",
      NoChangeNotification: "was not changed",
    },
    context: (event) =>
      at("detail.policy-type")(event) === "NoChangeNotification" && !policyFailed(event)
        ? "for as long as its policy allows"
        : undefined,
    reason: ["detail.action-reason", (event) => policyFailed(event) && "the policy's action failed"],
  },
];

const changes: readonly StateRow[] = [
  {
    detailType: "Calendar State Change",
    means: "A change calendar opened or closed",
    thing: "Change calendar",
    name: lastSegmentAt("resources.0"),
    problems: {},
    outcomes: { CLOSED: "is closed to changes", OPEN: "is open to changes" },
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
    outcomes: {
      PendingApproval: "waits for an approval",
      CompletedWithFailure: "failed",
      CompletedWithSuccess: "is done",
    },
  },
];

/** `error 1, 1 out of 1 plugin processed, 0 success, 1 failed, …` */
const pluginFailure: Read = (event) =>
  [suffix("error", "detail.error-code")(event), at("detail.execution-summary")(event)].filter(Boolean).join(", ") ||
  undefined;

const associations: readonly StateRow[] = [
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
    context: suffix("on", "detail.instance-id"),
    reason: pluginFailure,
  },
];

const compliance = condition("ssm:compliance", {
  grades: { 4: "non_compliant, critical", 3: "non_compliant, high", 2: "non_compliant, any other severity" },
  ends: "compliant of the same instance and kind",
});
const opsItem = condition("ssm:ops-item", {
  grades: { 5: "the item's own 1", 4: "its own 2", 3: "its own 3", 2: "its own 4, or none" },
  ends: "Resolved or Closed of the same item",
});
const gradeOfItem: Readonly<Record<string, 2 | 3 | 4 | 5>> = { 1: 5, 2: 4, 3: 3, 4: 2 };
const inventory = condition("ssm:inventory", { grades: { 2: "a write or deletion failed" } });

function complianceStatement(event: AwsEvent, resource: string, type: string): Omit<Statement, "outcome"> {
  return {
    of: `${resource}:${slug(type)}`,
    node: resource,
    thing: "Instance",
    name: resource,
    link: consoleLink(event.region, "systems-manager/compliance"),
  };
}

const complianceChange = formatter({
  source: "aws.ssm",
  detailType: "Configuration Compliance State Change",
  means: "An instance is no longer, or is again, as its patch baseline or association wants it",
  conditions: [compliance],
  detail: () => z.object({ "resource-id": text, "compliance-status": text, "compliance-type": text, severity: text }),
  format: (detail, event): Notice => {
    const resource = detail["resource-id"] ?? lastSegment(event.resources[0]);
    const status = detail["compliance-status"];
    if (!resource || !status) throw new UnexpectedPayload("no resource-id or no compliance-status");
    const type = detail["compliance-type"] ?? "Configuration";
    const kind = /^(?:Patch|Association)$/.test(type) ? type.toLowerCase() : type;
    const level = detail.severity?.toLowerCase();
    const state = sameState(status);
    const statement = complianceStatement(event, resource, type);
    if (state === "compliant") return compliance.clear({ ...statement, outcome: `is ${kind} compliant` });
    if (state !== "noncompliant") {
      return note("ssm:compliance", {
        ...statement,
        of: `${statement.of}:${state}`,
        outcome: predicate(status),
        context: `(${kind} compliance)`,
      });
    }
    return compliance.raise(level === "critical" ? 4 : level === "high" ? 3 : 2, {
      ...statement,
      outcome: `is not ${kind} compliant`,
      context: level && level !== "unspecified" ? `(${level})` : undefined,
    });
  },
});

const opsItemDetail = () =>
  z.object({
    "ops-item-id": text,
    "ops-item-type": text,
    title: text,
    status: text,
    severity: text,
    source: text,
  });

type OpsItem = z.infer<ReturnType<typeof opsItemDetail>>;

function opsItemStatement(detail: OpsItem, event: AwsEvent): Statement {
  const { title, status, source } = detail;
  const id = detail["ops-item-id"] ?? lastSegment(event.resources[0]);
  if (!id && !title) throw new UnexpectedPayload("no ops-item-id and no title");
  return {
    of: id ?? title,
    node: id ?? event.account,
    thing: "OpsItem",
    // With a title, the node is enough.
    name: title ? undefined : id,
    outcome: status ? predicate(status) : /create/i.test(event.detailType) ? "was created" : "was updated",
    context: source && `(from ${source})`,
    reason: title,
    link: id && consoleLink(event.region, `systems-manager/opsitems/${id}`),
  };
}

const opsItemChange = formatter({
  source: "aws.ssm",
  detailType: ["OpsItem Create", "OpsItem Update"],
  means: "An operational work item was opened, changed or resolved",
  conditions: [opsItem],
  detail: opsItemDetail,
  format: (detail, event): Notice => {
    const statement = opsItemStatement(detail, event);
    if (/^(?:resolved|closed)$/i.test(detail.status ?? "")) return opsItem.clear(statement);
    if (/changerequest/i.test(detail["ops-item-type"] ?? "")) {
      return note("ssm:ops-item", { ...statement, of: `${statement.of}:change` });
    }
    return opsItem.raise(lookUp(gradeOfItem, detail.severity) ?? 2, statement);
  },
});

const inventoryChange = formatter({
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
  format: (detail, event): Notice => {
    const { action, "action-status": status, "action-reason": reason, "type-name": type = "inventory" } = detail;
    if (!action || !status) throw new UnexpectedPayload("no action or no action-status");
    const resource = detail["resource-id"] ?? lastSegment(event.resources[0]);
    const failed = /^fail/i.test(status);
    const verb = action === "put" ? "Write" : action.startsWith("delete") ? "Deletion" : action;
    const statement = {
      of: [action, type, resource, failed ? "failed" : "done"].filter(Boolean).join(":"),
      node: resource ?? type,
      thing: `${verb} of inventory`,
      name: detail["type-name"],
      outcome: predicate(status),
      context: resource && `on ${resource}`,
      reason: failed ? reason : undefined,
    };
    return failed ? inventory.raise(2, statement) : note("ssm:inventory", statement);
  },
});

export const ssm = () => [
  ...states("aws.ssm", [
    ...commands,
    ...automations,
    ...maintenanceWindows,
    ...parameters,
    ...changes,
    ...associations,
  ]),
  ...complianceChange,
  ...opsItemChange,
  ...inventoryChange,
];
