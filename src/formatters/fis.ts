import * as z from "zod";
import { condition, note } from "../condition.ts";
import { lastPart, object, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { clause, predicate, slug } from "./words.ts";

const running = condition("fis:running", {
  grades: { 2: "running" },
  ends: "the same experiment is over",
});

/** What nothing clears: that an experiment did not come to its end. */
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
      const id = named ?? lastPart(event.resources[0]);
      const status = now?.status?.toLowerCase();
      if (!id || !status) throw new UnexpectedPayload("no experiment-id or no status");
      const common = { of: id, node: id };
      const experiment = `FIS experiment ${id}`;
      if (status === "running") {
        return running.raise(2, { ...common, summary: `${experiment} is running: it injects faults on purpose` });
      }
      const ending = endings.get(status);
      const outcome = /^(?:stopped|cancelled)$/.test(status) ? `was ${status}` : predicate(status);
      const over = running.clear({ ...common, summary: `${experiment} ${ending ? "is over" : outcome}` });
      if (status === "completed") return over;
      if (!ending) return note(`fis:${slug(status)}`, { ...common, summary: `${experiment} ${outcome}` });
      const summary = `${experiment} ${outcome}${clause(": ", now?.reason)}`;
      return [over, ending.raise(2, { ...common, summary })];
    },
  });
