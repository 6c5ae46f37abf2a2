import * as z from "zod";
import { condition, note } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import type { Notice, ProblemSeverity } from "../notice.ts";
import { arnName, lastPart, list, number, object, place, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { clause } from "./words.ts";

/** A finding in the AWS Security Finding Format; any field is missing from some real ones. */
const finding = () =>
  object({
    Id: text,
    ProductArn: text,
    GeneratorId: text,
    AwsAccountId: text,
    Region: text,
    Title: text,
    Description: text,
    CreatedAt: text,
    UpdatedAt: text,
    Severity: object({ Label: text, Normalized: number }),
    FindingProviderFields: object({ Severity: object({ Label: text }) }),
    Compliance: object({ Status: text, SecurityControlId: text }),
    Workflow: object({ Status: text }),
    RecordState: text,
    Resources: list(object({ Id: text, Type: text })),
    ProductFields: object({ ControlId: text, RuleId: text }),
  });

type Finding = NonNullable<z.infer<ReturnType<typeof finding>>>;

/** A failed control has the grade below its label. */
const imported = condition("securityhub", {
  grades: {
    5: "CRITICAL",
    4: "HIGH, or a failed control CRITICAL",
    3: "MEDIUM, or a failed control HIGH",
    2: "LOW, or a failed control MEDIUM",
  },
  ends: "the same finding passed, resolved, suppressed or archived",
});
const picked = condition("securityhub:action", {
  grades: { 5: "CRITICAL", 4: "HIGH, or a failed control CRITICAL", 3: "any other" },
});
const insight = condition("securityhub:insight", { grades: { 2: "" } });
const second = condition("securityhub2", {
  grades: {
    5: "Fatal or Critical",
    4: "High, or a failed control Fatal or Critical",
    3: "Medium, or a failed control High",
    2: "Low, or a failed control Medium",
  },
  ends: "the same finding resolved, suppressed, archived, closed or passed",
});

const labels = ["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"] as const;

/** The label, else that of the normalized score, whose bands ASFF defines: 1-39 low, 40-69 medium, 70-89 high, then critical. */
function labelOf({ Severity, FindingProviderFields }: Finding): string {
  const label = Severity?.Label?.toUpperCase();
  if (label) return label;
  const score = Severity?.Normalized;
  if (score === undefined) return FindingProviderFields?.Severity?.Label?.toUpperCase() ?? "";
  if (score >= 90) return "CRITICAL";
  if (score >= 70) return "HIGH";
  if (score >= 40) return "MEDIUM";
  return score >= 1 ? "LOW" : "INFORMATIONAL";
}

/** A threat or vulnerability by its label; a failed control one lower, since it is no intrusion. */
function severityOf(label: string, control: boolean): ProblemSeverity {
  const rank = labels.indexOf(label as (typeof labels)[number]);
  return Math.max(1, rank + (control ? 0 : 1)) as ProblemSeverity;
}

const stateOf = (found: Finding) => ({
  passed: found.Compliance?.Status?.toUpperCase() === "PASSED",
  workflow: found.Workflow?.Status?.toUpperCase(),
  archived: found.RecordState?.toUpperCase() === "ARCHIVED",
});

/**
 * Whether a control that passed can have failed before. The event does not say so; but Security Hub sets the workflow
 * to RESOLVED when a failed control passes, and a finding that was created with this very event never failed.
 */
const canHaveFailed = (found: Finding): boolean =>
  stateOf(found).workflow === "RESOLVED" && (!found.CreatedAt || found.CreatedAt !== found.UpdatedAt);

/** The account where the resource of a finding is the account itself. */
const accountOf = (id = ""): string | undefined => /^AWS::::Account:(\d+)$/i.exec(id)?.[1];

function subjectOf(found: Finding, event: AwsEvent) {
  const id = found.Resources?.[0]?.Id;
  const account = accountOf(id);
  const thing = account ?? arnName(id);
  const control =
    found.Compliance?.SecurityControlId ??
    found.ProductFields?.ControlId ??
    found.ProductFields?.RuleId ??
    (found.Compliance ? lastPart(found.GeneratorId) : undefined);
  const title =
    found.Title?.replace(/[\s.]+$/, "") ?? control ?? (clause("", found.Description, 120) || "finding without a title");
  return {
    node: thing ?? `${found.AwsAccountId ?? event.account}-${found.Region ?? event.region}`,
    key: found.Id ?? [found.ProductArn, found.GeneratorId, title, id].filter(Boolean).join(":"),
    phrase:
      title +
      (thing && !title.includes(thing) ? ` on ${account ? `account ${account}` : thing}` : "") +
      (control && !title.includes(control) ? ` [${control}]` : ""),
  };
}

function importedNotice(found: Finding, event: AwsEvent): Notice {
  const { node, key, phrase } = subjectOf(found, event);
  const { passed, workflow, archived } = stateOf(found);
  const over = archived
    ? "archived"
    : workflow === "RESOLVED" || workflow === "SUPPRESSED"
      ? passed
        ? "passed"
        : workflow.toLowerCase()
      : passed
        ? "passed"
        : undefined;
  if (over) {
    const noise = passed && !canHaveFailed(found) ? "passed" : undefined;
    return imported.clear({ of: key, node, summary: `Security Hub ${over}: ${phrase}`, noise });
  }
  const label = labelOf(found);
  const status = found.Compliance?.Status?.toUpperCase();
  const undecided = status === "WARNING" || status === "NOT_AVAILABLE";
  const severity = undecided ? 1 : severityOf(label, found.Compliance !== undefined && status !== undefined);
  const summary = `Security Hub ${undecided ? "could not check" : label || "finding"}: ${phrase}`;
  return severity === 1
    ? note("securityhub", { of: `${key}:info`, node, summary })
    : imported.raise(severity, { of: key, node, summary });
}

/** Names of statuses and severities in OCSF, which Security Hub's second version speaks. */
const ocsf = () =>
  object({
    severity: text,
    severity_id: number,
    status: text,
    status_id: number,
    activity_id: number,
    finding_info: object({ uid: text, title: text }),
    cloud: object({ account: object({ uid: text }), region: text }),
    resources: list(object({ uid: text, name: text, type: text })),
    metadata: object({ product: object({ name: text }) }),
    compliance: object({ status_id: number, status: text, control: text }),
  });

type Ocsf = NonNullable<z.infer<ReturnType<typeof ocsf>>>;

const ocsfSeverities: readonly ProblemSeverity[] = [1, 1, 2, 3, 4, 5, 5];
const ocsfNames = ["unknown", "informational", "low", "medium", "high", "critical", "fatal"];
const ocsfOver: Readonly<Record<string, string>> = { 3: "suppressed", 4: "resolved", 5: "archived" };

function ocsfNotice(found: Ocsf, event: AwsEvent): Notice {
  const resource = found.resources?.[0];
  const account = accountOf(resource?.uid);
  const thing = account ?? resource?.name ?? arnName(resource?.uid);
  const title = found.finding_info?.title?.replace(/[\s.]+$/, "") ?? found.compliance?.control;
  if (!title && !found.finding_info?.uid) throw new UnexpectedPayload("a finding with neither uid nor title");
  const product = found.metadata?.product?.name;
  const phrase =
    (title ?? "finding without a title") +
    (thing && !title?.includes(thing) ? ` on ${account ? `account ${account}` : thing}` : "") +
    (product && !/^security ?hub/i.test(product) ? ` (${product})` : "");
  const node = thing ?? `${found.cloud?.account?.uid ?? event.account}-${found.cloud?.region ?? event.region}`;
  const of = found.finding_info?.uid ?? `${title}:${thing ?? ""}`;
  const passed = found.compliance?.status_id === 1 || /^pass/i.test(found.compliance?.status ?? "");
  const status = found.status?.toLowerCase() ?? "";
  const over =
    ocsfOver[String(found.status_id)] ??
    (Object.values(ocsfOver).includes(status) ? status : found.activity_id === 3 ? "closed" : undefined);
  if (over || passed) {
    const noise = passed && !over ? "passed" : undefined;
    return second.clear({ of, node, summary: `Security Hub ${over ?? "passed"}: ${phrase}`, noise });
  }
  const byName = ocsfNames.indexOf(found.severity?.toLowerCase() ?? "");
  const rank = found.severity_id ?? (byName < 0 ? 0 : byName);
  const severity = Math.max(1, (ocsfSeverities[rank] ?? 1) - (isControl(found) ? 1 : 0)) as ProblemSeverity;
  const summary = `Security Hub ${(found.severity ?? ocsfNames[rank] ?? "finding").toUpperCase()}: ${phrase}`;
  return severity === 1
    ? note("securityhub2", { of: `${of}:info`, node, summary })
    : second.raise(severity, { of, node, summary });
}

const isControl = ({ compliance }: Ocsf): boolean =>
  Object.values(compliance ?? {}).some((value) => value !== undefined);

const findings = <Item extends z.ZodType>(item: Item) => z.object({ findings: list(item) });

const some = <Item>(found: readonly Item[] | undefined): readonly Item[] => {
  if (!found || found.length === 0) throw new UnexpectedPayload("no findings");
  return found;
};

export const securityhub = () =>
  [
    formatter({
      source: "aws.securityhub",
      detailType: ["Security Hub Findings - Imported", "Security Hub Findings"],
      means: "A finding of Security Hub or of a product that reports to it is new or has changed; one message for each",
      conditions: [imported],
      detail: () => findings(finding()),
      format: (detail, event) => some(detail.findings).map((found) => importedNotice(found ?? {}, event)),
    }),
    formatter({
      source: "aws.securityhub",
      detailType: "Security Hub Findings - Custom Action",
      means: "Someone picked findings in Security Hub and sent them with a custom action",
      conditions: [picked],
      detail: () => z.object({ actionName: text, findings: list(finding()) }),
      format: ({ actionName, findings }, event) =>
        some(findings).map((found) => {
          const { node, key, phrase } = subjectOf(found ?? {}, event);
          const label = labelOf(found ?? {});
          const control = found?.Compliance?.Status !== undefined;
          const severity = severityOf(label, control);
          return picked.raise(severity === 5 || severity === 4 ? severity : 3, {
            of: `${actionName ?? "any"}:${key}`,
            node,
            summary: `Security Hub ${actionName ?? "custom action"}: ${phrase}${label ? ` (${label})` : ""}`,
          });
        }),
    }),
    formatter({
      source: "aws.securityhub",
      detailType: "Security Hub Insight Results",
      means: "Someone sent the results of an insight of Security Hub with a custom action",
      conditions: [insight],
      detail: () => z.object({ actionName: text, insightName: text, insightArn: text, resultType: text }),
      format: ({ actionName, insightName, insightArn, resultType }, event) =>
        insight.raise(2, {
          of: insightArn ?? insightName,
          node: place(event),
          summary: `Security Hub ${actionName ?? "custom action"}: insight ${insightName ?? lastPart(insightArn) ?? "without a name"}${resultType ? `, grouped by ${resultType}` : ""}`,
        }),
    }),
    formatter({
      source: "aws.securityhub",
      detailType: "Findings Imported V2",
      means: "A finding of the second Security Hub, in the OCSF format, is new or has changed",
      conditions: [second],
      detail: () => findings(ocsf()),
      format: (detail, event) => some(detail.findings).map((found) => ocsfNotice(found ?? {}, event)),
    }),
  ].flat();
