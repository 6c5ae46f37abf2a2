/** The words of a name such as `instanceState` or `TIMED_OUT`, in lower case; acronyms keep theirs. */
export function words(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/[_-]+/g, " ")
    .split(" ")
    .filter(Boolean)
    .map((word) => (/^[A-Z][A-Z\d]+$/.test(word) && name !== name.toUpperCase() ? word : word.toLowerCase()))
    .join(" ");
}

/** A state as the predicate of a sentence: `failed`, `is running`, `is in progress`, `timed out`, `is not ready`. */
export function predicate(state: string): string {
  const text = words(state);
  if (/(?:ed|timed out|sent|lost|stuck)(?: |$)/.test(text) && !/^(?:un)?(?:need|block|advanced|red)/.test(text)) {
    return /^(?:disabled|enabled|degraded|impaired|delayed|disconnected|connected|suspended|deprecated|blocked)$/.test(
      text,
    )
      ? `is ${text}`
      : text;
  }
  if (/^(?:fault|failure|error)$/.test(text)) return text === "error" ? "is in error" : "failed";
  if (text === "success") return "succeeded";
  if (text === "timeout") return "timed out";
  if (text === "alarm") return "is in alarm";
  return `is ${text}`;
}

/** Upper-cases the first letter. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A text as part of a condition: lower-case letters of any script, digits and hyphens. */
export const slug = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");

/** A state as it is compared: the same for `InProgress`, `IN_PROGRESS` and `in-progress`. */
export const sameState = (state: string): string => state.toLowerCase().replace(/[^a-z\d]/g, "");

/** The entry of a table for a word of an event; never a property of its prototype. */
export const lookUp = <Value>(table: Readonly<Record<string, Value>>, word: string | undefined): Value | undefined =>
  word !== undefined && Object.hasOwn(table, word) ? table[word] : undefined;

const failure =
  /\b(?:fail(?:ed|ure|ures|s|ing)?|errors?|errored|fault(?:ed|s)?|faulty|timed ?out|timeout|denied|abort(?:ed)?|unhealthy|unavailable|degraded|impaired|expired|revoked|rejected|disconnected|offline|unreachable|stalled|unsuccessful|lost|crash(?:ed)?|deactivated|deauthorized|throttled|incompatible|inaccessible|breach(?:ed)?|violat(?:ed|ion)|non ?compliant|exceeded|suspended|corrupt(?:ed)?|outage|not (?:ready|healthy|available|reachable|compliant|authorized))\b/;
const recovery =
  /\b(?:no|non|not|without|zero) (?:fail|error|fault|incident|alarm|stall|throttle|degrade|impair)|\b(?:resolved|recovered|cleared|restored|fixed|ended)\b/;

/** Whether lower-case words mean a failure: `false` if they mean that it is over, `undefined` if neither. */
export const soundsBad = (text: string): boolean | undefined =>
  recovery.test(text) ? false : failure.test(text) ? true : undefined;
