import * as z from "zod";
import type { ProblemSeverity } from "../notice.ts";
import { list, object, place, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { clause, lookUp, slug } from "./words.ts";

const severities: Readonly<Record<string, ProblemSeverity>> = { high: 4, medium: 3, low: 2 };
const lower: Readonly<Record<ProblemSeverity, ProblemSeverity>> = { 5: 4, 4: 3, 3: 2, 2: 1, 1: 1 };

const added: Readonly<Record<string, string>> = {
  "DevOps Guru New Anomaly Association": "DevOps Guru found a further anomaly",
  "DevOps Guru New Recommendation Created": "DevOps Guru recommends",
};

const graded = "high 4, medium 3, low 2, a proactive insight one lower";
const closed = "DevOps Guru Insight Closed of the same insight";

export const devopsGuru = () =>
  [
    about(
      ["DevOps Guru New Insight Open"],
      "DevOps Guru sees or foresees an anomaly in an application",
      graded,
      closed,
    ),
    about(["DevOps Guru Insight Severity Upgraded"], "An anomaly became graver", graded, closed),
    about(["DevOps Guru Insight Closed"], "An anomaly is over", "0"),
    about(Object.keys(added), "DevOps Guru adds to what it said of an anomaly", "1"),
  ].flat();

const about = (detailType: readonly string[], means: string, severity: string, clears?: string) =>
  formatter({
    source: "aws.devops-guru",
    detailType,
    means,
    severity,
    clears,
    detail: () =>
      z.object({
        insightId: text,
        insightSeverity: text,
        insightType: text,
        insightName: text,
        insightDescription: text,
        insightUrl: text,
        recommendations: list(object({ name: text })),
        resourceCollection: object({ cloudFormation: object({ stackNames: list(text) }) }),
      }),
    format: (detail, event) => {
      const { insightId: id, insightType: type = "" } = detail;
      if (!id) throw new UnexpectedPayload("no insightId");
      const stack = detail.resourceCollection?.cloudFormation?.stackNames?.find((name) => name !== undefined);
      const about = detail.insightDescription ?? detail.insightName;
      const common = {
        node: stack ?? place(event),
        condition: `devops-guru:${id}`,
        link: detail.insightUrl?.startsWith("https://") ? detail.insightUrl : undefined,
      };
      if (/closed$/i.test(event.detailType)) {
        return {
          ...common,
          severity: 0,
          clears: [1, 2, 3, 4],
          summary: `DevOps Guru insight is closed${clause(": ", about)}`,
        };
      }
      const more = lookUp(added, event.detailType);
      if (more) {
        const advice = detail.recommendations?.find((item) => item?.name !== undefined)?.name;
        const condition = `${common.condition}:${slug(event.detailType)}`;
        return { ...common, severity: 1, condition, summary: more + clause(": ", advice) + clause(": ", about) };
      }
      const proactive = type.toUpperCase() === "PROACTIVE";
      const severity = lookUp(severities, detail.insightSeverity?.toLowerCase()) ?? 2;
      return {
        ...common,
        severity: proactive ? lower[severity] : severity,
        summary: `DevOps Guru ${/upgraded$/i.test(event.detailType) ? "finds an anomaly graver than before" : proactive ? "foresees an anomaly" : "sees an anomaly"}${clause(": ", about)}`,
      };
    },
  });
