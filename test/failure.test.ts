import { describe, expect, test } from "vitest";
import { readConfig } from "../src/config.ts";
import { registry } from "../src/formatters/registry.ts";
import { createForwarder, type Outcome, type Services, UndeliveredError } from "../src/forward/forward.ts";
import type { Report } from "../src/forward/report.ts";
import type { PantherMessage } from "../src/message.ts";
import type { Delivery, PantherConsole } from "../src/panther/client.ts";

const invocation = { invokedFunctionArn: "arn:aws:lambda:eu-west-1:111122223333:function:AWS-Events2Panther" };
const now = Date.parse("2026-11-24T12:00:00Z");
const at = (minutesAgo: number): string => new Date(now - minutesAgo * 60_000).toISOString();
const instance = (state: string, time = at(0), id = "i-1") => ({
  id: `${id} ${state} ${time}`,
  source: "aws.ec2",
  "detail-type": "EC2 Instance State-change Notification",
  account: "111122223333",
  region: "eu-west-1",
  time,
  detail: { "instance-id": id, state },
});
const custom = (detail: object, source = "com.example") => ({
  ...instance("x"),
  source,
  "detail-type": "Order Failed",
  detail,
});
const batch = (...events: unknown[]) => ({
  Records: events.map((event, index) => ({
    eventSource: "aws:sqs",
    messageId: `m${index}`,
    body: typeof event === "string" ? event : JSON.stringify(event),
  })),
});

type Answer = (message: PantherMessage) => Delivery | Promise<Delivery>;
const delivered: Delivery = { outcome: "delivered", requests: 1 };
const undelivered: Delivery = { outcome: "undelivered", reason: "HTTP 503", requests: 1 };
const refused: Delivery = { outcome: "refused", reason: "HTTP 400", requests: 1 };

/** A forwarder before a console of this answer, and what it did. */
function setUp(
  answer: Answer = () => delivered,
  changed: Partial<Services> = {},
  env: Record<string, string> = {},
  isAvailable = true,
) {
  const sent: PantherMessage[] = [];
  const deadLetters: string[] = [];
  const retries: string[] = [];
  const reported: string[] = [];
  const console: PantherConsole = {
    available: () => isAvailable,
    close: async () => {},
    deliver: async (message) => {
      sent.push(message);
      return answer(message);
    },
  };
  const report = new Proxy({} as Report, {
    get: (_, name: string) => (value: unknown) => {
      reported.push(name);
      return value;
    },
  });
  const forward = createForwarder({
    config: readConfig({ API_URL: "http://localhost/api/event/create", API_TOKEN: "A".repeat(32), ...env }),
    registry,
    console,
    report,
    now: () => now,
    readLog: async () => ({ notices: [], account: "", region: "" }),
    deadLetter: async (body) => {
      deadLetters.push(body);
    },
    retry: async (body) => {
      retries.push(body);
    },
    ...changed,
  });
  const run = (input: unknown, remaining = 30_000) =>
    forward(input, { ...invocation, getRemainingTimeInMillis: () => remaining });
  return { run, sent, deadLetters, retries, reported };
}

describe("an array of events", () => {
  const events = [instance("stopped"), instance("running", at(0), "i-2"), instance("stopped", at(0), "i-3")];
  test.each([
    ["plain", events],
    ["in an on-failure record", { requestContext: {}, requestPayload: events }],
    ["of on-failure records", events.map((requestPayload) => ({ requestContext: {}, requestPayload }))],
    ["of arrays", [events]],
    ["in a message of the retry queue", batch(events)],
    ["in an on-failure record of the retry queue", batch({ requestContext: {}, requestPayload: events })],
  ])("%s is taken apart", async (_, input) => {
    const { run, sent } = setUp();
    await run(input);
    expect(sent.map(({ node }) => node).sort()).toEqual(["i-1", "i-2", "i-3"]);
  });

  test("is kept in the part that was undelivered, through the retry queue", async () => {
    const { run, retries } = setUp(({ node }) => (node === "i-2" ? undelivered : delivered));
    expect(await run(events)).toMatchObject({ delivered: 2, undelivered: 1 });
    expect(retries.map((body) => JSON.parse(body).detail["instance-id"])).toEqual(["i-2"]);
  });

  test("fails the invocation where the retry queue fails too, or is missing", async () => {
    const retry = async () => {
      throw new Error("AccessDenied");
    };
    await expect(setUp(() => undelivered, { retry }).run(events)).rejects.toThrow(UndeliveredError);
    await expect(setUp(() => undelivered, { retry: undefined }).run(events)).rejects.toThrow(UndeliveredError);
  });

  test("keeps a queue's message until all its events are delivered", async () => {
    const { run } = setUp(({ node }) => (node === "i-2" ? undelivered : delivered));
    expect(await run(batch(events, instance("stopped", at(0), "i-4")))).toEqual({
      batchItemFailures: [{ itemIdentifier: "m0" }],
    });
  });
});

describe("the order of a batch", () => {
  test("is that of the events' time for each condition, one after the other", async () => {
    let open = 0;
    let most = 0;
    const { run, sent } = setUp(async () => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 5));
      open--;
      return delivered;
    });
    const times = [3, 1, 4, 2, 0];
    await run(batch(...times.map((minutes) => instance(minutes % 2 ? "running" : "stopped", at(minutes)))));
    expect(sent.map(({ time }) => time)).toEqual([4, 3, 2, 1, 0].map((minutes) => at(minutes).replace(".000", "")));
    expect(most).toBe(1);
  });

  test("does not hold up other conditions", async () => {
    let open = 0;
    let most = 0;
    const { run } = setUp(async () => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 5));
      open--;
      return delivered;
    });
    await run(batch(...[1, 2, 3, 4].map((id) => instance("stopped", at(0), `i-${id}`))));
    expect(most).toBe(4);
  });
});

describe("a late event", () => {
  const key = "111122223333:eu-west-1:ec2:stopped:i-1";
  const sentBy = async (input: unknown) => {
    const { run, sent } = setUp();
    await run(input);
    return sent[0];
  };
  test.each([
    ["of the retry queue, after six minutes", batch(instance("stopped", at(6))), true],
    ["of the retry queue, after four minutes", batch(instance("stopped", at(4))), false],
    ["that came directly, after 16 minutes", instance("stopped", at(16)), true],
    ["that came directly, after 14 minutes", instance("stopped", at(14)), false],
    ["older than AWS keeps one, which is a sample", instance("stopped", at(16 * 24 * 60)), false],
  ])("%s: %#", async (_, input, isLate) => {
    const message = await sentBy(input);
    expect(message?.external_id === key).toBe(!isLate);
    expect(message?.identifier).toBe(isLate ? `${key}:2@${message?.time}` : `${key}:2`);
    expect(message?.summary.endsWith(` (at ${message.time.slice(11, 16)} UTC)`)).toBe(isLate);
  });

  test("that is a recovery has its time in any case, and in no sentence", async () => {
    for (const minutes of [0, 60]) {
      const message = await sentBy(batch(instance("running", at(minutes))));
      expect(message).toMatchObject({
        identifier: `${key}:0@${message?.time}`,
        external_id: `${key}@${message?.time}`,
        summary: "EC2 instance i-1 is running",
      });
    }
  });
});

describe("the deadline", () => {
  const never = new Promise<never>(() => {});

  test("ends a hung delivery: the others of its batch are finished, it alone is kept", async () => {
    const { run } = setUp(({ node }) => (node === "i-2" ? never : delivered));
    const events = [instance("stopped"), instance("stopped", at(0), "i-2"), instance("stopped", at(0), "i-3")];
    expect(await run(batch(...events), 1600)).toEqual({ batchItemFailures: [{ itemIdentifier: "m1" }] });
  });

  test("ends a hung log, which holds up neither another log nor another event", async () => {
    const folder = "AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/11/24";
    const log = (id: string, time: string) => ({
      ...instance("x", time),
      id,
      source: "aws.s3",
      "detail-type": "Object Created",
      detail: {
        bucket: { name: "logs" },
        object: { key: `${folder}/111122223333_vpcflowlogs_eu-west-1_fl-${id}_20261124T1200Z_1a2b3c4d.log.gz` },
      },
    });
    const [hung, other] = ["0123456789abcdef0", "0123456789abcdef1"] as const;
    const read: string[] = [];
    const readLog: Services["readLog"] = async ({ key }) => {
      read.push(key);
      return key.includes(hung) ? never : { notices: [], account: "", region: "" };
    };
    const { run, sent } = setUp(() => delivered, { readLog }, { VPC_LOGS_BUCKET: "logs" });
    expect(await run(batch(log(hung, at(2)), log(other, at(1)), instance("stopped")), 1700)).toEqual({
      batchItemFailures: [{ itemIdentifier: "m0" }],
    });
    expect(read).toHaveLength(2);
    expect(sent).toHaveLength(1);
  });

  test("ends a hung dead-letter queue, which is an alarm and no repeat", async () => {
    const { run, reported } = setUp(() => refused, { deadLetter: () => never });
    expect(await run(batch(instance("stopped")), 1600)).toEqual({ batchItemFailures: [{ itemIdentifier: "m0" }] });
    expect(reported).toContain("refused");
  });
});

describe("the dead letter", () => {
  const two = {
    ...instance("x"),
    source: "aws.guardduty",
    "detail-type": "GuardDuty Malware Protection Object Scan Result",
  };

  test("of a denied queue is an alarm: the event is not repeated", async () => {
    const deadLetter = async () => {
      throw new Error("AccessDenied");
    };
    const { run, reported } = setUp(() => refused, { deadLetter });
    expect(await run(batch(instance("stopped")))).toEqual({ batchItemFailures: [] });
    expect(reported).toContain("deadLetterFailed");
  });

  test("is written once, when no message of the event is undelivered", async () => {
    let isUp = false;
    const { run, deadLetters } = setUp(({ severity }) => (severity === 2 ? refused : isUp ? delivered : undelivered));
    // Two messages: the experiment is over, and failed.
    const event = {
      ...two,
      source: "aws.fis",
      "detail-type": "FIS Experiment State Change",
      detail: { "experiment-id": "EXP1", "new-state": { status: "failed" } },
    };
    for (let receive = 0; receive < 3; receive++) {
      expect(await run(batch(event))).toEqual({ batchItemFailures: [{ itemIdentifier: "m0" }] });
    }
    expect(deadLetters).toHaveLength(0);
    isUp = true;
    expect(await run(batch(event))).toEqual({ batchItemFailures: [] });
    expect(deadLetters).toHaveLength(1);
  });
});

describe("an event of nearly 1 MiB", () => {
  test("is reduced and kept in the retry queue, where AWS's wrapper would not fit", async () => {
    const event = instance("stopped");
    const large = { ...event, detail: { ...event.detail, text: "x".repeat(1_045_000) } };
    for (const isAvailable of [true, false]) {
      const { run, retries } = setUp(() => undelivered, {}, {}, isAvailable);
      await run(large);
      expect(retries).toHaveLength(1);
      expect(JSON.parse(retries[0] ?? "")).toMatchObject({ detail: event.detail });
    }
  });
});

describe("a source", () => {
  test.each([" aws.ec2", "AWS.EC2", "aws.ec2 ", "aws.EC2", "com.example"])("%j is not AWS's", async (source) => {
    const { run, sent } = setUp();
    await run({ ...instance("running"), source });
    expect(sent).toMatchObject([{ severity: 1 }]);
    expect(sent[0]?.external_id).toContain(":other:");
  });

  test.each(["com.example", "aws.partner/example.com/acme"])("%s records no API call of AWS", async (source) => {
    const { run, sent } = setUp();
    const detail = {
      eventSource: "cloudtrail.amazonaws.com",
      eventName: "StartLogging",
      requestParameters: { name: "audit" },
    };
    await run({ ...custom(detail, source), "detail-type": "AWS API Call via CloudTrail" });
    expect(sent[0]?.severity).not.toBe(0);
    expect(sent[0]?.external_id).toContain(":other:");
  });
});

describe("a flood", () => {
  const finding = (severity: number, id: number) => ({
    Id: `finding-${id}`,
    Title: `Finding ${id}`,
    AwsAccountId: "111122223333",
    Severity: { Label: severity === 5 ? "CRITICAL" : "MEDIUM" },
    Resources: [{ Id: `i-${id}` }],
  });

  test("of one event is cut to the most severe, and the rest counted in one row", async () => {
    const findings = Array.from({ length: 700 }, (_, id) => finding(id % 7 === 0 ? 5 : 3, id));
    const { run, sent } = setUp();
    const event = {
      ...instance("x"),
      source: "aws.securityhub",
      "detail-type": "Security Hub Findings - Imported",
      detail: { findings },
    };
    const outcome = (await run(event)) as Outcome;
    expect(sent).toHaveLength(501);
    expect(sent.filter(({ severity }) => severity === 5)).toHaveLength(100);
    expect(sent.at(-1)?.summary).toBe(
      "Source aws.securityhub has 200 more messages: one event gives so many, the rest is left out",
    );
    expect(outcome.dropped.filter((reason) => reason === "capped")).toHaveLength(200);
  });

  test("of a custom source is cut to 1,000 a minute, with one row that says so", async () => {
    const { run, sent } = setUp();
    for (let n = 0; n < 1200; n++) await run({ ...custom({ orderId: `A-${n}` }), id: `${n}` });
    expect(sent).toHaveLength(1001);
    expect(sent.at(-1)?.summary).toContain("Source com.example sends too many messages");
    await run(instance("stopped"));
    expect(sent).toHaveLength(1002);
  });
});

describe("hostile values", () => {
  const hostile = JSON.parse('{"toString": 1, "valueOf": 1, "__proto__": null}');
  test.each([
    [
      "an API call",
      {
        source: "aws.ec2",
        "detail-type": "AWS API Call via CloudTrail",
        detail: {
          eventName: hostile,
          userIdentity: { type: "AssumedRole", arn: hostile, sessionContext: { sessionIssuer: { userName: hostile } } },
          requestParameters: { roleArn: hostile },
        },
      },
    ],
    [
      "AssumeRole",
      {
        source: "aws.sts",
        "detail-type": "AWS API Call via CloudTrail",
        detail: {
          eventName: "AssumeRole",
          userIdentity: { invokedBy: "lambda.amazonaws.com" },
          requestParameters: { roleArn: hostile },
        },
      },
    ],
    [
      "Lambda's invocation record",
      {
        source: "lambda",
        "detail-type": "Lambda Function Invocation Result - Failure",
        detail: { requestContext: { functionArn: hostile } },
      },
    ],
    ["a time of another era", { ...instance("stopped"), time: "+275760-09-13T00:00:00.000Z" }],
    [
      "everything",
      { source: hostile, "detail-type": "x", detail: hostile, resources: hostile, id: hostile, time: hostile },
    ],
  ])("in %s throw nothing", async (_, event) => {
    const { run, sent } = setUp();
    await run(event);
    expect(sent.length).toBeGreaterThan(0);
    for (const { identifier, time } of sent) expect(`${identifier} ${time}`).not.toContain("+2757");
  });
});

describe("the heartbeat", () => {
  const beat = (minutes = 0) => ({ source: "aws-events2panther", "detail-type": "Heartbeat", time: at(minutes) });

  test("is one row, with its time", async () => {
    const { run, sent } = setUp();
    await run(beat());
    await run({ ...beat(), time: at(-5) });
    expect(sent.map(({ identifier }) => identifier)).toEqual(Array(2).fill(sent[0]?.identifier));
    expect(sent[0]).toMatchObject({ severity: 1, node: "AWS-Events2Panther", time: "2026-11-24T12:00:00Z" });
  });

  test("is not sent late, nor where the setting is off", async () => {
    const late = setUp();
    await late.run(batch(beat(60)));
    expect(late.sent).toEqual([]);
    const off = setUp(undefined, {}, { HEARTBEAT: "false" });
    await off.run(beat());
    expect(off.sent).toEqual([]);
  });
});
