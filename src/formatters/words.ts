/** `EC2 Instance State` of `ec2InstanceState`, `TIMED_OUT` or `timed-out`, as lower-case words; acronyms stay. */
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
  const said = words(state);
  if (/(?:ed|timed out|sent|lost|stuck)(?: |$)/.test(said) && !/^(?:un)?(?:need|block|advanced|red)/.test(said)) {
    return /^(?:disabled|enabled|degraded|impaired|delayed|disconnected|connected|suspended|deprecated|blocked)$/.test(
      said,
    )
      ? `is ${said}`
      : said;
  }
  if (/^(?:fault|failure|error)$/.test(said)) return said === "error" ? "is in error" : "failed";
  if (said === "success") return "succeeded";
  if (said === "timeout") return "timed out";
  if (said === "alarm") return "is in alarm";
  return `is ${said}`;
}

/** Ends a sentence's clause: `reason` without line breaks and its final full stop, after `separator`, or nothing. */
export function clause(separator: string, reason: string | undefined, most = 160): string {
  const said = reason
    ?.slice(0, 2048)
    .replace(/\s+/g, " ")
    .replace(/[\s.:]+$/, "")
    .trim();
  if (!said) return "";
  return `${separator}${said.length > most ? `${said.slice(0, said.lastIndexOf(" ", most) > 0 ? said.lastIndexOf(" ", most) : most)}…` : said}`;
}

/** Upper-cases the first letter. */
export const sentence = (said: string): string => said.charAt(0).toUpperCase() + said.slice(1);

/** Lower-case letters of any script, digits and dashes: a part of a condition. */
export const slug = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");

/** A state reduced to what is compared: `InProgress`, `IN_PROGRESS` and `in-progress` are one. */
export const sameState = (state: string): string => state.toLowerCase().replace(/[^a-z\d]/g, "");

/** What a table says of an event's word: its own entries only, whatever the word. */
export const lookUp = <Value>(table: Readonly<Record<string, Value>>, word: string | undefined): Value | undefined =>
  word !== undefined && Object.hasOwn(table, word) ? table[word] : undefined;

const failure =
  /\b(?:fail(?:ed|ure|ures|s|ing)?|errors?|errored|fault(?:ed|s)?|faulty|timed ?out|timeout|denied|abort(?:ed)?|unhealthy|unavailable|degraded|impaired|expired|revoked|rejected|disconnected|offline|unreachable|stalled|unsuccessful|lost|crash(?:ed)?|deactivated|deauthorized|throttled|incompatible|inaccessible|breach(?:ed)?|violat(?:ed|ion)|non ?compliant|exceeded|suspended|corrupt(?:ed)?|outage|not (?:ready|healthy|available|reachable|compliant|authorized))\b/;
const over =
  /\b(?:no|non|not|without|zero) (?:fail|error|fault|incident|alarm|stall|throttle|degrade|impair)|\b(?:resolved|recovered|cleared|restored|fixed|ended)\b/;

/** Whether lower-case words say that something is the matter, or, with `false`, that it no longer is. */
export const soundsBad = (said: string): boolean | undefined =>
  over.test(said) ? false : failure.test(said) ? true : undefined;
