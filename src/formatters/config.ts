import * as z from "zod";
import { type Condition, condition, note } from "../condition.ts";
import type { Notice } from "../notice.ts";
import { arnName, lastPart, list, object, place, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { predicate, words } from "./words.ts";

const result = () => object({ complianceType: text, annotation: text });

/** Rules whose breach opens something up, by the words in their names. */
const grave = /public|root|mfa|encrypt|unrestricted|restricted-ssh|restricted-common-ports|open-to|0-0-0-0/i;

const item = () =>
  object({
    resourceType: text,
    resourceId: text,
    resourceName: text,
    ARN: text,
    configurationItemStatus: text,
    changeType: text,
  });

/** `EC2 security group` of `AWS::EC2::SecurityGroup`. */
const kindOf = (type: string | undefined): string | undefined => {
  const [, service, ...kind] = type?.split("::") ?? [];
  return service ? [service, words(kind.join(" "))].filter(Boolean).join(" ") : type;
};

const deletion = condition("config:item", { grades: { 2: "deleted" } });
const breach = condition("config:rule", {
  grades: { 3: "NON_COMPLIANT for rules on public access, root, MFA or encryption", 2: "NON_COMPLIANT for others" },
  ends: "COMPLIANT or NOT_APPLICABLE of the same rule and resource",
});
const evaluation = condition("config", { grades: { 3: "Failed" } });
const delivery = condition("config", { grades: { 3: "Failed" }, ends: "Completed" });

/** Config's events about its own work: started, completed or failed. */
const own = (detailType: string, failure: Condition<3>, key: string, work: string, named: boolean) =>
  formatter({
    source: "aws.config",
    detailType,
    means: `Config's ${work} started, completed or failed`,
    conditions: [failure],
    detail: () => z.object({ messageType: text, configRuleNames: list(text), s3Bucket: text }),
    format: ({ messageType, configRuleNames, s3Bucket }, event): Notice => {
      const outcome = /(?:Started|Completed|Succeeded|Failed)$/.exec(messageType ?? "")?.[0]?.toLowerCase();
      if (!outcome) throw new UnexpectedPayload("no messageType that tells the outcome");
      const rule = named ? configRuleNames?.[0] : undefined;
      const of = `${key}${rule ? `:${rule}` : ""}`;
      const statement = {
        of,
        node: place(event),
        summary: `Config: ${work}${rule ? ` of rule ${rule}` : ""} ${outcome}${s3Bucket ? ` (bucket ${s3Bucket})` : ""}`,
      };
      if (outcome === "failed") return failure.raise(3, statement);
      if (failure.ends && outcome !== "started") return failure.clear(statement);
      return note("config", { ...statement, of: `${of}:${outcome}` });
    },
  });

export const config = () =>
  [
    formatter({
      source: "aws.config",
      detailType: "Config Configuration Item Change",
      means: "A resource that Config records was created, changed or deleted",
      conditions: [deletion],
      detail: () =>
        z.object({
          configurationItem: item(),
          configurationItemSummary: item(),
          configurationItemDiff: object({ changeType: text }),
        }),
      format: ({ configurationItem, configurationItemSummary, configurationItemDiff }, event) => {
        const about = configurationItem?.resourceType ? configurationItem : (configurationItemSummary ?? {});
        const { resourceType, resourceId, resourceName, ARN, configurationItemStatus = "" } = about;
        const name = resourceName ?? resourceId ?? arnName(ARN);
        if (!name && !resourceType) throw new UnexpectedPayload("no configuration item");
        const deleted = configurationItemStatus.startsWith("ResourceDeleted");
        const change = deleted
          ? "DELETE"
          : (configurationItemDiff?.changeType ??
            about.changeType ??
            (configurationItemStatus === "ResourceDiscovered" ? "CREATE" : "UPDATE"));
        const done =
          { CREATE: "was created", UPDATE: "was changed", DELETE: "was deleted" }[change] ?? predicate(change);
        const statement = {
          of: `${resourceType ?? "any"}:${resourceId ?? name ?? "any"}:${deleted ? "deleted" : "changed"}`,
          node: name ?? place(event),
          tag: "AWSConfig",
          summary: `${[kindOf(resourceType), name].filter(Boolean).join(" ")} ${done} (Config)`,
          link:
            resourceType && resourceId
              ? consoleLink(
                  event.region,
                  "config/home",
                  `#/resources/timeline?resourceId=${resourceId}&resourceType=${resourceType}`,
                )
              : undefined,
        };
        return deleted ? deletion.raise(2, statement) : note("config:item", statement);
      },
    }),
    formatter({
      source: "aws.config",
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
      format: (
        { configRuleName, resourceType, resourceId, newEvaluationResult, oldEvaluationResult },
        event,
      ): Notice => {
        const now = newEvaluationResult?.complianceType?.toUpperCase();
        if (!now) throw new UnexpectedPayload("no newEvaluationResult.complianceType");
        const account = resourceType === "AWS::::Account";
        const thing = [account ? "account" : kindOf(resourceType), lastPart(resourceId)].filter(Boolean).join(" ");
        const rule = configRuleName ?? "without a name";
        const about = thing || "a resource";
        const of = `${configRuleName ?? "any"}:${resourceType ?? "any"}:${resourceId ?? "any"}`;
        const fromSecurityHub = configRuleName?.startsWith("securityhub-") === true;
        const common = {
          of,
          node: resourceId ?? place(event),
          link: configRuleName
            ? consoleLink(event.region, "config/home", `#/rules/details?configRuleName=${configRuleName}`)
            : undefined,
          // Security Hub, which made the rule, reports the same as a finding.
          noise: fromSecurityHub ? ("duplicate" as const) : undefined,
        };
        if (now === "NON_COMPLIANT") {
          const summary = `Config rule ${rule} is broken by ${about}`;
          return breach.raise(grave.test(rule) ? 3 : 2, { ...common, summary });
        }
        if (now === "COMPLIANT" || now === "NOT_APPLICABLE") {
          // A first evaluation has no old result: there is nothing it could clear.
          const first = oldEvaluationResult?.complianceType === undefined;
          const followed = now === "COMPLIANT" ? "is followed by" : "no longer applies to";
          return breach.clear({
            ...common,
            summary: `Config rule ${rule} ${followed} ${about}`,
            noise: common.noise ?? (first ? "passed" : undefined),
          });
        }
        return note("config:rule", {
          ...common,
          of: `${of}:undecided`,
          summary: `Config rule ${rule} could not judge ${about} (${words(now)})`,
        });
      },
    }),
    own("Config Rules Re-evaluation Status", evaluation, "evaluation", "evaluation", true),
    own(
      "Config Configuration Snapshot Delivery Status",
      delivery,
      "delivery:snapshot",
      "delivery of the configuration snapshot",
      false,
    ),
    own(
      "Config Configuration History Delivery Status",
      delivery,
      "delivery:history",
      "delivery of the configuration history",
      false,
    ),
  ].flat();
