import { isFields } from "../src/event.ts";

/**
 * Whether an EventBridge pattern matches an event, for the operators that template.yaml uses: exact values, `prefix`,
 * `wildcard`, `exists` and `anything-but`. Keys are case-sensitive; values of a list are alternatives.
 */
export function matches(pattern: unknown, event: unknown): boolean {
  if (Array.isArray(pattern)) return pattern.some((matcher) => matchesValue(matcher, event));
  if (!isFields(pattern)) throw new Error(`a pattern's values are lists: ${JSON.stringify(pattern)}`);
  return Object.entries(pattern).every(([key, below]) => matches(below, isFields(event) ? event[key] : undefined));
}

function matchesValue(matcher: unknown, value: unknown): boolean {
  if (!isFields(matcher)) return Array.isArray(value) ? value.includes(matcher) : value === matcher;
  const [[operator, operand] = []] = Object.entries(matcher);
  switch (operator) {
    case "exists":
      return operand === (value !== undefined && !isFields(value));
    case "prefix":
      return typeof value === "string" && value.startsWith(String(operand));
    case "wildcard":
      return (
        typeof value === "string" &&
        new RegExp(
          `^${String(operand)
            .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
            .replaceAll("*", ".*")}$`,
        ).test(value)
      );
    case "anything-but":
      return value !== undefined && ![operand].flat().includes(value);
    default:
      throw new Error(`an operator that the tests do not know: ${operator}`);
  }
}
