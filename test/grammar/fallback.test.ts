import { describe, expect, test } from "vitest";
import { type AwsEvent, parseEvent } from "../../src/event.ts";
import { fallback } from "../../src/grammar/fallback.ts";
import { keyWords } from "../../src/grammar/finder/keywords.ts";
import { readSample, sampleHome } from "../../src/local/samples.ts";
import { sentenceOf } from "../../src/sentence.ts";

const eventOf = (source: string, detailType: string, detail: unknown, resources: unknown = []): AwsEvent => {
  const parsed = parseEvent(
    { id: "1", source, "detail-type": detailType, account: "111122223333", region: "eu-west-1", resources, detail },
    { account: "111122223333", region: "eu-west-1" },
  );
  if (!parsed) throw new Error("no event");
  return parsed;
};
const uuid = "4c0a1d3e-8b2f-4f6a-9d7c-0e1f2a3b4c5d";
const other = "247c6835-72b8-4ee1-c21f-09bd6543ce7b";

describe("finds the thing and its state, whatever the spelling", () => {
  test.for([
    [
      "PascalCase",
      "aws.foo",
      "Foo Widget State Change",
      { WidgetName: "red", State: "FAILED" },
      [],
      "red",
      2,
      "Foo Widget red failed (aws.foo)",
    ],
    [
      "camelCase",
      "aws.foo",
      "Foo Widget State Change",
      { widgetId: "w-0a1b", newState: "running" },
      [],
      "w-0a1b",
      1,
      "Foo Widget w-0a1b is running (aws.foo)",
    ],
    [
      "kebab-case",
      "aws.foo",
      "Foo Widget Status-change Notification",
      { "widget-id": "w-0a1b", status: "timed-out" },
      [],
      "w-0a1b",
      2,
      "Foo Widget w-0a1b timed out (aws.foo)",
    ],
    [
      "spaces",
      "aws.foo",
      "Foo Widget Event",
      { "Widget Name": "red", "Current Status": "AVAILABLE" },
      [],
      "red",
      1,
      "Foo Widget red is available (aws.foo)",
    ],
    [
      "a state of its own object",
      "aws.foo",
      "Foo Widget State Change",
      {
        widget: { name: "red" },
        "new-state": { "health-status": "UNHEALTHY" },
        "old-state": { "health-status": "HEALTHY" },
      },
      [],
      "red",
      2,
      "Foo Widget red is unhealthy (aws.foo)",
    ],
    [
      "an ARN of the resources",
      "aws.foo",
      "Foo Widget Deleted",
      {},
      ["arn:aws:foo:eu-west-1:111122223333:widget/red"],
      "red",
      1,
      "Foo Widget red deleted (aws.foo)",
    ],
    [
      "a load balancer's ARN",
      "aws.foo",
      "Foo Attached",
      {},
      ["arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/50dc6c495c0c9188"],
      "shop",
      1,
      "Foo shop attached (aws.foo)",
    ],
    [
      "the state in the detail-type",
      "aws.foo",
      "Foo Import Failed",
      { jobName: "nightly" },
      [],
      "nightly",
      2,
      "Foo Import nightly failed (aws.foo)",
    ],
    [
      "the thing rather than its key or role",
      "aws.foo",
      "Foo Training Job State Change",
      {
        KmsKeyId: "k",
        RoleArn: "arn:aws:iam::111122223333:role/r",
        TrainingJobName: "churn",
        TrainingJobStatus: "Stopped",
      },
      [],
      "churn",
      1,
      "Foo Training Job churn stopped (aws.foo)",
    ],
    [
      "who did it is not the thing",
      "aws.foo",
      "Foo Changed",
      { userIdentity: { userName: "eve" }, requestId: "r-1", widgetName: "red" },
      [],
      "red",
      1,
      "Foo red changed (aws.foo)",
    ],
    [
      "no region is a thing",
      "aws.foo",
      "AWS Foo Moved",
      { awsRegion: "eu-west-1", accountId: "111122223333" },
      [],
      "111122223333-eu-west-1",
      1,
      "AWS Foo moved (aws.foo)",
    ],
    [
      "an action",
      "com.example.shop",
      "order.created",
      { orderId: "A-17", action: "create" },
      [],
      "A-17",
      1,
      "Order A-17 created (com.example.shop)",
    ],
    [
      "a custom event's own sentence",
      "com.example.batch",
      "BatchFailed",
      { batch: "invoices", message: "the printer is on fire" },
      [],
      "invoices",
      2,
      "Batch invoices failed: the printer is on fire (com.example.batch)",
    ],
    [
      "a partner",
      "aws.partner/example.com/acme/prod",
      "Monitor Alert",
      { monitor: { name: "checkout" }, severity: "critical", title: "Checkout is slow" },
      [],
      "checkout",
      2,
      "Monitor Alert checkout: Checkout is slow (example.com)",
    ],
    ["nothing", "com.example", "Something", {}, [], "111122223333-eu-west-1", 1, "Something (com.example)"],
    [
      "a detail-type of another script",
      "com.example",
      "注文 失敗",
      { 注文: "17" },
      [],
      "111122223333-eu-west-1",
      1,
      "注文 失敗 (com.example)",
    ],
    [
      "a name that is a part of the type's words",
      "aws.pipes",
      "Pipe State Change",
      { pipeName: "p", currentState: "STOP_FAILED" },
      [],
      "p",
      2,
      "Pipe p stop failed (aws.pipes)",
    ],
    [
      "how it ended rather than that it ended",
      "aws.partner/github.com/acme",
      "workflow_run",
      { action: "completed", workflow_run: { name: "CI", status: "completed", conclusion: "failure" } },
      [],
      "CI",
      2,
      "workflow_run CI failed (github.com)",
    ],
    [
      "the source of an event, as databases call what it is about",
      "aws.neptune",
      "Neptune DB Instance Event",
      { SourceIdentifier: "graph", SourceType: "DB_INSTANCE", Message: "Failover completed" },
      [],
      "graph",
      1,
      "Neptune DB Instance Event graph: Failover completed (aws.neptune)",
    ],
    [
      "a verdict",
      "com.example",
      "Heartbeat",
      { service: "billing", healthy: false, error: "null" },
      [],
      "billing",
      2,
      "Heartbeat billing failed (com.example)",
    ],
    [
      "an urgent matter",
      "aws.partner/pagerduty.com/acme",
      "incident.trigger",
      { incident: { id: "PABC", title: "Checkout is down", urgency: "high", status: "triggered" } },
      [],
      "PABC",
      2,
      "incident.trigger PABC triggered: Checkout is down (pagerduty.com)",
    ],
    [
      "a noun that is no outcome",
      "com.example.policy",
      "Policy Violation",
      { policyName: "no-public-buckets" },
      [],
      "no-public-buckets",
      2,
      "Policy Violation no-public-buckets (com.example.policy)",
    ],
    [
      "a failed state of something that ended",
      "aws.foo",
      "Foo Sync Ended",
      { syncName: "nightly", status: "FAILED" },
      [],
      "nightly",
      2,
      "Foo Sync Ended nightly failed (aws.foo)",
    ],
    ["nothing but an alert", "aws.waf", "WAF Alert", {}, [], "111122223333-eu-west-1", 1, "WAF Alert (aws.waf)"],
  ] as const)("%s", ([, source, detailType, detail, resources, node, severity, sentence]) => {
    const notice = fallback(eventOf(source, detailType, detail, resources));
    expect({ node: notice.node, severity: notice.severity, sentence: sentenceOf(notice) }).toEqual({
      node,
      severity,
      sentence,
    });
  });
});

describe("severity is 2 for what plainly failed", () => {
  const rated = (state: string) => fallback(eventOf("aws.foo", "Foo State Change", { name: "red", state })).severity;
  test.for([
    "FAILED",
    "CreateFailed",
    "update_rollback_failed",
    "ERROR",
    "TimedOut",
    "UNREACHABLE",
    "NOT_READY",
    "NonCompliant",
    "ALARM",
  ])("%s", (state) => expect(rated(state)).toBe(2));
  test.for([
    "SUCCEEDED",
    "FailoverCompleted",
    "NO_ERRORS",
    "NOT_STALLED",
    "ERROR_RESOLVED",
    "default",
    "TERMINATED",
    "OK",
  ])("not for %s", (state) => expect(rated(state)).toBe(1));
});

describe("conditions", () => {
  const condition = (detail: object, resources: string[] = []) =>
    fallback(eventOf("aws.foo", "Foo Job State Change", detail, resources)).condition;

  test("leave out the id of a run", () => {
    expect(condition({ jobId: uuid, state: "FAILED" })).toBe(condition({ jobId: other, state: "FAILED" }));
    expect(condition({ jobId: "77", state: "FAILED" })).toBe(condition({ jobId: "78", state: "FAILED" }));
    expect(condition({ jobId: uuid, queueName: "print" })).toContain("print");
  });
  test("keep the id of a thing", () => {
    expect(condition({ widgetId: uuid })).not.toBe(condition({ widgetId: other }));
  });
  test("leave out reasons, times and counts", () => {
    const failed = (message: string, count: number) =>
      condition({ name: "nightly", state: "FAILED", message, count, startTime: `2026-06-0${count}T02:00:00Z` });
    expect(failed("disk 91% full on worker", 1)).toBe(failed("disk 97% full on worker", 2));
  });
  test("tell types of another script apart", () => {
    const [created, deleted] = ["注文作成 v2", "注文削除 v2"].map(
      (detailType) => fallback(eventOf("com.example", detailType, {})).condition,
    );
    expect(created).not.toBe(deleted);
  });
  test("tell states, things and types apart", () => {
    const all = [
      { name: "a", state: "FAILED" },
      { name: "a", state: "RUNNING" },
      { name: "b", state: "FAILED" },
    ].map((detail) => condition(detail));
    expect(new Set(all).size).toBe(3);
  });
});

test("no reason with a time in it reaches the sentence", () => {
  const notice = fallback(
    eventOf("aws.foo", "Foo Failed", { name: "red", message: "stopped at 2026-06-07 02:10:00 by itself" }),
  );
  expect(sentenceOf(notice)).toBe("Foo red failed (aws.foo)");
});

describe("every key word is needed by the sample that it names", () => {
  const words = Object.entries(keyWords).flatMap(([meaning, samples]) =>
    Object.entries<string>(samples).map(([word, sample]) => ({ meaning, samples, word, sample })),
  );
  test.for(words)("$meaning: $word", ({ samples, word, sample }) => {
    const event = parseEvent(readSample(sample).event, sampleHome);
    if (!event) throw new Error(`${sample} is no event`);
    const withWord = fallback(event);
    Reflect.deleteProperty(samples, word);
    try {
      expect(fallback(event)).not.toEqual(withWord);
    } finally {
      Reflect.set(samples, word, sample);
    }
  });
});

describe("stays quick and whole whatever comes", () => {
  let deep: unknown = { name: "bottom" };
  for (let level = 0; level < 5000; level++) deep = { inner: deep };
  const wide = Object.fromEntries(Array.from({ length: 60_000 }, (_, n) => [`key${n}Name`, `value ${n}`]));
  const hostile = JSON.parse(
    '{"__proto__": {"state": "FAILED"}, "constructor": {"name": "red"}, "toString": "x", "hasOwnProperty": "y"}',
  );
  test.for([
    [
      "a megabyte of text",
      { name: "red", state: "FAILED", blob: "x".repeat(1_000_000), list: Array(2000).fill("y".repeat(399)) },
    ],
    ["deep nesting", deep],
    ["many keys", wide],
    ["many objects", { items: Array.from({ length: 20_000 }, (_, n) => ({ id: `i-${n}`, nested: { status: "ok" } })) }],
    ["keys of the prototype", hostile],
    ["numbers, nulls and lists", { name: 7, state: null, status: [1, [2, ["three"]]], id: true }],
  ] as const)("%s", ([, detail]) => {
    const event = eventOf("com.example", "Thing State Change", detail);
    const start = performance.now();
    const notice = fallback(event);
    expect(performance.now() - start).toBeLessThan(250);
    const sentence = sentenceOf(notice);
    expect(`${notice.node} ${sentence} ${notice.condition}`).not.toMatch(/undefined|null|\[object/);
    expect(sentence.length).toBeLessThan(500);
  });
});
