import * as z from "zod";
import { condition, note, type Statement } from "../condition.ts";
import { text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { lookUp, sentence, slug } from "../grammar/words.ts";

const health = condition("elasticbeanstalk:health", {
  grades: { 5: "Severe", 4: "Degraded, or without a colour ERROR or FATAL", 3: "Warning, or without a colour WARN" },
  ends: "Ok of the same environment",
});
const operation = condition("elasticbeanstalk:operation", {
  grades: { 4: "ERROR or FATAL", 2: "WARN" },
  ends: "an operation on the same environment that is completed or successful",
});

/** Colours of enhanced health, worst first. */
const severityOfColour: Readonly<Record<string, 3 | 4 | 5>> = { severe: 5, degraded: 4, warning: 3 };
const severityOfLevel: Readonly<Record<string, 3 | 4>> = { FATAL: 4, ERROR: 4, WARN: 3 };

const environment = () =>
  z.object({ ApplicationName: text, EnvironmentName: text, Severity: text, Status: text, Message: text });

/** Makes the statement about an environment. */
const statementOf =
  (application: string | undefined, name: string) =>
  (outcome: string, context?: string): Statement => ({
    of: `${application ?? ""}/${name}`,
    node: name,
    thing: "Beanstalk environment",
    name,
    outcome,
    context,
  });

const healthStatus = formatter({
  source: "aws.elasticbeanstalk",
  detailType: "Health status change",
  means: "An environment's health changed its colour",
  conditions: [health],
  detail: environment,
  format: ({ ApplicationName: application, EnvironmentName: name, Severity: level, Message: message = "" }) => {
    if (!name) throw new UnexpectedPayload("no EnvironmentName");
    const [transition, from, to] = /^.*?\bfrom (No Data|\w+) to (No Data|\w+)\.?/i.exec(message) ?? [];
    const statement = statementOf(application, name);
    if (to?.toLowerCase() === "ok") return health.clear(statement("has Ok health again"));
    const change = to ? statement(`has ${to} health`, `after ${from}`) : statement("changed its health");
    const grade = to ? lookUp(severityOfColour, to.toLowerCase()) : lookUp(severityOfLevel, level?.toUpperCase());
    return grade
      ? health.raise(grade, { ...change, reason: message.slice(transition?.length ?? 0) })
      : note(health.name, { ...change, of: `${change.of}:${slug(to ?? "changed")}` });
  },
});

const resourceStatus = formatter({
  source: "aws.elasticbeanstalk",
  detailType: [
    "Elastic Beanstalk resource status change",
    "Managed update status change",
    "Other resource status change",
  ],
  means: "An environment, its resources or its managed update were changed, or could not be",
  conditions: [operation],
  detail: environment,
  format: (detail) => {
    const { ApplicationName: application, Severity: level = "", Status: status, Message: reason } = detail;
    const name = detail.EnvironmentName ?? application;
    if (!name || !status) throw new UnexpectedPayload("no EnvironmentName or no Status");
    const step = sentence(status.replace(/[\s.]+$/, "").replace(/^Environment /i, ""));
    const statement = statementOf(application, name)(`: ${step}`);
    if (/^(?:error|fatal)$/i.test(level)) return operation.raise(4, { ...statement, reason });
    if (/^warn/i.test(level)) return operation.raise(2, { ...statement, reason });
    if (/\b(?:completed|successful|successfully)$/i.test(step)) return operation.clear(statement);
    return note(operation.name, { ...statement, of: `${statement.of}:${slug(status)}` });
  },
});

export const elasticbeanstalk = () => [healthStatus, resourceStatus].flat();
