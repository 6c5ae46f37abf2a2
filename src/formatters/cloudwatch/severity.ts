import type { ProblemSeverity } from "../../condition.ts";
import { isFields } from "../../event.ts";

const byWord: Readonly<Record<string, ProblemSeverity>> = {
  critical: 5,
  major: 4,
  high: 4,
  minor: 3,
  medium: 3,
  warning: 2,
  low: 2,
  info: 1,
  informational: 1,
};
const priority = (level: string): ProblemSeverity => (6 - Number(level)) as ProblemSeverity;

/** The tag of an alarm that states its severity. */
export const severityTag = "severity";

/**
 * The severity an alarm's owner gave it: the tag `severityTag` (1 to 5 on the console's scale, P1 to P5, or a word such as
 * critical), else `[sev:4]` or `P2` in the description, else in the name; 4 without one.
 */
export function severityOf(tags: unknown, description: string | undefined, name: string): ProblemSeverity {
  const tag = Object.entries(isFields(tags) ? tags : {}).find(([key]) => key.toLowerCase() === severityTag)?.[1];
  const tagged = String(typeof tag === "string" || typeof tag === "number" ? tag : "")
    .trim()
    .toLowerCase();
  if (/^[1-5]$/.test(tagged)) return Number(tagged) as ProblemSeverity;
  if (/^p[1-5]$/.test(tagged)) return priority(tagged.slice(1));
  if (Object.hasOwn(byWord, tagged)) return byWord[tagged] ?? 4;
  for (const label of [description, name]) {
    const level = label?.match(/\[sev(?:erity)?[:= ]\s*([1-5])\]/i)?.[1];
    if (level) return Number(level) as ProblemSeverity;
    const token = label?.match(/(?<![A-Za-z\d.])P([1-5])(?![A-Za-z\d]|\.\w)/)?.[1];
    if (token) return priority(token);
  }
  return 4;
}
