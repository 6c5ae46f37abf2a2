import * as z from "zod";
import { condition, note } from "../condition.ts";
import { type AwsEvent, isFields } from "../event.ts";
import { arnResource, asText, lastPart, list, object, place, text } from "./fields.ts";
import { formatter } from "./formatter.ts";
import { clause, slug, words } from "./words.ts";

/** `tenant acme`, `configuration set marketing`, `identity example.com`: the kind and name of an SES resource. */
function resourceOf(event: AwsEvent): { name: string; called: string } {
  const [kind, name] = (arnResource(event.resources[0]) ?? "").split("/");
  return kind && name
    ? { name, called: `${words(kind)} ${name}` }
    : { name: place(event), called: `account ${event.account}` };
}

const sendingStatus = () => z.object({ data: object({ record: object({ cause: text }) }) });

/** What the advisor says of its advice: the guide has it in `metadata`, the registry's schema as JSON text in `data`. */
function adviceOf(data: unknown, metadata: unknown): { type: string | undefined; impact: string | undefined } {
  for (const held of [metadata, data, parsed(data)]) {
    if (!isFields(held)) continue;
    const type = asText(held.type);
    if (type) return { type, impact: asText(held.impact) };
  }
  return { type: undefined, impact: undefined };
}

function parsed(data: unknown): unknown {
  try {
    return typeof data === "string" && data.length < 100_000 ? JSON.parse(data) : undefined;
  } catch {
    return undefined;
  }
}

const advice = () => z.object({ data: z.unknown().optional(), metadata: z.unknown().optional() });

const mails: Readonly<Record<string, readonly [severity: 1 | 2 | 3, says: string]>> = {
  "Email Rendering Failed": [3, "could not be rendered from its template"],
  "Email Rejected": [3, "was rejected by SES: it holds malware"],
  "Email Complaint Received": [2, "was marked as spam by its recipient"],
  "Email Bounced": [1, "bounced"],
  "Email Delivery Delayed": [1, "is delayed"],
  "Email Sent": [1, "was sent"],
  "Email Delivered": [1, "was delivered"],
  "Email Opened": [1, "was opened"],
  "Email Clicked": [1, "had a link clicked"],
  "Email Subscribed": [1, "had its subscription changed"],
};

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

export const ses = () => [
  ...formatter({
    source: "aws.ses",
    detailType: "Sending Status Disabled",
    means: "SES stopped the sending of a tenant, configuration set or identity",
    conditions: [sending],
    detail: sendingStatus,
    format: ({ data }, event) => {
      const { name, called } = resourceOf(event);
      const cause = clause(": ", data?.record?.cause);
      return sending.raise(5, {
        of: called,
        node: name,
        summary: `SES sending is disabled for ${called}${cause}`,
      });
    },
  }),
  ...formatter({
    source: "aws.ses",
    detailType: "Sending Status Enabled",
    means: "SES lets a tenant, configuration set or identity send again",
    conditions: [{ ...sending, grades: {} }],
    detail: sendingStatus,
    format: (_, event) => {
      const { name, called } = resourceOf(event);
      return sending.clear({ of: called, node: name, summary: `SES sending is enabled for ${called}` });
    },
  }),
  ...formatter({
    source: "aws.ses",
    detailType: "Advisor Recommendation Status Open",
    means: "SES has something against the reputation or set-up of a sender",
    conditions: [recommendation],
    detail: advice,
    format: ({ data, metadata }, event) => {
      const { name, called } = resourceOf(event);
      const { type, impact } = adviceOf(data, metadata);
      return recommendation.raise(impact?.toUpperCase() === "HIGH" ? 3 : 2, {
        of: `${called}:${slug(type ?? "any")}`,
        node: name,
        summary: `SES advises on the ${type ? topicOf(type) : "sending"} of ${called}${impact ? ` (${impact.toLowerCase()} impact)` : ""}`,
      });
    },
  }),
  ...formatter({
    source: "aws.ses",
    detailType: "Advisor Recommendation Status Resolved",
    means: "What SES had against a sender is over",
    conditions: [{ ...recommendation, grades: {} }],
    detail: advice,
    format: ({ data, metadata }, event) => {
      const { name, called } = resourceOf(event);
      const { type } = adviceOf(data, metadata);
      return recommendation.clear({
        of: `${called}:${slug(type ?? "any")}`,
        node: name,
        summary: `SES advice on the ${type ? topicOf(type) : "sending"} of ${called} is resolved`,
      });
    },
  }),
  ...Object.entries(mails).flatMap(([detailType, [severity, says]]) =>
    formatter({
      source: "aws.ses",
      detailType,
      means: `A message ${says}; one line a sending domain`,
      conditions: severity === 1 ? undefined : [{ ...mailTrouble, grades: { [severity]: "" } }],
      detail: () =>
        z.object({
          mail: object({ source: text, commonHeaders: object({ from: list(text) }) }),
          bounce: object({ bounceType: text }),
        }),
      format: ({ mail, bounce }, event) => {
        const from = mail?.source ?? mail?.commonHeaders?.from?.[0] ?? lastPart(event.resources[0]);
        const domain = from?.replace(/^.*@/, "").replace(/>.*$/, "").toLowerCase();
        const kind = bounce?.bounceType ? ` (${bounce.bounceType.toLowerCase()})` : "";
        const statement = {
          of: [domain ?? "any", slug(detailType), slug(kind)].filter(Boolean).join(":"),
          node: domain ?? place(event),
          summary: `E-mail${domain ? ` from ${domain}` : ""} ${says}${kind}`,
        };
        return severity === 1 ? note("ses:mail", statement) : mailTrouble.raise(severity, statement);
      },
    }),
  ),
];

/** `bounce rate` of `BOUNCE`, `DKIM set-up` of `DKIM`. */
function topicOf(type: string): string {
  const known: Readonly<Record<string, string>> = {
    BOUNCE: "bounce rate",
    COMPLAINT: "complaint rate",
    FEEDBACK_3P: "third-party feedback",
    IP_LISTING: "blocked addresses",
  };
  if (Object.hasOwn(known, type.toUpperCase())) return known[type.toUpperCase()] ?? type;
  return /^(?:DKIM|DMARC|SPF|BIMI)$/i.test(type) ? `${type.toUpperCase()} set-up` : words(type);
}
