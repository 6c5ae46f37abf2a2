import * as z from "zod";
import { lastSegment } from "../arn.ts";
import { condition, note } from "../condition.ts";
import { at, first, lastSegmentAt, type Read, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { states } from "../grammar/states.ts";
import { lookUp, sameState, words } from "../grammar/words.ts";

/** The console's address of the task or instance ends in its name; its ARN holds a generated id only. */
const linkedName = lastSegmentAt("detail.resourceLink");

/** `of` ends in the category of event, which tells one failure of an instance from another. */
const instanceCondition = condition("dms:instance", {
  grades: { 4: "failure, low storage", 3: "failover", 2: "maintenance, deletion" },
  ends: "the end of the failover or the maintenance of the same instance",
});

/** A category of events: what raises its condition, and the ids of the events that do, where not all do, and that end it. */
interface Category {
  readonly grade: 2 | 3 | 4;
  readonly outcome: string;
  readonly begin?: readonly string[];
  readonly end?: readonly string[];
}

const categories: Readonly<Record<string, Category>> = {
  failure: { grade: 4, outcome: "failed" },
  lowstorage: { grade: 4, outcome: "is low on storage" },
  failover: { grade: 3, outcome: "is failing over", begin: ["0013", "0050"], end: ["0015", "0049", "0051"] },
  maintenance: { grade: 2, outcome: "is in maintenance", begin: ["0026"], end: ["0027"] },
  deletion: { grade: 2, outcome: "is being deleted" },
};

/** The id of the event that a deletion ends with. */
const deleted = "0003";

/** The state of a task: AWS puts it into the event type, and what happened to its reading only into the message. */
const taskState: Read = (event) => {
  const [category, type] = [at("detail.category")(event), at("detail.eventType")(event)];
  const reading = /^reading (?:resumed|paused)/i.exec(at("detail.detailMessage")(event) ?? "")?.[0];
  if (reading) return reading;
  return category && sameState(category) === "failure" ? "REPLICATION_TASK_FAILED" : (type ?? category);
};

/** The message of a task without what the outcome states already. */
const taskReason: Read = (event) =>
  at("detail.detailMessage")(event)?.replace(
    /^(?:replication task (?:has )?(?:failed|stopped)\.\s*(?:stop )?(?:reason:\s*)?|reading paused,\s*)/i,
    "",
  );

const task = () =>
  states("aws.dms", [
    {
      detailType: "DMS Replication Task State Change",
      means: "A replication task started, stopped, resumed or failed",
      thing: "DMS task",
      name: [linkedName, lastSegmentAt("resources.0")],
      key: first("resources.0", linkedName),
      state: taskState,
      problems: { REPLICATION_TASK_FAILED: 4, "reading paused": 3, REPLICATION_TASK_STOPPED: 2 },
      ends: ["REPLICATION_TASK_STARTED", "REPLICATION_TASK_RESUMED", "reading resumed"],
      outcomes: {
        REPLICATION_TASK_FAILED: "failed",
        REPLICATION_TASK_STOPPED: "stopped",
        REPLICATION_TASK_STARTED: "started",
        REPLICATION_TASK_RESUMED: "resumed",
        "reading paused": "paused reading its source",
        "reading resumed": "resumed reading its source",
        REPLICATION_TASK_CREATED: "was created",
        REPLICATION_TASK_DELETED: "was deleted",
      },
      reason: taskReason,
    },
  ]);

const instance = () =>
  formatter({
    source: "aws.dms",
    detailType: "DMS Replication Instance State Change",
    means: "A replication instance failed, failed over, ran low on storage or was changed",
    conditions: [instanceCondition],
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
      const name = lastSegment(resourceLink) ?? lastSegment(event.resources[0]);
      if (!name || !(category ?? eventType)) throw new UnexpectedPayload("no replication instance or no category");
      const kind = sameState(category ?? eventType ?? "");
      const id = (eventId ?? eventName)?.match(/(\d{4})$/)?.[1] ?? "";
      const of = `${event.resources[0] ?? name}:${kind}`;
      const statement = { of, node: name, thing: "DMS replication instance", name };
      const listed = lookUp(categories, kind);
      if (listed?.end?.includes(id)) {
        return instanceCondition.clear({ ...statement, outcome: `finished its ${kind}` });
      }
      if (listed && (!listed.begin || listed.begin.includes(id))) {
        const outcome = kind === "deletion" && id === deleted ? "was deleted" : listed.outcome;
        return instanceCondition.raise(listed.grade, { ...statement, outcome, reason: detailMessage });
      }
      const what = words(eventType ?? category ?? "").replace(/ replication instance$/, "");
      return note(instanceCondition.name, { ...statement, of: `${of}:${sameState(what)}`, outcome: `: ${what}` });
    },
  });

export const dms = () => [...task(), ...instance()];
