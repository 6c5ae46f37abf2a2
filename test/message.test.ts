import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Actor, Problem, Recovery } from "../src/condition.ts";
import type { AwsEvent } from "../src/event.ts";
import { judge } from "../src/local/contract.ts";
import { defaultPolicy } from "../src/local/samples.ts";
import { bodyOf, compose, maxBodyBytes, sanitize } from "../src/message.ts";

const event: AwsEvent = {
  id: "1",
  time: "2026-11-24T10:12:05Z",
  source: "aws.test",
  detailType: "Test Event",
  account: "111122223333",
  region: "eu-west-1",
  resources: [],
  detail: {},
};
const problem = (changed: Partial<Problem> = {}): Problem => ({
  node: "web-1",
  thing: "Web",
  outcome: "is down",
  severity: 4,
  condition: "web:down:web-1",
  ...changed,
});
const recovery = (changed: Partial<Recovery> = {}): Recovery => ({
  node: "web-1",
  thing: "Web",
  outcome: "is up",
  severity: 0,
  worst: 4,
  condition: "web:down:web-1",
  ...changed,
});
const one = (notice: Problem | Recovery, changed: Partial<AwsEvent> = {}) => {
  const [message] = compose([notice], { ...event, ...changed }, defaultPolicy).messages;
  if (!message) throw new Error("no message");
  return message;
};

describe("identity", () => {
  const key = "111122223333:eu-west-1:web:down:web-1";

  test("of a problem is the condition at one severity in one account and region", () => {
    expect(one(problem())).toMatchObject({ identifier: `${key}:4`, external_id: key });
    expect(one(problem({ severity: 3 }))).toMatchObject({ identifier: `${key}:3`, external_id: key });
    for (const changed of [{ account: "444455556666" }, { region: "us-east-1" }]) {
      expect(one(problem(), changed).external_id).not.toBe(key);
    }
  });

  test("of a recovery is the condition at one time", () => {
    const at = `@${event.time}`;
    expect(one(recovery())).toMatchObject({ severity: 0, identifier: `${key}:0${at}`, external_id: `${key}${at}` });
  });

  test("is the same whenever it happened, for whatever reason and by whomever", () => {
    const text = fc.option(fc.string(), { nil: undefined });
    const actor: fc.Arbitrary<Actor> = fc.record({ name: text, address: text, account: text, via: text });
    const { identifier, external_id } = one(problem());
    fc.assert(
      fc.property(fc.string(), fc.string(), text, actor, (id, outcome, reason, actor) => {
        const other = one(problem({ outcome, reason, actor }), { id, time: "2026-11-25T00:00:00Z" });
        expect(other).toMatchObject({ identifier, external_id });
      }),
    );
  });

  test("holds nothing that the console interpolates", () => {
    const { identifier } = one(problem({ condition: "a{node}$&b$'{" }));
    expect(identifier).not.toMatch(/[{}$]/);
  });

  test("distinguishes long conditions and stays within the console's limit", () => {
    const long = "é".repeat(3000);
    const [a, b] = [one(problem({ condition: `${long}a` })), one(problem({ condition: `${long}b` }))];
    expect(a.identifier).not.toBe(b.identifier);
    expect(a.identifier.length).toBeLessThanOrEqual(1012);
    const longer = "x".repeat(9000);
    const [c, d] = [one(problem({ condition: `${longer}a` })), one(problem({ condition: `${longer}b` }))];
    expect(c.identifier).not.toBe(d.identifier);
  });
});

describe("a message", () => {
  test("has the sentence of its notice and what the event is", () => {
    const notice = problem({ name: "shop", context: "in zone a", reason: "no answer.", actor: { name: "alice" } });
    expect(one(notice)).toMatchObject({
      node: "web-1",
      tag: "Test Event",
      summary: "Web shop is down in zone a: no answer (by alice)",
      severity: 4,
      account: "111122223333",
      region: "eu-west-1",
      source: "aws.test",
      detail_type: "Test Event",
      time: "2026-11-24T10:12:05Z",
    });
  });

  test("never has an empty node, tag or summary", () => {
    const empty = one(problem({ node: " ", tag: "\u0000", thing: "", outcome: "" }));
    expect(empty).toMatchObject({ node: "111122223333-eu-west-1", tag: "unknown", summary: "Test Event" });
  });
});

describe("the body", () => {
  test("is cut at a word to 4,096 bytes, with an ellipsis", () => {
    const message = one(problem({ outcome: "größer ".repeat(900) }));
    expect(message.summary).toMatch(/größer…$/);
    expect(Buffer.byteLength(bodyOf(message))).toBeLessThanOrEqual(maxBodyBytes);
  });

  test("keeps the link only where there is room", () => {
    expect(one(problem({ link: "https://eu-west-1.console.aws.amazon.com/x" })).link).toBeDefined();
    expect(one(problem({ link: `https://x/${"y".repeat(4000)}` })).link).toBeUndefined();
  });

  const anyText = fc.oneof(
    fc.string({ unit: "binary", maxLength: 6000 }),
    fc.string({ unit: "grapheme", maxLength: 3000 }),
    fc.constantFrom(
      "",
      " ",
      "\ud800",
      "\u0000",
      "\u001b[31mred\u001b[0m",
      '"\\'.repeat(3000),
      "𝒳".repeat(3000),
      "<b>{x}$&",
    ),
  );
  const optional = fc.option(anyText, { nil: undefined });
  const fields = {
    node: anyText,
    thing: anyText,
    name: optional,
    outcome: anyText,
    context: optional,
    reason: optional,
    actor: fc.option(fc.record({ name: optional, address: optional, account: optional, via: optional }), {
      nil: undefined,
    }),
    condition: anyText,
    tag: optional,
    link: optional,
  };
  const anyNotice: fc.Arbitrary<Problem | Recovery> = fc.oneof(
    fc.record({ ...fields, severity: fc.constantFrom<Problem["severity"][]>(1, 2, 3, 4, 5) }),
    fc.record({ ...fields, severity: fc.constant<0>(0), worst: fc.constant<5>(5) }),
  );
  const anyEvent = fc.record({ source: anyText, detailType: anyText, account: anyText, region: anyText });

  test("satisfies the console whatever a notice holds", () => {
    fc.assert(
      fc.property(anyNotice, anyEvent, (notice, envelope) => {
        const message = one(notice, envelope);
        const { answer } = judge(
          { contentType: "application/json", token: "t", body: Buffer.from(bodyOf(message)) },
          "t",
        );
        expect(answer.status).toBe(200);
        expect(message.identifier).not.toMatch(/[{}$]/);
        for (const text of [message.summary, message.node, message.tag]) {
          expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e<>]/);
          expect(text.isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("sanitized text", () => {
  test.each([
    ["\u001b[31mred\u001b[0m alert", "red alert"],
    ["\u001b]0;title\u0007after", "after"],
    ["two\r\nlines\tand a tab", "two lines and a tab"],
    ["<img src=x onerror=alert(1)>", "‹img src=x onerror=alert(1)›"],
    ["safe\u202Egnp.exe", "safegnp.exe"],
    ["zero\u200bwidth", "zerowidth"],
    ["lone \ud800 half", "lone \ufffd half"],
  ])("%j becomes %j", (text, expected) => expect(sanitize(text)).toBe(expected));
});

describe("policy", () => {
  test("a minimum drops what is below it, never the recovery of what would have passed", () => {
    const policy = { ...defaultPolicy, minSeverity: 3 } as const;
    expect(compose([problem({ severity: 2 })], event, policy)).toEqual({ messages: [], dropped: ["severity"] });
    expect(compose([recovery({ worst: 2 })], event, policy)).toEqual({ messages: [], dropped: ["nothing-to-clear"] });
    expect(compose([recovery({ worst: 3 })], event, policy).messages).toHaveLength(1);
    expect(compose([problem({ severity: 3 })], event, policy).messages).toHaveLength(1);
  });

  test("noise is dropped with its kind, unless it is asked for", () => {
    const notice = problem({ noise: "target-tracking" });
    expect(compose([notice], event, defaultPolicy).dropped).toEqual(["target-tracking"]);
    expect(compose([notice], event, { ...defaultPolicy, drop: new Set() }).messages).toHaveLength(1);
  });

  test("an event sends each message once", () => {
    expect(compose([problem(), problem()], event, defaultPolicy)).toMatchObject({
      messages: [{}],
      dropped: ["repeated"],
    });
  });
});
