import * as z from "zod";
import { lastSegment } from "../arn.ts";
import { condition, note, type Statement } from "../condition.ts";
import { object, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { predicate, slug } from "../grammar/words.ts";

const running = condition("fis:running", {
  grades: { 2: "running" },
  ends: "the same experiment is over",
});

/** Nothing clears that an experiment did not come to its end. */
const endings = new Map(
  ["failed", "stopped", "cancelled"].map((status) => [status, condition(`fis:${status}`, { grades: { 2: status } })]),
);

export const fis = () =>
  formatter({
    source: "aws.fis",
    detailType: "FIS Experiment State Change",
    means: "An experiment that injects faults runs, ended, failed or was stopped: the reason of other alarms",
    conditions: [running, ...endings.values()],
    detail: () => z.object({ "experiment-id": text, "new-state": object({ status: text, reason: text }) }),
    format: ({ "experiment-id": named, "new-state": now }, event) => {
      const id = named ?? lastSegment(event.resources[0]);
      const status = now?.status?.toLowerCase();
      if (!id || !status) throw new UnexpectedPayload("no experiment-id or no status");
      const statement = (outcome: string, reason?: string, context?: string): Statement => ({
        of: id,
        node: id,
        thing: "FIS experiment",
        name: id,
        outcome,
        context,
        reason,
      });
      if (status === "running")
        return running.raise(2, statement("is running", now?.reason, "and injects faults on purpose"));
      const ending = endings.get(status);
      const outcome = /^(?:stopped|cancelled)$/.test(status) ? `was ${status}` : predicate(status);
      if (status === "completed") return running.clear(statement(outcome));
      if (!ending) return note(`fis:${slug(status)}`, statement(outcome));
      return [running.clear(statement("is over")), ending.raise(2, statement(outcome, now?.reason))];
    },
  });
