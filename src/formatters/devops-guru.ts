import * as z from "zod";
import { condition, type Notice, note, type Statement } from "../condition.ts";
import { accountRegion, list, object, text } from "../grammar/fields.ts";
import { type Formatter, formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { lookUp, slug } from "../grammar/words.ts";

const insight = condition("devops-guru", {
  grades: { 4: "high", 3: "medium, or high and proactive", 2: "low, or medium and proactive" },
  ends: "DevOps Guru Insight Closed of the same insight",
});

const severities: Readonly<Record<string, 2 | 3 | 4>> = { high: 4, medium: 3, low: 2 };
const lower = { 4: 3, 3: 2, 2: 1 } as const;

/** The fields of all of DevOps Guru's events. */
const fields = () =>
  z.object({
    insightId: text,
    insightSeverity: text,
    insightType: text,
    insightName: text,
    insightDescription: text,
    insightUrl: text,
    recommendations: list(object({ name: text })),
    resourceCollection: object({ cloudFormation: object({ stackNames: list(text) }) }),
  });
type Detail = z.infer<ReturnType<typeof fields>>;

/** What a notice states whatever happened to its insight. */
type InsightFields = Omit<Statement, "thing" | "outcome">;

const formatterOf = (
  detailType: string,
  means: string,
  noticeOf: (fields: InsightFields, detail: Detail) => Notice,
  conditions?: Formatter["conditions"],
) =>
  formatter({
    source: "aws.devops-guru",
    detailType,
    means,
    conditions,
    detail: fields,
    format: (detail, event) => {
      const { insightId, insightUrl, resourceCollection } = detail;
      if (!insightId) throw new UnexpectedPayload("no insightId");
      const stack = resourceCollection?.cloudFormation?.stackNames?.find((name) => name !== undefined);
      const insightFields = {
        of: insightId,
        node: stack ?? accountRegion(event),
        link: insightUrl?.startsWith("https://") ? insightUrl : undefined,
        reason: detail.insightDescription ?? detail.insightName,
      };
      return noticeOf(insightFields, detail);
    },
  });

const isProactive = ({ insightType }: Detail): boolean => insightType?.toUpperCase() === "PROACTIVE";

function raise(outcome: string, insightFields: InsightFields, detail: Detail): Notice {
  const severity = lookUp(severities, detail.insightSeverity?.toLowerCase()) ?? 2;
  const grade = isProactive(detail) ? lower[severity] : severity;
  const statement = { ...insightFields, thing: "DevOps Guru", outcome };
  // Of severity 1 it has the insight's own identity: its closing ends it too.
  return grade === 1 ? note(insight.name, statement) : insight.raise(grade, statement);
}

const added = (detailType: string, outcome: (advice: string | undefined) => string) =>
  formatterOf(detailType, "DevOps Guru adds an anomaly or advice to an insight", (insightFields, detail) => {
    const advice = detail.recommendations?.find((item) => item?.name !== undefined)?.name;
    return note("devops-guru", {
      ...insightFields,
      of: `${insightFields.of}:${slug(detailType)}`,
      thing: "DevOps Guru",
      outcome: outcome(advice),
      reason: [advice, insightFields.reason].filter(Boolean).join(": "),
    });
  });

export const devopsGuru = () =>
  [
    formatterOf(
      "DevOps Guru New Insight Open",
      "DevOps Guru sees or foresees an anomaly in an application",
      (insightFields, detail) =>
        raise(isProactive(detail) ? "foresees an anomaly" : "sees an anomaly", insightFields, detail),
      [insight],
    ),
    formatterOf(
      "DevOps Guru Insight Severity Upgraded",
      "An anomaly became more severe",
      (insightFields, detail) => raise("finds an anomaly more severe than before", insightFields, detail),
      [insight],
    ),
    formatterOf(
      "DevOps Guru Insight Closed",
      "An anomaly is over",
      (insightFields) => insight.clear({ ...insightFields, thing: "DevOps Guru insight", outcome: "is closed" }),
      [{ ...insight, grades: {} }],
    ),
    added("DevOps Guru New Anomaly Association", () => "found a further anomaly"),
    added("DevOps Guru New Recommendation Created", (advice) => (advice ? "recommends" : "has a recommendation")),
  ].flat();
