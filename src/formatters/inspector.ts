import * as z from "zod";
import { arnName } from "../arn.ts";
import { condition, type Notice, note, type Statement } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { accountRegion, list, number, object, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { lookUp, words } from "../grammar/words.ts";
import { visibleLength } from "../sentence.ts";

const vulnerability = condition("inspector", {
  grades: {
    5: "CRITICAL where an exploit is known or a critical port is reachable",
    4: "CRITICAL, or HIGH where an exploit is known",
    3: "HIGH, or MEDIUM where an exploit is known",
    2: "MEDIUM, or less where an exploit is known",
  },
  ends: "the same finding CLOSED or SUPPRESSED",
});
const unwatched = condition("inspector:coverage", {
  grades: { 2: "INACTIVE, where nobody chose so and the resource is not gone" },
  ends: "ACTIVE of the same resource",
});
const scanResult = condition("inspector:scan", {
  grades: { 3: "critical findings", 2: "high ones, or the scan failed" },
  ends: "a scan of the same repository and tag, or instance, without critical and high findings; nothing ends a failed scan",
});

/** One below a threat's severity: a vulnerability is no intrusion. The second where it is worse than others. */
const severities: Readonly<Record<string, readonly [2 | 3 | 4, 3 | 4 | 5]>> = {
  CRITICAL: [4, 5],
  HIGH: [3, 4],
  MEDIUM: [2, 3],
};

/** The repository, function or instance; of an image its repository, since the digest is another with every push. */
const nameOf = (id: string | undefined): string | undefined => arnName(id)?.replace(/\/sha256:[\dA-Za-z]+$/, "");

/** Reasons why Inspector stops scanning that are somebody's choice, or mean that the thing is gone. */
const deliberate =
  /EXCLUDED|TERMINATED|STOPPED|DELETED|DISABLED|MANUAL|EXPIRED|ARCHIVED|REMOVED|NO_RESOURCES|PENDING|UNSUPPORTED/;

const findingFields = () =>
  z.object({
    findingArn: text,
    title: text,
    type: text,
    severity: text,
    vendorSeverity: text,
    status: text,
    exploitAvailable: text,
    resources: list(object({ id: text, type: text })),
    packageVulnerabilityDetails: object({ vulnerabilityId: text }),
  });

type Finding = z.infer<ReturnType<typeof findingFields>>;

/** What a title says first and what it adds: `CVE-2026-21345` and `openssl`; the type and the title where that is long. */
function partsOf(title: string, type: string | undefined, label: string): [matter: string, reason?: string] {
  const [matter = title, ...rest] = title.split(" - ");
  if (`Inspector ${label}: ${matter}`.length <= visibleLength) return [matter, rest.join(" - ")];
  return type ? [words(type), title] : [title];
}

function noticeOf(detail: Finding, event: AwsEvent): Notice {
  const { findingArn, type, resources } = detail;
  const title = detail.title ?? detail.packageVulnerabilityDetails?.vulnerabilityId ?? (type && words(type));
  if (!title) throw new UnexpectedPayload("a finding without title and type");
  const severity = (detail.severity ?? detail.vendorSeverity)?.toUpperCase() ?? "UNTRIAGED";
  const name = nameOf(resources?.[0]?.id ?? event.resources[0]);
  const of = findingArn ?? `${title}:${name ?? ""}`;
  const statement = (label: string): Statement => {
    const [matter, reason] = partsOf(title, type, label);
    return {
      of,
      node: name ?? accountRegion(event),
      thing: "Inspector",
      outcome: `${label}: ${matter}`,
      context: name && !title.includes(name) ? `on ${name}` : undefined,
      reason,
    };
  };
  const status = detail.status?.toUpperCase();
  if (status === "CLOSED" || status === "SUPPRESSED") return vulnerability.clear(statement(status.toLowerCase()));
  const exploit = detail.exploitAvailable?.toUpperCase() === "YES";
  const worse = exploit || (type === "NETWORK_REACHABILITY" && severity === "CRITICAL");
  const [usual, higher] = lookUp(severities, severity) ?? [undefined, 2];
  const grade = worse ? higher : usual;
  const current = statement(exploit ? `${severity}, exploit known` : severity);
  return grade ? vulnerability.raise(grade, current) : note(vulnerability.name, { ...current, of: `${of}:info` });
}

const finding = (source: string, detailType: string) =>
  formatter({
    source,
    detailType,
    means: "Inspector found a vulnerability in an instance, image or function, or it was fixed",
    conditions: [vulnerability],
    detail: findingFields,
    format: noticeOf,
  });

const coverage = formatter({
  source: "aws.inspector2",
  detailType: "Inspector2 Coverage",
  means: "Inspector started or stopped scanning a resource",
  conditions: [unwatched],
  detail: () => z.object({ scanStatus: object({ statusCodeValue: text, reason: text }) }),
  format: ({ scanStatus }, event) => {
    const status = scanStatus?.statusCodeValue?.toUpperCase();
    if (!status) throw new UnexpectedPayload("no scanStatus.statusCodeValue");
    const name = nameOf(event.resources[0]);
    const of = event.resources[0] ?? "any";
    const resource = name ?? "a resource";
    const fields = { of, node: name ?? accountRegion(event), thing: "Inspector" };
    if (status === "ACTIVE") return unwatched.clear({ ...fields, outcome: "scans", context: `${resource} again` });
    const reason = scanStatus?.reason;
    const statement = {
      ...fields,
      outcome: "does not scan",
      context: resource,
      reason: reason && words(reason).replace(/\bec2\b/, "EC2"),
    };
    return deliberate.test(reason?.toUpperCase() ?? "")
      ? note(unwatched.name, { ...statement, of: `${of}:chosen` })
      : unwatched.raise(2, statement);
  },
});

const scan = (source: string, detailType: string) =>
  formatter({
    source,
    detailType,
    means: "A scan of an image or instance ended, and what it found",
    conditions: [scanResult],
    detail: () =>
      z.object({
        "scan-status": text,
        "repository-name": text,
        "instance-id": text,
        "image-tags": list(text),
        "finding-severity-counts": object({ CRITICAL: number, HIGH: number }),
      }),
    format: (detail, event) => {
      const name = nameOf(detail["repository-name"]) ?? detail["instance-id"] ?? nameOf(event.resources[0]);
      const counts = detail["finding-severity-counts"];
      const tag = detail["image-tags"]?.[0];
      const scanned = [name ?? "an image", tag].filter(Boolean).join(":");
      const fields = { of: scanned, node: name ?? accountRegion(event) };
      const status = detail["scan-status"] ?? "";
      if (/FAIL|UNSUPPORTED/i.test(status)) {
        const reason = /UNSUPPORTED/i.test(status) ? words(status) : undefined;
        const statement = { ...fields, thing: "Inspector", outcome: "could not scan", context: scanned, reason };
        return scanResult.raise(2, { ...statement, of: `${scanned}:failed` });
      }
      const statement = { ...fields, thing: "Inspector scan", context: `in ${scanned}` };
      if (counts?.CRITICAL) return scanResult.raise(3, { ...statement, outcome: "found critical vulnerabilities" });
      if (counts?.HIGH) return scanResult.raise(2, { ...statement, outcome: "found high vulnerabilities" });
      return scanResult.clear({ ...statement, outcome: "found no critical or high vulnerabilities" });
    },
  });

export const inspector = () =>
  [
    finding("aws.inspector2", "Inspector2 Finding"),
    coverage,
    scan("aws.inspector2", "Inspector2 Scan"),
    // As the preview of the second Inspector called them.
    finding("aws.inspector", "Inspector Finding"),
    scan("aws.inspector", "Inspector Scan"),
  ].flat();
