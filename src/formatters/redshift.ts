import * as z from "zod";
import { condition, note } from "../condition.ts";
import { lastPart, place, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { clause, predicate, slug } from "./words.ts";

const topics = [
  "Monitoring",
  "Management",
  "Configuration",
  "Security",
  "Base RPU Change",
  "Rate change",
  "Pending",
  "Data Sharing",
] as const;

// Source: "Amazon Redshift Serverless event notifications with Amazon EventBridge": some failures are marked INFO, and
// the words of its events are fixed but for names and a time at the end.
const failed =
  /\b(?:fail(?:ed|s|ure)?|errors?|can(?:no|')t|couldn't|could not|unable|invalid|exceeded|no available|doesn't have)\b/i;
// What two events must have in common for the one to end what the other tells.
const operation =
  /base RPU change|restore from (?:snapshot|recovery point)|\b(?:de)?register\b|track|KMS key|\bsecret\b|IP addresses|snapshot/i;
const ended = /\b(?:success(?:ful(?:ly)?)?|complete[ds]?|has (?:now )?been restored)\b/i;

const failure = condition("redshift-serverless", { grades: { 3: "a failure" } });
const statementFailure = condition("redshift-data", {
  grades: { 2: "FAILED" },
  ends: "FINISHED of the statement of the same name on the same cluster or workgroup",
});

/** What ends the failures of a topic; AWS tells the end of no others. */
const endings: Readonly<Partial<Record<(typeof topics)[number], string>>> = {
  Management: "completion of the same operation on the same resource",
  "Rate change": "completion of a change of the same workgroup",
};

export const redshift = () => [
  ...topics.flatMap((topic) =>
    formatter({
      source: "aws.redshift-serverless",
      detailType: `Redshift Serverless ${topic}`,
      means: `Redshift Serverless reports on ${topic === "Pending" ? "what is pending" : topic.toLowerCase()}`,
      conditions: [{ ...failure, ends: endings[topic] }],
      detail: () => z.object({ message: text, Message: text, severity: text }),
      format: (detail, event) => {
        const message = (detail.message ?? detail.Message)?.replace(/ at [^.]*(?:UTC|\dZ)\W*$/, "");
        const resource = lastPart(event.resources[0]);
        if (!message) throw new UnexpectedPayload("no message");
        const named = message.match(/\b(?:workgroup|namespace|snapshot|warehouse) \[?([\w-]*[\d_-][\w-]*)/i)?.[1];
        const node = named ?? resource ?? place(event);
        const about = named || !resource ? "" : ` (${resource})`;
        const of = `${slug(operation.exec(message)?.[0] ?? topic)}:${resource ?? named ?? "any"}`;
        const statement = { of, node, summary: `Redshift Serverless${about}: ${clause("", message)}` };
        if (failed.test(message) || detail.severity?.toUpperCase() === "ERROR") return failure.raise(3, statement);
        if (ended.test(message)) return failure.clear(statement);
        return note("redshift-serverless", { ...statement, of: `${of}:notice` });
      },
    }),
  ),
  ...formatter({
    source: "aws.redshift-data",
    detailType: "Redshift Data Statement Status Change",
    means: "A statement run through the Data API, with events asked for, ended",
    conditions: [statementFailure],
    detail: () => z.object({ statementName: text, state: text }),
    format: ({ statementName, state }, event) => {
      if (!state) throw new UnexpectedPayload("no state");
      const cluster = lastPart(event.resources[0]);
      const now = state.toUpperCase();
      const of = `${cluster ?? "any"}:${statementName ?? "unnamed"}`;
      const statement = {
        of,
        node: cluster ?? statementName ?? place(event),
        summary: ["Redshift statement", statementName, predicate(state), cluster && `on ${cluster}`]
          .filter(Boolean)
          .join(" "),
      };
      if (now === "FAILED") return statementFailure.raise(2, statement);
      if (now === "FINISHED" && statementName) return statementFailure.clear(statement);
      return note("redshift-data", { ...statement, of: `${of}:${slug(state)}` });
    },
  }),
];
