import * as z from "zod";
import { lastSegment } from "../arn.ts";
import { condition, type Notice, note } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { accountRegion, at, first, joined, lastSegmentAt, type Read, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { type StateRow, states, suffix } from "../grammar/states.ts";
import { predicate, slug } from "../grammar/words.ts";

/** The name of a stack in `…:stack/name/uuid`, else the last segment. */
const resource: Read = (event) => {
  const arn = at("detail.resourceArn")(event);
  return /:stack\/([^/]+)\//.exec(arn ?? "")?.[1] ?? lastSegment(arn);
};
const vault = first("detail.backupVaultName", lastSegmentAt("detail.backupVaultArn"));

/** `EBS vol-1` */
const typedResource: Read = (event) =>
  resource(event) && [at("detail.resourceType")(event), resource(event)].filter(Boolean).join(" ");

/** `for EBS vol-1 in vault prod`: what is backed up where, which the first events of a job do not have. */
const forResource =
  (preposition: string, vaultName: Read): Read =>
  (event) => {
    const [name, held] = [typedResource(event), vaultName(event)];
    return [name && `for ${name}`, held && `${preposition} ${held}`].filter(Boolean).join(" ") || undefined;
  };
const inVault = forResource("in vault", vault);

const jobs: StateRow = {
  detailType: "Backup Job State Change",
  means: "A backup job started, ended or failed",
  thing: "Backup",
  name: [],
  node: [resource, vault],
  key: first(joined(":", "detail.resourceArn", "detail.backupVaultName"), vault),
  // AWS shows a completed job with a message as "completed with issues".
  state: (event) => {
    const state = at("detail.state")(event);
    return state?.toUpperCase() === "COMPLETED" && at("detail.statusMessage")(event) ? "COMPLETED_WITH_ISSUES" : state;
  },
  problems: { FAILED: 4, EXPIRED: 4, ABORTED: 3, PARTIAL: 2, COMPLETED_WITH_ISSUES: 2 },
  ends: ["COMPLETED"],
  outcomes: {
    CREATED: "was created",
    ABORTED: "was aborted",
    EXPIRED: "did not start in its window",
    PARTIAL: "is incomplete",
  },
  context: inVault,
  reason: "detail.statusMessage",
};

const copies: StateRow = {
  detailType: "Copy Job State Change",
  means: "A copy of a recovery point to another vault started, ended or failed",
  thing: "Backup copy",
  name: [],
  node: [resource, lastSegmentAt("resources.0")],
  key: joined(":", "detail.resourceArn", "detail.destinationBackupVaultArn"),
  problems: { FAILED: 4, PARTIAL: 2 },
  ends: ["COMPLETED"],
  outcomes: { CREATED: "was requested", PARTIAL: "is incomplete" },
  context: forResource("to vault", lastSegmentAt("detail.destinationBackupVaultArn")),
  reason: "detail.statusMessage",
};

const recoveryPoints: StateRow = {
  detailType: "Recovery Point State Change",
  means: "A recovery point was made, expired or is incomplete",
  thing: "Recovery point",
  name: [],
  node: [resource, lastSegmentAt("resources.0")],
  key: first("detail.resourceArn", vault),
  state: "detail.status",
  problems: { PARTIAL: 2, EXPIRED: 2, STOPPED: 2 },
  outcomes: {
    PARTIAL: "is incomplete",
    EXPIRED: "expired but could not be deleted",
    STOPPED: "is no longer continuous",
    COMPLETED: "was made",
    DELETED: "was deleted",
  },
  context: inVault,
};

const scans: StateRow = {
  detailType: "Scan Job State Change",
  means: "A malware scan of a recovery point ended",
  thing: "Malware scan of backup",
  name: typedResource,
  node: [resource, vault],
  key: first("detail.resourceArn", "detail.recoveryPointArn"),
  state: (event) => {
    const [state, result] = [at("detail.state")(event), at("detail.scanResult.scanResultStatus")(event)];
    return result === "THREATS_FOUND" || state === "COMPLETED" ? (result ?? state) : (state ?? result);
  },
  problems: { THREATS_FOUND: 5, FAILED: 3, COMPLETED_WITH_ISSUES: 2 },
  ends: ["NO_THREATS_FOUND"],
  outcomes: {
    THREATS_FOUND: "found malware",
    NO_THREATS_FOUND: "found nothing",
    CREATED: "was created",
    CANCELED: "was cancelled",
  },
  context: suffix("in vault", vault),
  reason: "detail.statusMessage",
};

const vaults: StateRow = {
  detailType: "Backup Vault State Change",
  means: "A backup vault was made, changed or deleted",
  thing: "Backup vault",
  name: [vault, lastSegmentAt("resources.0")],
  problems: { DELETED: 3 },
  outcomes: { CREATED: "was created", MODIFIED: "was changed", DELETED: "was deleted" },
};

const plans: StateRow = {
  detailType: "Backup Plan State Change",
  means: "A backup plan was made, changed or deleted",
  thing: "Backup plan",
  name: ["detail.backupPlanName", "detail.backupPlanId", lastSegmentAt("resources.0")],
  problems: { DELETED: 2 },
  outcomes: { CREATED: "was created", MODIFIED: "was changed", DELETED: "was deleted" },
};

const regionSettings: StateRow = {
  detailType: "Region Setting State Change",
  means: "The resource types that AWS Backup covers in a region were changed",
  thing: "AWS Backup coverage",
  name: [],
  problems: {},
  outcomes: { MODIFIED: "of resource types was changed" },
};

const restore = condition("backup:restore", {
  grades: { 4: "FAILED, ABORTED" },
  ends: "COMPLETED of the same recovery point",
});

const restoreJob = () =>
  z.object({
    status: text,
    state: text,
    statusMessage: text,
    resourceType: text,
    recoveryPointArn: text,
    sourceResourceArn: text,
    createdResourceArn: text,
  });

function restoreNotices(detail: z.infer<ReturnType<typeof restoreJob>>, event: AwsEvent): readonly Notice[] {
  const status = detail.status ?? detail.state;
  if (!status) throw new UnexpectedPayload("no status");
  const [source, created] = [lastSegment(detail.sourceResourceArn), lastSegment(detail.createdResourceArn)];
  const restored = [detail.resourceType, source].filter(Boolean).join(" ");
  const of = detail.recoveryPointArn ?? event.resources[0] ?? detail.sourceResourceArn ?? "any";
  const statement = {
    of,
    node: created ?? source ?? accountRegion(event),
    thing: "Restore",
    outcome: predicate(status),
    context: [restored && `for ${restored}`, created && `as ${created}`].filter(Boolean).join(" "),
  };
  if (/^(?:failed|aborted)$/i.test(status)) return [restore.raise(4, { ...statement, reason: detail.statusMessage })];
  // That someone restored is worth knowing.
  const step = note(restore.name, { ...statement, of: `${of}:${slug(status)}` });
  if (!/^completed$/i.test(status)) return [step];
  return [step, restore.clear({ ...statement, reason: "it no longer fails" })];
}

export const backup = () => [
  ...states("aws.backup", [jobs, copies, recoveryPoints, scans, vaults, plans, regionSettings]),
  ...formatter({
    source: "aws.backup",
    detailType: "Restore Job State Change",
    means: "A restore started, ended or failed",
    conditions: [restore],
    detail: restoreJob,
    format: restoreNotices,
  }),
];
