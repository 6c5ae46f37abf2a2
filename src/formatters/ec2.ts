import * as z from "zod";
import { condition, note } from "../condition.ts";
import { arnResource, at, joined, lastPart, list, object, tail, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink, linkTo } from "./links.ts";
import { behind, states } from "./states.ts";
import { clause, lookUp, sentence, slug, words } from "./words.ts";

const interruptions: Readonly<Record<string, string>> = {
  terminate: "terminated",
  stop: "stopped",
  hibernate: "hibernated",
};

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

/** A warning that EC2 takes an instance back; `thing` begins the sentence. */
const interruption = (detailType: string, thing: string, means: string) =>
  formatter({
    source: "aws.ec2",
    detailType,
    means,
    conditions: [interrupted],
    detail: () => z.object({ "instance-id": text, "instance-action": text }),
    format: ({ "instance-id": id, "instance-action": action = "" }, event) => {
      const instance = id ?? lastPart(event.resources[0]);
      if (!instance) throw new UnexpectedPayload("no instance-id");
      return interrupted.raise(action.toLowerCase() === "hibernate" ? 2 : 3, {
        of: instance,
        node: instance,
        summary: `${thing} ${instance} will be ${lookUp(interruptions, action.toLowerCase()) ?? "interrupted"} within minutes: EC2 needs its capacity back`,
        link: consoleLink(event.region, "ec2/home", `#InstanceDetails:instanceId=${instance}`),
      });
    },
  });

const snapshotEvents: Readonly<Record<string, string>> = {
  createSnapshot: "Snapshot",
  copySnapshot: "Copy",
  archiveSnapshot: "Archiving",
  permanentRestoreSnapshot: "Permanent restore from the archive",
  temporaryRestoreSnapshot: "Temporary restore from the archive",
  restoreSnapshot: "Restore",
};

const volumeEvents: Readonly<Record<string, string>> = {
  createVolume: "created",
  deleteVolume: "deleted",
  attachVolume: "attached",
  reattachVolume: "attached again",
  detachVolume: "detached",
  modifyVolume: "modified",
};

const gradeOfVolumeEvent: Readonly<Record<string, 3 | 4>> = { attachVolume: 4, reattachVolume: 4 };

/** A cause with its ARNs shortened: `key/1234 is pending deletion`. */
const shortened = (cause: string | undefined): string | undefined =>
  cause?.replace(/arn:[^\s,;)]+/g, (arn) => (arnResource(arn) ?? arn).replace(/^key\//, "KMS key "));

const failed = (result: string | undefined): boolean => /^fail|^error/i.test(result ?? "");

export const ec2 = () =>
  [
    formatter({
      source: "aws.ec2",
      detailType: "EC2 Instance State-change Notification",
      means: "An instance started, stopped or was terminated",
      conditions: [stopped],
      detail: () => z.object({ "instance-id": text, state: text }),
      format: ({ "instance-id": named, state }, event) => {
        const id = named ?? lastPart(event.resources[0]);
        if (!id || !state) throw new UnexpectedPayload("no instance-id or no state");
        const now = state.toLowerCase();
        const common = {
          of: id,
          node: id,
          tag: "Ec2 State Change",
          summary: `EC2 instance ${id} is ${now.replace("-", " ")}`,
          link: consoleLink(event.region, "ec2/home", `#InstanceDetails:instanceId=${id}`),
        };
        if (now === "running") return stopped.clear(common);
        if (now === "stopped") return stopped.raise(2, common);
        return note("ec2:state", { ...common, of: `${id}:${now}` });
      },
    }),
    interruption("EC2 Spot Instance Interruption Warning", "Spot instance", "EC2 takes a Spot instance back"),
    interruption(
      "EC2 Capacity Reservation Instance Interruption Warning",
      "Capacity reservation instance",
      "EC2 takes an instance in an interruptible capacity reservation back",
    ),
    formatter({
      source: "aws.ec2",
      detailType: "EBS Snapshot Notification",
      means: "A snapshot of a volume, or its copy, archiving or sharing, succeeded or failed",
      conditions: [snapshotFailed, snapshotShared],
      detail: () => z.object({ event: text, result: text, cause: text, snapshot_id: text, source: text }),
      format: ({ event: operation, result, cause, snapshot_id, source }, event) => {
        const snapshot = lastPart(snapshot_id ?? event.resources[0]);
        const node = lastPart(source) ?? snapshot;
        if (!node || !result) throw new UnexpectedPayload("no snapshot or no result");
        const link = linkTo("ec2/home#SnapshotDetails:snapshotId={}", () => snapshot)(event);
        if (operation === "shareSnapshot" && !failed(result)) {
          return snapshotShared.raise(3, {
            of: `${snapshot ?? ""}:${node}`,
            node: snapshot ?? node,
            summary: `EBS snapshot ${snapshot ?? ""} was shared with this account by account ${node}`.replace(
              "  ",
              " ",
            ),
            link,
          });
        }
        const doing = lookUp(snapshotEvents, operation) ?? sentence(words(operation ?? "snapshot operation"));
        const common = { of: `${slug(operation ?? "any")}:${node}`, node, link };
        if (failed(result)) {
          const summary = `${doing} of ${node} failed${clause(": ", shortened(cause))}`;
          return snapshotFailed.raise(4, { ...common, summary });
        }
        if (!/^(?:succeeded|completed|available)$/i.test(result)) {
          const of = `${common.of}:${slug(result)}`;
          return note("ec2:snapshot", { ...common, of, summary: `${doing} of ${node} is ${words(result)}` });
        }
        return snapshotFailed.clear({ ...common, summary: `${doing} of ${node} succeeded` });
      },
    }),
    formatter({
      source: "aws.ec2",
      detailType: "EBS Multi-Volume Snapshots Completion Status",
      means: "A set of snapshots taken of all volumes of an instance at once is complete, or failed",
      conditions: [snapshotSetFailed],
      detail: () => z.object({ result: text, cause: text, snapshots: list(object({ source: text })) }),
      format: ({ result, cause, snapshots = [] }) => {
        const volumes = [...new Set(snapshots.map((snapshot) => lastPart(snapshot?.source)))].filter(
          (id) => id !== undefined,
        );
        const [first] = volumes;
        if (!first || !result) throw new UnexpectedPayload("no volumes or no result");
        const others = volumes.length > 1 ? " and the other volumes of its set" : "";
        const common = { of: volumes.sort().join("+"), node: first };
        const snapshotsOf = `Snapshots of ${first}${others}`;
        return failed(result)
          ? snapshotSetFailed.raise(4, { ...common, summary: `${snapshotsOf} failed${clause(": ", shortened(cause))}` })
          : snapshotSetFailed.clear({ ...common, summary: `${snapshotsOf} succeeded` });
      },
    }),
    formatter({
      source: "aws.ec2",
      detailType: "EBS Volume Notification",
      means: "A volume was created, deleted or changed, or could not be created or attached",
      conditions: [volumeFailed],
      detail: () => z.object({ event: text, result: text, cause: text }),
      format: ({ event: operation, result, cause }, event) => {
        const volume = lastPart(event.resources.find((arn) => /\bvol(?:ume\/|-)/.test(arn)) ?? event.resources[0]);
        if (!volume || !operation) throw new UnexpectedPayload("no volume or no event");
        const done = lookUp(volumeEvents, operation);
        const bad = failed(result);
        const could = done ? `could not be ${done}` : `failed: ${words(operation)}`;
        const is =
          operation === "modifyVolume" && result
            ? `is being modified: ${words(result)}`
            : `was ${done ?? words(operation)}`;
        const statement = {
          of: `${volume}:${slug(operation)}${bad ? "" : `:${slug(result ?? "done")}`}`,
          node: volume,
          summary: `EBS volume ${volume} ${bad ? could + clause(": ", shortened(cause)) : is}`,
          link: consoleLink(event.region, "ec2/home", `#VolumeDetails:volumeId=${volume}`),
        };
        return bad
          ? volumeFailed.raise(lookUp(gradeOfVolumeEvent, operation) ?? 3, statement)
          : note("ec2:volume", statement);
      },
    }),
    states("aws.ec2", [
      {
        detailType: { "EC2 Instance Rebalance Recommendation": "at risk" },
        means: "A Spot instance is likelier than before to be interrupted",
        thing: "Spot instance",
        condition: "rebalance",
        name: ["detail.instance-id", tail("resources.0")],
        problems: {},
        says: { "at risk": "is at a raised risk of interruption: EC2 recommends to replace it" },
        link: linkTo("ec2/home#InstanceDetails:instanceId={}", "detail.instance-id"),
      },
      {
        detailType: "EC2 AMI State Change",
        means: "A machine image became available, failed or was deregistered",
        thing: "AMI",
        name: ["detail.ImageId", tail("resources.0")],
        state: "detail.State",
        problems: { failed: 3 },
        says: { deregistered: "was deregistered" },
        reason: "detail.ErrorMessage",
        link: linkTo("ec2/home#ImageDetails:imageId={}", "detail.ImageId"),
      },
      {
        detailType: "EC2 Fast Launch State-change Notification",
        means: "Fast launch of a Windows image was switched on or off, or could not be",
        thing: "Fast launch of AMI",
        condition: "fast-launch",
        name: ["detail.imageId", tail("resources.0")],
        problems: { "enabling-failed": 3, "disabling-failed": 2 },
        ends: ["enabled", "disabled"],
        says: {
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
        name: ["detail.snapshot-id", tail("resources.0")],
        key: joined(":", "detail.snapshot-id", "detail.zone"),
        problems: {},
        says: { enabling: "is being enabled", disabling: "is being disabled", optimizing: "is being prepared" },
        where: behind("in", "detail.zone"),
        link: linkTo("ec2/home#SnapshotDetails:snapshotId={}", "detail.snapshot-id"),
      },
      {
        detailType: "On-Demand Capacity Reservation Billing Ownership Request accepted",
        means: "Another account took over the cost of a capacity reservation's unused part",
        thing: "Billing of capacity reservation",
        condition: "capacity-billing",
        name: ["detail.capacity-reservation-id", tail("resources.0")],
        state: "detail.status",
        problems: {},
        says: { accepted: "was taken over" },
        where: behind("by account", "detail.unusedReservationChargesOwnerID"),
        link: linkTo("ec2/home#CapacityReservationDetails:crId={}", "detail.capacity-reservation-id"),
      },
      {
        detailType: { "EC2 Interruptible Capacity Reservation Allocation Reclamation Completed": "reclaimed" },
        means: "Capacity that was lent to an interruptible reservation is back",
        thing: "Capacity reservation",
        condition: "capacity-reclaimed",
        name: ["detail.sourceCapacityReservationId", tail("resources.0")],
        problems: {},
        says: { reclaimed: "has its lent capacity back" },
        where: (event) => {
          const type = at("detail.instanceType")(event);
          return type ? ` (${type})` : "";
        },
      },
    ]),
  ].flat();
