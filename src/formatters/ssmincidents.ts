import type { ProblemSeverity } from "../notice.ts";
import { dig } from "./cloudtrail/request.ts";
import { callNotices, trailed, trailRecord } from "./cloudtrail.ts";
import { arnResource, lastPart, text } from "./fields.ts";
import { formatter } from "./formatter.ts";

/** By the impact that Incident Manager defines: 1 critical to 5 no impact. */
const severities: Readonly<Record<string, ProblemSeverity>> = { 1: 5, 2: 4, 3: 3 };

export const ssmincidents = () =>
  [
    formatter({
      source: "aws.ssm-incidents",
      detailType: "AWS API Call via CloudTrail",
      means: "An incident was started or resolved in Incident Manager, or another call of it was made",
      severity:
        "a started incident by its impact: critical 5, high 4, medium or not said 3, lower 2; other calls as of any service",
      clears: "UpdateIncidentRecord with status RESOLVED of the same incident",
      detail: trailRecord,
      format: (record, event) => {
        const { call, by, place, link } = trailed(record, event);
        const request = record.requestParameters;
        const resolved = call === "UpdateIncidentRecord" && dig(request, "status") === "RESOLVED";
        const failed = record.errorCode ?? record.errorMessage;
        if (failed || !(call === "StartIncident" || resolved)) return callNotices(record, event);
        const arn = text.parse(dig(record.responseElements, "incidentRecordArn") ?? dig(request, "arn"));
        // arn:aws:ssm-incidents::111122223333:incident-record/plan/id
        const plan = arnResource(arn)?.split("/").at(-2) ?? lastPart(text.parse(dig(request, "responsePlanArn")));
        const title = text.parse(dig(request, "title"));
        const incident = ["Incident", title && `"${title}"`, plan && `of response plan ${plan}`]
          .filter(Boolean)
          .join(" ");
        const common = {
          node: plan ?? place,
          tag: "CloudTrailEvent",
          condition: `ssm-incidents:${arn ?? title ?? plan ?? "any"}`,
          link,
        };
        if (resolved) {
          return { ...common, summary: `${incident} was resolved by ${by.name}`, severity: 0, clears: [2, 3, 4, 5] };
        }
        const impact = text.parse(dig(request, "impact"));
        return {
          ...common,
          summary: `${incident} was started by ${by.name}`,
          severity: impact ? (severities[impact] ?? 2) : 3,
        };
      },
    }),
  ].flat();
