import * as z from "zod";
import { arnName, lastSegment } from "../arn.ts";
import { condition, type Notice, note, type ProblemSeverity, type Statement } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { accountRegion, list, number, object, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { cleanReason } from "../sentence.ts";

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
const insight = condition("securityhub:insight", { grades: { 2: "results sent with a custom action" } });
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

/** `title on bucket [S3.2]` as a reason: a long title is truncated, the resource and the control are not. */
function reasonOf(title: string, resource: string | undefined, account: string | undefined, suffix: string): string {
  const where = resource && !title.includes(resource) ? ` on ${account ? `account ${account}` : resource}` : "";
  return cleanReason(title, Math.max(60, 160 - where.length - suffix.length)) + where + suffix;
}

const controlOf = ({ Compliance, ProductFields, GeneratorId }: Finding): string | undefined =>
  Compliance?.SecurityControlId ??
  ProductFields?.ControlId ??
  ProductFields?.RuleId ??
  (Compliance ? lastSegment(GeneratorId) : undefined);

type Subject = Pick<Statement, "node" | "thing" | "reason"> & { readonly of: string };

/** What the notices of a finding share: the finding's key, its resource and its title; `label` goes to the title. */
function subjectOf(found: Finding, event: AwsEvent, label?: string): Subject {
  const id = found.Resources?.[0]?.Id;
  const account = accountOf(id);
  const resource = account ?? arnName(id);
  const control = controlOf(found);
  const title =
    found.Title?.replace(/[\s.]+$/, "") ??
    control ??
    (cleanReason(found.Description ?? "", 120) || "finding without a title");
  const suffix = (control && !title.includes(control) ? ` [${control}]` : "") + (label ? ` (${label})` : "");
  return {
    of: found.Id ?? [found.ProductArn, found.GeneratorId, title, id].filter(Boolean).join(":"),
    node: resource ?? `${found.AwsAccountId ?? event.account}-${found.Region ?? event.region}`,
    thing: "Security Hub",
    reason: reasonOf(title, resource, account, suffix),
  };
}

/** How a finding ended; absent while it is open. */
function endOf(found: Finding): string | undefined {
  const { passed, workflow, archived } = stateOf(found);
  if (archived) return "archived";
  if (passed) return "passed";
  return workflow === "RESOLVED" || workflow === "SUPPRESSED" ? workflow.toLowerCase() : undefined;
}

function importedNotice(found: Finding, event: AwsEvent): Notice {
  const subject = subjectOf(found, event);
  const end = endOf(found);
  if (end) {
    const noise = stateOf(found).passed && !canHaveFailed(found) ? "passed" : undefined;
    return imported.clear({ ...subject, outcome: end, noise });
  }
  const label = labelOf(found);
  const status = found.Compliance?.Status?.toUpperCase();
  const undecided = status !== undefined && status !== "FAILED";
  const severity = undecided ? 1 : severityOf(label, status !== undefined);
  const outcome = undecided ? "could not check" : label || "finding";
  return severity === 1
    ? note("securityhub", { ...subject, of: `${subject.of}:info`, outcome })
    : imported.raise(severity, { ...subject, outcome });
}

function pickedNotice(found: Finding, actionName: string | undefined, event: AwsEvent): Notice {
  const label = labelOf(found);
  const subject = subjectOf(found, event, label);
  const severity = severityOf(label, found.Compliance?.Status !== undefined);
  return picked.raise(severity === 5 || severity === 4 ? severity : 3, {
    ...subject,
    of: `${actionName ?? "any"}:${subject.of}`,
    outcome: actionName ?? "custom action",
  });
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
const ocsfEnds: Readonly<Record<string, string>> = { 3: "suppressed", 4: "resolved", 5: "archived" };

/** How a finding ended; absent while it is open. */
function ocsfEndOf({ status_id, status = "", activity_id }: Ocsf): string | undefined {
  const end = status.toLowerCase();
  return (
    ocsfEnds[String(status_id)] ??
    (Object.values(ocsfEnds).includes(end) ? end : activity_id === 3 ? "closed" : undefined)
  );
}

function ocsfSubjectOf(found: Ocsf, event: AwsEvent): Subject {
  const resource = found.resources?.[0];
  const account = accountOf(resource?.uid);
  const name = account ?? resource?.name ?? arnName(resource?.uid);
  const title = found.finding_info?.title?.replace(/[\s.]+$/, "") ?? found.compliance?.control;
  if (!title && !found.finding_info?.uid) throw new UnexpectedPayload("a finding with neither uid nor title");
  const product = found.metadata?.product?.name;
  const from = product && !/^security ?hub/i.test(product) ? ` (${product})` : "";
  return {
    of: found.finding_info?.uid ?? `${title}:${name ?? ""}`,
    node: name ?? `${found.cloud?.account?.uid ?? event.account}-${found.cloud?.region ?? event.region}`,
    thing: "Security Hub",
    reason: reasonOf(title ?? "finding without a title", name, account, from),
  };
}

function ocsfNotice(found: Ocsf, event: AwsEvent): Notice {
  const subject = ocsfSubjectOf(found, event);
  const end = ocsfEndOf(found);
  const passed = found.compliance?.status_id === 1 || /^pass/i.test(found.compliance?.status ?? "");
  if (end || passed) {
    const noise = passed && !end ? "passed" : undefined;
    return second.clear({ ...subject, outcome: end ?? "passed", noise });
  }
  const byName = ocsfNames.indexOf(found.severity?.toLowerCase() ?? "");
  const rank = found.severity_id ?? (byName < 0 ? 0 : byName);
  const severity = Math.max(1, (ocsfSeverities[rank] ?? 1) - (isControl(found) ? 1 : 0)) as ProblemSeverity;
  const outcome = (found.severity ?? ocsfNames[rank] ?? "finding").toUpperCase();
  return severity === 1
    ? note("securityhub2", { ...subject, of: `${subject.of}:info`, outcome })
    : second.raise(severity, { ...subject, outcome });
}

const isControl = ({ compliance }: Ocsf): boolean =>
  Object.values(compliance ?? {}).some((value) => value !== undefined);

const findings = <Item extends z.ZodType>(item: Item) => z.object({ findings: list(item) });

/** The findings of an event. @throws {UnexpectedPayload} where it has none */
const nonEmpty = <Item>(found: readonly Item[] | undefined): readonly Item[] => {
  if (!found || found.length === 0) throw new UnexpectedPayload("no findings");
  return found;
};

const importedFindings = formatter({
  source: "aws.securityhub",
  detailType: ["Security Hub Findings - Imported", "Security Hub Findings"],
  means: "A finding of Security Hub or of a product that reports to it is new or has changed; one message for each",
  conditions: [imported],
  detail: () => findings(finding()),
  format: (detail, event) => nonEmpty(detail.findings).map((found) => importedNotice(found ?? {}, event)),
});

const customAction = formatter({
  source: "aws.securityhub",
  detailType: "Security Hub Findings - Custom Action",
  means: "Someone picked findings in Security Hub and sent them with a custom action",
  conditions: [picked],
  detail: () => z.object({ actionName: text, findings: list(finding()) }),
  format: (detail, event) =>
    nonEmpty(detail.findings).map((found) => pickedNotice(found ?? {}, detail.actionName, event)),
});

const insightResults = formatter({
  source: "aws.securityhub",
  detailType: "Security Hub Insight Results",
  means: "Someone sent the results of an insight of Security Hub with a custom action",
  conditions: [insight],
  detail: () => z.object({ actionName: text, insightName: text, insightArn: text, resultType: text }),
  format: ({ actionName, insightName, insightArn, resultType }, event) =>
    insight.raise(2, {
      of: insightArn ?? insightName,
      node: accountRegion(event),
      thing: "Security Hub",
      outcome: actionName ?? "custom action",
      reason: `insight ${insightName ?? lastSegment(insightArn) ?? "without a name"}${resultType ? `, grouped by ${resultType}` : ""}`,
    }),
});

const ocsfFindings = formatter({
  source: "aws.securityhub",
  detailType: "Findings Imported V2",
  means: "A finding of the second Security Hub, in the OCSF format, is new or has changed",
  conditions: [second],
  detail: () => findings(ocsf()),
  format: (detail, event) => nonEmpty(detail.findings).map((found) => ocsfNotice(found ?? {}, event)),
});

export const securityhub = () => [...importedFindings, ...customAction, ...insightResults, ...ocsfFindings];
