import * as z from "zod";
import { condition, note } from "../condition.ts";
import { flag, lastPart, number, object, place, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink } from "./links.ts";

const finding = condition("macie", {
  grades: { 4: "high", 3: "medium", 2: "low" },
  ends: "an update that says the finding is archived",
});
const alert = condition("macie:alert", { grades: { 2: "" } });

const severities: Readonly<Record<string, 2 | 3 | 4>> = { high: 4, medium: 3, low: 2 };
const bands: Readonly<Record<number, string>> = { 1: "low", 2: "medium", 3: "high" };

export const macie = () =>
  [
    formatter({
      source: "aws.macie",
      detailType: "Macie Finding",
      means: "Macie found sensitive data in a bucket, or a bucket that is open",
      conditions: [finding],
      detail: () =>
        z.object({
          id: text,
          type: text,
          title: text,
          archived: flag,
          sample: flag,
          severity: object({ description: text, score: number }),
          resourcesAffected: object({ s3Bucket: object({ name: text }) }),
        }),
      format: ({ id, type, title, archived, sample, severity, resourcesAffected }, event) => {
        if (!type && !title) throw new UnexpectedPayload("a finding with neither type nor title");
        const bucket = resourcesAffected?.s3Bucket?.name;
        const subject = (title ?? "finding").replace(/^\[SAMPLE\]\s*/, "").replace(/[\s.]+$/, "");
        const about = [bucket, type].filter((item) => item && !subject.includes(item));
        const summary = `${subject}${about.length > 0 ? ` (${about.join(", ")})` : ""}`;
        const of = id ?? `${type ?? title}:${bucket ?? ""}`;
        const common = {
          node: bucket ?? place(event),
          link: consoleLink(event.region, "macie/home", "#findings"),
        };
        if (sample) {
          return note(finding.name, {
            ...common,
            of: `${of}:sample`,
            summary: `[SAMPLE] Macie: ${summary}`,
            noise: "sample",
          });
        }
        if (archived) return finding.clear({ ...common, of, summary: `Macie archived: ${summary}` });
        const band = severity?.description?.toLowerCase() ?? bands[severity?.score ?? 0] ?? "";
        return finding.raise(severities[band] ?? 2, { ...common, of, summary: `Macie: ${summary}` });
      },
    }),
    formatter({
      source: "aws.macie",
      detailType: "Macie Alert",
      means: "Macie Classic, retired since, raised or updated an alert",
      conditions: [alert],
      detail: () => z.object({ name: text, actor: text, "alert-arn": text, "notification-type": text }),
      format: ({ name, actor, "alert-arn": arn, "notification-type": type }, event) => {
        if (!name) throw new UnexpectedPayload("an alert without a name");
        const by = actor?.split(":").slice(0, 3).at(-1);
        return alert.raise(2, {
          of: `${lastPart(arn) ?? name}:${name}`,
          node: by ?? place(event),
          summary: `Macie alert${type === "ALERT_UPDATED" ? " updated" : ""}: ${name}${by ? ` (${by})` : ""}`,
        });
      },
    }),
  ].flat();
