import * as z from "zod";
import type { Notice, ProblemSeverity } from "../notice.ts";
import { flag, lastPart, number, object, place, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink } from "./links.ts";

const severities: Readonly<Record<string, ProblemSeverity>> = { high: 4, medium: 3, low: 2 };
const bands: Readonly<Record<number, string>> = { 1: "low", 2: "medium", 3: "high" };

export const macie = () =>
  [
    formatter({
      source: "aws.macie",
      detailType: "Macie Finding",
      means: "Macie found sensitive data in a bucket, or a bucket that is open",
      severity: "High 4, Medium 3, Low 2; samples 1",
      clears: "an update that says the finding is archived",
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
      format: ({ id, type, title, archived, sample, severity, resourcesAffected }, event): Notice => {
        if (!type && !title) throw new UnexpectedPayload("a finding with neither type nor title");
        const bucket = resourcesAffected?.s3Bucket?.name;
        const subject = (title ?? "finding").replace(/^\[SAMPLE\]\s*/, "").replace(/[\s.]+$/, "");
        const about = [bucket, type].filter((item) => item && !subject.includes(item));
        const said = `${subject}${about.length > 0 ? ` (${about.join(", ")})` : ""}`;
        const common = {
          node: bucket ?? place(event),
          link: consoleLink(event.region, "macie/home", "#findings"),
        };
        const condition = `macie:${id ?? `${type ?? title}:${bucket ?? ""}`}`;
        if (sample) {
          return {
            ...common,
            summary: `[SAMPLE] Macie: ${said}`,
            severity: 1,
            condition: `${condition}:sample`,
            noise: "sample",
          };
        }
        if (archived) {
          return { ...common, summary: `Macie archived: ${said}`, severity: 0, clears: [2, 3, 4], condition };
        }
        const band = severity?.description?.toLowerCase() ?? bands[severity?.score ?? 0] ?? "";
        return { ...common, summary: `Macie: ${said}`, severity: severities[band] ?? 2, condition };
      },
    }),
    formatter({
      source: "aws.macie",
      detailType: "Macie Alert",
      means: "Macie Classic, retired since, raised or updated an alert",
      severity: "2",
      detail: () => z.object({ name: text, actor: text, "alert-arn": text, "notification-type": text }),
      format: ({ name, actor, "alert-arn": arn, "notification-type": type }, event) => {
        if (!name) throw new UnexpectedPayload("an alert without a name");
        const by = actor?.split(":").slice(0, 3).at(-1);
        return {
          node: by ?? place(event),
          summary: `Macie alert${type === "ALERT_UPDATED" ? " updated" : ""}: ${name}${by ? ` (${by})` : ""}`,
          severity: 2,
          condition: `macie:alert:${lastPart(arn) ?? name}:${name}`,
        };
      },
    }),
  ].flat();
