import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, expect, test } from "vitest";
import { deadLetterQueue } from "../src/forward/deadletters.ts";

const sqs = mockClient(SQSClient);
const url = "https://sqs.eu-west-1.amazonaws.com/111122223333/AWS-Events2Panther-DeadLetters";
beforeEach(() => {
  process.env.AWS_REGION = "eu-west-1";
  sqs.reset();
});

test("a refused event is kept as it came, with the reason beside it", async () => {
  sqs.on(SendMessageCommand).resolves({ MessageId: "m" });
  await deadLetterQueue(url)('{"id":"1"}', "HTTP 404");
  expect(sqs.commandCalls(SendMessageCommand).map(({ args }) => args[0].input)).toEqual([
    {
      QueueUrl: url,
      MessageBody: '{"id":"1"}',
      MessageAttributes: { reason: { DataType: "String", StringValue: "HTTP 404" } },
    },
  ]);
});

test("what the queue does not take is not taken for kept", async () => {
  sqs.on(SendMessageCommand).rejects(new Error("AccessDenied"));
  await expect(deadLetterQueue(url)("{}", "HTTP 404")).rejects.toThrow("AccessDenied");
  await expect(deadLetterQueue(url)("x".repeat(1024 * 1024), "HTTP 404")).rejects.toThrow(
    "larger than a queue's message",
  );
});
