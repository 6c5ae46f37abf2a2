import * as z from "zod";
import { lastPart, list, number, object, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { clause, lookUp, predicate, slug, words } from "./words.ts";

/** What was done, where the detail-type says it better than the action-type. */
const actions: Readonly<Record<string, string>> = {
  "ECR Replication Action": "replication",
  "ECR Pull Through Cache Action": "pull through cache",
};

export const ecr = () =>
  [
    formatter({
      source: "aws.ecr",
      detailType: "ECR Image Scan",
      means: "The basic scan of an image ended, and what it found",
      severity: "critical vulnerabilities 3, high ones 2, scan failed 2, neither critical nor high 0",
      clears: "a complete scan of the same tag without critical and high vulnerabilities",
      detail: () =>
        z.object({
          "repository-name": text,
          "scan-status": text,
          "image-tags": list(text),
          "finding-severity-counts": object({ CRITICAL: number, HIGH: number }),
        }),
      format: (detail, event) => {
        const repository = detail["repository-name"] ?? lastPart(event.resources[0]);
        const status = detail["scan-status"];
        if (!repository || !status) throw new UnexpectedPayload("no repository-name or no scan-status");
        const tag = detail["image-tags"]?.find((name) => name !== undefined);
        const image = tag ? `${repository}:${tag}` : repository;
        const { CRITICAL: critical = 0, HIGH: high = 0 } = detail["finding-severity-counts"] ?? {};
        const common = {
          node: repository,
          condition: `ecr:scan:${image}`,
          link: consoleLink(event.region, `ecr/repositories/private/${event.account}/${repository}`),
        };
        if (/^fail/i.test(status)) return { ...common, severity: 2, summary: `Image scan of ${image} failed` };
        if (critical > 0)
          return { ...common, severity: 3, summary: `Critical vulnerabilities found in image ${image}` };
        if (high > 0) return { ...common, severity: 2, summary: `High vulnerabilities found in image ${image}` };
        if (/^complete/i.test(status)) {
          return {
            ...common,
            severity: 0,
            clears: [2, 3],
            summary: `No critical or high vulnerabilities found in image ${image}`,
          };
        }
        const condition = `${common.condition}:${slug(status)}`;
        return { ...common, severity: 1, condition, summary: `Image scan of ${image} ${predicate(status)}` };
      },
    }),
    formatter({
      source: "aws.ecr",
      detailType: ["ECR Image Action", "ECR Referrer Action", ...Object.keys(actions)],
      means: "An image was pushed, deleted, replicated or fetched from an upstream registry, or could not be",
      severity: "FAILURE 3, else 1",
      detail: () =>
        z.object({
          "repository-name": text,
          "action-type": text,
          result: text,
          "sync-status": text,
          "image-tag": text,
          "failure-code": text,
          "failure-reason": text,
        }),
      format: (detail, event) => {
        const repository = detail["repository-name"] ?? lastPart(event.resources[0]);
        const result = detail.result ?? detail["sync-status"];
        if (!repository || !result) throw new UnexpectedPayload("no repository-name or no result");
        const action = lookUp(actions, event.detailType) ?? words(detail["action-type"] ?? "action");
        const image = detail["image-tag"] ? `${repository}:${detail["image-tag"]}` : repository;
        const bad = /^fail/i.test(result);
        const reason = detail["failure-reason"] ?? detail["failure-code"];
        return {
          node: repository,
          summary: `ECR ${action} of ${image} ${predicate(result)}${bad ? clause(": ", reason) : ""}`,
          severity: bad ? 3 : 1,
          condition: `ecr:${slug(action)}:${repository}${bad ? "" : `:${slug(result)}`}`,
          link: consoleLink(event.region, `ecr/repositories/private/${event.account}/${repository}`),
        };
      },
    }),
    formatter({
      source: "aws.ecr",
      detailType: "ECR Scan Resource Change",
      means: "How often the images of repositories are scanned was changed",
      severity: "1",
      detail: () =>
        z.object({
          repositories: list(object({ "repository-name": text, "scan-frequency": text })),
          "scan-type": text,
        }),
      format: ({ repositories = [], "scan-type": type }) => {
        const [changed] = repositories;
        const name = changed?.["repository-name"];
        if (!name) throw new UnexpectedPayload("no repositories");
        const others = repositories.length > 1 ? ", and that of other repositories," : "";
        const to = changed["scan-frequency"] ? ` to ${words(changed["scan-frequency"])}` : "";
        return {
          node: name,
          summary: `Image scanning of ${name}${others} was changed${to}${type ? ` (${type.toLowerCase()} scanning)` : ""}`,
          severity: 1,
          condition: `ecr:scan-frequency:${name}`,
        };
      },
    }),
  ].flat();
