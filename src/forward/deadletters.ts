import { lazy } from "../lazy.ts";

/** Writes the body of an event that the console refused to the dead-letter queue, with the reason. */
export type WriteDeadLetter = (body: string, reason: string) => Promise<void>;

/** SQS accepts messages of up to 1 MiB, attributes included. */
const maxBytes = 1024 * 1024 - 1024;

/**
 * Writes to the dead-letter queue at `queueUrl`. The SDK is loaded with the first event.
 * @throws where the queue does not accept the event: the invocation then fails, and AWS keeps the event.
 */
export function deadLetterQueue(queueUrl: string): WriteDeadLetter {
  const connected = lazy(() => connect(queueUrl));
  return async (body, reason) => {
    if (Buffer.byteLength(body) > maxBytes) throw new Error("The event is larger than a queue's message can be.");
    const write = await connected();
    await write(body, reason);
  };
}

async function connect(queueUrl: string): Promise<(body: string, reason: string) => Promise<unknown>> {
  const { SendMessageCommand, SQSClient } = await import("@aws-sdk/client-sqs");
  const client = new SQSClient({});
  return (body, reason) =>
    client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: body,
        MessageAttributes: { reason: { DataType: "String", StringValue: reason.slice(0, 500) || "unknown" } },
      }),
    );
}
