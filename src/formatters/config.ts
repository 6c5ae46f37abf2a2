import * as z from "zod";
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

/** Config's events about its own work: started, completed or failed. */
const own = (detailType: string, key: string, said: string, clears: boolean, named: boolean) =>
  formatter({
    source: "aws.config",
    detailType,
    means: `Config's ${said} started, completed or failed`,
    severity: clears ? "Failed 3, Completed 0, else 1" : "Failed 3, else 1",
    clears: clears ? "Completed" : undefined,
    detail: () => z.object({ messageType: text, configRuleNames: list(text), s3Bucket: text }),
    format: ({ messageType, configRuleNames, s3Bucket }, event): Notice => {
      const outcome = /(?:Started|Completed|Succeeded|Failed)$/.exec(messageType ?? "")?.[0]?.toLowerCase();
      if (!outcome) throw new UnexpectedPayload("no messageType that tells the outcome");
      const rule = named ? configRuleNames?.[0] : undefined;
      const condition = `config:${key}${rule ? `:${rule}` : ""}`;
      const common = {
        node: place(event),
        summary: `Config: ${said}${rule ? ` of rule ${rule}` : ""} ${outcome}${s3Bucket ? ` (bucket ${s3Bucket})` : ""}`,
      };
      if (outcome === "failed") return { ...common, severity: 3, condition };
      if (clears && outcome !== "started") return { ...common, severity: 0, clears: [3], condition };
      return { ...common, severity: 1, condition: `${condition}:${outcome}` };
    },
  });

export const config = () =>
  [
    formatter({
      source: "aws.config",
      detailType: "Config Configuration Item Change",
      means: "A resource that Config records was created, changed or deleted",
      severity: "deleted 2, else 1",
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
        return {
          node: name ?? place(event),
          tag: "AWSConfig",
          summary: `${[kindOf(resourceType), name].filter(Boolean).join(" ")} ${done} (Config)`,
          severity: deleted ? 2 : 1,
          condition: `config:item:${resourceType ?? "any"}:${resourceId ?? name ?? "any"}:${deleted ? "deleted" : "changed"}`,
          link:
            resourceType && resourceId
              ? consoleLink(
                  event.region,
                  "config/home",
                  `#/resources/timeline?resourceId=${resourceId}&resourceType=${resourceType}`,
                )
              : undefined,
        };
      },
    }),
    formatter({
      source: "aws.config",
      detailType: "Config Rules Compliance Change",
      means: "A resource no longer follows a rule of Config, or follows it again",
      severity:
        "NON_COMPLIANT 2, or 3 for rules on public access, root, MFA or encryption; COMPLIANT or NOT_APPLICABLE 0; else 1",
      clears: "COMPLIANT or NOT_APPLICABLE of the same rule and resource",
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
        const condition = `config:rule:${configRuleName ?? "any"}:${resourceType ?? "any"}:${resourceId ?? "any"}`;
        const fromSecurityHub = configRuleName?.startsWith("securityhub-") === true;
        const common = {
          node: resourceId ?? place(event),
          link: configRuleName
            ? consoleLink(event.region, "config/home", `#/rules/details?configRuleName=${configRuleName}`)
            : undefined,
          // Security Hub, which made the rule, reports the same as a finding.
          noise: fromSecurityHub ? ("duplicate" as const) : undefined,
        };
        if (now === "NON_COMPLIANT") {
          return {
            ...common,
            summary: `Config rule ${rule} is broken by ${about}`,
            severity: grave.test(rule) ? 3 : 2,
            condition,
          };
        }
        if (now === "COMPLIANT" || now === "NOT_APPLICABLE") {
          // A first evaluation has no old result: there is nothing it could clear.
          const first = oldEvaluationResult?.complianceType === undefined;
          const followed = now === "COMPLIANT" ? "is followed by" : "no longer applies to";
          return {
            ...common,
            summary: `Config rule ${rule} ${followed} ${about}`,
            severity: 0,
            clears: [2, 3],
            condition,
            noise: common.noise ?? (first ? "passed" : undefined),
          };
        }
        return {
          ...common,
          summary: `Config rule ${rule} could not judge ${about} (${words(now)})`,
          severity: 1,
          condition: `${condition}:undecided`,
        };
      },
    }),
    own("Config Rules Re-evaluation Status", "evaluation", "evaluation", false, true),
    own(
      "Config Configuration Snapshot Delivery Status",
      "delivery:snapshot",
      "delivery of the configuration snapshot",
      true,
      false,
    ),
    own(
      "Config Configuration History Delivery Status",
      "delivery:history",
      "delivery of the configuration history",
      true,
      false,
    ),
  ].flat();
