import * as z from "zod";
import { lastSegment } from "../arn.ts";
import { type Condition, condition, note, type Statement } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { accountRegion, object, text } from "../grammar/fields.ts";
import { formatter } from "../grammar/formatter.ts";
import { slug } from "../grammar/words.ts";

interface Shift {
  readonly severity: 0 | 1 | 2 | 4;
  /** What is shifted: shifts of one kind raise and clear one condition. */
  readonly kind: "autoshift" | "practice" | "manual" | "experiment";
  /** Of the sentence; `away` is such as ` away from euw1-az2`. */
  readonly parts: (away: string) => Pick<Statement, "thing" | "outcome" | "reason">;
}

const traffic =
  (before: string, after: string, reason?: string): Shift["parts"] =>
  (away) => ({ thing: "Traffic", outcome: `${before}${away}${after}`, reason });
const practice =
  (outcome: string): Shift["parts"] =>
  (away) => ({ thing: `Practice run${away}`, outcome });

/** From the events that the developer guide of Application Recovery Controller lists for zonal autoshift. */
const shifts: Readonly<Record<string, Shift>> = {
  "Autoshift In Progress": {
    severity: 4,
    kind: "autoshift",
    parts: traffic("was shifted", " by AWS", "the zone may be impaired"),
  },
  "Autoshift Completed": { severity: 0, kind: "autoshift", parts: traffic("is no longer shifted", " by AWS") },
  "Practice Run Started": { severity: 1, kind: "practice", parts: practice("started") },
  "Practice Run Failed": { severity: 2, kind: "practice", parts: practice("failed") },
  "Practice Run Interrupted": { severity: 2, kind: "practice", parts: practice("was interrupted") },
  "Practice Run Succeeded": { severity: 0, kind: "practice", parts: practice("succeeded") },
  "Manual Shift Started": { severity: 2, kind: "manual", parts: traffic("was shifted", " by hand") },
  "Manual Shift Updated": {
    severity: 1,
    kind: "manual",
    parts: traffic("stays shifted", " by hand", "its expiry or comment was changed"),
  },
  "Manual Shift Canceled": { severity: 0, kind: "manual", parts: traffic("is no longer shifted", " by hand") },
  "FIS Experiment Autoshift In Progress": {
    severity: 1,
    kind: "experiment",
    parts: traffic("was shifted", " by a fault injection experiment"),
  },
  "FIS Experiment Autoshift Completed": {
    severity: 1,
    kind: "experiment",
    parts: traffic("is no longer shifted", "", "the experiment is complete"),
  },
  "FIS Experiment Autoshift Canceled": {
    severity: 1,
    kind: "experiment",
    parts: traffic("is no longer shifted", "", "the experiment was cancelled"),
  },
};

/** By kind; an experiment raises nothing. */
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

const shiftDetail = () =>
  z.object({ data: object({ additionalFailureInfo: text }), metadata: object({ awayFrom: text }) });

function statementOf(
  { severity, parts }: Shift,
  { data, metadata }: z.infer<ReturnType<typeof shiftDetail>>,
  event: AwsEvent,
): Statement {
  const zone = metadata?.awayFrom;
  const resource = resourceName(event.resources[0]);
  const { reason, ...sentence } = parts(zone ? ` away from ${zone}` : "");
  const failure = data?.additionalFailureInfo?.replace(/^practice run interrupted\.?\s*/i, "");
  return {
    ...sentence,
    of: resource ?? zone ?? "any",
    node: resource ?? zone ?? accountRegion(event),
    context: resource && `for ${resource}`,
    reason: severity > 1 && failure ? failure : reason,
  };
}

export const arcZonalShift = () =>
  Object.entries(shifts).flatMap(([detailType, shift]) =>
    formatter({
      source: "aws.arc-zonal-shift",
      detailType,
      means: "Traffic was shifted away from an Availability Zone, or is back",
      conditions: conditionsOf(shift),
      detail: shiftDetail,
      format: (detail, event) => {
        const { severity, kind } = shift;
        const statement = statementOf(shift, detail, event);
        const shared = conditions[kind];
        if (!shared || severity === 1) {
          return note(`arc-zonal-shift:${kind}`, { ...statement, of: `${statement.of}:${slug(detailType)}` });
        }
        return severity === 0 ? shared.clear(statement) : shared.raise(severity, statement);
      },
    }),
  );

/** `web-alb` of `arn:…:loadbalancer/app/web-alb/50dc6c495c0c9188`, else an ARN's last segment. */
const resourceName = (arn: string | undefined): string | undefined =>
  arn?.match(/:loadbalancer\/(?:app|net)\/([^/]+)\//)?.[1] ?? lastSegment(arn);
