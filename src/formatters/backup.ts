import * as z from "zod";
import { condition, note } from "../condition.ts";
import type { Notice } from "../notice.ts";
import { at, first, joined, lastPart, place, type Read, tail, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { states } from "./states.ts";
import { clause, predicate, slug } from "./words.ts";

const resource = first(tail("detail.resourceArn"));
const vault = first("detail.backupVaultName", tail("detail.backupVaultArn"));

/** `of EBS vol-1 in vault prod`: what is backed up where; the first events of a job do not tell. */
const ofResource =
  (word: string, where: Read): Read =>
  (event) => {
    const [name, held] = [resource(event), where(event)];
    const parts = [name && "of", name && at("detail.resourceType")(event), name, held && `${word} ${held}`];
    return parts.filter(Boolean).join(" ") || undefined;
  };
const inVault = ofResource("in vault", vault);

const restore = condition("backup:restore", {
  grades: { 4: "FAILED, ABORTED" },
  ends: "COMPLETED of the same recovery point",
});

export const backup = () => [
  ...states("aws.backup", [
    {
      detailType: "Backup Job State Change",
      means: "A backup job started, ended or failed",
      thing: "Backup",
      name: inVault,
      node: resource,
      key: joined(":", "detail.resourceArn", "detail.backupVaultName"),
      // AWS shows a completed job with a message as "completed with issues".
      state: (event) => {
        const state = at("detail.state")(event);
        return state?.toUpperCase() === "COMPLETED" && at("detail.statusMessage")(event)
          ? "COMPLETED_WITH_ISSUES"
          : state;
      },
      problems: { FAILED: 4, EXPIRED: 4, ABORTED: 3, PARTIAL: 2, COMPLETED_WITH_ISSUES: 2 },
      ends: ["COMPLETED"],
      says: {
        CREATED: "was created",
        ABORTED: "was aborted",
        EXPIRED: "did not start in its window",
        PARTIAL: "is incomplete",
      },
      reason: "detail.statusMessage",
    },
    {
      detailType: "Copy Job State Change",
      means: "A copy of a recovery point to another vault started, ended or failed",
      thing: "Backup copy",
      name: ofResource("to vault", tail("detail.destinationBackupVaultArn")),
      node: [resource, tail("resources.0")],
      key: joined(":", "detail.resourceArn", "detail.destinationBackupVaultArn"),
      problems: { FAILED: 4, PARTIAL: 2 },
      ends: ["COMPLETED"],
      says: { CREATED: "was requested", PARTIAL: "is incomplete" },
      reason: "detail.statusMessage",
    },
    {
      detailType: "Recovery Point State Change",
      means: "A recovery point was made, expired or is incomplete",
      thing: "Recovery point",
      name: inVault,
      node: [resource, tail("resources.0")],
      key: first("detail.resourceArn", vault),
      state: "detail.status",
      problems: { PARTIAL: 2, EXPIRED: 2, STOPPED: 2 },
      says: {
        PARTIAL: "is incomplete",
        EXPIRED: "expired but could not be deleted",
        STOPPED: "is no longer continuous",
        COMPLETED: "was made",
        DELETED: "was deleted",
      },
    },
    {
      detailType: "Scan Job State Change",
      means: "A malware scan of a recovery point ended",
      thing: "Malware scan of backup",
      name: inVault,
      node: resource,
      key: first("detail.resourceArn", "detail.recoveryPointArn"),
      state: (event) => {
        const [state, result] = [at("detail.state")(event), at("detail.scanResult.scanResultStatus")(event)];
        return result === "THREATS_FOUND" || state === "COMPLETED" ? (result ?? state) : (state ?? result);
      },
      problems: { THREATS_FOUND: 5, FAILED: 3, COMPLETED_WITH_ISSUES: 2 },
      ends: ["NO_THREATS_FOUND"],
      says: {
        THREATS_FOUND: "found malware",
        NO_THREATS_FOUND: "found nothing",
        CREATED: "was created",
        CANCELED: "was cancelled",
      },
      reason: "detail.statusMessage",
    },
    {
      detailType: "Backup Vault State Change",
      means: "A backup vault was made, changed or deleted",
      thing: "Backup vault",
      name: [vault, tail("resources.0")],
      problems: { DELETED: 3 },
      says: { CREATED: "was created", MODIFIED: "was changed", DELETED: "was deleted" },
    },
    {
      detailType: "Backup Plan State Change",
      means: "A backup plan was made, changed or deleted",
      thing: "Backup plan",
      name: ["detail.backupPlanName", "detail.backupPlanId", tail("resources.0")],
      problems: { DELETED: 2 },
      says: { CREATED: "was created", MODIFIED: "was changed", DELETED: "was deleted" },
    },
    {
      detailType: "Region Setting State Change",
      means: "The resource types that AWS Backup covers in a region were changed",
      thing: "AWS Backup coverage",
      name: [],
      problems: {},
      says: { MODIFIED: "of resource types was changed" },
    },
  ]),
  ...formatter({
    source: "aws.backup",
    detailType: "Restore Job State Change",
    means: "A restore started, ended or failed",
    conditions: [restore],
    detail: () =>
      z.object({
        status: text,
        state: text,
        statusMessage: text,
        resourceType: text,
        recoveryPointArn: text,
        sourceResourceArn: text,
        createdResourceArn: text,
      }),
    format: (detail, event): readonly Notice[] => {
      const status = detail.status ?? detail.state;
      if (!status) throw new UnexpectedPayload("no status");
      const [source, created] = [lastPart(detail.sourceResourceArn), lastPart(detail.createdResourceArn)];
      const point = detail.recoveryPointArn ?? event.resources[0];
      const failed = /^(?:failed|aborted)$/i.test(status);
      const parts = [
        "Restore",
        (detail.resourceType ?? source) && "of",
        detail.resourceType,
        source,
        predicate(status),
      ];
      const of = point ?? detail.sourceResourceArn ?? "any";
      const statement = {
        of,
        node: created ?? source ?? place(event),
        summary:
          parts.filter(Boolean).join(" ") + clause(" as ", created) + clause(": ", failed ? detail.statusMessage : ""),
      };
      if (failed) return [restore.raise(4, statement)];
      // That someone restored is worth knowing.
      const step = note("backup:restore", { ...statement, of: `${of}:${slug(status)}` });
      return /^completed$/i.test(status)
        ? [step, restore.clear({ ...statement, summary: `${statement.summary}: it no longer fails` })]
        : [step];
    },
  }),
];
