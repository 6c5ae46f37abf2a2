/** EventBridge would refuse the pattern. The message is one sentence: where, what is wrong, and what to write instead. */
export class PatternError extends Error {
  override readonly name = "PatternError";
}

/**
 * Throws unless `condition` is true. `position` is a path such as `detail.state[0]`, and `problem` the rest of the
 * sentence without its full stop.
 */
export function check(condition: unknown, position: string, problem: string): asserts condition {
  if (!condition) throw new PatternError(`At ${position || "the top of the pattern"}, ${problem}.`);
}

/** A value of a pattern as text in an error: short and on one line. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return value.length > 0 ? "a list" : "an empty list";
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
