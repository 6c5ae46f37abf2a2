import * as z from "zod";
import { condition, note, type Statement } from "../condition.ts";
import type { Problem, Recovery } from "../notice.ts";
import { first, lastPart, tail, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { states } from "./states.ts";
import { clause, lookUp, sameState, words } from "./words.ts";

/** The console's address of the task or instance ends in its name; its ARN holds a generated id only. */
const linkedName = tail("detail.resourceLink");

// They share a name: the category, which tells them apart, is the end of `of`.
const failure = condition("dms:instance", { grades: { 4: "failure" } });
const lowStorage = condition("dms:instance", { grades: { 4: "low storage" } });
const failover = condition("dms:instance", {
  grades: { 3: "failover" },
  ends: "the end of the failover of the same instance",
});
const maintenance = condition("dms:instance", {
  grades: { 2: "maintenance" },
  ends: "the end of the maintenance of the same instance",
});
const deletion = condition("dms:instance", { grades: { 2: "deletion" } });

/** A category of events, with the ids of those that end its condition, and of those that raise it where not all do. */
interface Category {
  readonly says: string;
  readonly raise: (statement: Statement) => Problem;
  readonly begin?: readonly string[];
  readonly clear?: (statement: Statement) => Recovery;
  readonly end?: readonly string[];
}

const categories: Readonly<Record<string, Category>> = {
  failure: { says: "failed", raise: (statement) => failure.raise(4, statement) },
  lowstorage: { says: "is low on storage", raise: (statement) => lowStorage.raise(4, statement) },
  failover: {
    says: "is failing over",
    raise: (statement) => failover.raise(3, statement),
    begin: ["0013", "0050"],
    clear: failover.clear,
    end: ["0015", "0049", "0051"],
  },
  maintenance: {
    says: "is in maintenance",
    raise: (statement) => maintenance.raise(2, statement),
    clear: maintenance.clear,
    end: ["0027"],
  },
  deletion: { says: "is being deleted", raise: (statement) => deletion.raise(2, statement) },
};

export const dms = () =>
  [
    ...states("aws.dms", [
      {
        detailType: "DMS Replication Task State Change",
        means: "A replication task started, stopped, resumed or failed",
        thing: "DMS task",
        name: [linkedName, tail("resources.0")],
        key: first("resources.0", linkedName),
        state: (event) => {
          const [category, type] = [first("detail.category")(event), first("detail.eventType")(event)];
          const message = first("detail.detailMessage")(event) ?? "";
          const reading = /^reading (?:resumed|paused)/i.exec(message)?.[0];
          if (reading) return reading;
          return category && sameState(category) === "failure" ? "REPLICATION_TASK_FAILED" : (type ?? category);
        },
        problems: { REPLICATION_TASK_FAILED: 4, "reading paused": 3, REPLICATION_TASK_STOPPED: 2 },
        ends: ["REPLICATION_TASK_STARTED", "REPLICATION_TASK_RESUMED", "reading resumed"],
        says: {
          REPLICATION_TASK_FAILED: "failed",
          REPLICATION_TASK_STOPPED: "stopped",
          REPLICATION_TASK_STARTED: "started",
          REPLICATION_TASK_RESUMED: "resumed",
          "reading paused": "paused reading its source",
          "reading resumed": "resumed reading its source",
          REPLICATION_TASK_CREATED: "was created",
          REPLICATION_TASK_DELETED: "was deleted",
        },
        reason: (event) =>
          first("detail.detailMessage")(event)?.replace(
            /^(?:replication task (?:has )?(?:failed|stopped)\.\s*(?:stop )?(?:reason:\s*)?|reading paused,\s*)/i,
            "",
          ),
      },
    ]),
    formatter({
      source: "aws.dms",
      detailType: "DMS Replication Instance State Change",
      means: "A replication instance failed, failed over, ran low on storage or was changed",
      conditions: [failure, lowStorage, failover, maintenance, deletion],
      detail: () =>
        z.object({
          category: text,
          eventType: text,
          eventId: text,
          eventName: text,
          resourceLink: text,
          detailMessage: text,
        }),
      format: ({ category, eventType, eventId, eventName, resourceLink, detailMessage }, event) => {
        const name = lastPart(resourceLink) ?? lastPart(event.resources[0]);
        if (!name || !(category ?? eventType)) throw new UnexpectedPayload("no replication instance or no category");
        const kind = sameState(category ?? eventType ?? "");
        const id = (eventId ?? eventName)?.match(/(\d{4})$/)?.[1] ?? "";
        const listed = lookUp(categories, kind);
        const common = { of: `${event.resources[0] ?? name}:${kind}`, node: name };
        if (listed?.clear && listed.end?.includes(id)) {
          const summary = `DMS replication instance ${name} finished its ${words(kind)}`;
          return listed.clear({ ...common, summary });
        }
        if (listed && (!listed.begin || listed.begin.includes(id))) {
          const reason = clause(": ", kind === "failure" ? detailMessage : undefined);
          const summary = `DMS replication instance ${name} ${listed.says}${reason}`;
          return listed.raise({ ...common, summary });
        }
        const what = words(eventType ?? category ?? "").replace(/ replication instance$/, "");
        return note("dms:instance", {
          ...common,
          of: `${common.of}:${sameState(what)}`,
          summary: `DMS replication instance ${name}: ${what}`,
        });
      },
    }),
  ].flat();
