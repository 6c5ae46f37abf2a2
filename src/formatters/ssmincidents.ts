import { arnResource, lastSegment } from "../arn.ts";
import { condition, type Notice, type Severity, type Statement } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { text } from "../grammar/fields.ts";
import { formatter } from "../grammar/formatter.ts";
import { lookUp } from "../grammar/words.ts";
import { callNotices, unlistedConditions } from "./cloudtrail/call.ts";
import { errorOf, type TrailRecord, trailEventOf, trailRecord } from "./cloudtrail/record.ts";
import { dig } from "./cloudtrail/request.ts";

/** By the impact that Incident Manager defines: 1 critical to 5 no impact. */
const grades: Readonly<Record<string, 3 | 4 | 5>> = { 1: 5, 2: 4, 3: 3 };

const incident = condition("ssm-incidents", {
  grades: { 5: "critical impact", 4: "high impact", 3: "medium impact or none stated", 2: "lower impact" },
  ends: "UpdateIncidentRecord with status RESOLVED of the same incident",
});

function statementOf(record: TrailRecord, event: AwsEvent, outcome: string, severity: Severity): Statement {
  const { origin, link, actor } = trailEventOf(record, event);
  const request = record.requestParameters;
  const arn = text.parse(dig(record.responseElements, "incidentRecordArn") ?? dig(request, "arn"));
  // arn:aws:ssm-incidents::111122223333:incident-record/plan/id
  const plan = arnResource(arn)?.split("/").at(-2) ?? lastSegment(text.parse(dig(request, "responsePlanArn")));
  const title = text.parse(dig(request, "title"));
  return {
    of: arn ?? title ?? plan,
    node: plan ?? origin,
    tag: "CloudTrailEvent",
    link,
    thing: "Incident",
    name: title && `"${title}"`,
    outcome,
    context: plan && `under response plan ${plan}`,
    actor: actor(severity),
  };
}

export const ssmincidents = () =>
  formatter({
    source: "aws.ssm-incidents",
    detailType: "AWS API Call via CloudTrail",
    means: "An incident was started or resolved in Incident Manager, or another call of it was made",
    conditions: [incident, ...unlistedConditions],
    detail: trailRecord,
    format: (record, event): Notice | readonly Notice[] => {
      const { call } = trailEventOf(record, event);
      const request = record.requestParameters;
      if (errorOf(record)) return callNotices(record, event);
      if (call === "UpdateIncidentRecord" && dig(request, "status") === "RESOLVED") {
        return incident.clear(statementOf(record, event, "was resolved", 0));
      }
      if (call !== "StartIncident") return callNotices(record, event);
      const impact = text.parse(dig(request, "impact"));
      const grade = impact ? (lookUp(grades, impact) ?? 2) : 3;
      return incident.raise(grade, statementOf(record, event, "was started", grade));
    },
  });
