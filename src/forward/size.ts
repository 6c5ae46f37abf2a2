import { isFields } from "../event.ts";

/** What SQS accepts, less what an on-failure record or a message's attributes add. */
export const maxQueuedBytes = 1024 * 1024 - 16 * 1024;

const limits = [
  { text: 4000, items: 200 },
  { text: 1000, items: 50 },
  { text: 200, items: 10 },
] as const;
const maxDepth = 12;

/** The JSON of an event; of one that a queue cannot hold, its envelope and as much of its detail as formatters read. */
export function queueBody(payload: unknown): string {
  const json = jsonOf(payload);
  if (json !== undefined && Buffer.byteLength(json) <= maxQueuedBytes) return json;
  for (const limit of limits) {
    const reduced = JSON.stringify(reduce(payload, limit, 0));
    if (Buffer.byteLength(reduced) <= maxQueuedBytes) return reduced;
  }
  return JSON.stringify(reduce(payload, limits[2], maxDepth - 2));
}

/** Whether a queue can hold the event together with what AWS wraps it in. */
export function fitsQueue(payload: unknown): boolean {
  const json = jsonOf(payload);
  return json !== undefined && Buffer.byteLength(json) <= maxQueuedBytes;
}

/** The JSON of a value; `undefined` where it is nested too deeply to be written. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value) ?? "null";
  } catch {
    return undefined;
  }
}

function reduce(value: unknown, limit: (typeof limits)[number], depth: number): unknown {
  if (typeof value === "string") return value.length > limit.text ? `${value.slice(0, limit.text)}…` : value;
  if (depth >= maxDepth) return Array.isArray(value) || isFields(value) ? undefined : value;
  if (Array.isArray(value)) return value.slice(0, limit.items).map((item) => reduce(item, limit, depth + 1));
  if (!isFields(value)) return value;
  const entries = Object.entries(value).slice(0, limit.items);
  return Object.fromEntries(entries.map(([key, inner]) => [key.slice(0, limit.text), reduce(inner, limit, depth + 1)]));
}
