import * as z from "zod";
import { lastSegment } from "../arn.ts";
import { condition, note, type Statement } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { list, number, object, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { consoleLink } from "../grammar/links.ts";
import { lookUp, predicate, slug, words } from "../grammar/words.ts";

/** What was done, where the detail-type says it better than the action-type. */
const actions: Readonly<Record<string, string>> = {
  "ECR Replication Action": "replication",
  "ECR Pull Through Cache Action": "pull through cache",
};

/** Action-types that are no nouns. */
const nouns: Readonly<Record<string, string>> = {
  delete: "deletion",
  "update storage class": "storage class change",
};

const scanned = condition("ecr:scan", {
  grades: { 3: "critical vulnerabilities", 2: "high vulnerabilities, or the scan failed" },
  ends: "a complete scan of the same tag without critical and high vulnerabilities",
});
const actionFailed = condition("ecr", { grades: { 3: "FAILURE" } });

const repositoryPage = (event: AwsEvent, repository: string): string =>
  consoleLink(event.region, `ecr/repositories/private/${event.account}/${repository}`);

const scan = formatter({
  source: "aws.ecr",
  detailType: "ECR Image Scan",
  means: "The basic scan of an image ended, and what it found",
  conditions: [scanned],
  detail: () =>
    z.object({
      "repository-name": text,
      "scan-status": text,
      "image-tags": list(text),
      "finding-severity-counts": object({ CRITICAL: number, HIGH: number }),
    }),
  format: (detail, event) => {
    const repository = detail["repository-name"] ?? lastSegment(event.resources[0]);
    const status = detail["scan-status"];
    if (!repository || !status) throw new UnexpectedPayload("no repository-name or no scan-status");
    const tag = detail["image-tags"]?.find((name) => name !== undefined);
    const image = tag ? `${repository}:${tag}` : repository;
    const { CRITICAL: critical = 0, HIGH: high = 0 } = detail["finding-severity-counts"] ?? {};
    const link = repositoryPage(event, repository);
    const statement = (thing: string, outcome: string): Statement => ({
      of: image,
      node: repository,
      thing,
      name: image,
      outcome,
      link,
    });
    if (/^fail/i.test(status)) return scanned.raise(2, statement("Scan of ECR image", "failed"));
    if (critical > 0) return scanned.raise(3, statement("ECR image", "has critical vulnerabilities"));
    if (high > 0) return scanned.raise(2, statement("ECR image", "has high vulnerabilities"));
    if (/^complete/i.test(status)) {
      return scanned.clear(statement("ECR image", "has no critical or high vulnerabilities"));
    }
    const underWay = statement("Scan of ECR image", predicate(status));
    return note("ecr:scan", { ...underWay, of: `${image}:${slug(status)}` });
  },
});

const action = formatter({
  source: "aws.ecr",
  detailType: ["ECR Image Action", "ECR Referrer Action", ...Object.keys(actions)],
  means: "An image was pushed, deleted, replicated or fetched from an upstream registry, or could not be",
  conditions: [actionFailed],
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
    const repository = detail["repository-name"] ?? lastSegment(event.resources[0]);
    const result = detail.result ?? detail["sync-status"];
    if (!repository || !result) throw new UnexpectedPayload("no repository-name or no result");
    const operation = lookUp(actions, event.detailType) ?? words(detail["action-type"] ?? "action");
    const tag = detail["image-tag"];
    const of = `${slug(operation)}:${repository}`;
    const statement: Statement = {
      of,
      node: repository,
      thing: `ECR ${lookUp(nouns, operation) ?? operation} ${tag ? "of image" : "in repository"}`,
      name: tag ? `${repository}:${tag}` : repository,
      outcome: predicate(result),
      link: repositoryPage(event, repository),
    };
    return /^fail/i.test(result)
      ? actionFailed.raise(3, { ...statement, reason: detail["failure-reason"] ?? detail["failure-code"] })
      : note("ecr", { ...statement, of: `${of}:${slug(result)}` });
  },
});

const scanFrequency = formatter({
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
    const frequency = changed["scan-frequency"];
    const to = [frequency && `to ${words(frequency)}`, type && `(${type.toLowerCase()} scanning)`];
    const others = repositories.length > 1 ? ", as was that of other repositories" : "";
    return note("ecr:scan-frequency", {
      of: name,
      node: name,
      thing: "Image scanning of repository",
      name,
      outcome: "was changed",
      context: to.filter(Boolean).join(" ") + others,
    });
  },
});

export const ecr = () => [scan, action, scanFrequency].flat();
