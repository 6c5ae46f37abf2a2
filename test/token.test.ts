import { describe, expect, test } from "vitest";
import { tokenOf } from "../src/token.ts";

const arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:panther-AbCdEf";
const secret = (values: (string | undefined | Error)[], key = "") => {
  let reads = 0;
  let time = 0;
  const token = tokenOf(
    { kind: "secret", arn, key },
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
  test("of the environment stays as it is", async () => {
    const token = tokenOf({ kind: "value", token: "t" });
    expect(await token.current()).toBe("t");
    expect(await token.refresh()).toBe(false);
  });

  test("of a secret is read once, also by many at once", async () => {
    const { token, reads } = secret(["one"]);
    expect(await Promise.all([token.current(), token.current()])).toEqual(["one", "one"]);
    expect(await token.current()).toBe("one");
    expect(reads()).toBe(1);
  });

  test("is read again when it was not taken, at most once a minute", async () => {
    const { token, reads, pass } = secret(["one", "two", "two", "three"]);
    await token.current();
    expect(await Promise.all([token.refresh(), token.refresh()])).toEqual([true, true]);
    expect(await token.current()).toBe("two");
    expect(await token.refresh()).toBe(false);
    expect(reads()).toBe(2);
    pass(60_000);
    expect(await token.refresh()).toBe(false);
    expect(reads()).toBe(3);
  });

  test("that could not be read is tried again", async () => {
    const { token } = secret([new Error("throttled"), "one"]);
    await expect(token.current()).rejects.toThrow("throttled");
    expect(await token.current()).toBe("one");
  });

  test("may be a field of JSON", async () => {
    expect(await secret(['{"token":" abc "}'], "token").token.current()).toBe("abc");
  });

  test.each([
    ['{"other":"x"}', "token", "The secret has no token under the key token: set APITokenSecretKey"],
    ["plain", "token", "The secret has no token under the key token"],
    ['{"token":"x"}', "", "The secret holds no plain string: set APITokenSecretKey"],
    [undefined, "", "The secret holds no plain string"],
  ])("%j with key %j is explained", async (value, key, sentence) => {
    await expect(secret([value], key).token.current()).rejects.toThrow(sentence);
  });
});
