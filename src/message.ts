import { createHash } from "node:crypto";
import type { Noise, Notice, SentenceParts, Severity } from "./condition.ts";
import type { AwsEvent } from "./event.ts";
import { sentenceOf } from "./sentence.ts";

/** What the console's API accepts as `{"event": …}`: string properties and an integer severity, nothing else. */
export interface PantherMessage {
  readonly node: string;
  readonly tag: string;
  readonly summary: string;
  readonly severity: Severity;
  /** The key of the row that the message goes to: a condition at one severity. */
  readonly identifier: string;
  /** The condition; for a recovery with its time after `@`. */
  readonly external_id: string;
  readonly account: string;
  readonly region: string;
  readonly source: string;
  readonly detail_type: string;
  /** When it happened, UTC, in whole seconds; the console does not store it, but its rules and its kit read it. */
  readonly time: string;
  readonly link?: string;
}

/** What decides whether and how a notice is sent. */
export interface Policy {
  readonly minSeverity: Severity;
  readonly drop: ReadonlySet<Noise>;
}

export type DropReason = Noise | "severity" | "nothing-to-clear" | "repeated" | "capped";

export interface Composed {
  readonly messages: readonly PantherMessage[];
  /** Why notices of the event gave no message: one reason for each of them. */
  readonly dropped: readonly DropReason[];
}

/** The console refuses a larger body; bytes of UTF-8. */
export const maxBodyBytes = 4096;
/** In characters. Without the summary, the fields leave room for one even at three bytes a character. */
const maxLength = { summary: 1000, node: 200, tag: 120, account: 64, region: 64, source: 120, detailType: 120 };
/** Bytes of a key. The console truncates identifiers at 1,024 characters; this also leaves room for the summary. */
const maxKeyBytes = 400;
/** Characters of a condition that are read. */
const maxCondition = 4000;

/**
 * The messages of the notices of one event: one for each row.
 * @param isLate whether the event arrived so late that its problems get rows of their own
 */
export function compose(notices: readonly Notice[], event: AwsEvent, policy: Policy, isLate = false): Composed {
  const messages = new Map<string, PantherMessage>();
  const dropped: DropReason[] = [];
  for (const notice of notices) {
    const reason = dropReason(notice, policy);
    if (reason) {
      dropped.push(reason);
      continue;
    }
    const message = messageOf(notice, event, isLate);
    if (messages.has(message.identifier)) dropped.push("repeated");
    else messages.set(message.identifier, message);
  }
  return { messages: [...messages.values()], dropped };
}

/** Why a notice is not sent, if it is not. */
function dropReason(notice: Notice, policy: Policy): DropReason | undefined {
  if (notice.noise && policy.drop.has(notice.noise)) return notice.noise;
  if (notice.severity === 0) return notice.worst < policy.minSeverity ? "nothing-to-clear" : undefined;
  return notice.severity < policy.minSeverity ? "severity" : undefined;
}

function messageOf(notice: Notice, event: AwsEvent, isLate: boolean): PantherMessage {
  const account = shown(event.account, maxLength.account);
  const region = shown(event.region, maxLength.region);
  const detailType = shown(event.detailType, maxLength.detailType);
  const { severity } = notice;
  const message = {
    node: shown(notice.node, maxLength.node, `${account}-${region}`),
    tag: shown(notice.tag ?? event.detailType, maxLength.tag),
    summary: "",
    severity,
    ...identityOf(keyOf(`${event.account}:${event.region}:${notice.condition}`), severity, event.time, isLate),
    account,
    region,
    source: shown(event.source, maxLength.source),
    detail_type: detailType,
    time: event.time,
  };
  const at = isLate && severity > 0 ? ` (at ${event.time.slice(11, 16)} UTC)` : "";
  const summary = truncateAtWord(sentenceOf(sanitized(notice)) || detailType, maxLength.summary) + at;
  const link = notice.link && sanitize(notice.link);
  const linked = { ...message, summary, ...(link && safeLink.test(link) && { link }) };
  if (link && bodyBytes(linked) <= maxBodyBytes) return linked;
  const room = maxBodyBytes - bodyBytes(message) - at.length;
  return { ...message, summary: truncateToBytes(summary.slice(0, summary.length - at.length), room) + at };
}

/**
 * The identifiers of a message. A recovery gets a row of its own each time, never the problem's: the console discards a
 * problem that arrives on a row of severity 0. A late problem has one too, so that it does not overwrite a live one. The
 * console's kit ends only rows that are older than the recovery's time.
 */
function identityOf(
  key: string,
  severity: Severity,
  time: string,
  isLate: boolean,
): Pick<PantherMessage, "identifier" | "external_id"> {
  return severity === 0 || isLate
    ? { identifier: `${key}:${severity}@${time}`, external_id: `${key}@${time}` }
    : { identifier: `${key}:${severity}`, external_id: key };
}

/** The parts of a sentence, each sanitized. */
function sanitized({ thing, name, outcome, context, reason, actor }: SentenceParts): SentenceParts {
  const safe = (text: string | undefined): string | undefined => text && sanitize(text);
  return {
    thing: sanitize(thing),
    name: safe(name),
    outcome: sanitize(outcome),
    context: safe(context),
    reason: safe(reason),
    actor: actor && {
      name: safe(actor.name),
      address: safe(actor.address),
      account: safe(actor.account),
      via: safe(actor.via),
    },
  };
}

/** A field of a message: sanitized, never empty, at most `length` characters. */
const shown = (text: string, length: number, otherwise = "unknown"): string =>
  truncateAtWord(sanitize(text) || otherwise, length);

/** The body of the request that sends a message. */
export const bodyOf = (message: PantherMessage): string => JSON.stringify({ event: message });

const bodyBytes = (message: PantherMessage): number => Buffer.byteLength(bodyOf(message));

/**
 * A condition as a key of the console: without the braces and `$` that it would interpolate. A longer one ends in a
 * digest of the whole instead.
 */
function keyOf(condition: string): string {
  const key = sanitize(condition, maxCondition).replaceAll("$", "_");
  if (condition.length <= maxCondition && Buffer.byteLength(key) <= maxKeyBytes) return key;
  const digest = createHash("sha256").update(condition).digest("hex").slice(0, 20);
  let kept = key.slice(0, maxKeyBytes - digest.length);
  while (Buffer.byteLength(kept) > maxKeyBytes - digest.length) kept = kept.slice(0, -1);
  return `${kept.toWellFormed()}~${digest}`;
}

const terminalEscape = /[\u001b\u009b](?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\^_])?/g;
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;
const invisible = /[\p{Default_Ignorable_Code_Point}\u061c\ufff9-\ufffb]/gu;
const safeLink = /^https:\/\/[^\s"'<>\\^`{|}]+$/;

/**
 * Text that is safe on any screen, because an attacker can choose the name of a bucket or a user: no terminal escapes,
 * control characters, invisible characters, lone surrogates, markup or braces of a template; white space collapsed.
 */
export function sanitize(text: string, maxLength = 8000): string {
  return text
    .slice(0, maxLength)
    .toWellFormed()
    .replace(terminalEscape, "")
    .replace(control, " ")
    .replace(invisible, "")
    .replaceAll("<", "‹")
    .replaceAll(">", "›")
    .replace(/\{\s*\}|\[object \w+\]/g, "")
    .replaceAll("{", "(")
    .replaceAll("}", ")")
    .replace(/\s+/g, " ")
    .trim();
}

/** At most `length` characters, ellipsis included; ends after a whole word if that keeps four fifths of the length. */
function truncateAtWord(text: string, length: number): string {
  if (text.length <= length) return text;
  const kept = text.slice(0, length - 1);
  const space = kept.lastIndexOf(" ");
  const whole = space > length * 0.8 ? kept.slice(0, space) : kept.replace(/[\ud800-\udbff]$/, "");
  return `${whole.replace(/[\s,;:.–-]+$/, "")}…`;
}

/** At most `maxBytes` bytes within a JSON string. */
function truncateToBytes(text: string, maxBytes: number): string {
  let truncated = text;
  for (let bytes = jsonBytes(truncated); bytes > maxBytes; bytes = jsonBytes(truncated)) {
    truncated = truncateAtWord(
      truncated,
      Math.min(truncated.length - 1, Math.floor((truncated.length * maxBytes) / bytes)),
    );
  }
  return truncated;
}

const jsonBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;
