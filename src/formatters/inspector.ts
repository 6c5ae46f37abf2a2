import * as z from "zod";
import type { Notice, ProblemSeverity } from "../notice.ts";
import { arnName, list, number, object, place, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { words } from "./words.ts";

/** One below a threat's severity: a vulnerability is no intrusion. */
const severities: Readonly<Record<string, ProblemSeverity>> = { CRITICAL: 4, HIGH: 3, MEDIUM: 2 };

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
    severity:
      "CRITICAL 4, HIGH 3, MEDIUM 2, else 1; one higher where an exploit is known or a critical port is reachable",
    clears: "the same finding CLOSED or SUPPRESSED",
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
    format: (detail, event): Notice => {
      const { findingArn, type, exploitAvailable, resources } = detail;
      const title = detail.title ?? detail.packageVulnerabilityDetails?.vulnerabilityId ?? (type && words(type));
      if (!title) throw new UnexpectedPayload("a finding without title and type");
      const label = (detail.severity ?? detail.vendorSeverity)?.toUpperCase() ?? "UNTRIAGED";
      const thing = nameOf(resources?.[0]?.id ?? event.resources[0]);
      const said = title + (thing && !title.includes(thing) ? ` on ${thing}` : "");
      const condition = `inspector:${findingArn ?? `${title}:${thing ?? ""}`}`;
      const node = thing ?? place(event);
      const status = detail.status?.toUpperCase();
      if (status === "CLOSED" || status === "SUPPRESSED") {
        return {
          node,
          summary: `Inspector ${status.toLowerCase()}: ${said}`,
          severity: 0,
          clears: [2, 3, 4, 5],
          condition,
        };
      }
      const exploit = exploitAvailable?.toUpperCase() === "YES";
      const worse = exploit || (type === "NETWORK_REACHABILITY" && label === "CRITICAL");
      const severity = ((severities[label] ?? 1) + (worse ? 1 : 0)) as ProblemSeverity;
      return {
        node,
        summary: `Inspector ${label}: ${said}${exploit ? ", an exploit is known" : ""}`,
        severity,
        condition: severity === 1 ? `${condition}:info` : condition,
      };
    },
  });

const coverage = formatter({
  source: "aws.inspector2",
  detailType: "Inspector2 Coverage",
  means: "Inspector began or ceased to scan a resource",
  severity: "INACTIVE 2, or 1 where somebody chose so or the resource is gone; ACTIVE 0",
  clears: "ACTIVE of the same resource",
  detail: () => z.object({ scanStatus: object({ statusCodeValue: text, reason: text }) }),
  format: ({ scanStatus }, event): Notice => {
    const status = scanStatus?.statusCodeValue?.toUpperCase();
    if (!status) throw new UnexpectedPayload("no scanStatus.statusCodeValue");
    const thing = nameOf(event.resources[0]);
    const reason = scanStatus?.reason;
    const condition = `inspector:coverage:${event.resources[0] ?? "any"}`;
    const node = thing ?? place(event);
    const of = thing ?? "a resource";
    if (status === "ACTIVE") {
      return { node, summary: `Inspector scans ${of} again`, severity: 0, clears: [2], condition };
    }
    const chosen = deliberate.test(reason?.toUpperCase() ?? "");
    return {
      node,
      summary: `Inspector does not scan ${of}${reason ? `: ${words(reason)}` : ""}`,
      severity: chosen ? 1 : 2,
      condition: chosen ? `${condition}:chosen` : condition,
    };
  },
});

const scan = (source: string, detailType: string) =>
  formatter({
    source,
    detailType,
    means: "A scan of an image or instance ended, and what it found",
    severity: "critical findings 3, high ones 2, neither 0",
    clears: "a scan of the same repository and tag, or instance, without critical and high findings",
    detail: () =>
      z.object({
        "scan-status": text,
        "repository-name": text,
        "instance-id": text,
        "image-tags": list(text),
        "finding-severity-counts": object({ CRITICAL: number, HIGH: number }),
      }),
    format: (detail, event): Notice => {
      const name = nameOf(detail["repository-name"]) ?? detail["instance-id"] ?? nameOf(event.resources[0]);
      const counts = detail["finding-severity-counts"];
      const tag = detail["image-tags"]?.[0];
      const thing = [name ?? "an image", tag].filter(Boolean).join(":");
      const common = { node: name ?? place(event) };
      const condition = `inspector:scan:${thing}`;
      if (/FAIL|UNSUPPORTED/i.test(detail["scan-status"] ?? "")) {
        return {
          ...common,
          summary: `Inspector could not scan ${thing}`,
          severity: 2,
          condition: `${condition}:failed`,
        };
      }
      if (counts?.CRITICAL || counts?.HIGH) {
        const severity = counts.CRITICAL ? 3 : 2;
        const found = severity === 3 ? "critical" : "high";
        return {
          ...common,
          summary: `Inspector scan of ${thing} found ${found} vulnerabilities`,
          severity,
          condition,
        };
      }
      return {
        ...common,
        summary: `Inspector scan of ${thing} found no critical or high vulnerabilities`,
        severity: 0,
        clears: [2, 3],
        condition,
      };
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
