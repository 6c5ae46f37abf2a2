import * as z from "zod";
import { arnName, lastSegment } from "../arn.ts";
import { condition, type Notice, note } from "../condition.ts";
import { accountRegion, list, object, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { consoleLink } from "../grammar/links.ts";
import { lookUp, predicate, words } from "../grammar/words.ts";

const source = "aws.config";

/** `EC2 security group` of `AWS::EC2::SecurityGroup`. */
const kindOf = (type: string | undefined): string | undefined => {
  const [, service, ...kind] = type?.split("::") ?? [];
  return service ? [service, words(kind.join(" "))].filter(Boolean).join(" ") : type;
};

const deletion = condition("config:item", { grades: { 2: "deleted" } });

const itemFields = () =>
  object({
    resourceType: text,
    resourceId: text,
    resourceName: text,
    ARN: text,
    configurationItemStatus: text,
    changeType: text,
  });

/** The page of a resource, where the event names it. */
const timelineLink = (region: string, type: string | undefined, id: string | undefined): string | undefined =>
  type && id && consoleLink(region, "config/home", `#/resources/timeline?resourceId=${id}&resourceType=${type}`);

const itemChange = () =>
  formatter({
    source,
    detailType: "Config Configuration Item Change",
    means: "A resource that Config records was created, changed or deleted",
    conditions: [deletion],
    detail: () =>
      z.object({
        configurationItem: itemFields(),
        configurationItemSummary: itemFields(),
        configurationItemDiff: object({ changeType: text }),
      }),
    format: ({ configurationItem, configurationItemSummary, configurationItemDiff }, event) => {
      const item = configurationItem?.resourceType ? configurationItem : (configurationItemSummary ?? {});
      const { resourceType, resourceId, resourceName, ARN, configurationItemStatus = "" } = item;
      const name = resourceName ?? resourceId ?? arnName(ARN);
      if (!name && !resourceType) throw new UnexpectedPayload("no configuration item");
      const isDeleted = configurationItemStatus.startsWith("ResourceDeleted");
      const isDiscovered = configurationItemStatus === "ResourceDiscovered";
      const change = isDeleted
        ? "DELETE"
        : (configurationItemDiff?.changeType ?? item.changeType ?? (isDiscovered ? "CREATE" : "UPDATE"));
      const outcomes = { CREATE: "was created", UPDATE: "was changed", DELETE: "was deleted" };
      const statement = {
        of: `${resourceType ?? "any"}:${resourceId ?? name ?? "any"}:${isDeleted ? "deleted" : "changed"}`,
        node: name ?? accountRegion(event),
        tag: "AWSConfig",
        thing: kindOf(resourceType) ?? "Resource",
        name,
        outcome: lookUp(outcomes, change) ?? predicate(change),
        context: "(Config)",
        link: timelineLink(event.region, resourceType, resourceId),
      };
      return isDeleted ? deletion.raise(2, statement) : note("config:item", statement);
    },
  });

const breach = condition("config:rule", {
  grades: { 3: "NON_COMPLIANT for rules on public access, root, MFA or encryption", 2: "NON_COMPLIANT for others" },
  ends: "COMPLIANT or NOT_APPLICABLE of the same rule and resource",
});

/** Rules about exposure, by the words in their names. */
const exposure = /public|root|mfa|encrypt|unrestricted|restricted-ssh|restricted-common-ports|open-to|0-0-0-0/i;

const result = () => object({ complianceType: text, annotation: text });

const ruleCompliance = () =>
  formatter({
    source,
    detailType: "Config Rules Compliance Change",
    means: "A resource no longer follows a rule of Config, or follows it again",
    conditions: [breach],
    detail: () =>
      z.object({
        configRuleName: text,
        resourceType: text,
        resourceId: text,
        newEvaluationResult: result(),
        oldEvaluationResult: result(),
      }),
    format: ({ configRuleName: rule, resourceType, resourceId, newEvaluationResult, oldEvaluationResult }, event) => {
      const compliance = newEvaluationResult?.complianceType?.toUpperCase();
      if (!compliance) throw new UnexpectedPayload("no newEvaluationResult.complianceType");
      const kind = resourceType === "AWS::::Account" ? "account" : kindOf(resourceType);
      const resource = [kind, lastSegment(resourceId)].filter(Boolean).join(" ") || "a resource";
      const of = `${rule ?? "any"}:${resourceType ?? "any"}:${resourceId ?? "any"}`;
      const statement = {
        of,
        node: resourceId ?? accountRegion(event),
        link: rule && consoleLink(event.region, "config/home", `#/rules/details?configRuleName=${rule}`),
        // Security Hub, which made the rule, reports the same as a finding.
        noise: rule?.startsWith("securityhub-") ? ("duplicate" as const) : undefined,
        thing: "Config rule",
        name: rule ?? "without a name",
      };
      const reason = newEvaluationResult?.annotation;
      switch (compliance) {
        case "NON_COMPLIANT": {
          const grade = exposure.test(statement.name) ? 3 : 2;
          return breach.raise(grade, { ...statement, outcome: "is broken", context: `by ${resource}`, reason });
        }
        case "COMPLIANT":
        case "NOT_APPLICABLE": {
          // A first evaluation has no old result: there is nothing it could clear.
          const isFirst = oldEvaluationResult?.complianceType === undefined;
          const noise = statement.noise ?? (isFirst ? ("passed" as const) : undefined);
          const parts =
            compliance === "COMPLIANT"
              ? { outcome: "is followed", context: `by ${resource}` }
              : { outcome: "no longer applies", context: `to ${resource}` };
          return breach.clear({ ...statement, ...parts, noise });
        }
        default:
          return note("config:rule", {
            ...statement,
            of: `${of}:undecided`,
            outcome: "gave no result",
            context: `for ${resource}`,
            reason: [words(compliance), reason].filter(Boolean).join(", "),
          });
      }
    },
  });

const work = condition("config", { grades: { 3: "Failed" }, ends: "Completed of the same delivery" });

/** Config's events about its own work: started, completed or failed. */
interface Work {
  readonly detailType: string;
  readonly means: string;
  readonly thing: string;
  readonly key: string;
  /** Whether its completion clears its failure. */
  readonly clears: boolean;
}

const workStatus = ({ detailType, means, thing, key, clears }: Work) =>
  formatter({
    source,
    detailType,
    means,
    conditions: [clears ? work : { ...work, ends: undefined }],
    detail: () => z.object({ messageType: text, configRuleNames: list(text), s3Bucket: text }),
    format: ({ messageType, configRuleNames, s3Bucket }, event): Notice => {
      const outcome = /(?:Started|Completed|Succeeded|Failed)$/.exec(messageType ?? "")?.[0]?.toLowerCase();
      if (!outcome) throw new UnexpectedPayload("no messageType that tells the outcome");
      const rule = configRuleNames?.find((name) => name !== undefined);
      const of = [key, rule].filter(Boolean).join(":");
      const context = s3Bucket && `(bucket ${s3Bucket})`;
      const statement = { of, node: accountRegion(event), thing, name: rule, outcome, context };
      if (outcome === "failed") return work.raise(3, statement);
      if (clears && outcome !== "started") return work.clear(statement);
      return note(work.name, { ...statement, of: `${of}:${outcome}` });
    },
  });

const evaluation: Work = {
  detailType: "Config Rules Re-evaluation Status",
  means: "Config's evaluation of a rule started, completed or failed",
  thing: "Evaluation of Config rule",
  key: "evaluation",
  clears: false,
};
const snapshot: Work = {
  detailType: "Config Configuration Snapshot Delivery Status",
  means: "Config's delivery of the configuration snapshot started, completed or failed",
  thing: "Config's delivery of the configuration snapshot",
  key: "delivery:snapshot",
  clears: true,
};
const history: Work = {
  detailType: "Config Configuration History Delivery Status",
  means: "Config's delivery of the configuration history started, completed or failed",
  thing: "Config's delivery of the configuration history",
  key: "delivery:history",
  clears: true,
};

export const config = () =>
  [itemChange(), ruleCompliance(), ...[evaluation, snapshot, history].map((each) => workStatus(each))].flat();
