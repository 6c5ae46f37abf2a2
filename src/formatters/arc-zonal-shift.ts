import * as z from "zod";
import { type Condition, condition, note } from "../condition.ts";
import { lastPart, object, place, text } from "./fields.ts";
import { formatter } from "./formatter.ts";
import { clause, slug } from "./words.ts";

interface Shift {
  readonly severity: 0 | 1 | 2 | 4;
  /** What is shifted: shifts of one kind raise and clear one condition. */
  readonly kind: "autoshift" | "practice" | "manual" | "experiment";
  /** `of` is such as ` of web-alb`, `away` such as ` away from euw1-az2`. */
  readonly says: (of: string, away: string) => string;
}

/** From the events that the developer guide of Application Recovery Controller lists for zonal autoshift. */
const shifts: Readonly<Record<string, Shift>> = {
  "Autoshift In Progress": {
    severity: 4,
    kind: "autoshift",
    says: (of, away) => `Traffic${of} was shifted${away} by AWS: the zone may be impaired`,
  },
  "Autoshift Completed": {
    severity: 0,
    kind: "autoshift",
    says: (of, away) => `Traffic${of} is no longer shifted${away} by AWS`,
  },
  "Practice Run Started": { severity: 1, kind: "practice", says: (of, away) => `Practice run${of}${away} started` },
  "Practice Run Failed": { severity: 2, kind: "practice", says: (of, away) => `Practice run${of}${away} failed` },
  "Practice Run Interrupted": {
    severity: 2,
    kind: "practice",
    says: (of, away) => `Practice run${of}${away} was interrupted`,
  },
  "Practice Run Succeeded": { severity: 0, kind: "practice", says: (of, away) => `Practice run${of}${away} succeeded` },
  "Manual Shift Started": {
    severity: 2,
    kind: "manual",
    says: (of, away) => `Traffic${of} was shifted${away} by hand`,
  },
  "Manual Shift Updated": {
    severity: 1,
    kind: "manual",
    says: (of, away) => `Traffic${of} stays shifted${away} by hand, for another time`,
  },
  "Manual Shift Canceled": {
    severity: 0,
    kind: "manual",
    says: (of, away) => `Traffic${of} is no longer shifted${away} by hand`,
  },
  "FIS Experiment Autoshift In Progress": {
    severity: 1,
    kind: "experiment",
    says: (of, away) => `Traffic${of} was shifted${away} by a fault injection experiment`,
  },
  "FIS Experiment Autoshift Completed": {
    severity: 1,
    kind: "experiment",
    says: (of, away) => `Traffic${of} is no longer shifted${away}: the experiment is complete`,
  },
  "FIS Experiment Autoshift Canceled": {
    severity: 1,
    kind: "experiment",
    says: (of, away) => `Traffic${of} is no longer shifted${away}: the experiment was cancelled`,
  },
};

/** By kind; an experiment is nothing that can be the matter. */
const conditions: Readonly<Partial<Record<Shift["kind"], Condition<2 | 4>>>> = {
  autoshift: condition("arc-zonal-shift:autoshift", {
    grades: { 4: "AWS shifted traffic away" },
    ends: "Autoshift Completed",
  }),
  practice: condition("arc-zonal-shift:practice", {
    grades: { 2: "a practice run failed or was interrupted" },
    ends: "Practice Run Succeeded",
  }),
  manual: condition("arc-zonal-shift:manual", {
    grades: { 2: "traffic was shifted by hand" },
    ends: "Manual Shift Canceled",
  }),
};

/** The condition that a shift raises or clears, as the documents print it of its detail-type. */
function conditionsOf({ severity, kind }: Shift): Condition<2 | 4>[] | undefined {
  const shared = conditions[kind];
  if (!shared || severity === 1) return undefined;
  return severity === 0 ? [{ ...shared, grades: {} }] : [shared];
}

export const arcZonalShift = () =>
  Object.entries(shifts).flatMap(([detailType, shift]) =>
    formatter({
      source: "aws.arc-zonal-shift",
      detailType,
      means: "Traffic was shifted away from an Availability Zone, or is back",
      conditions: conditionsOf(shift),
      detail: () => z.object({ data: object({ additionalFailureInfo: text }), metadata: object({ awayFrom: text }) }),
      format: ({ data, metadata }, event) => {
        const { severity, kind, says } = shift;
        const zone = metadata?.awayFrom;
        const resource = resourceName(event.resources[0]);
        const reason =
          severity > 1 ? data?.additionalFailureInfo?.replace(/^practice run interrupted\.?\s*/i, "") : undefined;
        const of = resource ?? zone ?? "any";
        const statement = {
          of,
          node: resource ?? zone ?? place(event),
          summary: says(resource ? ` of ${resource}` : "", zone ? ` away from ${zone}` : "") + clause(": ", reason),
        };
        const shared = conditions[kind];
        if (!shared || severity === 1) {
          return note(`arc-zonal-shift:${kind}`, { ...statement, of: `${of}:${slug(detailType)}` });
        }
        return severity === 0 ? shared.clear(statement) : shared.raise(severity, statement);
      },
    }),
  );

/** `web-alb` of `arn:…:loadbalancer/app/web-alb/50dc6c495c0c9188`, else an ARN's last part. */
const resourceName = (arn: string | undefined): string | undefined =>
  arn?.match(/:loadbalancer\/(?:app|net)\/([^/]+)\//)?.[1] ?? lastPart(arn);
