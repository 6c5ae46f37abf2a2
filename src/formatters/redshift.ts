import * as z from "zod";
import { lastSegment } from "../arn.ts";
import { condition, type Notice, note } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { accountRegion, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { predicate, slug } from "../grammar/words.ts";
import { cleanReason } from "../sentence.ts";

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
// What two events must have in common for the one to end what the other reports.
const operation =
  /base RPU change|restore from (?:snapshot|recovery point)|\b(?:de)?register\b|track|KMS key|\bsecret\b|IP addresses|snapshot/i;
const ended = /\b(?:success(?:ful(?:ly)?)?|complete[ds]?|has (?:now )?been restored)\b/i;
const operationFailed = /\b(base RPU change|restore from (?:snapshot|recovery point))\b.* failed\b/i;
const resourceName = /\b(?:workgroup|namespace|snapshot|warehouse) \[?([\w-]*[\d_-][\w-]*)/i;

const failure = condition("redshift-serverless", { grades: { 3: "a failure" } });

/** What ends the failures of a topic; AWS reports the end of no others. */
const endings: Readonly<Partial<Record<(typeof topics)[number], string>>> = {
  Management: "completion of the same operation on the same resource",
  "Rate change": "completion of a change of the same workgroup",
};

const messageDetail = () => z.object({ message: text, Message: text, severity: text });
type MessageDetail = z.infer<ReturnType<typeof messageDetail>>;

const serverlessNotice = (topic: string) => (detail: MessageDetail, event: AwsEvent) => {
  const message = (detail.message ?? detail.Message)?.replace(/ at [^.]*(?:UTC|\dZ)\W*$/, "");
  if (!message) throw new UnexpectedPayload("no message");
  const resource = lastSegment(event.resources[0]);
  const named = message.match(resourceName)?.[1];
  const of = `${slug(operation.exec(message)?.[0] ?? topic)}:${resource ?? named ?? "any"}`;
  const fields = { of, node: named ?? resource ?? accountRegion(event), thing: "Redshift Serverless" };
  if (failed.test(message) || detail.severity?.toUpperCase() === "ERROR") {
    const cause = operationFailed.exec(message)?.[1];
    return failure.raise(3, {
      ...fields,
      name: named ?? resource,
      outcome: cause ? `: ${cause.charAt(0).toLowerCase()}${cause.slice(1)} failed` : "reports a failure",
      reason: cause && /failed(?: to complete)?\.?$/.test(message) ? undefined : message,
    });
  }
  const statement = { ...fields, name: named ? undefined : resource, outcome: `: ${cleanReason(message)}` };
  if (ended.test(message)) return failure.clear(statement);
  return note("redshift-serverless", { ...statement, of: `${of}:notice` });
};

const serverless = (topic: (typeof topics)[number]) =>
  formatter({
    source: "aws.redshift-serverless",
    detailType: `Redshift Serverless ${topic}`,
    means: `Redshift Serverless reports on ${topic === "Pending" ? "what is pending" : topic.toLowerCase()}`,
    conditions: [{ ...failure, ends: endings[topic] }],
    detail: messageDetail,
    format: serverlessNotice(topic),
  });

const statementFailure = condition("redshift-data", {
  grades: { 2: "FAILED" },
  ends: "FINISHED of the statement of the same name on the same cluster or workgroup",
});

const dataStatement = formatter({
  source: "aws.redshift-data",
  detailType: "Redshift Data Statement Status Change",
  means: "A statement run through the Data API, with events asked for, ended",
  conditions: [statementFailure],
  detail: () => z.object({ statementName: text, state: text }),
  format: ({ statementName, state }, event): Notice => {
    if (!state) throw new UnexpectedPayload("no state");
    const cluster = lastSegment(event.resources[0]);
    const of = `${cluster ?? "any"}:${statementName ?? "unnamed"}`;
    const statement = {
      of,
      node: cluster ?? statementName ?? accountRegion(event),
      thing: "Redshift statement",
      name: statementName,
      outcome: predicate(state),
      context: cluster && `on ${cluster}`,
    };
    if (state.toUpperCase() === "FAILED") return statementFailure.raise(2, statement);
    if (state.toUpperCase() === "FINISHED" && statementName) return statementFailure.clear(statement);
    return note("redshift-data", { ...statement, of: `${of}:${slug(state)}` });
  },
});

export const redshift = () => [...topics.flatMap(serverless), ...dataStatement];
