import * as z from "zod";
import { condition, note } from "../condition.ts";
import { text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { lookUp, sentence, slug } from "./words.ts";

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

export const elasticbeanstalk = () =>
  [
    formatter({
      source: "aws.elasticbeanstalk",
      detailType: "Health status change",
      means: "An environment's health changed its colour",
      conditions: [health],
      detail: environment,
      format: ({ ApplicationName: application, EnvironmentName: name, Severity: level, Message: message }) => {
        if (!name) throw new UnexpectedPayload("no EnvironmentName");
        const [, from, to] = /\bfrom (No Data|\w+) to (No Data|\w+)/i.exec(message ?? "") ?? [];
        const of = `${application ?? ""}/${name}`;
        const subject = `Health of Beanstalk environment ${name}`;
        if (to?.toLowerCase() === "ok") return health.clear({ of, node: name, summary: `${subject} is Ok again` });
        const summary = to ? `${subject} is ${to}, after ${from}` : `${subject} changed`;
        const grade = to ? lookUp(severityOfColour, to.toLowerCase()) : lookUp(severityOfLevel, level?.toUpperCase());
        return grade
          ? health.raise(grade, { of, node: name, summary })
          : note(health.name, { of: `${of}:${slug(to ?? "changed")}`, node: name, summary });
      },
    }),
    formatter({
      source: "aws.elasticbeanstalk",
      detailType: [
        "Elastic Beanstalk resource status change",
        "Managed update status change",
        "Other resource status change",
      ],
      means: "An environment, its resources or its managed update were changed, or could not be",
      conditions: [operation],
      detail: environment,
      format: ({ ApplicationName: application, EnvironmentName: name, Severity: level, Status: status }) => {
        const node = name ?? application;
        if (!node || !status) throw new UnexpectedPayload("no EnvironmentName or no Status");
        const of = `${application ?? ""}/${node}`;
        const summary = `Beanstalk environment ${node}: ${sentence(status.replace(/[\s.]+$/, "").replace(/^Environment /i, ""))}`;
        const statement = { of, node, summary };
        if (/^(?:error|fatal)$/i.test(level ?? "")) return operation.raise(4, statement);
        if (/^warn/i.test(level ?? "")) return operation.raise(2, statement);
        if (/\b(?:completed|successful|successfully)$/i.test(summary)) return operation.clear(statement);
        return note(operation.name, { ...statement, of: `${of}:${slug(status)}` });
      },
    }),
  ].flat();
