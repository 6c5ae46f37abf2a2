import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, test } from "vitest";
import { sqsQueue } from "../src/forward/queues.ts";
import { maxQueuedBytes, queueBody } from "../src/forward/size.ts";

const sqs = mockClient(SQSClient);
const url = "https://sqs.eu-west-1.amazonaws.com/111122223333/AWS-Events2Panther-DeadLetters";
beforeEach(() => {
  process.env.AWS_REGION = "eu-west-1";
  sqs.reset();
});

test("an event is written as it arrived, with the reason as an attribute", async () => {
  sqs.on(SendMessageCommand).resolves({ MessageId: "m" });
  await sqsQueue(url)('{"id":"1"}', "HTTP 404");
  expect(sqs.commandCalls(SendMessageCommand).map(({ args }) => args[0].input)).toEqual([
    {
      QueueUrl: url,
      MessageBody: '{"id":"1"}',
      MessageAttributes: { reason: { DataType: "String", StringValue: "HTTP 404" } },
    },
  ]);
});

test("a queue that denies the event is an error", async () => {
  sqs.on(SendMessageCommand).rejects(new Error("AccessDenied"));
  await expect(sqsQueue(url)("{}", "HTTP 404")).rejects.toThrow("AccessDenied");
});

describe("the body of a queue's message", () => {
  const envelope = { id: "1", source: "aws.ec2", "detail-type": "EC2 Instance State-change Notification" };
  const state = { "instance-id": "i-1", state: "stopped" };

  test("is the event, where a queue can hold it", () => {
    const event = { ...envelope, detail: { ...state, text: "x".repeat(900_000) } };
    expect(queueBody(event)).toBe(JSON.stringify(event));
  });

  test.each([
    ["long texts", { text: "x".repeat(1_048_000) }],
    ["many items", { items: Array.from({ length: 40_000 }, (_, n) => ({ id: `item-${n}`, name: "a name" })) }],
    ["many keys", Object.fromEntries(Array.from({ length: 40_000 }, (_, n) => [`key-${n}`, "a value of a key"]))],
    ["texts of many bytes", { texts: Array.from({ length: 300 }, () => "語".repeat(4000)) }],
  ])("is the event with less of its detail, where it has %s", (_, more) => {
    const body = queueBody({ ...envelope, detail: { ...state, ...more } });
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(maxQueuedBytes);
    expect(JSON.parse(body)).toMatchObject({ ...envelope, detail: state });
  });
});
