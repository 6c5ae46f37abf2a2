import { isFields } from "./event.ts";

/** A message of the retry queue, and under which id a failure of its own is reported. */
export interface QueuedMessage {
  readonly messageId: string;
  readonly body: string;
}

/** The messages of an invocation by the retry queue; `undefined` where EventBridge called directly. */
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

/** The event of Lambda's on-failure record, which has it as `requestPayload`; anything else as it is. */
export const unwrapped = (value: unknown): unknown =>
  isFields(value) && isFields(value.requestContext) && "requestPayload" in value && !("detail-type" in value)
    ? value.requestPayload
    : value;

/** The event that a queue's message holds, as it is or wrapped in an on-failure record, or why it holds none. */
export function eventIn(body: unknown): { readonly event: unknown } | { readonly unreadable: string } {
  try {
    const event = unwrapped(JSON.parse(String(body)));
    if (isFields(event) && ("detail-type" in event || "source" in event)) return { event };
    return { unreadable: "The queue's message is no event and wraps none." };
  } catch {
    return { unreadable: "The queue's message is not JSON." };
  }
}
