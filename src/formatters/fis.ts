import * as z from "zod";
import { lastPart, object, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { clause, predicate, slug } from "./words.ts";

export const fis = () =>
  formatter({
    source: "aws.fis",
    detailType: "FIS Experiment State Change",
    means: "An experiment that injects faults runs, ended, failed or was stopped: the reason of other alarms",
    severity: "running 2, failed and stopped 2, completed 0, else 1",
    clears: "the end of the same experiment ends its running",
    detail: () => z.object({ "experiment-id": text, "new-state": object({ status: text, reason: text }) }),
    format: ({ "experiment-id": named, "new-state": now }, event) => {
      const id = named ?? lastPart(event.resources[0]);
      const status = now?.status?.toLowerCase();
      if (!id || !status) throw new UnexpectedPayload("no experiment-id or no status");
      const running = `fis:running:${id}`;
      const said = `FIS experiment ${id}`;
      if (status === "running") {
        return {
          node: id,
          severity: 2,
          condition: running,
          summary: `${said} is running: it injects faults on purpose`,
        };
      }
      const bad = /^(?:failed|stopped|cancelled)$/.test(status);
      const told = status === "stopped" ? "was stopped" : status === "cancelled" ? "was cancelled" : predicate(status);
      const over = {
        node: id,
        severity: 0,
        clears: [2],
        condition: running,
        summary: `${said} ${bad ? "is over" : told}`,
      } as const;
      if (status === "completed") return over;
      const ended = {
        node: id,
        severity: bad ? 2 : 1,
        condition: `fis:${slug(status)}:${id}`,
        summary: `${said} ${told}${bad ? clause(": ", now?.reason) : ""}`,
      } as const;
      return bad ? [over, ended] : ended;
    },
  });
