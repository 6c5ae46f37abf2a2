import * as z from "zod";
import { condition, note } from "../condition.ts";
import { lastPart, list, number, object, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { clause, lookUp, predicate, slug, words } from "./words.ts";

/** What was done, where the detail-type says it better than the action-type. */
const actions: Readonly<Record<string, string>> = {
  "ECR Replication Action": "replication",
  "ECR Pull Through Cache Action": "pull through cache",
};

const scan = condition("ecr:scan", {
  grades: { 3: "critical vulnerabilities", 2: "high vulnerabilities, or the scan failed" },
  ends: "a complete scan of the same tag without critical and high vulnerabilities",
});
const action = condition("ecr", { grades: { 3: "FAILURE" } });

export const ecr = () =>
  [
    formatter({
      source: "aws.ecr",
      detailType: "ECR Image Scan",
      means: "The basic scan of an image ended, and what it found",
      conditions: [scan],
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
          of: image,
          node: repository,
          link: consoleLink(event.region, `ecr/repositories/private/${event.account}/${repository}`),
        };
        if (/^fail/i.test(status)) return scan.raise(2, { ...common, summary: `Image scan of ${image} failed` });
        if (critical > 0) {
          return scan.raise(3, { ...common, summary: `Critical vulnerabilities found in image ${image}` });
        }
        if (high > 0) return scan.raise(2, { ...common, summary: `High vulnerabilities found in image ${image}` });
        if (/^complete/i.test(status)) {
          return scan.clear({ ...common, summary: `No critical or high vulnerabilities found in image ${image}` });
        }
        return note("ecr:scan", {
          ...common,
          of: `${image}:${slug(status)}`,
          summary: `Image scan of ${image} ${predicate(status)}`,
        });
      },
    }),
    formatter({
      source: "aws.ecr",
      detailType: ["ECR Image Action", "ECR Referrer Action", ...Object.keys(actions)],
      means: "An image was pushed, deleted, replicated or fetched from an upstream registry, or could not be",
      conditions: [action],
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
        const name = lookUp(actions, event.detailType) ?? words(detail["action-type"] ?? "action");
        const image = detail["image-tag"] ? `${repository}:${detail["image-tag"]}` : repository;
        const bad = /^fail/i.test(result);
        const reason = detail["failure-reason"] ?? detail["failure-code"];
        const of = `${slug(name)}:${repository}`;
        const statement = {
          of,
          node: repository,
          summary: `ECR ${name} of ${image} ${predicate(result)}${bad ? clause(": ", reason) : ""}`,
          link: consoleLink(event.region, `ecr/repositories/private/${event.account}/${repository}`),
        };
        return bad ? action.raise(3, statement) : note("ecr", { ...statement, of: `${of}:${slug(result)}` });
      },
    }),
    formatter({
      source: "aws.ecr",
      detailType: "ECR Scan Resource Change",
      means: "How often the images of repositories are scanned was changed",
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
        return note("ecr:scan-frequency", {
          of: name,
          node: name,
          summary: `Image scanning of ${name}${others} was changed${to}${type ? ` (${type.toLowerCase()} scanning)` : ""}`,
        });
      },
    }),
  ].flat();
