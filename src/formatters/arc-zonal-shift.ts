import * as z from "zod";
import type { Notice, ProblemSeverity } from "../notice.ts";
import { lastPart, object, place, text } from "./fields.ts";
import { formatter } from "./formatter.ts";
import { clause, slug } from "./words.ts";

interface Shift {
  readonly severity: 0 | ProblemSeverity;
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

const ends = {
  autoshift: "Autoshift Completed",
  practice: "Practice Run Succeeded",
  manual: "Manual Shift Canceled",
  experiment: undefined,
};

export const arcZonalShift = () =>
  Object.entries(shifts).flatMap(([detailType, { severity, kind, says }]) =>
    formatter({
      source: "aws.arc-zonal-shift",
      detailType,
      means: "Traffic was shifted away from an Availability Zone, or is back",
      severity: String(severity),
      clears: severity > 1 ? ends[kind] : undefined,
      detail: () => z.object({ data: object({ additionalFailureInfo: text }), metadata: object({ awayFrom: text }) }),
      format: ({ data, metadata }, event): Notice => {
        const zone = metadata?.awayFrom;
        const resource = resourceName(event.resources[0]);
        const reason =
          severity > 1 ? data?.additionalFailureInfo?.replace(/^practice run interrupted\.?\s*/i, "") : undefined;
        const common = {
          node: resource ?? zone ?? place(event),
          summary: says(resource ? ` of ${resource}` : "", zone ? ` away from ${zone}` : "") + clause(": ", reason),
          condition: ["arc-zonal-shift", kind, resource ?? zone ?? "any"].join(":"),
        };
        if (severity === 0) {
          const raised = Object.values(shifts).filter((shift) => shift.kind === kind && shift.severity > 1);
          return {
            ...common,
            severity,
            clears: [...new Set(raised.map((shift) => shift.severity as ProblemSeverity))],
          };
        }
        return {
          ...common,
          severity,
          condition: severity > 1 ? common.condition : `${common.condition}:${slug(detailType)}`,
        };
      },
    }),
  );

/** `web-alb` of `arn:…:loadbalancer/app/web-alb/50dc6c495c0c9188`, else an ARN's last part. */
const resourceName = (arn: string | undefined): string | undefined =>
  arn?.match(/:loadbalancer\/(?:app|net)\/([^/]+)\//)?.[1] ?? lastPart(arn);
