import * as z from "zod";
import type { Notice, ProblemSeverity } from "../notice.ts";
import { flag, lastPart, number, place, text } from "./fields.ts";
import { formatter } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { words } from "./words.ts";

interface Certificate {
  readonly DaysToExpiry?: number | undefined;
  readonly InUse?: boolean | undefined;
  readonly Action?: string | undefined;
  readonly RenewalStatusReason?: string | undefined;
  readonly RevocationReason?: string | undefined;
}

interface Said {
  readonly severity: ProblemSeverity | 0;
  readonly said: string;
  /** Where the condition is not the certificate's validity. */
  readonly as?: string;
}

/** The days are bucketed, since an event comes daily from 45 days on: a bucket is a row. */
const buckets: readonly (readonly [days: number, severity: ProblemSeverity])[] = [
  [3, 5],
  [7, 4],
  [15, 3],
  [45, 2],
];

function expiry({ DaysToExpiry = 45 }: Certificate): Said {
  const [days, severity] = buckets.find(([most]) => DaysToExpiry <= most) ?? [undefined, 1 as const];
  return days
    ? { severity, said: `expires within ${days} days` }
    : { severity, said: "is approaching its expiry", as: "early" };
}

const because = (reason: string | undefined): string => (reason ? `: ${words(reason)}` : "");

const available = "ACM Certificate Available of the same certificate";

const about = (
  detailType: string | readonly string[],
  means: string,
  severity: string,
  say: (certificate: Certificate) => Said,
  clears?: string,
) =>
  formatter({
    source: "aws.acm",
    detailType,
    means,
    severity,
    clears,
    detail: () =>
      z.object({
        CommonName: text,
        DaysToExpiry: number,
        InUse: flag,
        Action: text,
        RenewalStatusReason: text,
        RevocationReason: text,
      }),
    format: (detail, event): Notice => {
      const [arn] = event.resources;
      const id = lastPart(arn);
      const name = detail.CommonName ?? id;
      const { severity, said, as } = say(detail);
      const common = {
        node: name ?? place(event),
        summary: ["ACM certificate", name, said].filter(Boolean).join(" "),
        condition: ["acm", as, arn ?? name ?? "any"].filter(Boolean).join(":"),
        link: id ? consoleLink(event.region, "acm/home", `#/certificates/${id}`) : undefined,
      };
      return severity === 0 ? { ...common, severity, clears: [2, 3, 4, 5] } : { ...common, severity };
    },
  });

export const acm = () =>
  [
    about(
      "ACM Certificate Approaching Expiration",
      "A certificate will expire soon",
      "3 days or less 5, 7 days 4, 15 days 3, 45 days 2",
      expiry,
      available,
    ),
    about(
      "ACM Certificate Expired",
      "A certificate has expired",
      "in use 5, else 3",
      ({ InUse }) => ({ severity: InUse ? 5 : 3, said: `has expired${InUse ? " and is in use" : ""}` }),
      available,
    ),
    about(
      "ACM Certificate Renewal Action Required",
      "A certificate cannot be renewed until somebody acts",
      "in use 4, else 3",
      ({ InUse, RenewalStatusReason }) => ({
        severity: InUse ? 4 : 3,
        said: `cannot be renewed until you act${because(RenewalStatusReason)}`,
      }),
      available,
    ),
    about(
      ["ACM Certificate Revoked", "ACM Certificate Revoked by Certificate Authority (CA)"],
      "A certificate was revoked: clients refuse it",
      "in use or not said 5, not in use 4",
      ({ InUse, RevocationReason }) => ({
        severity: InUse === false ? 4 : 5,
        said: `was revoked${because(RevocationReason)}`,
      }),
      available,
    ),
    about(
      "ACM Certificate Available",
      "A certificate was issued, renewed or imported again",
      "renewed or imported again 0, newly issued 1",
      ({ Action }) =>
        Action?.toUpperCase() === "ISSUANCE"
          ? { severity: 1, said: "was issued", as: "issued" }
          : { severity: 0, said: `is available${Action ? ` after its ${words(Action)}` : ""}` },
    ),
  ].flat();
