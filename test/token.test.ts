import { describe, expect, test } from "vitest";
import { tokenOf } from "../src/panther/token.ts";

const arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:panther-AbCdEf";
const one = "1".repeat(32);
const two = "2".repeat(32);
const secret = (values: (string | undefined | Error)[], key?: string) => {
  let reads = 0;
  let time = 0;
  const token = tokenOf(
    { kind: "secret", arn, region: "eu-west-1", key },
    async () => {
      const value = values[Math.min(reads++, values.length - 1)];
      if (value instanceof Error) throw value;
      return value;
    },
    () => time,
  );
  return { token, reads: () => reads, pass: (milliseconds: number) => (time += milliseconds) };
};

describe("a token", () => {
  test("of the environment does not change", async () => {
    const token = tokenOf({ kind: "value", token: "t" });
    expect(await token.current()).toBe("t");
    expect(await token.refresh()).toBe(false);
  });

  test("of a secret is read once, also by concurrent callers", async () => {
    const { token, reads } = secret([one]);
    expect(await Promise.all([token.current(), token.current()])).toEqual([one, one]);
    expect(await token.current()).toBe(one);
    expect(reads()).toBe(1);
  });

  test("is read again after a refusal, at most once a minute", async () => {
    const { token, reads, pass } = secret([one, two, two, `${"3".repeat(32)}`]);
    await token.current();
    expect(await Promise.all([token.refresh(), token.refresh()])).toEqual([true, true]);
    expect(await token.current()).toBe(two);
    expect(await token.refresh()).toBe(false);
    expect(reads()).toBe(2);
    pass(60_000);
    expect(await token.refresh()).toBe(false);
    expect(reads()).toBe(3);
  });

  test("that could not be read is requested again", async () => {
    const { token } = secret([new Error("throttled"), one]);
    await expect(token.current()).rejects.toThrow("throttled");
    expect(await token.current()).toBe(one);
  });

  test("may be a field of JSON", async () => {
    expect(await secret([JSON.stringify({ token: ` ${one}\n`, url: "x" })], "token").token.current()).toBe(one);
    expect(await secret([JSON.stringify({ apiKey: one, version: 2 })]).token.current()).toBe(one);
  });

  test.each([
    [
      JSON.stringify({ other: one }),
      "token",
      "The secret's key token holds no token: it should be the console's API key",
    ],
    [one, "token", "The secret's key token holds no token"],
    [JSON.stringify({ a: one, b: two }), undefined, "as a plain string or as the only string of its JSON"],
    [`${one.slice(1)}\u200b`, undefined, "The secret holds no token"],
    [undefined, undefined, "The secret holds no token"],
  ])("%j with key %j is explained", async (value, key, sentence) => {
    await expect(secret([value], key).token.current()).rejects.toThrow(sentence);
  });
});
