import { afterEach, beforeEach, expect, test } from "vitest";
import type { AwsEvent } from "../src/event.ts";
import { createReport } from "../src/forward/report.ts";

const event: AwsEvent = {
  id: "1",
  time: "2026-03-14T09:26:53Z",
  source: "com.example",
  detailType: "Order Stuck",
  account: "111122223333",
  region: "eu-west-1",
  resources: [],
  detail: {},
};

let lines: Record<string, unknown>[];
const write = process.stdout.write;
const writeError = process.stderr.write;
beforeEach(() => {
  lines = [];
  const capture = ((chunk: string | Uint8Array) => {
    for (const line of String(chunk).split("\n").filter(Boolean)) lines.push(JSON.parse(line));
    return true;
  }) as typeof write;
  process.stdout.write = capture;
  process.stderr.write = capture;
});
afterEach(() => {
  process.stdout.write = write;
  process.stderr.write = writeError;
});

const restored = <Value>(value: () => Value): Value => {
  process.stdout.write = write;
  process.stderr.write = writeError;
  return value();
};

test("publishes each count with its name and dimensions", () => {
  const report = createReport("AWS-Events2Panther");
  report.delivered(12);
  report.delivered(30);
  report.waiting(10);
  report.loop("own-role");
  report.dropped("passed");
  report.unformatted(event, { big: "x".repeat(300_000) }, new Error("no such field"));
  report.publish();
  restored(() => {
    expect(lines).toContainEqual(
      expect.objectContaining({ Delivered: [1, 1], DeliveryLatency: [12, 30], Undelivered: 10, LoopDropped: 1 }),
    );
    expect(lines).toContainEqual(expect.objectContaining({ Dropped: 1, reason: "passed" }));
    expect(lines).toContainEqual(expect.objectContaining({ Unformatted: 1, source: "custom", detail_type: "any" }));
    const sample = lines.find(({ message }) => message === "The formatter failed on the event");
    expect(sample).toMatchObject({ level: "WARN", event: expect.stringMatching(/^\{"big":"x+…$/) });
    expect(String(sample?.event).length).toBeLessThan(256_000);
  });
});

test("publishes nothing if nothing was counted", () => {
  const report = createReport("AWS-Events2Panther");
  report.publish();
  restored(() => expect(lines).toEqual([]));
});

test("logs the JSON of one event a minute for each source and detail-type", () => {
  let time = 0;
  const report = createReport("AWS-Events2Panther", () => time);
  const logged = (): number => lines.filter(({ message }) => message === "There is no formatter for the event").length;
  report.unformatted(event, {}, undefined);
  report.unformatted(event, {}, undefined);
  const counts = [logged()];
  report.unformatted({ ...event, detailType: "Order Lost" }, {}, undefined);
  counts.push(logged());
  time = 60_000;
  report.unformatted(event, {}, undefined);
  counts.push(logged());
  restored(() => expect(counts).toEqual([1, 2, 3]));
});

test("hides the secret in every line, in fields and inside text", () => {
  const report = createReport("AWS-Events2Panther");
  const secret = "S".repeat(32);
  report.hide(secret);
  report.unformatted(event, { token: secret, deep: [{ text: `a${secret}b` }] }, new Error(`bad ${secret}`));
  report.refused(event, 1, `no ${secret}`);
  report.failed(new Error(secret));
  restored(() => {
    expect(lines.length).toBeGreaterThanOrEqual(3);
    expect(JSON.stringify(lines)).not.toContain(secret);
    expect(JSON.stringify(lines)).toContain("(token)");
  });
});
