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

/** The event in the body of a queue's message, raw or in an on-failure record, or why there is none. */
export function eventIn(body: unknown): { readonly event: unknown } | { readonly unreadable: string } {
  try {
    const event = unwrapped(JSON.parse(String(body)));
    if (isFields(event) && ("detail-type" in event || "source" in event)) return { event };
    return { unreadable: "The queue's message is no event and wraps none." };
  } catch {
    return { unreadable: "The queue's message is not JSON." };
  }
}
