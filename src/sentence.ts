import { arnName } from "./arn.ts";
import type { Actor, SentenceParts } from "./condition.ts";

/** Characters of a summary that are visible in the console's grid. */
export const visibleLength = 57;
/** Characters of a sentence with a reason, unless its other parts leave the reason fewer than `minReason`. */
const maxSentence = 200;
const maxReason = 160;
const minReason = 60;
/** Letters that forms of a word share: `failed` and `failing`. */
const maxStem = 4;
/** Words that add nothing to a statement. */
const fillers = new Set([
  "the",
  "this",
  "its",
  "has",
  "have",
  "been",
  "was",
  "were",
  "are",
  "and",
  "for",
  "successfully",
]);

/**
 * The sentence of a notice: `thing name outcome context: reason (by actor)`. The outcome is within the first
 * `visibleLength` characters: if the name is too long for that, it comes after the outcome, in parentheses.
 */
export function sentenceOf({ thing, name, outcome, context, reason, actor }: SentenceParts): string {
  const head = join(thing, name, outcome);
  const isMoved = name !== undefined && name !== "" && head.length > visibleLength;
  const statement = isMoved ? join(join(thing, outcome), `(${name})`, context) : join(head, context);
  const who = actor ? actorText(actor) : "";
  const left = maxSentence - statement.length - who.length - (actor?.via?.length ?? 0);
  const why = reason === undefined ? "" : newReason(reason, statement, Math.max(minReason, Math.min(maxReason, left)));
  if (!actor) return capitalize(why ? `${statement}: ${why}` : statement);
  if (!why) return capitalize(join(statement, who, actor.via && `(${actor.via})`));
  const added = [who, actor.via].filter(Boolean).join(", ");
  return capitalize(`${statement}: ${why}${added && ` (${added})`}`);
}

/** The parts that are not empty, joined with spaces, but without a space before a colon or a comma. */
function join(...parts: readonly (string | undefined)[]): string {
  return parts
    .filter(Boolean)
    .join(" ")
    .replace(/ +(?=[:,])/g, "");
}

/** `by alice from 203.0.113.9`, `from account 999988887777`. */
function actorText({ name, address, account }: Actor): string {
  const from = [address, account && `account ${account}`].filter(Boolean).join(", ");
  return [name && `by ${name}`, from && `from ${from}`].filter(Boolean).join(" ");
}

/** The cleaned reason; empty if all its words are in the statement already. */
function newReason(reason: string, statement: string, max: number): string {
  const text = cleanReason(reason, max);
  const known = statement.toLowerCase().replace(/[^\p{L}\d]/gu, "");
  const words = text.toLowerCase().match(/[\p{L}\d]{3,}/gu) ?? [text];
  return words.every((word) => fillers.has(word) || known.includes(word.slice(0, maxStem))) ? "" : text;
}

/**
 * A reason as the end of a sentence: the message inside JSON, ARNs shortened to names, without outer quotes and final
 * full stops, at most `max` characters and an ellipsis.
 */
export function cleanReason(reason: string, max = maxReason): string {
  const text = messageOf(reason.slice(0, 2048).replace(/\s+/g, " ").trim())
    .replace(/arn:aws[\w-]*:[\w-]*:[\w-]*:\d*:[^\s,;)"'\]]+/g, (arn) => arnName(arn) ?? arn)
    .replace(/[\s.:;,]+$/, "")
    .replace(/^(["'])(.*)\1$/, "$2")
    .replace(/[\s.:;,]+$/, "")
    .trim();
  if (text.length <= max) return text;
  const end = text.lastIndexOf(" ", max);
  return `${text.slice(0, end > 0 ? end : max).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** The message in a JSON object; any other text unchanged. */
function messageOf(text: string): string {
  if (!text.startsWith("{")) return text;
  try {
    const fields = Object.entries(JSON.parse(text) as object);
    const message = fields.find(
      ([key, value]) => /^(?:error)?(?:message|reason|cause)$/i.test(key) && typeof value === "string",
    );
    return message ? String(message[1]) : text;
  } catch {
    return text;
  }
}

/** Upper-cases the first letter of a text that begins with a word, not with a name such as `disk_used_percent`. */
const capitalize = (text: string): string =>
  /^[a-z]+(?=[ ,:]|$)/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
