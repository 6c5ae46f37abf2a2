import { afterEach, describe, expect, test } from "vitest";
import { type LocalConsole, startConsole } from "../src/local/console.ts";
import { type LocalFunction, startFunction } from "../src/local/runtime.ts";
import { readSample } from "../src/local/samples.ts";
import { type AwsEndpoint, startAws } from "./local/endpoint.ts";

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** The built handler in a separate process, with a local console. */
async function start(variables: Record<string, string> = {}): Promise<{ local: LocalConsole; lambda: LocalFunction }> {
  const local = await startConsole();
  const lambda = await startFunction({ API_URL: local.url, API_TOKEN: local.token, ...variables });
  opened.push(
    () => local.close(),
    () => lambda.stop(),
  );
  return { local, lambda };
}

/** A local AWS, which the function's SDK clients find in the environment. */
async function awsEndpoint(): Promise<AwsEndpoint> {
  const aws = await startAws();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: aws.url,
    AWS_ACCESS_KEY_ID: "AKIDTEST",
    AWS_SECRET_ACCESS_KEY: "test",
  });
  opened.push(async () => {
    for (const name of ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) delete process.env[name];
    await aws.close();
  });
  return aws;
}

const logged = (lambda: LocalFunction): Record<string, unknown>[] =>
  lambda.log.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Record<string, unknown>);

const guideEvent = {
  id: "7bf73129-1428-4cd3-a780-95db273d1602",
  "detail-type": "EC2 Instance State-change Notification",
  source: "aws.ec2",
  account: "123456789012",
  time: "2019-11-11T21:29:54Z",
  region: "us-east-1",
  resources: ["arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111"],
  detail: { "instance-id": "i-abcd1111", state: "pending" },
};

describe("the function", () => {
  test("delivers the guide's test event, and each repetition raises the tally", async () => {
    const { local, lambda } = await start();
    for (let i = 0; i < 3; i++) expect(await lambda.invoke(guideEvent)).toMatchObject({ value: { delivered: 1 } });
    expect(local.rows.all()).toMatchObject([{ node: "i-abcd1111", tag: "Ec2 State Change", severity: 1, tally: 3 }]);
  });

  test("writes metrics, and no log line for a delivered event", async () => {
    const { lambda } = await start();
    await lambda.invoke(guideEvent);
    expect(logged(lambda)).toEqual([
      expect.objectContaining({ Delivered: 1, DeliveryLatency: expect.any(Number), service: "AWS-Events2Panther" }),
    ]);
  });

  test("logs an event without a formatter, once a minute for its kind", async () => {
    const { lambda } = await start();
    const event = {
      ...guideEvent,
      source: "com.example.orders",
      "detail-type": "Order Stuck",
      detail: { orderName: "books" },
    };
    for (let i = 0; i < 3; i++) await lambda.invoke(event);
    const lines = logged(lambda).filter(({ message }) => message === "There is no formatter for the event");
    expect(lines).toEqual([expect.objectContaining({ level: "WARN", event, source: event.source })]);
    expect(logged(lambda).filter((line) => line.Unformatted === 1)).toHaveLength(3);
  });

  test("never logs the token", async () => {
    const { local, lambda } = await start();
    const leaking = { ...guideEvent, source: "com.example", detail: { token: local.token, text: `x${local.token}y` } };
    await lambda.invoke(leaking);
    await lambda.invoke("nothing");
    local.acceptedToken = "0".repeat(32);
    await lambda.invoke(guideEvent);
    local.fault = { status: 400, body: { error: { message: `bad token ${local.token}` } } };
    await lambda.invoke(guideEvent);
    expect(lambda.log.length).toBeGreaterThan(4);
    expect(lambda.log.join("\n")).not.toContain(local.token);
  });

  test("fails with a sentence if the console does not accept the message", async () => {
    const { local, lambda } = await start();
    local.fault = { status: 503, body: {} };
    expect(await lambda.invoke(guideEvent)).toEqual({
      error: {
        errorType: "UndeliveredError",
        errorMessage: "The event could not be delivered now: AWS keeps the event and sends it again.",
      },
    });
    expect(logged(lambda)).toContainEqual(
      expect.objectContaining({ level: "WARN", reason: "HTTP 503", event_id: guideEvent.id }),
    );
  });

  test.each([
    [{ API_TOKEN: "" }, "API_TOKEN is missing: it should be the console's API key, 32 letters and digits."],
    [{ API_URL: "http://panther.example.org/api/event/create" }, "API_URL should begin with https://"],
  ])("explains an invalid setting: %j", async (variables, sentence) => {
    const { lambda } = await start(variables);
    const result = await lambda.invoke(guideEvent);
    expect(result).toMatchObject({
      error: { errorType: "ConfigError", errorMessage: expect.stringContaining(sentence) },
    });
  });

  test("loses no event to a connection that the console closed while it was idle", async () => {
    const { local, lambda } = await start();
    for (let i = 0; i < 5; i++) {
      expect(await lambda.invoke(guideEvent)).toMatchObject({ value: { delivered: 1 } });
      local.closeIdle();
    }
    expect(local.rows.all()).toMatchObject([{ tally: 5 }]);
  });

  test("puts a refused event into the dead-letter queue, with the reason", async () => {
    const aws = await awsEndpoint();
    aws.queues.set("DeadLetters", []);
    const { local, lambda } = await start({ DEAD_LETTER_QUEUE_URL: `${aws.url}/${aws.account}/DeadLetters` });
    local.fault = { status: 400, body: { error: { message: "Fields not allowed [tally]" } } };
    expect(await lambda.invoke(guideEvent)).toMatchObject({ value: { refused: 1, undelivered: 0 } });
    expect(aws.queues.get("DeadLetters")).toMatchObject([
      {
        Body: JSON.stringify(guideEvent),
        MessageAttributes: { reason: { StringValue: "HTTP 400: Fields not allowed [tally]" } },
      },
    ]);
  });

  test("reads its token from a secret, and reads it again after a rotation", async () => {
    const aws = await awsEndpoint();
    const arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:panther-AbCdEf";
    const { local, lambda } = await start({ API_TOKEN: `${arn}:token` });
    aws.secrets.set(arn, JSON.stringify({ token: local.token }));
    expect(await lambda.invoke(guideEvent)).toMatchObject({ value: { delivered: 1 } });
    local.acceptedToken = "rotated0rotated0rotated0rotated0";
    expect(await lambda.invoke(guideEvent)).toMatchObject({ error: { errorType: "UndeliveredError" } });
    await lambda.stop();

    const { local: secondConsole, lambda: second } = await start({ API_TOKEN: `${arn}:token` });
    await second.invoke(guideEvent);
    secondConsole.acceptedToken = "rotated0rotated0rotated0rotated0";
    aws.secrets.set(arn, JSON.stringify({ token: secondConsole.acceptedToken }));
    expect(await second.invoke(guideEvent)).toMatchObject({ value: { delivered: 1 } });
    expect(second.log.join()).not.toContain("rotated0");
  });

  test("handles a batch of the retry queue", async () => {
    const { lambda } = await start();
    const batch = {
      Records: [
        { messageId: "a", eventSource: "aws:sqs", body: JSON.stringify(readSample("ec2/instance-stopped").event) },
        { messageId: "b", eventSource: "aws:sqs", body: "{" },
      ],
    };
    expect(await lambda.invoke(batch)).toEqual({ value: { batchItemFailures: [{ itemIdentifier: "b" }] } });
  });
});
