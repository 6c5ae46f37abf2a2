import * as z from "zod";
import { lastSegment } from "../arn.ts";
import { condition, type Notice, note, type Statement } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { accountRegion, flag, number, object, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { consoleLink } from "../grammar/links.ts";
import { lookUp, words } from "../grammar/words.ts";
import { visibleLength } from "../sentence.ts";

const finding = condition("macie", {
  grades: { 4: "high", 3: "medium", 2: "low" },
  ends: "an update that says the finding is archived",
});
const alert = condition("macie:alert", { grades: { 2: "any alert" } });

const severities: Readonly<Record<string, 2 | 3 | 4>> = { high: 4, medium: 3, low: 2 };
const bands: Readonly<Record<number, string>> = { 1: "low", 2: "medium", 3: "high" };

const findingFields = () =>
  z.object({
    id: text,
    type: text,
    title: text,
    archived: flag,
    sample: flag,
    severity: object({ description: text, score: number }),
    resourcesAffected: object({ s3Bucket: object({ name: text }) }),
  });

type Finding = z.infer<ReturnType<typeof findingFields>>;

function noticeOf(detail: Finding, event: AwsEvent): Notice {
  const { id, type, archived, sample, severity } = detail;
  const title = detail.title?.replace(/^\[SAMPLE\]\s*/, "").replace(/[\s.]+$/, "");
  if (!type && !title) throw new UnexpectedPayload("a finding with neither type nor title");
  const bucket = detail.resourcesAffected?.s3Bucket?.name;
  const of = id ?? `${type ?? detail.title}:${bucket ?? ""}`;
  const subject = title ?? "finding";
  // A long title gives way to the type: `policy, S3 bucket shared externally`.
  const long = type && `Macie: ${subject}`.length > visibleLength;
  const added = [bucket, type].filter((item) => item && !subject.includes(item)).join(", ");
  const statement: Statement = {
    of,
    node: bucket ?? accountRegion(event),
    thing: "Macie",
    outcome: `: ${long ? words(type.replace(/:[^/]*\//, ", ")).replace("cloud front", "CloudFront") : subject}`,
    context: added && `(${added})`,
    reason: long ? subject : undefined,
    link: consoleLink(event.region, "macie/home", "#findings"),
  };
  if (sample) return note(finding.name, { ...statement, of: `${of}:sample`, thing: "[SAMPLE] Macie", noise: "sample" });
  if (archived) return finding.clear({ ...statement, outcome: `archived${statement.outcome}` });
  const band = severity?.description?.toLowerCase() ?? bands[severity?.score ?? 0] ?? "";
  return finding.raise(lookUp(severities, band) ?? 2, statement);
}

const findings = formatter({
  source: "aws.macie",
  detailType: "Macie Finding",
  means: "Macie found sensitive data in a bucket, or a bucket that is open",
  conditions: [finding],
  detail: findingFields,
  format: noticeOf,
});

const alerts = formatter({
  source: "aws.macie",
  detailType: "Macie Alert",
  means: "Macie Classic, retired since, raised or updated an alert",
  conditions: [alert],
  detail: () => z.object({ name: text, actor: text, "alert-arn": text, "notification-type": text }),
  format: ({ name, actor, "alert-arn": arn, "notification-type": type }, event) => {
    if (!name) throw new UnexpectedPayload("an alert without a name");
    const by = actor?.split(":").slice(0, 3).at(-1);
    return alert.raise(2, {
      of: `${lastSegment(arn) ?? name}:${name}`,
      node: by ?? accountRegion(event),
      thing: "Macie",
      outcome: `: ${name}`,
      context: [type === "ALERT_UPDATED" && ", updated", by && `(${by})`].filter(Boolean).join(" "),
    });
  },
});

export const macie = () => [findings, alerts].flat();
