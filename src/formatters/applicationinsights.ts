import * as z from "zod";
import { condition } from "../condition.ts";
import { place, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { clause, lookUp, words } from "./words.ts";

/** Unlike what merely happened, an informative problem is resolved some day. */
const problem = condition("applicationinsights", {
  grades: { 4: "high", 3: "medium", 2: "low", 1: "informative or of no severity" },
  ends: "status Resolved of the same problem",
});

const severities: Readonly<Record<string, 1 | 2 | 3 | 4>> = { high: 4, medium: 3, low: 2, informative: 1 };

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
    conditions: [problem],
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
        of: detail.problemId,
        node: detail.affectedResource ?? group ?? place(event),
        link: detail.problemUrl?.startsWith("https://") ? detail.problemUrl : undefined,
      };
      const what = clause(": ", detail.title);
      if (/^resolved$/i.test(detail.status ?? "")) {
        return problem.clear({
          ...common,
          summary: `Application Insights: the problem of ${group ?? "an application"} is resolved${what}`,
        });
      }
      const level = detail.severity?.toLowerCase();
      const status = words(detail.status ?? "in progress");
      const state = status === "in progress" ? "" : `, now ${status}`;
      return problem.raise(lookUp(severities, level) ?? 1, {
        ...common,
        summary: `${subject} has a problem${level ? ` of ${level} severity` : ""}${state}${what}`,
      });
    },
  });
