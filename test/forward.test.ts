import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Notice } from "../src/condition.ts";
import { readConfig } from "../src/config.ts";
import type { AwsEvent } from "../src/event.ts";
import { createForwarder, type Services, UndeliveredError } from "../src/forward/forward.ts";
import type { Report } from "../src/forward/report.ts";
import type { Formatter } from "../src/grammar/formatter.ts";
import { registryOf } from "../src/grammar/registry.ts";
import { type LocalConsole, startConsole } from "../src/local/console.ts";
import { type PantherConsole, pantherConsole } from "../src/panther/client.ts";

let local: LocalConsole;
let console: PantherConsole;
beforeEach(async () => {
  local = await startConsole();
  console = pantherConsole({
    url: new URL(local.url),
    token: { current: async () => local.token, refresh: async () => false },
    sleep: async () => {},
  });
});
afterEach(async () => {
  await console.close();
  await local.close();
});

/** A report that records its calls. */
function recordingReport(): Report & { calls: [string, ...unknown[]][]; of(name: string): unknown[][] } {
  const calls: [string, ...unknown[]][] = [];
  return new Proxy({} as never, {
    get: (_, name: string) => {
      if (name === "calls") return calls;
      if (name === "of")
        return (method: string) => calls.filter(([called]) => called === method).map(([, ...args]) => args);
      return (...args: unknown[]) => {
        calls.push([name, ...args]);
        return args[0];
      };
    },
  });
}

const finding = (id: unknown): Notice => ({
  node: "web-1",
  thing: "Finding",
  name: String(id),
  outcome: "is open",
  severity: 3,
  condition: `finding:${String(id)}`,
});
const formatter = (detailType: string, format: (event: AwsEvent) => readonly Notice[]): Formatter => ({
  source: "aws.test",
  detailType,
  means: "",
  format,
});
const formatters = [
  formatter("Findings", ({ detail }) => (detail.ids as unknown[]).map(finding)),
  formatter("Broken", () => {
    throw new Error("no such field");
  }),
  formatter("Unacceptable", () => [{ ...finding("x"), severity: 7 as never }]),
];

const arn = "arn:aws:lambda:eu-west-1:111122223333:function:AWS-Events2Panther";
const invocation = { invokedFunctionArn: arn, getRemainingTimeInMillis: () => 30_000 };

function forwarder(changed: Partial<Services> = {}, env: Record<string, string> = {}) {
  const report = recordingReport();
  const deadLetters: [string, string][] = [];
  const config = readConfig({ API_URL: local.url, API_TOKEN: local.token, AWS_REGION: "eu-west-1", ...env });
  const forward = createForwarder({
    config,
    registry: registryOf({ "aws.test": [() => formatters] }),
    console,
    report,
    readLog: async ({ key }) => ({ notices: [finding(key)], account: "444455556666", region: "eu-west-2" }),
    deadLetter: async (body, reason) => {
      deadLetters.push([body, reason]);
    },
    ...changed,
  });
  return { report, deadLetters, run: (input: unknown) => forward(input, invocation) };
}

const event = (detailType = "Findings", detail: object = { ids: [1] }, id = "1") => ({
  id,
  source: "aws.test",
  "detail-type": detailType,
  account: "111122223333",
  region: "eu-west-1",
  time: "2026-03-14T03:02:11Z",
  resources: [],
  detail,
});
const queued = (...bodies: unknown[]) => ({
  Records: bodies.map((body, index) => ({
    eventSource: "aws:sqs",
    messageId: `m${index}`,
    body: typeof body === "string" ? body : JSON.stringify(body),
  })),
});
const failedRecord = (payload: unknown) => ({
  version: "1.0",
  timestamp: "2026-03-14T03:05:20Z",
  requestContext: { requestId: "r", functionArn: arn, condition: "RetriesExhausted", approximateInvokeCount: 3 },
  requestPayload: payload,
  responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
  responsePayload: { errorType: "UndeliveredError" },
});
const unavailable = { status: 503, body: {} };

describe("an event", () => {
  test("is delivered, its messages in parallel", async () => {
    const { run, report } = forwarder();
    expect(await run(event("Findings", { ids: [1, 2, 3] }))).toEqual({
      delivered: 3,
      refused: 0,
      undelivered: 0,
      dropped: [],
    });
    expect(local.rows.all()).toHaveLength(3);
    expect(report.of("delivered")).toHaveLength(3);
    expect(report.calls.at(-1)).toEqual(["publish"]);
  });

  test("without a formatter is formatted by the fallback, and reported", async () => {
    const { run, report } = forwarder();
    await run(event("Something New", { name: "orders", state: "ACTIVE" }));
    expect(local.rows.all()).toMatchObject([{ severity: 1, node: "orders", tag: "Something New" }]);
    expect(report.of("unformatted")).toEqual([
      [expect.anything(), expect.objectContaining({ "detail-type": "Something New" }), undefined],
    ]);
  });

  test("with a formatter that fails is formatted by the fallback, and reported with the error", async () => {
    const { run, report } = forwarder();
    await run(event("Broken", { name: "orders" }));
    expect(local.rows.all()).toMatchObject([{ node: "orders" }]);
    expect(report.of("unformatted")[0]?.[2]).toEqual(new Error("no such field"));
  });

  test("that cannot be delivered now fails the invocation, so that AWS keeps it", async () => {
    const { run, report } = forwarder();
    local.fault = unavailable;
    await expect(run(event())).rejects.toThrow(UndeliveredError);
    expect(report.of("undelivered")).toMatchObject([[{ id: "1" }, 1, "HTTP 503"]]);
    expect(report.calls.at(-1)).toEqual(["publish"]);
  });

  test("that is refused becomes a dead letter with its reason, and does not fail the invocation", async () => {
    const { run, report, deadLetters } = forwarder();
    expect(await run(event("Unacceptable"))).toMatchObject({ refused: 1, undelivered: 0 });
    expect(report.of("refused")).toHaveLength(1);
    expect(deadLetters).toEqual([
      [JSON.stringify(event("Unacceptable")), "HTTP 400: Severity should be between 0 and 5"],
    ]);
  });

  test("that is refused, and that the dead-letter queue denies, is logged and not repeated", async () => {
    const { run, report } = forwarder({
      deadLetter: async () => {
        throw new Error("AccessDenied");
      },
    });
    expect(await run(event("Unacceptable"))).toMatchObject({ refused: 1 });
    expect(report.of("deadLetterFailed")).toHaveLength(1);
  });

  test.each([null, 7, "text", [], {}, { detail: {} }])("that is invalid is reported: %j", async (input) => {
    const { run, report } = forwarder();
    expect(await run(input)).toMatchObject({ delivered: 1 });
    expect(local.rows.all()).toMatchObject([{ node: "aws-events2panther", severity: 2 }]);
    expect(report.of("malformed")).toHaveLength(1);
  });

  test("that the forwarder caused is dropped and counted", async () => {
    const { run, report } = forwarder();
    const own = { alarmName: "AWS-Events2Panther-Errors", state: { value: "ALARM" } };
    const outcome = await run({ ...event("CloudWatch Alarm State Change", own), source: "aws.cloudwatch" });
    expect(outcome).toMatchObject({ delivered: 0, dropped: ["own-alarm"] });
    expect(report.of("loop")).toEqual([["own-alarm"]]);
    expect(local.counts.requests).toBe(0);
  });

  test("that a rule of the console discards counts as delivered", async () => {
    const { run } = forwarder();
    local.fault = { status: 400, body: { message: "Event discarded" } };
    expect(await run(event())).toMatchObject({ delivered: 1 });
  });

  test("is retried after an outage, and only its undelivered messages are sent", async () => {
    const { run } = forwarder();
    const many = event("Findings", { ids: Array.from({ length: 20 }, (_, i) => i) });
    local.fault = (request) => (request > 10 ? unavailable : undefined);
    await expect(run(many)).rejects.toThrow(UndeliveredError);
    expect(local.accepted.length).toBeGreaterThan(0);
    local.fault = undefined;
    // The circuit of the old client is open.
    const newClient = pantherConsole({
      url: new URL(local.url),
      token: { current: async () => local.token, refresh: async () => false },
    });
    const after = forwarder({ console: newClient });
    await after.run(many);
    await newClient.close();
    expect(local.rows.all()).toHaveLength(20);
  });

  test("that was delivered in part is not counted twice by the same function instance", async () => {
    let down = true;
    const flaky: PantherConsole = {
      available: () => true,
      close: async () => {},
      deliver: async (message, deadline) =>
        down && message.summary.includes("2")
          ? { outcome: "undelivered", reason: "down", requests: 1 }
          : console.deliver(message, deadline),
    };
    const { run } = forwarder({ console: flaky });
    const three = event("Findings", { ids: [1, 2, 3] });
    await expect(run(three)).rejects.toThrow(UndeliveredError);
    down = false;
    expect(await run(three)).toMatchObject({ delivered: 1 });
    expect(local.rows.all().map(({ tally }) => tally)).toEqual([1, 1, 1]);
    // A third time, the event is a test by a person, and counts.
    await run(three);
    expect(local.rows.all().map(({ tally }) => tally)).toEqual([2, 2, 2]);
  });
});

describe("a batch of the retry queue", () => {
  test("holds raw events and on-failure records, and all are delivered", async () => {
    const { run } = forwarder();
    const wrapped = failedRecord(event("Findings", { ids: ["wrapped"] }, "2"));
    expect(await run(queued(event("Findings", { ids: ["raw"] }), wrapped))).toEqual({ batchItemFailures: [] });
    expect(local.rows.all().map(({ summary }) => summary)).toEqual(["Finding raw is open", "Finding wrapped is open"]);
  });

  test("keeps undelivered messages, and no others", async () => {
    const { run } = forwarder();
    local.fault = (request) => (request > 1 ? unavailable : undefined);
    const two = queued(event("Findings", { ids: ["a"] }), event("Findings", { ids: ["b"] }, "2"));
    const { batchItemFailures } = (await run(two)) as { batchItemFailures: unknown[] };
    expect(batchItemFailures).toHaveLength(1);
  });

  test.each(["not json", "[]", '{"a":1}', "null", '"text"'])(
    "makes a body that is not an event (%s) a dead letter",
    async (body) => {
      const { run, deadLetters } = forwarder();
      expect(await run(queued(body, event()))).toEqual({ batchItemFailures: [] });
      expect(deadLetters).toEqual([[body, expect.stringContaining("The queue's message is")]]);
      expect(local.rows.all()).toHaveLength(1);
    },
  );

  test("fails only for a body that is not an event, without a dead-letter queue", async () => {
    const { run } = forwarder({ deadLetter: undefined });
    expect(await run(queued(event(), "not json"))).toEqual({ batchItemFailures: [{ itemIdentifier: "m1" }] });
  });

  test("fails only for an event with a log file that cannot be read now", async () => {
    const { run, report } = forwarder(
      {
        readLog: async () => {
          throw new Error("SlowDown");
        },
      },
      { VPC_LOGS_BUCKET: "acme-logs" },
    );
    expect(await run(queued(objectCreated("acme-logs", flowKey), event()))).toEqual({
      batchItemFailures: [{ itemIdentifier: "m0" }],
    });
    expect(report.of("failed")).toEqual([[new Error("SlowDown")]]);
  });
});

const flowKey =
  "AWSLogs/444455556666/vpcflowlogs/eu-west-2/2026/03/14/444455556666_vpcflowlogs_eu-west-2_fl-0123456789abcdef0_20260314T0305Z_1a2b3c4d.log.gz";
const objectCreated = (bucket: string, key: string) => ({
  ...event("Object Created", { bucket: { name: bucket }, object: { key } }),
  source: "aws.s3",
});

describe("a VPC log file", () => {
  test("of the bucket is read, and its messages have the account and region of the log", async () => {
    const { run } = forwarder({}, { VPC_LOGS_BUCKET: "acme-logs" });
    await run(objectCreated("acme-logs", flowKey));
    expect(local.accepted).toMatchObject([
      { event: { summary: `Finding is open (${flowKey})`, account: "444455556666", region: "eu-west-2" } },
    ]);
  });

  test.each([
    ["another bucket", "acme-data", flowKey, "acme-logs"],
    ["another object", "acme-logs", "AWSLogs/report.csv", "acme-logs"],
    ["no bucket configured", "acme-logs", flowKey, ""],
  ])("is not read: %s", async (_, bucket, key, configured) => {
    const { run } = forwarder({ readLog: () => Promise.reject(new Error("read")) }, { VPC_LOGS_BUCKET: configured });
    expect(await run(objectCreated(bucket, key))).toMatchObject({ delivered: 1 });
  });
});
