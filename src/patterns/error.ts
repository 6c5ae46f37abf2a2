/** A pattern that EventBridge would refuse. The message is one sentence: where, what is wrong, what to write instead. */
export class PatternError extends Error {
  override readonly name = "PatternError";
}

/**
 * Refuses a pattern unless `condition` holds. `place` is a path of keys as in `detail.state[0]`, `problem` the rest of
 * the sentence without its full stop.
 */
export function check(condition: unknown, place: string, problem: string): asserts condition {
  if (!condition) throw new PatternError(`At ${place || "the top of the pattern"}, ${problem}.`);
}

/** A value of a pattern as an error shows it: in one line and not at length. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return value.length > 0 ? "a list" : "an empty list";
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
