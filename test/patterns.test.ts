import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePattern, PatternError } from "../src/patterns/compile.ts";
import { pairs as generated } from "./patterns/arbitraries.ts";

interface RecordedPair {
  name: string;
  pattern: unknown;
  event?: unknown;
  /** The event as text, where a number's notation matters. */
  rawEvent?: string;
  answer: "true" | "false" | "invalid";
}

const recorded = JSON.parse(
  readFileSync(new URL("patterns/pairs.json", import.meta.url), "utf8"),
) as readonly RecordedPair[];

type Fields = Record<string, unknown>;
const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function compiled(pattern: unknown) {
  try {
    return compilePattern(pattern);
  } catch (error) {
    if (error instanceof PatternError) return error;
    throw error;
  }
}

function answerOf(pattern: unknown, event: unknown): "true" | "false" | "invalid" {
  const result = compiled(pattern);
  if (result instanceof PatternError) return "invalid";
  return result.matches(event) ? "true" : "false";
}

const matches = (pattern: unknown, event: unknown) => compilePattern(pattern).matches(event);

describe("the answers of AWS's engine", () => {
  test.each(recorded)("$name", ({ pattern, event, rawEvent, answer }) => {
    expect(answerOf(pattern, rawEvent === undefined ? event : JSON.parse(rawEvent))).toBe(answer);
  });
});

describe("laws", () => {
  const valid = generated.filter(({ pattern }) => !(compiled(pattern) instanceof PatternError));
  const scalar = fc.oneof(fc.constantFrom("", "a", "ab", "AB", "b", "10.0.0.1", 0, 5, -1.5, true, null), fc.string());

  test("no pattern and no event causes an error other than PatternError", () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.jsonValue()), fc.anything(), (pattern, event) => {
        const result = compiled(pattern);
        if (result instanceof PatternError) expect(result.message).toMatch(/^At .+[^.]\.$/s);
        else result.matches(event);
      }),
      { numRuns: 5000 },
    );
    fc.assert(fc.property(valid, fc.anything(), ({ pattern }, event) => void matches(pattern, event)));
  });

  test("compiling twice gives the same answers and changes neither pattern nor event", () => {
    fc.assert(
      fc.property(generated, ({ pattern, event }) => {
        const before = JSON.stringify({ pattern, event });
        const answer = answerOf(pattern, event);
        expect(answerOf(JSON.parse(JSON.stringify(pattern)), event)).toBe(answer);
        expect(JSON.stringify({ pattern, event })).toBe(before);
      }),
      { numRuns: 2000 },
    );
  });

  test("the order of keys and of alternatives does not matter", () => {
    /** The keys of a pattern and its lists in reverse, but not the operands of its operators. */
    const reversed = (pattern: unknown): unknown => {
      if (Array.isArray(pattern)) return pattern.toReversed();
      if (!isObject(pattern)) return pattern;
      const entries = Object.entries(pattern).map(([key, value]) => [
        key,
        key === "$or" && Array.isArray(value) ? value.map(reversed).reverse() : reversed(value),
      ]);
      return Object.fromEntries(entries.reverse());
    };
    fc.assert(
      fc.property(generated, ({ pattern, event }) => {
        expect(answerOf(reversed(pattern), event)).toBe(answerOf(pattern, event));
      }),
      { numRuns: 2000 },
    );
  });

  test("one more alternative in each list keeps a match a match", () => {
    const widened = (pattern: unknown, element: unknown): unknown => {
      if (Array.isArray(pattern)) return [...pattern, element];
      if (!isObject(pattern)) return pattern;
      const widen = (key: string, value: unknown) =>
        key === "$or" && Array.isArray(value) ? value.map((each) => widened(each, element)) : widened(value, element);
      return Object.fromEntries(Object.entries(pattern).map(([key, value]) => [key, widen(key, value)]));
    };
    const matching = valid.filter(({ pattern, event }) => matches(pattern, event));
    const element = fc.oneof(scalar, fc.constantFrom({ exists: false }, { exists: true }, { "anything-but": "a" }));
    fc.assert(
      fc.property(matching, element, ({ pattern, event }, added) => {
        expect(matches(widened(pattern, added), event)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test("$or matches if one of its objects does", () => {
    /** Not with a field `prefix`, a name that `$or` does not allow. */
    const allowed = valid.filter(({ pattern }) => isObject(pattern) && !("prefix" in pattern));
    fc.assert(
      fc.property(allowed, allowed, (one, other) => {
        const either = compilePattern({ $or: [one.pattern, other.pattern] });
        for (const { event } of [one, other])
          expect(either.matches(event)).toBe(matches(one.pattern, event) || matches(other.pattern, event));
      }),
      { numRuns: 1000 },
    );
  });

  test("anything-but matches the values that its operand does not match", () => {
    const operand = fc.oneof(
      fc.tuple(fc.constantFrom("prefix", "suffix"), fc.string({ minLength: 1, maxLength: 2 })),
      fc.tuple(fc.constant("equals-ignore-case"), fc.constantFrom("a", "AB", "aB", "")),
      fc.tuple(fc.constant("wildcard"), fc.constantFrom("a*", "*b", "*", "a*b", "a")),
    );
    fc.assert(
      fc.property(operand, scalar, ([operator, text], value) => {
        const positive = matches({ a: [{ [operator]: text }] }, { a: value });
        expect(matches({ a: [{ "anything-but": { [operator]: text } }] }, { a: value })).toBe(!positive);
        expect(matches({ a: [{ "anything-but": { [operator]: [text, "☃"] } }] }, { a: value })).toBe(!positive);
      }),
    );
  });

  test("texts before and after a star do not overlap", () => {
    expect(matches({ a: [{ wildcard: "ab*ba" }] }, { a: "aba" })).toBe(false);
    expect(matches({ a: [{ wildcard: "ab*ba" }] }, { a: "abba" })).toBe(true);
    expect(matches({ a: [{ wildcard: "*ab*ba*a" }] }, { a: "abba" })).toBe(false);
  });

  test("fields that the pattern does not name have no effect", () => {
    fc.assert(
      fc.property(valid, fc.jsonValue(), ({ pattern, event }, value) => {
        const wider = { other: value, ...(event as Fields), "an.other": value };
        expect(matches(pattern, wider)).toBe(matches(pattern, event));
      }),
    );
  });
});

describe("the error of an invalid pattern", () => {
  test.each<[pattern: unknown, message: string]>([
    ["aws.ec2", 'At the top of the pattern, a pattern is an object such as { "source": ["aws.ec2"] }, not "aws.ec2".'],
    [
      [{ source: ["aws.ec2"] }],
      'At the top of the pattern, a pattern is an object such as { "source": ["aws.ec2"] }, not a list.',
    ],
    [{}, "At the top of the pattern, an object has at least one field, so add a field or leave the object out."],
    [
      { source: "aws.ec2" },
      'At source, a field has a list of values or an object, so write ["aws.ec2"] instead of "aws.ec2".',
    ],
    [
      { detail: { state: [] } },
      "At detail.state, a list has at least one value, so add a value or leave the field out.",
    ],
    [
      { detail: { state: {} } },
      "At detail.state, an object has at least one field, so add a field or leave the object out.",
    ],
    [
      { detail: { state: ["running", ["stopped"]] } },
      "At detail.state[1], a list has strings, numbers, true, false, null and operators, not a list.",
    ],
    [
      { source: [{ prefx: "aws." }] },
      'At source[0], "prefx" is no operator, so write one of prefix, suffix, equals-ignore-case, wildcard, exactly, anything-but, numeric, exists, cidr.',
    ],
    [
      { source: [{ prefix: "aws.", suffix: "2" }] },
      'At source[0], an object has one operator, so write "prefix" and "suffix" as two objects.',
    ],
    [
      { source: [{ prefix: ["aws."] }] },
      'At source[0], "prefix" takes a string or { "equals-ignore-case": "a string" }, not a list.',
    ],
    [{ source: [{ wildcard: 5 }] }, 'At source[0], "wildcard" takes a string, not 5.'],
    [{ source: [{ wildcard: "a**b" }] }, 'At source[0], "wildcard" takes no two stars in a row, so write one.'],
    [
      { source: [{ wildcard: "C:\\temp" }] },
      'At source[0], a backslash in "wildcard" only comes before * or another backslash.',
    ],
    [
      { detail: { n: [{ numeric: ["<", 5, ">", 1] }] } },
      'At detail.n[0], "numeric" takes a list such as ["=", 5], ["<", 5] or, lower limit first, [">=", 0, "<", 5].',
    ],
    [
      { detail: { n: [{ numeric: [">", 5, "<", 5] }] } },
      'At detail.n[0], the lower limit of "numeric" is less than the upper one, but 5 is not less than 5.',
    ],
    [
      { detail: { ip: ["a", { cidr: "10.0.0.1/32" }] } },
      'At detail.ip[1], "cidr" takes an IP address and a mask of at most 31 bits, or 127 for IPv6, such as "10.0.0.0/8", not "10.0.0.1/32".',
    ],
    [{ detail: { state: [{ exists: "false" }] } }, 'At detail.state[0], "exists" takes true or false, not "false".'],
    [
      { detail: { state: [{ "anything-but": ["a", 5] }] } },
      'At detail.state[0], "anything-but" takes a string, a number, or a list of only strings or only numbers.',
    ],
    [
      { detail: { state: [{ "anything-but": { numeric: ["=", 5] } }] } },
      'At detail.state[0], an object under "anything-but" has one of prefix, suffix, equals-ignore-case, wildcard.',
    ],
    [
      { detail: { state: [{ "anything-but": { prefix: ["a", ""] } }] } },
      'At detail.state[0], "prefix" under "anything-but" takes a string or a list of strings, of which none is empty.',
    ],
    [
      { detail: { $or: [{ state: ["running"] }] } },
      'At detail.$or, "$or" takes a list of at least two objects, such as [{ "a": [1] }, { "b": [2] }].',
    ],
    [
      { $or: [{ source: ["a"] }, { detail: { prefix: ["b"] } }] },
      'At $or[1].detail.prefix, "prefix" is a reserved name, which no field inside "$or" may have.',
    ],
    [
      { source: ["a"], $or: [{ source: ["b"] }, { account: ["1"] }] },
      'At $or[0].source, the field source is given twice, so give it once or in every object of "$or" instead.',
    ],
    [
      { detail: { a: { b: ["1"] }, "a.b": ["2"] } },
      'At detail.a.b, the field detail.a.b is given twice, so give it once or in every object of "$or" instead.',
    ],
  ])("%j", (pattern, message) => {
    const error = compiled(pattern);
    expect(error).toMatchObject({ name: "PatternError", message });
  });

  test("a pattern with endless levels or combinations", () => {
    let nested: unknown = ["x"];
    for (let depth = 0; depth < 100_000; depth++) nested = { a: nested };
    expect(compiled(nested)).toMatchObject({ message: expect.stringContaining("more than 1000 levels") });
    let or: unknown = { last: ["x"] };
    for (let depth = 0; depth < 20; depth++)
      or = { [`k${depth}`]: or, $or: [{ [`x${depth}`]: [1] }, { [`y${depth}`]: [1] }] };
    expect(compiled(or)).toMatchObject({ message: expect.stringContaining("more than 1000 combinations") });
  });
});

describe("hostile events", () => {
  const byField = compilePattern({ detail: { state: [{ exists: true }], code: [{ "anything-but": 5 }] } });

  test.each([null, undefined, 5, "detail", true, [], [{ detail: { state: 1, code: 1 } }], () => {}, Symbol("event")])(
    "%s is not an event",
    (event) => {
      expect(byField.matches(event)).toBe(false);
      expect(matches({ source: [{ exists: false }] }, event)).toBe(false);
    },
  );

  test("keys of prototypes are ordinary fields", () => {
    for (const key of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      const pattern: unknown = JSON.parse(`{"detail":{"${key}":{"a":["x"]}}}`);
      expect(matches(pattern, JSON.parse(`{"detail":{"${key}":{"a":"x"}}}`)), key).toBe(true);
      expect(matches(pattern, { detail: {} }), key).toBe(false);
      expect(matches(JSON.parse(`{"detail":{"${key}":[{"exists":false}]}}`), { detail: {} }), key).toBe(true);
    }
    expect(matches({ state: ["x"] }, JSON.parse('{"__proto__":{"state":"x"}}'))).toBe(false);
    expect(({} as Fields).state).toBeUndefined();
  });

  test("deep nesting", () => {
    const arrays: unknown = JSON.parse(`{"detail":{"state":${"[".repeat(1e5)}1${"]".repeat(1e5)},"code":1}}`);
    expect(byField.matches(arrays)).toBe(false);
    expect(byField.matches(JSON.parse(`${'{"detail":'.repeat(1e5)}1${"}".repeat(1e5)}`))).toBe(false);
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    expect(byField.matches({ detail: { state: cyclic, code: 1 } })).toBe(false);
  });

  test("numbers beyond those of IEEE 754", () => {
    const huge: unknown = JSON.parse('{"n":1e400}');
    expect(matches({ n: [{ numeric: [">", 5] }] }, huge)).toBe(false);
    expect(matches({ n: [{ "anything-but": 5 }] }, huge)).toBe(true);
  });

  test("a hundred thousand elements, none of which has both fields", () => {
    const x = Array.from({ length: 1e5 }, (_, index) => (index % 2 ? { x: 1, n: index } : { y: 1, n: index }));
    expect(matches({ l: { x: [1], y: [1] } }, { l: x })).toBe(false);
    expect(matches({ l: { x: [1], y: [1] } }, { l: [...x, { x: 1, y: 1 }] })).toBe(true);
    expect(matches({ l: { x: [1] }, m: { x: [1], y: [1] } }, { l: x, m: x })).toBe(false);
  });

  test("one path written with and without a dot, in two long arrays", () => {
    const rows = (field: string) => Array.from({ length: 5000 }, () => ({ [field]: 1 }));
    const event = { "a.b": [...rows("x"), { z: 1 }], a: { b: rows("y") } };
    expect(matches({ a: { b: { x: [1], y: [1], z: [1] } } }, event)).toBe(false);
  });

  test("many stars on a long text", () => {
    const pattern = compilePattern({ a: [{ wildcard: `${"*a".repeat(50)}*b` }] });
    expect(pattern.matches({ a: "a".repeat(1e6) })).toBe(false);
    expect(pattern.matches({ a: `${"a".repeat(1e6)}b` })).toBe(true);
  });
});
