import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostileEvent } from "./fuzz/events.ts";
import { spoiltEvent, spoiltEvents } from "./fuzz/spoilers.ts";
import { epoch, Subject, token } from "./fuzz/subject.ts";

const subject = new Subject();
/** Each event has a minute of its own: the limits of a source are tested elsewhere. */
let clock = epoch;

async function checkMessages(event: unknown, isClean = false): Promise<void> {
  clock += 60_000;
  expect(await subject.check(event, clock, isClean)).toEqual([]);
}

let log = "";
const streams = [process.stdout, process.stderr].map((stream) => ({ stream, write: stream.write }));
beforeAll(() => {
  for (const { stream } of streams) {
    stream.write = ((chunk: string) => {
      log += log.length < 1e6 ? chunk : "";
      return true;
    }) as typeof stream.write;
  }
});
afterAll(() => {
  for (const { stream, write } of streams) stream.write = write;
});

/** `npm run fuzz` sends a million. */
describe("the console accepts the messages of any input", () => {
  test("any JSON", async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 5 }), (event) => checkMessages(event)),
      { numRuns: 300 },
    );
  });

  test("samples with a spoilt field, and events that are made to break something", async () => {
    for (let number = 0; number < 2500; number++) {
      const { event, isClean, now } = hostileEvent(12, number);
      expect(await subject.check(event, now, isClean), `npm run fuzz -- --seed 12 --only ${number}`).toEqual([]);
    }
  });

  test("an event of a number is always the same, and every spoilt field has a number", () => {
    expect(hostileEvent(12, 1001)).toEqual(hostileEvent(12, 1001));
    expect(hostileEvent(13, 1001)).not.toEqual(hostileEvent(12, 1001));
    expect(spoiltEvents).toBeGreaterThan(400_000);
    expect(spoiltEvent(spoiltEvents - 1).event).not.toEqual(spoiltEvent(0).event);
  });
});

describe("extreme events", () => {
  const finding = (index: number) => ({
    Id: `arn:aws:securityhub:eu-west-1:111122223333:finding/${index}`,
    Title: `Finding ${index}`,
    Severity: { Label: "HIGH" },
    Resources: [{ Id: `arn:aws:s3:::bucket-${index}`, Type: "AwsS3Bucket" }],
  });
  const envelope = {
    id: "1",
    source: "aws.securityhub",
    "detail-type": "Security Hub Findings - Imported",
    account: "111122223333",
    region: "eu-west-1",
  };
  const nested = JSON.parse(`${'{"detail":'.repeat(4000)}{}${"}".repeat(4000)}`) as unknown;

  test.each([
    [
      "10,000 findings",
      { ...envelope, detail: { findings: Array.from({ length: 10_000 }, (_, i) => finding(i)) } },
      501,
    ],
    [
      "a megabyte of text",
      { ...envelope, source: "com.example", detail: { state: "x".repeat(1_000_000), name: "y".repeat(1e6) } },
      1,
    ],
    [
      "a hundred thousand keys",
      {
        ...envelope,
        source: "com.example",
        detail: Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => [`k${i}`, "v"])),
      },
      1,
    ],
    ["deep nesting", { ...envelope, source: "com.example", detail: nested }, 1],
    ["deep nesting under a formatter", { ...envelope, detail: { findings: [nested] } }, 1],
    [
      "prototype keys",
      {
        ...envelope,
        source: "com.example",
        detail: JSON.parse('{"__proto__":{"state":"FAILED"},"constructor":"x","hasOwnProperty":1}'),
      },
      1,
    ],
  ])("%s", async (_, event, messages) => {
    await checkMessages(event);
    expect(subject.sent.length).toBe(messages);
    expect(({} as Record<string, unknown>).state).toBeUndefined();
  });

  test("no line contains the token", () => {
    expect(log.length).toBeGreaterThan(0);
    expect(log.includes(token)).toBe(false);
  });
});
