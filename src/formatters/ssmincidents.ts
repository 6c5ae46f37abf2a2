import { condition } from "../condition.ts";
import { dig } from "./cloudtrail/request.ts";
import { callNotices, trailed, trailRecord } from "./cloudtrail.ts";
import { arnResource, lastPart, text } from "./fields.ts";
import { formatter } from "./formatter.ts";

/** By the impact that Incident Manager defines: 1 critical to 5 no impact. */
const severities: Readonly<Record<string, 3 | 4 | 5>> = { 1: 5, 2: 4, 3: 3 };

const incident = condition("ssm-incidents", {
  grades: { 5: "critical impact", 4: "high impact", 3: "medium impact or none stated", 2: "lower impact" },
  ends: "UpdateIncidentRecord with status RESOLVED of the same incident",
});

export const ssmincidents = () =>
  [
    formatter({
      source: "aws.ssm-incidents",
      detailType: "AWS API Call via CloudTrail",
      means: "An incident was started or resolved in Incident Manager, or another call of it was made",
      conditions: [incident],
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
        const subject = ["Incident", title && `"${title}"`, plan && `of response plan ${plan}`]
          .filter(Boolean)
          .join(" ");
        const common = {
          of: arn ?? title ?? plan,
          node: plan ?? place,
          tag: "CloudTrailEvent",
          link,
        };
        if (resolved) return incident.clear({ ...common, summary: `${subject} was resolved by ${by.name}` });
        const impact = text.parse(dig(request, "impact"));
        const grade = impact ? (severities[impact] ?? 2) : 3;
        return incident.raise(grade, { ...common, summary: `${subject} was started by ${by.name}` });
      },
    }),
  ].flat();
