import { arnResource } from "../arn.ts";
import { at, first, joined, type Read } from "../grammar/fields.ts";
import { linkTo } from "../grammar/links.ts";
import { type StateRow, states, suffix } from "../grammar/states.ts";

/** The name in `…:stack/name/uuid` or `…:stackset/name:uuid`. */
const nameIn =
  (...paths: string[]): Read =>
  (event) =>
    arnResource(first(...paths)(event))?.split(/[/:]/)[1];

const stack = nameIn("detail.stack-id", "resources.0");
const stackSet = nameIn("detail.stack-set-arn", "resources.0");
const link = linkTo("cloudformation/home#/stacks/stackinfo?stackId={}", "detail.stack-id");
const reason = "detail.status-details.status-reason";

/** The account and region of a stack set's instance, from its stack's ARN. */
const instanceOrigin: Read = (event) => {
  const [, , , region, account] = at("detail.stack-id")(event)?.split(":") ?? [];
  return account && region ? `${region} of account ${account}` : undefined;
};

const stackStatus: StateRow = {
  detailType: "CloudFormation Stack Status Change",
  means: "A stack is being created, updated, deleted or rolled back, is done, or failed",
  thing: "CloudFormation stack",
  condition: "stack",
  name: stack,
  state: "detail.status-details.status",
  problems: {
    ROLLBACK_FAILED: 4,
    UPDATE_ROLLBACK_FAILED: 4,
    IMPORT_ROLLBACK_FAILED: 4,
    CREATE_FAILED: 3,
    UPDATE_FAILED: 3,
    DELETE_FAILED: 3,
    ROLLBACK_IN_PROGRESS: 3,
    UPDATE_ROLLBACK_IN_PROGRESS: 3,
    UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: 3,
    IMPORT_ROLLBACK_IN_PROGRESS: 3,
    ROLLBACK_COMPLETE: 3,
    UPDATE_ROLLBACK_COMPLETE: 3,
    IMPORT_ROLLBACK_COMPLETE: 3,
  },
  ends: ["CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", "DELETE_COMPLETE"],
  outcomes: {
    ROLLBACK_FAILED: "failed to roll back its creation",
    UPDATE_ROLLBACK_FAILED: "is stuck in a failed update rollback",
    IMPORT_ROLLBACK_FAILED: "failed to roll back its import",
    CREATE_FAILED: "failed to be created",
    UPDATE_FAILED: "failed to be updated",
    DELETE_FAILED: "failed to be deleted",
    ROLLBACK_IN_PROGRESS: "failed to create and is rolling back",
    UPDATE_ROLLBACK_IN_PROGRESS: "failed to update and is rolling back",
    UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: "failed to update and is rolling back",
    IMPORT_ROLLBACK_IN_PROGRESS: "failed to import and is rolling back",
    ROLLBACK_COMPLETE: "failed to create and was rolled back",
    UPDATE_ROLLBACK_COMPLETE: "failed to update and was rolled back",
    IMPORT_ROLLBACK_COMPLETE: "failed to import and was rolled back",
    CREATE_COMPLETE: "was created",
    UPDATE_COMPLETE: "was updated",
    IMPORT_COMPLETE: "has imported its resources",
    DELETE_COMPLETE: "was deleted",
    CREATE_IN_PROGRESS: "is being created",
    UPDATE_IN_PROGRESS: "is being updated",
    UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: "was updated and is being cleaned up",
    IMPORT_IN_PROGRESS: "is importing resources",
    DELETE_IN_PROGRESS: "is being deleted",
    REVIEW_IN_PROGRESS: "is in review",
  },
  reason,
  link,
};

const drift: StateRow = {
  detailType: "CloudFormation Drift Detection Status Change",
  means: "A stack's resources differ from its template, or agree with it, or could not be compared",
  thing: "CloudFormation stack",
  condition: "drift",
  name: stack,
  state: (event) => {
    const detection = at("detail.status-details.detection-status")(event);
    return detection === "DETECTION_FAILED"
      ? detection
      : (at("detail.status-details.stack-drift-status")(event) ?? detection);
  },
  problems: { DRIFTED: 2, DETECTION_FAILED: 2 },
  ends: ["IN_SYNC"],
  outcomes: {
    DRIFTED: "has drifted from its template",
    DETECTION_FAILED: "could not be checked for drift",
    IN_SYNC: "agrees with its template",
    NOT_CHECKED: "was not checked for drift",
    UNKNOWN: "was checked for drift, with unknown result",
    DETECTION_IN_PROGRESS: "is being checked for drift",
  },
  reason,
  link,
};

const resourceStatus: StateRow = {
  detailType: "CloudFormation Resource Status Change",
  means:
    "A resource of a stack was created, updated or deleted, or could not be; the stack's own event tells how bad it is",
  thing: "CloudFormation resource",
  name: "detail.logical-resource-id",
  node: stack,
  key: (event) => [stack(event), at("detail.logical-resource-id")(event)].filter(Boolean).join(":") || undefined,
  state: "detail.status-details.status",
  problems: {},
  outcomes: {
    CREATE_COMPLETE: "was created",
    UPDATE_COMPLETE: "was updated",
    DELETE_COMPLETE: "was deleted",
    CREATE_FAILED: "failed to be created",
    UPDATE_FAILED: "failed to be updated",
    DELETE_FAILED: "failed to be deleted",
    CREATE_IN_PROGRESS: "is being created",
    UPDATE_IN_PROGRESS: "is being updated",
    DELETE_IN_PROGRESS: "is being deleted",
    DELETE_SKIPPED: "was kept",
  },
  context: suffix("in stack", stack),
  link,
};

const hooks: StateRow = {
  detailType: "CloudFormation Hook Invocation Progress",
  means: "A hook checked a resource, stack or change set; a failed check may have stopped its provisioning",
  thing: "CloudFormation hook",
  name: "detail.hook-detail.hook-type-name",
  node: first(nameIn("resources.0"), "detail.hook-detail.hook-type-name"),
  key: joined(":", "detail.hook-detail.hook-type-name", "detail.target-detail.target-name"),
  state: "detail.status",
  problems: { HOOK_COMPLETE_FAILED: 2, HOOK_FAILED: 2 },
  outcomes: {
    HOOK_COMPLETE_FAILED: "rejected a change",
    HOOK_FAILED: "could not check a change",
    HOOK_COMPLETE_SUCCEEDED: "accepted a change",
    HOOK_IN_PROGRESS: "is checking a change",
  },
  context: suffix("to", first("detail.target-detail.target-name", "detail.target-detail.target-id")),
  reason: "detail.status-reason",
};

const stackSetOperations: StateRow = {
  detailType: "CloudFormation StackSet Operation Status Change",
  means: "An operation on a stack set is under way, succeeded, failed or was stopped",
  thing: "Operation on stack set",
  condition: "stack-set-operation",
  name: stackSet,
  state: "detail.status-details.status",
  problems: { FAILED: 3 },
  ends: ["SUCCEEDED"],
  outcomes: { STOPPED: "was stopped" },
  reason,
};

const stackSetInstances: StateRow = {
  detailType: "CloudFormation StackSet StackInstance Status Change",
  means: "A stack set's instance in one account and region is up to date, out of date or cannot be managed",
  thing: "Instance of stack set",
  condition: "stack-set-instance",
  name: stackSet,
  key: (event) => [stackSet(event), instanceOrigin(event)].filter(Boolean).join(":") || undefined,
  state: (event) => {
    const detailed = at("detail.status-details.detailed-status")(event);
    return detailed === "FAILED" ? detailed : at("detail.status-details.status")(event);
  },
  problems: { INOPERABLE: 3, FAILED: 3 },
  ends: ["CURRENT"],
  outcomes: {
    CURRENT: "is up to date",
    OUTDATED: "is out of date",
    INOPERABLE: "is inoperable",
  },
  context: suffix("in", instanceOrigin),
  reason,
};

const stackSets: StateRow = {
  detailType: "CloudFormation StackSet Status Change",
  means: "A stack set was created or deleted",
  thing: "Stack set",
  name: stackSet,
  state: "detail.status-details.status",
  problems: {},
  outcomes: { DELETED: "was deleted" },
};

export const cloudformation = () =>
  states("aws.cloudformation", [
    stackStatus,
    drift,
    resourceStatus,
    hooks,
    stackSetOperations,
    stackSetInstances,
    stackSets,
  ]);
