import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SentenceParts } from "../src/condition.ts";
import { cleanReason, sentenceOf, visibleLength } from "../src/sentence.ts";

const service: SentenceParts = { thing: "ECS service", name: "checkout", outcome: "cannot place a task" };
const longName = "prod/checkout-with-a-very-long-name-of-its-own";

describe("a sentence", () => {
  test.each<[Partial<SentenceParts>, string]>([
    [{}, "ECS service checkout cannot place a task"],
    [{ name: undefined }, "ECS service cannot place a task"],
    [{ context: "in cluster prod" }, "ECS service checkout cannot place a task in cluster prod"],
    [{ thing: "" }, "Checkout cannot place a task"],
    [{ outcome: ": task stopped" }, "ECS service checkout: task stopped"],
    [{ name: longName }, `ECS service cannot place a task (${longName})`],
    [{ name: longName, context: "in cluster prod" }, `ECS service cannot place a task (${longName}) in cluster prod`],
    [{ reason: "no CPU left." }, "ECS service checkout cannot place a task: no CPU left"],
    [
      { context: "in cluster prod", reason: "no CPU" },
      "ECS service checkout cannot place a task in cluster prod: no CPU",
    ],
    [{ reason: " . " }, "ECS service checkout cannot place a task"],
  ])("of %j", (parts, text) => expect(sentenceOf({ ...service, ...parts })).toBe(text));

  const deleted: SentenceParts = { thing: "DB instance", name: "prod", outcome: "was deleted" };
  const address = "203.0.113.9";
  test.each<[SentenceParts["actor"], string | undefined, string]>([
    [{ name: "alice" }, undefined, "DB instance prod was deleted by alice"],
    [{ name: "alice", address }, undefined, "DB instance prod was deleted by alice from 203.0.113.9"],
    [{ account: "999988887777" }, undefined, "DB instance prod was deleted from account 999988887777"],
    [
      { name: "alice", address, account: "999988887777", via: "rds:DeleteDBInstance" },
      undefined,
      "DB instance prod was deleted by alice from 203.0.113.9, account 999988887777 (rds:DeleteDBInstance)",
    ],
    [{ via: "rds:DeleteDBInstance" }, undefined, "DB instance prod was deleted (rds:DeleteDBInstance)"],
    [{ name: "alice" }, "no backup", "DB instance prod was deleted: no backup (by alice)"],
    [
      { name: "alice", address, via: "rds:DeleteDBInstance" },
      "no backup",
      "DB instance prod was deleted: no backup (by alice from 203.0.113.9, rds:DeleteDBInstance)",
    ],
    [{}, undefined, "DB instance prod was deleted"],
    [{}, "no backup", "DB instance prod was deleted: no backup"],
  ])("with the actor %j and the reason %j", (actor, reason, text) => {
    expect(sentenceOf({ ...deleted, actor, reason })).toBe(text);
  });

  test("has its outcome within the visible characters, with any name, reason and actor", () => {
    const name = fc.option(fc.stringMatching(/^[a-z0-9/-]{1,200}$/), { nil: undefined });
    const text = fc.option(fc.string({ maxLength: 300 }), { nil: undefined });
    fc.assert(
      fc.property(name, text, text, text, (name, context, reason, address) => {
        const parts = { ...service, name, context, reason, actor: address ? { address } : undefined };
        const end = sentenceOf(parts).indexOf(service.outcome) + service.outcome.length;
        expect(end).toBeGreaterThan(service.outcome.length);
        expect(end).toBeLessThanOrEqual(visibleLength);
      }),
    );
  });
});

describe("a reason", () => {
  test.each([
    ["Two\r\n lines.", "Two lines"],
    ["Ends here...", "Ends here"],
    ["Ends with a colon: ", "Ends with a colon"],
    ['"Quoted."', "Quoted"],
    ["'Quoted'.", "Quoted"],
    ['The "name" is "taken"', 'The "name" is "taken"'],
    ['{"code":5,"message":"Disk full."}', "Disk full"],
    ['{"errorMessage":"Timed out"}', "Timed out"],
    ['{"code":5}', '{"code":5}'],
    ['{"message": broken', '{"message": broken'],
    ["User arn:aws:iam::111122223333:user/alice is not allowed", "User alice is not allowed"],
    ["arn:aws:lambda:eu-west-1:111122223333:function:orders, again", "orders, again"],
    ["", ""],
  ])("%j becomes %j", (reason, text) => expect(cleanReason(reason)).toBe(text));

  test("is truncated after a word, at 160 characters", () => {
    const text = cleanReason("word ".repeat(100));
    expect(text).toMatch(/word…$/);
    expect(text.length).toBeLessThanOrEqual(161);
    expect(cleanReason("x".repeat(500))).toBe(`${"x".repeat(160)}…`);
    expect(cleanReason(`x${"𝒳".repeat(200)}`)).toBe(`x${"𝒳".repeat(79)}…`);
  });

  test("is cleaned in linear time", () => {
    const started = performance.now();
    for (const text of [". ".repeat(50_000), "arn:aws:".repeat(20_000), `"${"'".repeat(50_000)}`]) cleanReason(text);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
