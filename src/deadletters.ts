/** Keeps the body of an event that the console will not take; `reason` says why. */
export type KeepDeadLetter = (body: string, reason: string) => Promise<void>;

/** SQS takes messages of up to 1 MiB, attributes included. */
const maxBytes = 1024 * 1024 - 1024;

/**
 * Puts refused events where an operator finds them: the dead-letter queue. The SDK is loaded with the first of them.
 * @throws where the queue does not take it: the event is then left to AWS to keep.
 */
export function deadLetterQueue(queueUrl: string): KeepDeadLetter {
  let client: Promise<(body: string, reason: string) => Promise<unknown>> | undefined;
  const connect = async () => {
    const { SendMessageCommand, SQSClient } = await import("@aws-sdk/client-sqs");
    const sqs = new SQSClient({});
    return (MessageBody: string, reason: string) =>
      sqs.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody,
          MessageAttributes: { reason: { DataType: "String", StringValue: reason.slice(0, 500) || "unknown" } },
        }),
      );
  };
  return async (body, reason) => {
    if (Buffer.byteLength(body) > maxBytes) throw new Error("The event is larger than a queue's message can be.");
    client ??= connect();
    const send = await client;
    await send(body, reason);
  };
}
