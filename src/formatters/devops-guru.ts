import * as z from "zod";
import { type Condition, condition, note } from "../condition.ts";
import { list, object, place, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { clause, lookUp, slug } from "./words.ts";

/** Unlike what merely happened, an insight of severity 1 is closed some day. */
const insight = condition("devops-guru", {
  grades: { 4: "high", 3: "medium, or high and proactive", 2: "low, or medium and proactive", 1: "low and proactive" },
  ends: "DevOps Guru Insight Closed of the same insight",
});

const severities: Readonly<Record<string, 2 | 3 | 4>> = { high: 4, medium: 3, low: 2 };
const lower = { 4: 3, 3: 2, 2: 1 } as const;

const added: Readonly<Record<string, string>> = {
  "DevOps Guru New Anomaly Association": "DevOps Guru found a further anomaly",
  "DevOps Guru New Recommendation Created": "DevOps Guru recommends",
};

export const devopsGuru = () =>
  [
    about(["DevOps Guru New Insight Open"], "DevOps Guru sees or foresees an anomaly in an application", [insight]),
    about(["DevOps Guru Insight Severity Upgraded"], "An anomaly became graver", [insight]),
    about(["DevOps Guru Insight Closed"], "An anomaly is over", [{ ...insight, grades: {} }]),
    about(Object.keys(added), "DevOps Guru adds to what it said of an anomaly"),
  ].flat();

const about = (detailType: readonly string[], means: string, conditions?: readonly Condition<never>[]) =>
  formatter({
    source: "aws.devops-guru",
    detailType,
    means,
    conditions,
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
        of: id,
        node: stack ?? place(event),
        link: detail.insightUrl?.startsWith("https://") ? detail.insightUrl : undefined,
      };
      if (/closed$/i.test(event.detailType)) {
        return insight.clear({ ...common, summary: `DevOps Guru insight is closed${clause(": ", about)}` });
      }
      const more = lookUp(added, event.detailType);
      if (more) {
        const advice = detail.recommendations?.find((item) => item?.name !== undefined)?.name;
        return note("devops-guru", {
          ...common,
          of: `${id}:${slug(event.detailType)}`,
          summary: more + clause(": ", advice) + clause(": ", about),
        });
      }
      const proactive = type.toUpperCase() === "PROACTIVE";
      const severity = lookUp(severities, detail.insightSeverity?.toLowerCase()) ?? 2;
      return insight.raise(proactive ? lower[severity] : severity, {
        ...common,
        summary: `DevOps Guru ${/upgraded$/i.test(event.detailType) ? "finds an anomaly graver than before" : proactive ? "foresees an anomaly" : "sees an anomaly"}${clause(": ", about)}`,
      });
    },
  });
