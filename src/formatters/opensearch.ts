import * as z from "zod";
import { lastSegment } from "../arn.ts";
import { condition, type Notice, note, type Statement } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { accountRegion, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { consoleLink } from "../grammar/links.ts";
import { lookUp, predicate, slug } from "../grammar/words.ts";

const trouble = condition("es", {
  grades: {
    5: "shards deleted, or AWS's High while red",
    4: "AWS's High, or its Medium or Low while red",
    3: "AWS's Medium",
    2: "AWS's Low, or yet to come",
  },
});

const severities: Readonly<Record<string, 2 | 3 | 4>> = { high: 4, medium: 3, low: 2 };
/** Names that are too long for the visible part of a sentence. */
const shortNames: Readonly<Record<string, string>> = {
  "Automatic Snapshot Restore for Red Indices": "Restore of Red Indices",
};
/** The statuses that would read badly behind the event's name. */
const outcomes: Readonly<Record<string, string>> = {
  error: "",
  warning: "",
  required: "is required",
  scheduled: "is scheduled",
  rescheduled: "was rescheduled",
  unexecuted: "could not start",
  "shard(s) deleted": "has deleted shards",
  "shard(s) to be deleted": "will delete shards",
};
const upcoming = /^(?:available|required|scheduled|rescheduled|pending)/i;
const over = /^(?:completed|cancelled|canceled|restored|resolved|success)/i;
const shardsDeleted = /^shard\(s\) deleted/i;

/** AWS reports the end of what goes on, such as an update, and never that of an error. */
const ended = "the same event with the status Completed or Cancelled, of the same domain";
const notifications: readonly (readonly [detailTypes: readonly string[], means: string, ends?: string])[] = [
  [["Amazon OpenSearch Service Notification"], "A domain is at a limit or works badly"],
  [
    ["Amazon OpenSearch Service Cluster Status Notification", "Cluster Status Notification"],
    "A domain is red, or AWS restores its indices",
    ended,
  ],
  [["Amazon OpenSearch Service Domain Error Notification", "Domain Error Notification"], "A domain cannot work"],
  [["Amazon OpenSearch Service Domain Update Notification"], "A change of a domain began, ended or failed", ended],
  [
    ["Amazon OpenSearch Service Software Update Notification"],
    "A software update of a domain is due or under way",
    ended,
  ],
  [["Amazon OpenSearch Service Auto-Tune Notification"], "AWS tunes a domain"],
];

const domainDetail = () => z.object({ event: text, status: text, severity: text, Severity: text, description: text });
type DomainDetail = z.infer<ReturnType<typeof domainDetail>>;

/** AWS's description without references and what the sentence has already. */
function reasonOf(description: string, headline: string): string | undefined {
  const rest = description
    .replace(/^your cluster status is red\.?\s*/i, "")
    .replace(/(?:for more information, )?please (?:refer|see)\b[\s\S]*$/i, "")
    .trim();
  const withoutIds = rest.replace(/\s*\[[^\]]*\]/g, "");
  const news = withoutIds.toLowerCase().startsWith(headline.toLowerCase())
    ? withoutIds.slice(headline.length).replace(/^[\s.:]+/, "")
    : rest;
  return news || undefined;
}

function statementOf(domain: string, { event: name, status, description = "" }: DomainDetail, event: AwsEvent) {
  const red = /status is red/i.test(description);
  const headline = [
    lookUp(shortNames, name) ?? name ?? "notification",
    status && (lookUp(outcomes, status.toLowerCase()) ?? predicate(status)),
  ]
    .filter(Boolean)
    .join(" ");
  const deleted = shardsDeleted.test(status ?? "");
  const reason = reasonOf(description, headline);
  return {
    of: `${domain}:${slug(name ?? event.detailType)}`,
    node: domain,
    thing: "OpenSearch domain",
    name: domain,
    outcome: red ? "is red" : deleted ? "lost shards" : `: ${headline}`,
    reason: red || deleted ? [headline, reason].filter(Boolean).join(". ") : reason,
    link: consoleLink(event.region, "aos/home", `#opensearch/domains/${domain}`),
  } satisfies Statement;
}

function domainNotice(detail: DomainDetail, event: AwsEvent): Notice {
  const { event: name, status, description = "" } = detail;
  const domain = lastSegment(event.resources[0]);
  if (!domain || !(name ?? status)) throw new UnexpectedPayload("no domain, or neither event nor status");
  const statement = statementOf(domain, detail, event);
  if (status && over.test(status)) return trouble.clear({ ...statement, reason: undefined });
  if (shardsDeleted.test(status ?? "")) return trouble.raise(5, statement);
  const severity = lookUp(severities, (detail.severity ?? detail.Severity)?.toLowerCase());
  if (!severity) return note("es", { ...statement, of: `${statement.of}:${slug(status ?? "notice")}` });
  if (/status is red/i.test(description)) return trouble.raise(severity === 4 ? 5 : 4, statement);
  return trouble.raise(status && upcoming.test(status) ? 2 : severity, statement);
}

const domainFormatters = notifications.flatMap(([detailType, means, ends]) =>
  formatter({
    source: "aws.es",
    detailType,
    means,
    conditions: [{ ...trouble, ends }],
    detail: domainDetail,
    format: domainNotice,
  }),
);

const capacity = condition("aoss:ocu", { grades: { 3: "at the limit", 2: "close to the limit" } });

const serverless = (detailType: string, grade: 2 | 3, outcome: string) =>
  formatter({
    source: "aws.aoss",
    detailType,
    means: `The capacity of OpenSearch Serverless for indexing or search ${outcome}`,
    conditions: [{ ...capacity, grades: { [grade]: capacity.grades[grade] } }],
    detail: () => z.object({ description: text }),
    format: ({ description = "" }, event) => {
      const use = description.match(/\b(search|index(?:ing)?)\b/i)?.[1]?.toLowerCase();
      return capacity.raise(grade, {
        of: use,
        node: lastSegment(event.resources[0]) ?? accountRegion(event),
        thing: use ? `OpenSearch ${use} capacity` : "OpenSearch capacity",
        outcome,
        context: "(Serverless OCUs)",
      });
    },
  });

export const opensearch = () => [
  ...domainFormatters,
  ...serverless("OCU Utilization Approaching Max Limit", 2, "is close to its limit"),
  ...serverless("OCU Utilization Reached Max Limit", 3, "has reached its limit"),
];
