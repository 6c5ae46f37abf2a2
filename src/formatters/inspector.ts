import * as z from "zod";
import { condition, note } from "../condition.ts";
import { arnName, list, number, object, place, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { words } from "./words.ts";

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
const vulnerabilities = condition("inspector:scan", {
  grades: { 3: "critical findings", 2: "high ones" },
  ends: "a scan of the same repository and tag, or instance, without critical and high findings",
});
const scanFailure = condition("inspector:scan", { grades: { 2: "scan failed" } });

/** One below a threat's severity: a vulnerability is no intrusion. The second where it is worse than others. */
const severities: Readonly<Record<string, readonly [2 | 3 | 4, 3 | 4 | 5]>> = {
  CRITICAL: [4, 5],
  HIGH: [3, 4],
  MEDIUM: [2, 3],
};

/** The repository, function or instance; of an image its repository, since the digest is another with every push. */
const nameOf = (id: string | undefined): string | undefined => arnName(id)?.replace(/\/sha256:[\dA-Za-z]+$/, "");

/** Why Inspector stopped watching, where that was somebody's choice or the thing is gone. */
const deliberate =
  /EXCLUDED|TERMINATED|STOPPED|DELETED|DISABLED|MANUAL|EXPIRED|ARCHIVED|REMOVED|NO_RESOURCES|PENDING|UNSUPPORTED/;

const finding = (source: string, detailType: string) =>
  formatter({
    source,
    detailType,
    means: "Inspector found a vulnerability in an instance, image or function, or it was mended",
    conditions: [vulnerability],
    detail: () =>
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
      }),
    format: (detail, event) => {
      const { findingArn, type, exploitAvailable, resources } = detail;
      const title = detail.title ?? detail.packageVulnerabilityDetails?.vulnerabilityId ?? (type && words(type));
      if (!title) throw new UnexpectedPayload("a finding without title and type");
      const label = (detail.severity ?? detail.vendorSeverity)?.toUpperCase() ?? "UNTRIAGED";
      const thing = nameOf(resources?.[0]?.id ?? event.resources[0]);
      const subject = title + (thing && !title.includes(thing) ? ` on ${thing}` : "");
      const of = findingArn ?? `${title}:${thing ?? ""}`;
      const node = thing ?? place(event);
      const status = detail.status?.toUpperCase();
      if (status === "CLOSED" || status === "SUPPRESSED") {
        return vulnerability.clear({ of, node, summary: `Inspector ${status.toLowerCase()}: ${subject}` });
      }
      const exploit = exploitAvailable?.toUpperCase() === "YES";
      const worse = exploit || (type === "NETWORK_REACHABILITY" && label === "CRITICAL");
      const [usual, higher] = severities[label] ?? [undefined, 2];
      const grade = worse ? higher : usual;
      const summary = `Inspector ${label}: ${subject}${exploit ? ", an exploit is known" : ""}`;
      return grade
        ? vulnerability.raise(grade, { of, node, summary })
        : note(vulnerability.name, { of: `${of}:info`, node, summary });
    },
  });

const coverage = formatter({
  source: "aws.inspector2",
  detailType: "Inspector2 Coverage",
  means: "Inspector began or ceased to scan a resource",
  conditions: [unwatched],
  detail: () => z.object({ scanStatus: object({ statusCodeValue: text, reason: text }) }),
  format: ({ scanStatus }, event) => {
    const status = scanStatus?.statusCodeValue?.toUpperCase();
    if (!status) throw new UnexpectedPayload("no scanStatus.statusCodeValue");
    const thing = nameOf(event.resources[0]);
    const reason = scanStatus?.reason;
    const of = event.resources[0] ?? "any";
    const node = thing ?? place(event);
    const resource = thing ?? "a resource";
    if (status === "ACTIVE") return unwatched.clear({ of, node, summary: `Inspector scans ${resource} again` });
    const summary = `Inspector does not scan ${resource}${reason ? `: ${words(reason)}` : ""}`;
    return deliberate.test(reason?.toUpperCase() ?? "")
      ? note(unwatched.name, { of: `${of}:chosen`, node, summary })
      : unwatched.raise(2, { of, node, summary });
  },
});

const scan = (source: string, detailType: string) =>
  formatter({
    source,
    detailType,
    means: "A scan of an image or instance ended, and what it found",
    conditions: [vulnerabilities, scanFailure],
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
      const thing = [name ?? "an image", tag].filter(Boolean).join(":");
      const node = name ?? place(event);
      if (/FAIL|UNSUPPORTED/i.test(detail["scan-status"] ?? "")) {
        return scanFailure.raise(2, { of: `${thing}:failed`, node, summary: `Inspector could not scan ${thing}` });
      }
      if (counts?.CRITICAL || counts?.HIGH) {
        const found = counts.CRITICAL ? "critical" : "high";
        const summary = `Inspector scan of ${thing} found ${found} vulnerabilities`;
        return vulnerabilities.raise(counts.CRITICAL ? 3 : 2, { of: thing, node, summary });
      }
      const summary = `Inspector scan of ${thing} found no critical or high vulnerabilities`;
      return vulnerabilities.clear({ of: thing, node, summary });
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
