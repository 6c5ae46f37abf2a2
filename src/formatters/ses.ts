import * as z from "zod";
import { arnResource, lastSegment } from "../arn.ts";
import { condition, type Notice, note, type Statement } from "../condition.ts";
import { type AwsEvent, asString, isFields } from "../event.ts";
import { accountRegion, list, object, text } from "../grammar/fields.ts";
import { formatter } from "../grammar/formatter.ts";
import { slug, words } from "../grammar/words.ts";

/** `tenant acme`, `configuration set marketing`, `identity example.com`: the kind and name of an SES resource. */
function resourceOf(event: AwsEvent): { name: string; label: string } {
  const [kind, name] = (arnResource(event.resources[0]) ?? "").split("/");
  return kind && name
    ? { name, label: `${words(kind)} ${name}` }
    : { name: accountRegion(event), label: `account ${event.account}` };
}

const sending = condition("ses:sending", {
  grades: { 5: "SES stopped it" },
  ends: "Sending Status Enabled of the same resource",
});
const recommendation = condition("ses:advice", {
  grades: { 3: "of high impact", 2: "of any other impact" },
  ends: "Advisor Recommendation Status Resolved of the same resource and type",
});
const mailTrouble = condition("ses:mail", {
  grades: { 3: "could not be rendered or was rejected", 2: "was marked as spam" },
});

const sendingStatus = () => z.object({ data: object({ record: object({ cause: text }) }) });

const sendingDisabled = formatter({
  source: "aws.ses",
  detailType: "Sending Status Disabled",
  means: "SES stopped the sending of a tenant, configuration set or identity",
  conditions: [sending],
  detail: sendingStatus,
  format: ({ data }, event) => {
    const { name, label } = resourceOf(event);
    return sending.raise(5, {
      of: label,
      node: name,
      thing: "SES sending",
      outcome: "is disabled",
      context: `for ${label}`,
      reason: data?.record?.cause,
    });
  },
});

const sendingEnabled = formatter({
  source: "aws.ses",
  detailType: "Sending Status Enabled",
  means: "SES lets a tenant, configuration set or identity send again",
  conditions: [{ ...sending, grades: {} }],
  detail: sendingStatus,
  format: (_, event) => {
    const { name, label } = resourceOf(event);
    return sending.clear({
      of: label,
      node: name,
      thing: "SES sending",
      outcome: "is enabled",
      context: `for ${label}`,
    });
  },
});

interface Advice {
  readonly type?: string | undefined;
  readonly impact?: string | undefined;
  /** The advice in words. */
  readonly reason?: string | undefined;
}

const advice = () => z.object({ data: z.unknown().optional(), metadata: z.unknown().optional() });

/** The advisor's advice: the guide has it in `metadata`, the registry's schema as JSON text in `data`. */
function adviceOf({ data, metadata }: { readonly data?: unknown; readonly metadata?: unknown }): Advice {
  const json = parsed(data);
  const reason = json === undefined ? asString(data) : undefined;
  for (const fields of [metadata, data, json]) {
    const type = isFields(fields) ? asString(fields.type) : undefined;
    if (isFields(fields) && type) return { type, impact: asString(fields.impact), reason };
  }
  return { reason };
}

function parsed(data: unknown): unknown {
  try {
    return typeof data === "string" && data.length < 100_000 ? JSON.parse(data) : undefined;
  } catch {
    return undefined;
  }
}

const topics: Readonly<Record<string, string>> = {
  BOUNCE: "bounce rate",
  COMPLAINT: "complaint rate",
  FEEDBACK_3P: "third-party feedback",
  IP_LISTING: "blocked addresses",
};

/** `bounce rate` of `BOUNCE`, `DKIM set-up` of `DKIM`. */
function topicOf(type: string | undefined): string {
  if (!type) return "sending";
  if (Object.hasOwn(topics, type.toUpperCase())) return topics[type.toUpperCase()] ?? type;
  return /^(?:DKIM|DMARC|SPF|BIMI)$/i.test(type) ? `${type.toUpperCase()} set-up` : words(type);
}

const adviceOpen = formatter({
  source: "aws.ses",
  detailType: "Advisor Recommendation Status Open",
  means: "SES has something against the reputation or set-up of a sender",
  conditions: [recommendation],
  detail: advice,
  format: (detail, event) => {
    const { name, label } = resourceOf(event);
    const { type, impact, reason } = adviceOf(detail);
    return recommendation.raise(impact?.toUpperCase() === "HIGH" ? 3 : 2, {
      of: `${label}:${slug(type ?? "any")}`,
      node: name,
      thing: "SES",
      outcome: `advises on the ${topicOf(type)}`,
      context: `of ${label}${impact ? ` (${impact.toLowerCase()} impact)` : ""}`,
      reason,
    });
  },
});

const adviceResolved = formatter({
  source: "aws.ses",
  detailType: "Advisor Recommendation Status Resolved",
  means: "What SES had against a sender is over",
  conditions: [{ ...recommendation, grades: {} }],
  detail: advice,
  format: (detail, event) => {
    const { name, label } = resourceOf(event);
    const { type } = adviceOf(detail);
    return recommendation.clear({
      of: `${label}:${slug(type ?? "any")}`,
      node: name,
      thing: `SES advice on the ${topicOf(type)}`,
      outcome: "is resolved",
      context: `for ${label}`,
    });
  },
});

const mailEvents: Readonly<Record<string, readonly [severity: 1 | 2 | 3, outcome: string, context?: string]>> = {
  "Email Rendering Failed": [3, "could not be rendered", "from its template"],
  "Email Rejected": [3, "was rejected by SES"],
  "Email Complaint Received": [2, "was marked as spam", "by its recipient"],
  "Email Bounced": [1, "bounced"],
  "Email Delivery Delayed": [1, "is delayed"],
  "Email Sent": [1, "was sent"],
  "Email Delivered": [1, "was delivered"],
  "Email Opened": [1, "was opened"],
  "Email Clicked": [1, "had a link clicked"],
  "Email Subscribed": [1, "had its subscription changed"],
};

const mailDetail = () =>
  z.object({
    mail: object({ source: text, commonHeaders: object({ from: list(text) }) }),
    bounce: object({ bounceType: text }),
    reject: object({ reason: text }),
    failure: object({ templateName: text, errorMessage: text }),
  });

type Mail = z.infer<ReturnType<typeof mailDetail>>;

/** SES has one reason to reject an e-mail, and calls it `Bad content`. */
const rejection = (reason: string | undefined): string | undefined =>
  reason === "Bad content" ? "it holds malware" : reason;

function mailStatement({ mail, bounce, reject, failure }: Mail, event: AwsEvent): Omit<Statement, "outcome"> {
  const from = mail?.source ?? mail?.commonHeaders?.from?.[0] ?? lastSegment(event.resources[0]);
  const domain = from?.replace(/^.*@/, "").replace(/>.*$/, "").toLowerCase();
  const kind = bounce?.bounceType?.toLowerCase();
  return {
    of: [domain ?? "any", slug(event.detailType), kind && slug(kind)].filter(Boolean).join(":"),
    node: domain ?? accountRegion(event),
    thing: "E-mail",
    name: domain && `from ${domain}`,
    context: kind ? `(${kind})` : failure?.templateName && `from template ${failure.templateName}`,
    reason: rejection(reject?.reason) ?? failure?.errorMessage,
  };
}

const mailFormatter = (detailType: string, severity: 1 | 2 | 3, outcome: string, context?: string) =>
  formatter({
    source: "aws.ses",
    detailType,
    means: `A message ${outcome}${context ? ` ${context}` : ""}; one line a sending domain`,
    conditions: severity === 1 ? undefined : [{ ...mailTrouble, grades: { [severity]: mailTrouble.grades[severity] } }],
    detail: mailDetail,
    format: (detail, event): Notice => {
      const about = mailStatement(detail, event);
      const statement = { ...about, outcome, context: about.context ?? context };
      return severity === 1 ? note("ses:mail", statement) : mailTrouble.raise(severity, statement);
    },
  });

export const ses = () => [
  ...sendingDisabled,
  ...sendingEnabled,
  ...adviceOpen,
  ...adviceResolved,
  ...Object.entries(mailEvents).flatMap(([detailType, event]) => mailFormatter(detailType, ...event)),
];
