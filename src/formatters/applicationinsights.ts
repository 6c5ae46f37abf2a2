import * as z from "zod";
import type { ProblemSeverity } from "../notice.ts";
import { place, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { clause, lookUp, words } from "./words.ts";

const severities: Readonly<Record<string, ProblemSeverity>> = { high: 4, medium: 3, low: 2, informative: 1 };

export const applicationinsights = () =>
  formatter({
    source: "aws.applicationinsights",
    detailType: [
      "Application Insights Problem Detected",
      "Application Insights Problem Created",
      "Application Insights Problem Update",
      "Application Insights Problem Updated",
    ],
    means: "CloudWatch Application Insights found a problem in an application, or follows it to its end",
    severity: "High 4, Medium 3, Low 2, Informative 1, resolved 0",
    clears: "status Resolved of the same problem",
    detail: () =>
      z.object({
        problemId: text,
        title: text,
        severity: text,
        status: text,
        affectedResource: text,
        resourceGroupName: text,
        resourceGroup: text,
        problemUrl: text,
      }),
    format: (detail, event) => {
      if (!detail.problemId) throw new UnexpectedPayload("no problemId");
      const group = detail.resourceGroupName ?? detail.resourceGroup;
      const subject = `Application Insights: ${group ?? "an application"}`;
      const common = {
        node: detail.affectedResource ?? group ?? place(event),
        condition: `applicationinsights:${detail.problemId}`,
        link: detail.problemUrl?.startsWith("https://") ? detail.problemUrl : undefined,
      };
      const what = clause(": ", detail.title);
      if (/^resolved$/i.test(detail.status ?? "")) {
        return {
          ...common,
          severity: 0,
          clears: [1, 2, 3, 4],
          summary: `Application Insights: the problem of ${group ?? "an application"} is resolved${what}`,
        };
      }
      const level = detail.severity?.toLowerCase();
      const status = words(detail.status ?? "in progress");
      const state = status === "in progress" ? "" : `, now ${status}`;
      return {
        ...common,
        severity: lookUp(severities, level) ?? 1,
        summary: `${subject} has a problem${level ? ` of ${level} severity` : ""}${state}${what}`,
      };
    },
  });
