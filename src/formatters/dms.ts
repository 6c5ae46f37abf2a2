import * as z from "zod";
import type { ProblemSeverity } from "../notice.ts";
import { first, lastPart, tail, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { states } from "./states.ts";
import { clause, sameState, words } from "./words.ts";

/** The console's address of the task or instance ends in its name; its ARN holds a generated id only. */
const linkedName = tail("detail.resourceLink");

/** By category: the severity of its events, the ids that end it, and those that raise it where not all do. */
const categories: Readonly<
  Record<string, { severity: ProblemSeverity; says: string; raise?: readonly string[]; end?: readonly string[] }>
> = {
  failure: { severity: 4, says: "failed" },
  lowstorage: { severity: 4, says: "is low on storage" },
  failover: { severity: 3, says: "is failing over", raise: ["0013", "0050"], end: ["0015", "0049", "0051"] },
  maintenance: { severity: 2, says: "is in maintenance", end: ["0027"] },
  deletion: { severity: 2, says: "is being deleted" },
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
        clears: ["REPLICATION_TASK_STARTED", "REPLICATION_TASK_RESUMED", "reading resumed"],
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
      severity: "failure and low storage 4, failover 3, maintenance and deletion 2, else 1",
      clears: "the end of the failover or maintenance of the same instance",
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
        const listed = Object.hasOwn(categories, kind) ? categories[kind] : undefined;
        const common = { node: name, condition: `dms:instance:${event.resources[0] ?? name}:${kind}` };
        if (listed?.end?.includes(id)) {
          const summary = `DMS replication instance ${name} finished its ${words(kind)}`;
          return { ...common, summary, severity: 0, clears: [listed.severity] };
        }
        if (listed && (!listed.raise || listed.raise.includes(id))) {
          const reason = clause(": ", kind === "failure" ? detailMessage : undefined);
          const summary = `DMS replication instance ${name} ${listed.says}${reason}`;
          return { ...common, summary, severity: listed.severity };
        }
        const what = words(eventType ?? category ?? "").replace(/ replication instance$/, "");
        return {
          ...common,
          summary: `DMS replication instance ${name}: ${what}`,
          severity: 1,
          condition: `${common.condition}:${sameState(what)}`,
        };
      },
    }),
  ].flat();
