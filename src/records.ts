import { isFields } from "./event.ts";

/** One event of an invocation, and under which id a failure of its own is reported. */
export interface Received {
  readonly payload: unknown;
  /** The message of the queue that held it; absent where EventBridge called directly. */
  readonly messageId?: string;
  /** The queue message's body cannot be understood. */
  readonly unreadable?: string;
}

/**
 * What an invocation brought: an event as EventBridge sends it, or a batch of the retry queue, whose messages hold
 * events as they are (EventBridge could not call the function) or wrapped in Lambda's on-failure record.
 */
export function receivedIn(input: unknown): { readonly batch: boolean; readonly events: readonly Received[] } {
  if (!isBatch(input)) return { batch: false, events: [{ payload: unwrapped(input) }] };
  return { batch: true, events: input.Records.map(({ messageId, body }) => ({ messageId, ...read(body) })) };
}

interface Batch {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[];
}

const isBatch = (input: unknown): input is Batch =>
  isFields(input) &&
  Array.isArray(input.Records) &&
  input.Records.length > 0 &&
  input.Records.every(
    (record) => isFields(record) && record.eventSource === "aws:sqs" && typeof record.messageId === "string",
  );

/** Lambda's on-failure record has the event as `requestPayload`; an event of EventBridge has no such field. */
const unwrapped = (value: unknown): unknown =>
  isFields(value) && isFields(value.requestContext) && "requestPayload" in value && !("detail-type" in value)
    ? value.requestPayload
    : value;

function read(body: unknown): { payload: unknown; unreadable?: string } {
  try {
    const payload = unwrapped(JSON.parse(String(body)));
    if (isFields(payload) && ("detail-type" in payload || "source" in payload)) return { payload };
    return { payload: body, unreadable: "The queue's message is no event and wraps none." };
  } catch {
    return { payload: body, unreadable: "The queue's message is not JSON." };
  }
}
