import * as z from "zod";
import type { ProblemSeverity } from "../notice.ts";
import { text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { lookUp, sentence, slug } from "./words.ts";

/** Colours of enhanced health, worst first. */
const severityOfColour: Readonly<Record<string, ProblemSeverity>> = { severe: 5, degraded: 4, warning: 3 };
const severityOfLevel: Readonly<Record<string, ProblemSeverity>> = { FATAL: 4, ERROR: 4, WARN: 3 };

const environment = () =>
  z.object({ ApplicationName: text, EnvironmentName: text, Severity: text, Status: text, Message: text });

export const elasticbeanstalk = () =>
  [
    formatter({
      source: "aws.elasticbeanstalk",
      detailType: "Health status change",
      means: "An environment's health changed its colour",
      severity: "Severe 5, Degraded 4, Warning 3, Ok 0, else 1; without a colour ERROR and FATAL 4, WARN 3",
      clears: "Ok of the same environment",
      detail: environment,
      format: ({ ApplicationName: application, EnvironmentName: name, Severity: level, Message: message }) => {
        if (!name) throw new UnexpectedPayload("no EnvironmentName");
        const [, from, to] = /\bfrom (No Data|\w+) to (No Data|\w+)/i.exec(message ?? "") ?? [];
        const health = `elasticbeanstalk:health:${application ?? ""}/${name}`;
        const said = `Health of Beanstalk environment ${name}`;
        const common = { node: name, condition: health };
        if (to?.toLowerCase() === "ok")
          return { ...common, severity: 0, clears: [3, 4, 5], summary: `${said} is Ok again` };
        const severity =
          (to ? lookUp(severityOfColour, to.toLowerCase()) : lookUp(severityOfLevel, level?.toUpperCase())) ?? 1;
        return {
          ...common,
          severity,
          condition: severity > 1 ? health : `${health}:${slug(to ?? "changed")}`,
          summary: to ? `${said} is ${to}, after ${from}` : `${said} changed`,
        };
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
      severity: "ERROR and FATAL 4, WARN 2, a status that ends in completed or successful 0, else 1",
      clears: "an operation on the same environment that is completed or successful",
      detail: environment,
      format: ({ ApplicationName: application, EnvironmentName: name, Severity: level, Status: status }) => {
        const node = name ?? application;
        if (!node || !status) throw new UnexpectedPayload("no EnvironmentName or no Status");
        const condition = `elasticbeanstalk:operation:${application ?? ""}/${node}`;
        const summary = `Beanstalk environment ${node}: ${sentence(status.replace(/[\s.]+$/, "").replace(/^Environment /i, ""))}`;
        const common = { node, summary, condition };
        if (/^(?:error|fatal)$/i.test(level ?? "")) return { ...common, severity: 4 };
        if (/^warn/i.test(level ?? "")) return { ...common, severity: 2 };
        if (/\b(?:completed|successful|successfully)$/i.test(summary))
          return { ...common, severity: 0, clears: [2, 4] };
        return { ...common, severity: 1, condition: `${condition}:${slug(status)}` };
      },
    }),
  ].flat();
