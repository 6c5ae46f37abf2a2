import * as z from "zod";
import { lastSegment } from "../arn.ts";
import { condition, type Notice, note, type Statement } from "../condition.ts";
import { accountRegion, flag, number, text } from "../grammar/fields.ts";
import { type Formatter, formatter } from "../grammar/formatter.ts";
import { consoleLink } from "../grammar/links.ts";
import { words } from "../grammar/words.ts";

interface Certificate {
  readonly DaysToExpiry?: number | undefined;
  readonly InUse?: boolean | undefined;
  readonly Action?: string | undefined;
  readonly RenewalStatusReason?: string | undefined;
  readonly RevocationReason?: string | undefined;
}

/** Makes the statement about the certificate of the event. */
type StatementOf = (outcome: string, reason?: string) => Statement;

const certificate = condition("acm", {
  grades: {
    5: "in use and expired, revoked, or 3 days left",
    4: "in use and not renewable, revoked while not in use, or 7 days left",
    3: "not in use and expired or not renewable, or 15 days left",
    2: "45 days left",
  },
  ends: "ACM Certificate Available of the same certificate, renewed or imported again",
});

/** The days are bucketed, since an event comes daily from 45 days on: a bucket is a row. */
const buckets = [
  [3, 5],
  [7, 4],
  [15, 3],
  [45, 2],
] as const;

function expiry({ DaysToExpiry = 45 }: Certificate, statement: StatementOf): Notice {
  const [days, grade] = buckets.find(([maxDays]) => DaysToExpiry <= maxDays) ?? [];
  return grade
    ? certificate.raise(grade, statement(`expires within ${days} days`))
    : note("acm:early", statement("is approaching its expiry"));
}

function availability({ Action }: Certificate, statement: StatementOf): Notice {
  return Action?.toUpperCase() === "ISSUANCE"
    ? note("acm:issued", statement("was issued"))
    : certificate.clear(statement(`is available${Action ? ` after its ${words(Action)}` : ""}`));
}

const about = (
  detailType: string | readonly string[],
  means: string,
  noticeOf: (detail: Certificate, statement: StatementOf) => Notice,
  conditions: Formatter["conditions"] = [certificate],
) =>
  formatter({
    source: "aws.acm",
    detailType,
    means,
    conditions,
    detail: () =>
      z.object({
        CommonName: text,
        DaysToExpiry: number,
        InUse: flag,
        Action: text,
        RenewalStatusReason: text,
        RevocationReason: text,
      }),
    format: (detail, event) => {
      const [arn] = event.resources;
      const id = lastSegment(arn);
      const name = detail.CommonName ?? id;
      return noticeOf(detail, (outcome, reason) => ({
        of: arn ?? name,
        node: name ?? accountRegion(event),
        thing: "ACM certificate",
        name,
        outcome,
        reason: reason && words(reason),
        link: id ? consoleLink(event.region, "acm/home", `#/certificates/${id}`) : undefined,
      }));
    },
  });

export const acm = () =>
  [
    about("ACM Certificate Approaching Expiration", "A certificate will expire soon", expiry),
    about("ACM Certificate Expired", "A certificate has expired", ({ InUse }, statement) =>
      certificate.raise(InUse ? 5 : 3, statement(`has expired${InUse ? " and is in use" : ""}`)),
    ),
    about(
      "ACM Certificate Renewal Action Required",
      "A certificate cannot be renewed until somebody acts",
      ({ InUse, RenewalStatusReason }, statement) =>
        certificate.raise(InUse ? 4 : 3, statement("cannot be renewed until you act", RenewalStatusReason)),
    ),
    about(
      ["ACM Certificate Revoked", "ACM Certificate Revoked by Certificate Authority (CA)"],
      "A certificate was revoked: clients refuse it",
      ({ InUse, RevocationReason }, statement) =>
        certificate.raise(InUse === false ? 4 : 5, statement("was revoked", RevocationReason)),
    ),
    about(
      "ACM Certificate Available",
      "A certificate was issued, renewed or imported again",
      availability,
      // It raises nothing, so the documents print no grades and no ends of it.
      [{ ...certificate, grades: {} }],
    ),
  ].flat();
