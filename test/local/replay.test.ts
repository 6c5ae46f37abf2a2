import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { ListMessageMoveTasksCommand, SQSClient, StartMessageMoveTaskCommand } from "@aws-sdk/client-sqs";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Failure } from "../../src/local/cli.ts";
import { moveDeadLetters, type Queues } from "../../src/local/deadletters.ts";
import { sendAll } from "../../src/local/replay.ts";
import { readSample } from "../../src/local/samples.ts";
import { awsEnv, run } from "./command.ts";
import { type AwsEndpoint, startAws } from "./endpoint.ts";

const sample = "events/ec2/instance-stopped.json";
const { event: stopped } = readSample("ec2/instance-stopped");

describe("sending events one after the other", () => {
  test("keeps the rate", async () => {
    const started = performance.now();
    const done: number[] = [];
    const sent = await sendAll([1, 2, 3, 4, 5], async () => {}, { rate: 50, progress: (count) => done.push(count) });
    expect(performance.now() - started).toBeGreaterThan(70);
    expect(sent).toEqual({ sent: 5, failed: new Map() });
    expect(done).toEqual([1, 2, 3, 4, 5]);
  });

  test("does not catch up after a slow request", async () => {
    const times: number[] = [];
    const send = async (event: unknown) => {
      times.push(performance.now());
      if (event === 1) await new Promise((resolve) => setTimeout(resolve, 120));
    };
    await sendAll([1, 2, 3, 4], send, { rate: 25 });
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(30);
  });

  test("continues after an event that AWS refuses, and stops if every event would be refused", async () => {
    const named = (name: string) => new Failure(`refused: ${name}`, { cause: Object.assign(new Error(), { name }) });
    const failing = (errors: Record<number, Error>) => async (event: unknown) => {
      const error = errors[event as number];
      if (error) throw error;
    };
    const large = await sendAll([1, 2, 3], failing({ 2: named("RequestTooLargeException") }), { rate: 1000 });
    expect(large).toEqual({ sent: 2, failed: new Map([["refused: RequestTooLargeException", 1]]) });
    const denied = named("AccessDeniedException");
    expect(await sendAll([1, 2, 3], failing({ 2: denied }), { rate: 1000 })).toEqual({
      sent: 1,
      failed: new Map(),
      stopped: denied,
    });
    await expect(sendAll([1], failing({ 1: new TypeError("a bug") }), { rate: 1 })).rejects.toThrow(TypeError);
  });

  test("stops when it is interrupted", async () => {
    let sent = 0;
    const result = await sendAll([1, 2, 3], async () => void sent++, { rate: 1000, interrupted: () => sent === 2 });
    expect(result).toMatchObject({ sent: 2, stopped: "interrupted" });
  });
});

describe("moving dead letters", () => {
  const sqs = mockClient(SQSClient);
  const queue = (name: string) => ({
    name,
    url: `https://sqs/${name}`,
    arn: `arn:aws:sqs:eu-west-1:1:${name}`,
    waiting: 3,
  });
  const queues = (): Queues => ({
    retry: queue("S-Retry"),
    deadLetters: queue("S-DeadLetters"),
    region: "eu-west-1",
    session: {},
    client: new SQSClient({ region: "eu-west-1" }),
    send: async () => {},
  });
  const task = (Status: string, moved: number, StartedTimestamp = 2) => ({
    Results: [{ Status, ApproximateNumberOfMessagesMoved: moved, StartedTimestamp }],
  });
  beforeEach(() => void sqs.reset());

  test("waits for the end of its own task, not of an earlier one", async () => {
    sqs.on(StartMessageMoveTaskCommand).resolves({ TaskHandle: "t" });
    sqs
      .on(ListMessageMoveTasksCommand)
      .resolvesOnce(task("COMPLETED", 99, 1))
      .resolvesOnce(task("COMPLETED", 99, 1))
      .resolvesOnce(task("RUNNING", 1))
      .resolves(task("COMPLETED", 3));
    const seen: number[] = [];
    expect(await moveDeadLetters(queues(), { rate: 0.2, pause: 1, progress: (moved) => seen.push(moved) })).toEqual({
      moved: 3,
      status: "COMPLETED",
      reason: "",
    });
    expect(seen).toEqual([1, 3]);
    expect(sqs.commandCalls(StartMessageMoveTaskCommand)[0]?.args[0].input).toEqual({
      SourceArn: "arn:aws:sqs:eu-west-1:1:S-DeadLetters",
      DestinationArn: "arn:aws:sqs:eu-west-1:1:S-Retry",
      MaxNumberOfMessagesPerSecond: 1,
    });
  });

  test("cancels a move that is circular or interrupted", async () => {
    for (const [moved, interrupted, reason] of [
      [200, false, /refuses the events again/],
      [1, true, /Ctrl-C/],
    ] as const) {
      sqs.reset();
      sqs.on(StartMessageMoveTaskCommand).resolves({ TaskHandle: "t" });
      sqs
        .on(ListMessageMoveTasksCommand)
        .resolvesOnce({})
        .resolvesOnce(task("RUNNING", moved))
        .resolvesOnce(task("CANCELLING", moved))
        .resolves(task("CANCELLED", moved));
      const result = await moveDeadLetters(queues(), { rate: 10, pause: 1, interrupted: () => interrupted });
      expect(result).toEqual({ moved, status: "CANCELLED", reason: expect.stringMatching(reason) });
      expect(
        sqs.calls().filter(({ args: [command] }) => command.constructor.name === "CancelMessageMoveTaskCommand"),
      ).toHaveLength(1);
    }
  });
});

test("the mock of the SDK applies to the client of the commands", async () => {
  const lambda = mockClient(LambdaClient);
  lambda.on(InvokeCommand).resolves({ StatusCode: 202 });
  expect(await new LambdaClient({}).send(new InvokeCommand({ FunctionName: "f" }))).toEqual({ StatusCode: 202 });
  lambda.restore();
});

describe("npm run replay", () => {
  let aws: AwsEndpoint;
  let folder: string;
  beforeEach(async () => {
    aws = await startAws();
    aws.functions.add("AWS-Events2Panther");
    aws.queues.set("AWS-Events2Panther-Retry", []);
    aws.queues.set("AWS-Events2Panther-DeadLetters", []);
    folder = mkdtempSync(path.join(tmpdir(), "replay-"));
  });
  afterEach(() => aws.close());
  const replay = (...args: string[]) => run("replay", args, { env: awsEnv(aws.url) });
  const written = (name: string, content: unknown): string => {
    const file = path.join(folder, name);
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    return file;
  };
  const letter = (Body: string, reason?: string) => ({
    MessageId: crypto.randomUUID(),
    Body,
    hiddenUntil: 0,
    ...(reason && { MessageAttributes: { reason: { DataType: "String", StringValue: reason } } }),
  });

  test("shows the messages of files and sends nothing, without a destination", async () => {
    const { code, out, err } = await replay(sample, "events/ec2/instance-running.json");
    expect(code).toBe(0);
    expect(out).toMatch(/2 warning .*i-0a1b2c3d4e5f60718 .*is stopped/);
    expect(err).toContain("2 events, 2 messages; nothing was sent");
    expect(aws.calls).toEqual([]);
  });

  test("invokes the function asynchronously, after naming account, region and count", async () => {
    const { code, out, err } = await replay(sample, sample, "--to", "function", "--yes", "--rate", "100");
    expect(err).toBe(
      "Send 2 events to the function AWS-Events2Panther of account 210987654321 in eu-west-1, 100 per second.\n",
    );
    expect(out).toMatch(
      /^2 events sent to the function AWS-Events2Panther\.\nThe results are .*\/aws\/lambda\/AWS-Events2Panther$/m,
    );
    expect(code).toBe(0);
    expect(aws.invoked).toEqual([
      { name: "AWS-Events2Panther", type: "Event", event: stopped },
      { name: "AWS-Events2Panther", type: "Event", event: stopped },
    ]);
  });

  test("puts events into the retry queue, unwrapped", async () => {
    const record = { requestContext: { condition: "RetriesExhausted" }, requestPayload: stopped };
    const batch = { Records: [{ eventSource: "aws:sqs", messageId: "1", body: JSON.stringify(record) }] };
    const { code } = await replay(
      written("record.json", record),
      written("batch.json", batch),
      "--to",
      "queue",
      "--yes",
    );
    expect(code).toBe(0);
    const bodies = aws.queues.get("AWS-Events2Panther-Retry")?.map(({ Body }) => JSON.parse(Body));
    expect(bodies).toEqual([stopped, stopped]);
  });

  test("sends events of the log", async () => {
    const message = JSON.stringify({
      message: "There is no formatter for the event",
      source: "aws.ec2",
      event: stopped,
    });
    aws.logGroups.set("/aws/lambda/AWS-Events2Panther", [{ message, timestamp: Date.now() }]);
    expect((await replay("--since", "1h", "--to", "function", "--yes")).code).toBe(0);
    expect(aws.invoked).toMatchObject([{ event: stopped }]);
  });

  test("sends nothing without confirmation", async () => {
    const { code, err } = await replay(sample, "--to", "function");
    expect(code).toBe(2);
    expect(err).toContain("There is no terminal for the question: confirm with --yes.");
    expect(aws.calls).toEqual([]);
  });

  test("reports refused and unsent events, in the summary and the exit code", async () => {
    aws.fault = (operation, call) =>
      operation === "Lambda.Invoke" && call === 2
        ? { type: "RequestTooLargeException", message: "Request must be smaller", status: 413 }
        : undefined;
    const { code, out, err } = await replay(sample, sample, sample, "--to", "function", "--yes", "--rate", "100");
    expect(out).toContain("2 events sent to the function AWS-Events2Panther, 1 refused, 0 not sent.");
    expect(err).toMatch(/1: Could not invoke the function AWS-Events2Panther: RequestTooLargeException/);
    expect(code).toBe(1);

    const other = await replay(sample, sample, "--to", "function", "--yes", "--stack", "Other");
    expect(other.out).toContain("0 events sent to the function Other, 0 refused, 2 not sent.");
    expect(other.err).toContain("There is no function Other in eu-west-1 (--stack, --region).");
    expect(other.code).toBe(1);
  });

  test("shows dead letters, and leaves them in their queue", async () => {
    const waiting = aws.queues.get("AWS-Events2Panther-DeadLetters") ?? [];
    for (let index = 0; index < 12; index++) waiting.push(letter(JSON.stringify(stopped), "HTTP 400: too long"));
    waiting.push(letter(JSON.stringify(stopped)), letter("garbage"));
    const { code, out, err } = await replay("--dead-letter");
    expect(err).toContain("12: HTTP 400: too long\n1: not delivered for ten days\n1: The queue's message is not JSON.");
    expect(err).toContain("1 message without an event.");
    expect(err).toContain("13 events, 13 messages; nothing was sent");
    expect(out).toMatch(/is stopped +13$/m);
    expect(code).toBe(0);
    expect(waiting.filter(({ hiddenUntil }) => hiddenUntil > Date.now())).toEqual([]);
    expect(waiting).toHaveLength(14);
  });

  test("moves dead letters to the retry queue", async () => {
    const waiting = aws.queues.get("AWS-Events2Panther-DeadLetters") ?? [];
    for (let index = 0; index < 8; index++) waiting.push(letter(JSON.stringify(stopped)));
    const { code, out, err } = await replay("--dead-letter", "--to", "queue", "--yes");
    expect(err).toBe(
      "Move 8 dead letters to the queue AWS-Events2Panther-Retry of account 210987654321 in eu-west-1, 10 per second.\n",
    );
    expect(out).toContain("8 dead letters moved to AWS-Events2Panther-Retry");
    expect(code).toBe(0);
    expect(waiting).toEqual([]);
    expect(aws.queues.get("AWS-Events2Panther-Retry")).toHaveLength(8);

    const empty = await replay("--dead-letter", "--to", "queue", "--yes");
    expect(empty).toMatchObject({ code: 0, out: expect.stringContaining("There are no dead letters") });
    expect((await replay("--dead-letter", "--stack", "Other")).err).toContain(
      "There is no queue Other-Retry in eu-west-1",
    );
  });

  test.each([
    [["nope.json"], 1, "There is no file nope.json."],
    [["events"], 1, "events is a folder"],
    [["biome.json"], 1, "biome.json is not an EventBridge event"],
    [[], 2, "Name one source"],
    [[sample, "--since", "1h"], 2, "Name one source"],
    [[sample, "--to", "moon"], 2, "--to should be local, function, queue, not moon."],
    [[sample, "--rate", "0"], 2, "--rate should be a number greater than 0"],
    [["--dead-letter", "--to", "function", "--yes"], 2, "Send dead letters --to queue"],
  ])("%j gives an error", async (args, code, sentence) => {
    const result = await replay(...args);
    expect(result.err).toContain(sentence);
    expect(result.code).toBe(code);
    expect(aws.calls).toEqual([]);
  });
});
