import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AwsEvent } from "../src/event.ts";
import { judge } from "../src/local/contract.ts";
import { defaultPolicy } from "../src/local/samples.ts";
import { bodyOf, compose, maxBodyBytes, plain } from "../src/message.ts";
import type { Notice, ProblemSeverity } from "../src/notice.ts";

const event: AwsEvent = {
  id: "1",
  source: "aws.test",
  detailType: "Test Event",
  account: "111122223333",
  region: "eu-west-1",
  resources: [],
  detail: {},
};
const problem = (changed: Partial<Notice> = {}): Notice =>
  ({ node: "web-1", summary: "Web is down", severity: 4, condition: "web:down:web-1", ...changed }) as Notice;
const recovery = (clears: ProblemSeverity[] = [4], changed: Partial<Notice> = {}): Notice =>
  ({ node: "web-1", summary: "Web is up", severity: 0, clears, condition: "web:down:web-1", ...changed }) as Notice;
const one = (notice: Notice, policy = defaultPolicy) => {
  const [message] = compose([notice], event, policy).messages;
  if (!message) throw new Error("no message");
  return message;
};

describe("identity", () => {
  test("is the condition at one severity in one account and region", () => {
    expect(one(problem()).identifier).toBe("111122223333:eu-west-1:web:down:web-1:4");
    expect(one(problem({ severity: 3 })).identifier).not.toBe(one(problem()).identifier);
    expect(one(problem()).external_id).toBe(one(recovery()).external_id);
  });

  test("holds nothing that the console interpolates", () => {
    const { identifier } = one(problem({ condition: "a{node}$&b$'{" }));
    expect(identifier).not.toMatch(/[{}$]/);
  });

  test("tells long conditions apart and stays within the console's limit", () => {
    const long = "é".repeat(3000);
    const [a, b] = [one(problem({ condition: `${long}a` })), one(problem({ condition: `${long}b` }))];
    expect(a.identifier).not.toBe(b.identifier);
    expect(a.identifier.length).toBeLessThanOrEqual(1012);
    const [c, d] = [
      one(problem({ condition: `${"x".repeat(9000)}a` })),
      one(problem({ condition: `${"x".repeat(9000)}b` })),
    ];
    expect(c.identifier).not.toBe(d.identifier);
  });
});

describe("the body", () => {
  test("is cut at a word to 4,096 bytes, with an ellipsis", () => {
    const message = one(problem({ summary: "größer ".repeat(900) }));
    expect(message.summary).toMatch(/größer…$/);
    expect(Buffer.byteLength(bodyOf(message))).toBeLessThanOrEqual(maxBodyBytes);
  });

  test("keeps the link only where there is room", () => {
    expect(one(problem({ link: "https://eu-west-1.console.aws.amazon.com/x" })).link).toBeDefined();
    expect(one(problem({ link: `https://x/${"y".repeat(4000)}` })).link).toBeUndefined();
  });

  test("satisfies the console whatever a notice holds", () => {
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
    const anyNotice = fc.record({
      node: anyText,
      summary: anyText,
      condition: anyText,
      tag: fc.option(anyText, { nil: undefined }),
      link: fc.option(anyText, { nil: undefined }),
      severity: fc.constantFrom(1, 2, 3, 4, 5),
    });
    const anyEvent = fc.record({ source: anyText, detailType: anyText, account: anyText, region: anyText });
    fc.assert(
      fc.property(anyNotice, anyEvent, (notice, envelope) => {
        const { messages } = compose([notice as Notice], { ...event, ...envelope }, defaultPolicy);
        for (const message of messages) {
          const body = Buffer.from(bodyOf(message));
          const { answer } = judge({ contentType: "application/json", token: "t", body }, "t");
          expect(answer.status).toBe(200);
          expect(message.identifier).not.toMatch(/[{}$]/);
          for (const text of [message.summary, message.node, message.tag]) {
            expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e<>]/);
            expect(text.isWellFormed()).toBe(true);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("plain text", () => {
  test.each([
    ["\u001b[31mred\u001b[0m alert", "red alert"],
    ["\u001b]0;title\u0007after", "after"],
    ["two\r\nlines\tand a tab", "two lines and a tab"],
    ["<img src=x onerror=alert(1)>", "‹img src=x onerror=alert(1)›"],
    ["safe\u202Egnp.exe", "safegnp.exe"],
    ["zero\u200bwidth", "zerowidth"],
    ["lone \ud800 half", "lone \ufffd half"],
  ])("%j becomes %j", (text, expected) => expect(plain(text)).toBe(expected));
});

describe("policy", () => {
  test("a minimum drops what is below it, never the clear of what would have passed", () => {
    const policy = { ...defaultPolicy, minSeverity: 3 } as const;
    expect(compose([problem({ severity: 2 })], event, policy)).toEqual({ messages: [], dropped: ["severity"] });
    expect(compose([recovery([2])], event, policy)).toEqual({ messages: [], dropped: ["nothing-to-clear"] });
    expect(compose([recovery([2, 4])], event, policy).messages).toHaveLength(1);
    expect(compose([problem({ severity: 3 })], event, policy).messages).toHaveLength(1);
  });

  test("noise is dropped with its kind, unless it is asked for", () => {
    const notice = problem({ noise: "target-tracking" });
    expect(compose([notice], event, defaultPolicy).dropped).toEqual(["target-tracking"]);
    expect(compose([notice], event, { ...defaultPolicy, drop: new Set() }).messages).toHaveLength(1);
  });

  test("one event says one thing once", () => {
    expect(compose([problem(), problem()], event, defaultPolicy)).toMatchObject({
      messages: [{}],
      dropped: ["repeated"],
    });
  });

  test("separate clearing gives the recovery a row of its own", () => {
    expect(one(recovery())).toMatchObject({
      severity: 0,
      summary: "Web is up",
      identifier: expect.stringMatching(/:0$/),
    });
  });

  test("clearing by automation rewrites each row that the problem can have", () => {
    const policy = { ...defaultPolicy, minSeverity: 3, clearing: "automation" } as const;
    const { messages } = compose([recovery([2, 3, 4])], event, policy);
    expect(messages.map(({ severity, summary }) => [severity, summary])).toEqual([
      [3, "CLEAR: Web is up"],
      [4, "CLEAR: Web is up"],
    ]);
    expect(messages[1]?.identifier).toBe(one(problem()).identifier);
  });
});
