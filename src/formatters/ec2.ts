import * as z from "zod";
import { lastSegment } from "../arn.ts";
import { condition, type Notice, note, type Statement } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { joined, lastSegmentAt, list, object, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { consoleLink, linkTo } from "../grammar/links.ts";
import { type StateRow, states, suffix } from "../grammar/states.ts";
import { lookUp, slug, words } from "../grammar/words.ts";

const stopped = condition("ec2:stopped", { grades: { 2: "stopped" }, ends: "the same instance is running" });
const interrupted = condition("ec2:interruption", {
  grades: { 3: "will be terminated or stopped", 2: "will be hibernated" },
});
const snapshotFailed = condition("ec2:snapshot", {
  grades: { 4: "failed" },
  ends: "the same operation on the same volume or snapshot succeeds",
});
const snapshotShared = condition("ec2:snapshot-shared", { grades: { 3: "shared with this account" } });
const snapshotSetFailed = condition("ec2:snapshot-set", {
  grades: { 4: "failed" },
  ends: "a set of snapshots of the same volumes succeeds",
});
const volumeFailed = condition("ec2:volume", { grades: { 4: "attaching failed", 3: "anything else failed" } });

const isFailure = (result: string | undefined): boolean => /^fail|^error/i.test(result ?? "");

/** A cause that says what kind of thing its key ARNs are: `KMS key 1234abcd is pending deletion`. */
const causeText = (cause: string | undefined): string | undefined => cause?.replace(/arn:[^\s,;)]+:key\//g, "KMS key ");

const instancePage = (event: AwsEvent, id: string): string =>
  consoleLink(event.region, "ec2/home", `#InstanceDetails:instanceId=${id}`);

const instanceState = formatter({
  source: "aws.ec2",
  detailType: "EC2 Instance State-change Notification",
  means: "An instance started, stopped or was terminated",
  conditions: [stopped],
  detail: () => z.object({ "instance-id": text, state: text }),
  format: ({ "instance-id": named, state }, event) => {
    const id = named ?? lastSegment(event.resources[0]);
    if (!id || !state) throw new UnexpectedPayload("no instance-id or no state");
    const now = state.toLowerCase();
    const statement: Statement = {
      of: id,
      node: id,
      tag: "Ec2 State Change",
      thing: "EC2 instance",
      name: id,
      outcome: `is ${now.replace("-", " ")}`,
      link: instancePage(event, id),
    };
    if (now === "running") return stopped.clear(statement);
    if (now === "stopped") return stopped.raise(2, statement);
    return note("ec2:state", { ...statement, of: `${id}:${now}` });
  },
});

const interruptions: Readonly<Record<string, string>> = {
  terminate: "terminated",
  stop: "stopped",
  hibernate: "hibernated",
};

/** A warning that EC2 takes an instance back. */
const interruption = (detailType: string, thing: string, means: string) =>
  formatter({
    source: "aws.ec2",
    detailType,
    means,
    conditions: [interrupted],
    detail: () => z.object({ "instance-id": text, "instance-action": text }),
    format: ({ "instance-id": id, "instance-action": action = "" }, event) => {
      const instance = id ?? lastSegment(event.resources[0]);
      if (!instance) throw new UnexpectedPayload("no instance-id");
      return interrupted.raise(action.toLowerCase() === "hibernate" ? 2 : 3, {
        of: instance,
        node: instance,
        thing,
        name: instance,
        outcome: `will be ${lookUp(interruptions, action.toLowerCase()) ?? "interrupted"}`,
        context: "within minutes",
        reason: "EC2 needs its capacity back",
        link: instancePage(event, instance),
      });
    },
  });

const snapshotOperations: Readonly<Record<string, string>> = {
  createSnapshot: "Snapshot of volume",
  copySnapshot: "Copy of snapshot",
  shareSnapshot: "Sharing of snapshot",
  archiveSnapshot: "Archiving of snapshot",
  permanentRestoreSnapshot: "Permanent restore of archived snapshot",
  temporaryRestoreSnapshot: "Temporary restore of archived snapshot",
  restoreSnapshot: "Restore of snapshot",
};

/** Another account shared a snapshot with this one. */
const sharing = (snapshot: string | undefined, account: string, link: string | undefined): Notice =>
  snapshotShared.raise(3, {
    of: `${snapshot ?? ""}:${account}`,
    node: snapshot ?? account,
    thing: "EBS snapshot",
    name: snapshot,
    outcome: "was shared with this account",
    context: `by account ${account}`,
    link,
  });

const snapshot = formatter({
  source: "aws.ec2",
  detailType: "EBS Snapshot Notification",
  means: "A snapshot of a volume, or its copy, archiving or sharing, succeeded or failed",
  conditions: [snapshotFailed, snapshotShared],
  detail: () => z.object({ event: text, result: text, cause: text, snapshot_id: text, source: text }),
  format: ({ event: operation, result, cause, snapshot_id, source }, event) => {
    const id = lastSegment(snapshot_id ?? event.resources[0]);
    const node = lastSegment(source) ?? id;
    if (!node || !result) throw new UnexpectedPayload("no snapshot or no result");
    const link = linkTo("ec2/home#SnapshotDetails:snapshotId={}", () => id)(event);
    if (operation === "shareSnapshot" && !isFailure(result)) return sharing(id, node, link);
    const of = `${slug(operation ?? "any")}:${node}`;
    const thing = lookUp(snapshotOperations, operation) ?? `EBS ${words(operation ?? "snapshot operation")}`;
    const statement = (outcome: string): Statement => ({ of, node, thing, name: node, outcome, link });
    if (isFailure(result)) return snapshotFailed.raise(4, { ...statement("failed"), reason: causeText(cause) });
    if (/^(?:succeeded|completed|available)$/i.test(result)) return snapshotFailed.clear(statement("succeeded"));
    return note("ec2:snapshot", { ...statement(`is ${words(result)}`), of: `${of}:${slug(result)}` });
  },
});

const snapshotSet = formatter({
  source: "aws.ec2",
  detailType: "EBS Multi-Volume Snapshots Completion Status",
  means: "A set of snapshots taken of all volumes of an instance at once is complete, or failed",
  conditions: [snapshotSetFailed],
  detail: () => z.object({ result: text, cause: text, snapshots: list(object({ source: text })) }),
  format: ({ result, cause, snapshots = [] }) => {
    const volumes = [...new Set(snapshots.map((one) => lastSegment(one?.source)))].filter((id) => id !== undefined);
    const [volume] = volumes;
    if (!volume || !result) throw new UnexpectedPayload("no volumes or no result");
    const hasOthers = volumes.length > 1;
    const statement = (outcome: string): Statement => ({
      of: volumes.toSorted().join("+"),
      node: volume,
      thing: `Snapshot set of ${hasOthers ? "volumes" : "volume"}`,
      name: hasOthers ? `${volume} and others` : volume,
      outcome,
    });
    return isFailure(result)
      ? snapshotSetFailed.raise(4, { ...statement("failed"), reason: causeText(cause) })
      : snapshotSetFailed.clear(statement("succeeded"));
  },
});

const volumeOperations: Readonly<Record<string, string>> = {
  createVolume: "created",
  deleteVolume: "deleted",
  attachVolume: "attached",
  reattachVolume: "attached again",
  detachVolume: "detached",
  modifyVolume: "modified",
};

const gradeOfVolumeOperation: Readonly<Record<string, 3 | 4>> = { attachVolume: 4, reattachVolume: 4 };

const volume = formatter({
  source: "aws.ec2",
  detailType: "EBS Volume Notification",
  means: "A volume was created, deleted or changed, or could not be created or attached",
  conditions: [volumeFailed],
  detail: () => z.object({ event: text, result: text, cause: text }),
  format: ({ event: operation, result, cause }, event) => {
    const id = lastSegment(event.resources.find((arn) => /\bvol(?:ume\/|-)/.test(arn)) ?? event.resources[0]);
    if (!id || !operation) throw new UnexpectedPayload("no volume or no event");
    const done = lookUp(volumeOperations, operation);
    const of = `${id}:${slug(operation)}`;
    const link = consoleLink(event.region, "ec2/home", `#VolumeDetails:volumeId=${id}`);
    const statement = (outcome: string): Statement => ({ of, node: id, thing: "EBS volume", name: id, outcome, link });
    if (isFailure(result)) {
      const outcome = done ? `could not be ${done}` : `: ${words(operation)} failed`;
      const grade = lookUp(gradeOfVolumeOperation, operation) ?? 3;
      return volumeFailed.raise(grade, { ...statement(outcome), reason: causeText(cause) });
    }
    const isModifying = operation === "modifyVolume" && result !== undefined;
    return note("ec2:volume", {
      ...statement(isModifying ? "is being modified" : `was ${done ?? words(operation)}`),
      of: `${of}:${slug(result ?? "done")}`,
      reason: isModifying ? words(result) : undefined,
    });
  },
});

const rows: readonly StateRow[] = [
  {
    detailType: { "EC2 Instance Rebalance Recommendation": "at risk" },
    means: "A Spot instance is likelier than before to be interrupted",
    thing: "Spot instance",
    condition: "rebalance",
    name: ["detail.instance-id", lastSegmentAt("resources.0")],
    problems: {},
    outcomes: { "at risk": "is at a raised risk of interruption" },
    context: () => ", so EC2 recommends replacing it",
    link: linkTo("ec2/home#InstanceDetails:instanceId={}", "detail.instance-id"),
  },
  {
    detailType: "EC2 AMI State Change",
    means: "A machine image became available, failed or was deregistered",
    thing: "AMI",
    name: ["detail.ImageId", lastSegmentAt("resources.0")],
    state: "detail.State",
    problems: { failed: 3 },
    outcomes: { deregistered: "was deregistered" },
    reason: "detail.ErrorMessage",
    link: linkTo("ec2/home#ImageDetails:imageId={}", "detail.ImageId"),
  },
  {
    detailType: "EC2 Fast Launch State-change Notification",
    means: "Fast launch of a Windows image was switched on or off, or could not be",
    thing: "Fast launch of AMI",
    condition: "fast-launch",
    name: ["detail.imageId", lastSegmentAt("resources.0")],
    problems: { "enabling-failed": 3, "disabling-failed": 2 },
    ends: ["enabled", "disabled"],
    outcomes: {
      "enabling-failed": "could not be enabled",
      "disabling-failed": "could not be disabled",
      enabling: "is being enabled",
      disabling: "is being disabled",
    },
    reason: "detail.stateTransitionReason",
    link: linkTo("ec2/home#ImageDetails:imageId={}", "detail.imageId"),
  },
  {
    detailType: "EBS Fast Snapshot Restore State-change Notification",
    means: "Fast restore of a snapshot was switched on or off in an Availability Zone",
    thing: "Fast restore of snapshot",
    condition: "fast-restore",
    name: ["detail.snapshot-id", lastSegmentAt("resources.0")],
    key: joined(":", "detail.snapshot-id", "detail.zone"),
    problems: {},
    outcomes: { enabling: "is being enabled", disabling: "is being disabled", optimizing: "is being prepared" },
    context: suffix("in", "detail.zone"),
    link: linkTo("ec2/home#SnapshotDetails:snapshotId={}", "detail.snapshot-id"),
  },
  {
    detailType: "On-Demand Capacity Reservation Billing Ownership Request accepted",
    means: "Another account took over the cost of a capacity reservation's unused part",
    thing: "Billing of capacity reservation",
    condition: "capacity-billing",
    name: ["detail.capacity-reservation-id", lastSegmentAt("resources.0")],
    state: "detail.status",
    problems: {},
    outcomes: { accepted: "was taken over" },
    context: suffix("by account", "detail.unusedReservationChargesOwnerID"),
    link: linkTo("ec2/home#CapacityReservationDetails:crId={}", "detail.capacity-reservation-id"),
  },
  {
    detailType: { "EC2 Interruptible Capacity Reservation Allocation Reclamation Completed": "reclaimed" },
    means: "Capacity that was lent to an interruptible reservation is back",
    thing: "Capacity reservation",
    condition: "capacity-reclaimed",
    name: ["detail.sourceCapacityReservationId", lastSegmentAt("resources.0")],
    problems: {},
    outcomes: { reclaimed: "has its lent capacity back" },
    context: suffix("of type", "detail.instanceType"),
  },
];

export const ec2 = () =>
  [
    instanceState,
    interruption("EC2 Spot Instance Interruption Warning", "Spot instance", "EC2 takes a Spot instance back"),
    interruption(
      "EC2 Capacity Reservation Instance Interruption Warning",
      "Capacity reservation instance",
      "EC2 takes an instance in an interruptible capacity reservation back",
    ),
    snapshot,
    snapshotSet,
    volume,
    states("aws.ec2", rows),
  ].flat();
