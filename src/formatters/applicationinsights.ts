import * as z from "zod";
import { condition, type Notice, note } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { accountRegion, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { lookUp, words } from "../grammar/words.ts";

const problem = condition("applicationinsights", {
  grades: { 4: "high", 3: "medium", 2: "low" },
  ends: "status Resolved of the same problem",
});

const grades: Readonly<Record<string, 2 | 3 | 4>> = { high: 4, medium: 3, low: 2 };

const problemDetail = () =>
  z.object({
    problemId: text,
    title: text,
    severity: text,
    status: text,
    affectedResource: text,
    resourceGroupName: text,
    resourceGroup: text,
    problemUrl: text,
  });

function noticeOf(detail: z.infer<ReturnType<typeof problemDetail>>, event: AwsEvent): Notice {
  if (!detail.problemId) throw new UnexpectedPayload("no problemId");
  const group = detail.resourceGroupName ?? detail.resourceGroup;
  const where = `in ${group ?? "an application"}`;
  const shared = {
    of: detail.problemId,
    node: detail.affectedResource ?? group ?? accountRegion(event),
    reason: detail.title,
    link: detail.problemUrl?.startsWith("https://") ? detail.problemUrl : undefined,
  };
  if (/^resolved$/i.test(detail.status ?? "")) {
    return problem.clear({
      ...shared,
      thing: "Application Insights problem",
      outcome: "is resolved",
      context: where,
    });
  }
  const level = detail.severity?.toLowerCase();
  const status = words(detail.status ?? "in progress");
  const statement = {
    ...shared,
    thing: "Application Insights",
    outcome: `found a problem${level ? ` of ${level} severity` : ""}`,
    context: status === "in progress" ? where : `${where}, now ${status}`,
  };
  const grade = lookUp(grades, level);
  // An informative problem has the identity of the others, since the next event of it may raise or clear it.
  return grade ? problem.raise(grade, statement) : note(problem.name, statement);
}

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
    detail: problemDetail,
    format: noticeOf,
  });
