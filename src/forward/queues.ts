import { lazy } from "../lazy.ts";

/** Writes the body of an event to a queue, with a reason. */
export type WriteToQueue = (body: string, reason: string) => Promise<void>;

/** Milliseconds for a connection to SQS, and for its answer. */
const connectionTimeout = 3000;
const requestTimeout = 5000;

/**
 * Writes to the queue at `queueUrl`. The SDK is loaded with the first event.
 * @throws where the queue does not accept the event
 */
export function sqsQueue(queueUrl: string): WriteToQueue {
  const connected = lazy(() => connect(queueUrl));
  return async (body, reason) => {
    const write = await connected();
    await write(body, reason);
  };
}

async function connect(queueUrl: string): Promise<(body: string, reason: string) => Promise<unknown>> {
  const { SendMessageCommand, SQSClient } = await import("@aws-sdk/client-sqs");
  const client = new SQSClient({ requestHandler: { connectionTimeout, requestTimeout } });
  return (body, reason) =>
    client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: body,
        MessageAttributes: { reason: { DataType: "String", StringValue: reason.slice(0, 500) || "unknown" } },
      }),
    );
}
