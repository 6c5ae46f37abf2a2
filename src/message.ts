import { createHash } from "node:crypto";
import type { AwsEvent } from "./event.ts";
import type { Noise, Notice, ProblemSeverity, Severity } from "./notice.ts";

/** What the console's API takes as `{"event": …}`: string properties and an integer severity, nothing else. */
export interface PantherMessage {
  readonly node: string;
  readonly tag: string;
  readonly summary: string;
  readonly severity: Severity;
  /** Makes one row: the condition at one severity. */
  readonly identifier: string;
  /** The condition: equal for a problem at any severity and its recovery. */
  readonly external_id: string;
  readonly account: string;
  readonly region: string;
  readonly source: string;
  readonly detail_type: string;
  readonly link?: string;
}

/** What decides whether and how a notice is sent. */
export interface Policy {
  readonly minSeverity: Severity;
  readonly drop: ReadonlySet<Noise>;
  /**
   * `separate`: a recovery is a row of severity 0, which any console removes by itself.
   * `automation`: a recovery rewrites the problem's own row to `CLEAR: …`, which a trigger of the console then deletes.
   */
  readonly clearing: "separate" | "automation";
}

export type DropReason = Noise | "severity" | "nothing-to-clear" | "repeated";

export interface Composed {
  readonly messages: readonly PantherMessage[];
  /** Why notices of the event gave no message, each as often as it happened. */
  readonly dropped: readonly DropReason[];
}

/** The console refuses a body of more bytes than this, counted in UTF-8. */
export const maxBodyBytes = 4096;
const maxSummary = 1000;
/** In characters; together they leave room for a summary even where each takes three bytes. */
const most = { node: 200, tag: 120, account: 64, region: 64, source: 120, detailType: 120 };
/** The console cuts an identifier of over 1,024 characters; in bytes, this leaves room for the summary. */
const maxKeyBytes = 400;

/** The messages that the notices of one event amount to. */
export function compose(notices: readonly Notice[], event: AwsEvent, policy: Policy): Composed {
  const messages = new Map<string, PantherMessage>();
  const dropped: DropReason[] = [];
  for (const notice of notices) {
    const reason = dropReason(notice, policy);
    if (reason) {
      dropped.push(reason);
      continue;
    }
    for (const { severity, prefix } of rowsOf(notice, policy)) {
      const message = messageOf(notice, event, severity, prefix);
      if (messages.has(message.identifier)) dropped.push("repeated");
      else messages.set(message.identifier, message);
    }
  }
  return { messages: [...messages.values()], dropped };
}

function dropReason(notice: Notice, policy: Policy): DropReason | undefined {
  if (notice.noise && policy.drop.has(notice.noise)) return notice.noise;
  if (notice.severity === 0) return cleared(notice.clears, policy).length > 0 ? undefined : "nothing-to-clear";
  return notice.severity < policy.minSeverity ? "severity" : undefined;
}

const cleared = (clears: readonly ProblemSeverity[], policy: Policy): ProblemSeverity[] =>
  [...new Set(clears)].filter((severity) => severity >= policy.minSeverity);

/**
 * The rows a notice goes to. A recovery never creates a severity-0 row on a problem's identifier: the console would
 * swallow the problem when it comes back.
 */
function rowsOf(notice: Notice, policy: Policy): { severity: Severity; prefix: string }[] {
  if (notice.severity !== 0 || policy.clearing === "separate") {
    return [{ severity: notice.severity, prefix: "" }];
  }
  return cleared(notice.clears, policy).map((severity) => ({ severity, prefix: "CLEAR: " }));
}

function messageOf(notice: Notice, event: AwsEvent, severity: Severity, prefix: string): PantherMessage {
  const account = named(event.account, most.account);
  const region = named(event.region, most.region);
  const detailType = named(event.detailType, most.detailType);
  const key = keyOf(`${event.account}:${event.region}:${notice.condition}`);
  const message = {
    node: named(notice.node, most.node, `${account}-${region}`),
    tag: named(notice.tag ?? event.detailType, most.tag),
    summary: "",
    severity,
    identifier: `${key}:${severity}`,
    external_id: key,
    account,
    region,
    source: named(event.source, most.source),
    detail_type: detailType,
  };
  const summary = prefix + cutAtWord(plain(notice.summary) || detailType, maxSummary);
  const whole = { ...message, summary };
  const link = notice.link && plain(notice.link);
  if (link && bodyBytes({ ...whole, link }) <= maxBodyBytes) return { ...whole, link };
  return { ...whole, summary: cutToBytes(summary, maxBodyBytes - bodyBytes(message)) };
}

const named = (text: string, length: number, otherwise = "unknown"): string =>
  cutAtWord(plain(text) || otherwise, length);

/** The request's body. */
export const bodyOf = (message: PantherMessage): string => JSON.stringify({ event: message });

const bodyBytes = (message: PantherMessage): number => Buffer.byteLength(bodyOf(message));

/** A condition's key as the console can hold it: no braces or `$`, which it would interpolate, and not too long. */
function keyOf(condition: string): string {
  const key = plain(condition, 4000).replaceAll("$", "_");
  if (condition.length <= 4000 && Buffer.byteLength(key) <= maxKeyBytes) return key;
  const digest = createHash("sha256").update(condition).digest("hex").slice(0, 20);
  let kept = key.slice(0, maxKeyBytes - digest.length);
  while (Buffer.byteLength(kept) > maxKeyBytes - digest.length) kept = kept.slice(0, -1);
  return `${kept.toWellFormed()}~${digest}`;
}

const terminalEscape = /[\u001b\u009b](?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\^_])?/g;
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;
const invisible = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;

/**
 * Text that is safe on any screen, since an attacker may have chosen a bucket's or a user's name: no terminal escapes,
 * control or invisible characters, lone surrogates, markup or the braces of a template; white space folded.
 */
export function plain(text: string, most = 8000): string {
  return text
    .slice(0, most)
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

/** At most `length` characters, cut behind a word where one ends in the last fifth, with an ellipsis. */
function cutAtWord(text: string, length: number): string {
  if (text.length <= length) return text;
  const kept = text.slice(0, length - 1);
  const space = kept.lastIndexOf(" ");
  const whole = space > length * 0.8 ? kept.slice(0, space) : kept.replace(/[\ud800-\udbff]$/, "");
  return `${whole.replace(/[\s,;:.–-]+$/, "")}…`;
}

function cutToBytes(text: string, most: number): string {
  let cut = text;
  for (let bytes = jsonBytes(cut); bytes > most; bytes = jsonBytes(cut)) {
    cut = cutAtWord(cut, Math.min(cut.length - 1, Math.floor((cut.length * most) / bytes)));
  }
  return cut;
}

const jsonBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;
