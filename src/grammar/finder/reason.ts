import { has } from "./keywords.ts";
import type { Text } from "./texts.ts";

/** JSON, a date or a time: an object or a list in its text form, `2026-06-07`, `02:10`. */
const noReason = /^(?:\{\s*"|\[\s*[{"])|\d{4}-\d\d-\d\d|\d\d:\d\d/;

/** A sentence of the event's own that says why; none that changes with the clock. */
export const reasonOf = (texts: readonly Text[], maxDepth: number): string | undefined =>
  texts.find(
    ({ key, value, depth }) => depth <= maxDepth && isReasonKey(key) && value.includes(" ") && !noReason.test(value),
  )?.value;

/** `message`, `errorMessage`, `title`, `statusReason`; not `cancelReason`, which may be a person's note. */
function isReasonKey(key: readonly string[]): boolean {
  const [first, last] = key;
  if (key.length === 1) return has("reason", first);
  if (key.length > 2) return false;
  return has("reasonOfThing", last) || (last === "reason" && has("beforeReason", first));
}
