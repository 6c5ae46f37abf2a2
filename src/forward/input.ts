import { isFields } from "../event.ts";

/** A message of the retry queue; a partial batch response names it by `messageId`. */
export interface QueuedMessage {
  readonly messageId: string;
  readonly body: string;
}

/** The messages of an invocation by the retry queue; `undefined` where EventBridge invoked the function. */
export const messagesOf = (input: unknown): readonly QueuedMessage[] | undefined =>
  isBatch(input) ? input.Records : undefined;

interface Batch {
  readonly Records: readonly QueuedMessage[];
}

const isBatch = (input: unknown): input is Batch =>
  isFields(input) &&
  Array.isArray(input.Records) &&
  input.Records.length > 0 &&
  input.Records.every(
    (record) => isFields(record) && record.eventSource === "aws:sqs" && typeof record.messageId === "string",
  );

/** The event inside Lambda's on-failure record, which holds it as `requestPayload`; any other value unchanged. */
export const unwrapped = (value: unknown): unknown =>
  isFields(value) && isFields(value.requestContext) && "requestPayload" in value && !("detail-type" in value)
    ? value.requestPayload
    : value;

/**
 * The events of a value: EventBridge's custom buses and Pipes invoke a function with an array of events. An array may
 * hold on-failure records, whose event may be an array again.
 */
export function payloadsOf(value: unknown): readonly unknown[] {
  const payload = unwrapped(value);
  if (!Array.isArray(payload) || payload.length === 0) return [payload];
  return payload.flatMap((item: unknown) => {
    const inner = unwrapped(item);
    return Array.isArray(inner) && inner.length > 0 ? inner.map(unwrapped) : [inner];
  });
}

/** The events in the body of a queue's message, or why there are none. */
export function payloadsIn(body: unknown): { readonly payloads: readonly unknown[] } | { readonly unreadable: string } {
  try {
    const payloads = payloadsOf(typeof body === "string" ? JSON.parse(body) : body);
    const isEvent = (payload: unknown) => isFields(payload) && ("detail-type" in payload || "source" in payload);
    if (payloads.some(isEvent)) return { payloads };
    return { unreadable: "The queue's message is no event and wraps none." };
  } catch {
    return { unreadable: "The queue's message is not JSON." };
  }
}
