import fc from "fast-check";
import type { Scalar } from "../../src/patterns/operators.ts";

/**
 * Pairs of a pattern and a similar event, with values of the pattern or from the same few words, so that both matches
 * and mismatches are common.
 *
 * Left out, because AWS's engine answers by how it stores values and not by the pattern's meaning (event-ruler 2.1.0):
 * - a double quote: the engine compares strings with their quotes, so the prefix `ab"` matches "ab";
 * - characters beyond U+FFFF under equals-ignore-case: the engine turns each half into "?", which then matches "??";
 * - an IPv6 address, or a number, whose first hex digits are those of an IPv4 block, and a block with a mask of 0: the
 *   engine compares hex digits from the left, so the block 10.0.0.0/24 contains 0a00:12::1, and 0.0.0.0/0 the number 5;
 * - an event with one path both as a dotted key and as nested keys, with arrays on the way: the engine's two finders
 *   differ on it;
 * - an empty list under an operator under anything-but: the engine accepts or refuses the pattern by its other elements;
 * - a list with a range under numeric and a string, true, false or null: with a third element or a second branch of
 *   `$or`, whether the engine matches the latter varies;
 * - a list, or alternatives of `$or`, with a star and with equals-ignore-case or suffix: the list
 *   [{ "wildcard": "*b" }, { "equals-ignore-case": "c" }] matches "Ä";
 * - alternatives of `$or` that share an element: of [{ "z": ["a"] }, { "z": ["a", "b"] }] the engine drops the second;
 * - an empty key: the engine never finds the field "" within another one.
 */
export interface Pair {
  pattern: unknown;
  event: unknown;
}

/** A part of a pattern, and similar events or values. `undefined` is a field that is left out. */
interface Near<Part> {
  part: Part;
  event: fc.Arbitrary<unknown>;
}

type Fields = Record<string, unknown>;

const words = ["", "a", "A", "ab", "aB", "abc", "b", "ba", "bab", "aws.ec2", "AWS.EC2", "ä", "Ä", "ß", "SS", "ss", "ſ"];
const oddWords = [
  "a\nb",
  "a*b",
  "a\\b",
  "a.b",
  "大雨",
  "😀",
  "İ",
  "i̇",
  "ǅ",
  "ǆ",
  "true",
  "null",
  "5",
  "10.0",
  "12:30",
  "?",
];
const addresses = [
  ...["10.0.0.1", "10.0.0.200", "010.0.0.1", "10.1.2.3", "172.16.0.9", "192.0.2.7", "10.0.0.999", "10.0.0"],
  ...[
    "fd00::1",
    "FD00:0::1",
    "fd00:0:0:0:0:0:0:1",
    "fd00:1::",
    "fe80::1",
    "::ffff:a00:1",
    "fd00::1::1",
    "fd00:1",
    ":::",
  ],
];
const blocks = [
  ...["10.0.0.0/24", "10.0.0.5/24", "10.0.0.0/8", "10.0.0.128/25", "10.0.0.1/31", "172.16.0.0/12", "192.0.2.0/28"],
  ...["fd00::/16", "fd00::/127", "fd00:1::/32", "fe80::/10", "::ffff:a00:0/24"],
];
const numbers = [-1, 0, 1, 1.5, 5, 5.5, 10, 300, 1e3, -1e-7, 1e23, 123456789012, 9007199254740992, -2.5e-9];

const word = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...words) },
  { weight: 2, arbitrary: fc.constantFrom(...oddWords) },
  { weight: 1, arbitrary: fc.array(fc.constantFrom("a", "b", "A", "ß", "."), { maxLength: 6 }).map((a) => a.join("")) },
);
const address = fc.constantFrom(...addresses);
const number = fc.oneof(fc.constantFrom(...numbers), fc.integer({ min: -20, max: 20 }));
const scalar: fc.Arbitrary<Scalar> = fc.oneof(
  { weight: 5, arbitrary: word },
  { weight: 1, arbitrary: address },
  { weight: 2, arbitrary: number },
  { weight: 2, arbitrary: fc.constantFrom(true, false, null) },
);

/** A word without characters beyond U+FFFF (see Pair). */
const caselessWord = word.filter((text) => !/[\u{10000}-\u{10ffff}]/u.test(text));

/** Other cases of a text, and the text with something before or after it. */
const variants = (text: string) =>
  fc.oneof(
    fc.constantFrom(text, text.toLowerCase(), text.toUpperCase(), `${text}a`, `b${text}`, `${text}\n`),
    fc.tuple(word, word).map(([before, after]) => before + text + after),
  );

/** Patterns for `wildcard`: mostly valid. */
const wildcard = fc
  .array(fc.constantFrom("*", "a", "b", "ab", "aws.", "ä", ".", "\\*", "\\\\", "\n", "大"), { maxLength: 7 })
  .map((tokens) => tokens.filter((token, index) => token !== "*" || tokens[index - 1] !== "*").join(""));

/** Texts that a wildcard pattern matches, and the same texts without one character. */
const fillings = (pattern: string) =>
  fc
    .tuple(fc.array(fc.constantFrom("", "", "a", "b", "ab", "ba\n"), { minLength: 8, maxLength: 8 }), fc.nat(30))
    .map(([texts, cut]) => {
      let stars = 0;
      const text = pattern.replace(/\\(.)|\*/g, (_, escaped?: string) => escaped ?? texts[stars++] ?? "");
      return cut < 12 ? text.slice(0, cut) + text.slice(cut + 1) : text;
    });

const near = <Part>(part: Part, event: fc.Arbitrary<unknown>): Near<Part> => ({ part, event });

const textOperators = fc.oneof(
  fc.tuple(fc.constantFrom("prefix", "suffix", "exactly"), word),
  fc.tuple(fc.constantFrom("equals-ignore-case"), caselessWord),
);

const matcher: fc.Arbitrary<Near<unknown>> = fc.oneof(
  { weight: 5, arbitrary: scalar.map((value) => near<unknown>(value, fc.constant(value))) },
  { weight: 1, arbitrary: address.map((value) => near<unknown>(value, address)) },
  { weight: 4, arbitrary: textOperators.map(([name, text]) => near<unknown>({ [name]: text }, variants(text))) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom("prefix", "suffix"), caselessWord)
      .map(([name, text]) => near<unknown>({ [name]: { "equals-ignore-case": text } }, variants(text))),
  },
  { weight: 3, arbitrary: wildcard.map((text) => near<unknown>({ wildcard: text }, fillings(text))) },
  {
    weight: 2,
    arbitrary: fc.boolean().map((exists) => near<unknown>({ exists }, fc.option(scalar, { nil: undefined }))),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...blocks).map((cidr) => near<unknown>({ cidr }, fc.oneof(address, scalar))),
  },
  { weight: 3, arbitrary: numeric() },
  { weight: 4, arbitrary: anythingBut() },
);

function numeric(): fc.Arbitrary<Near<unknown>> {
  const single = fc.tuple(fc.constantFrom("=", "<", "<=", ">", ">="), number);
  const range = fc
    .tuple(fc.constantFrom(">", ">="), number, fc.constantFrom("<", "<="), number)
    .map(([above, one, under, other]) => [above, Math.min(one, other), under, Math.max(one, other)]);
  const values = (operand: (string | number)[]) =>
    operand.flatMap((value) => (typeof value === "number" ? [value, value + 1, value - 0.5, String(value)] : []));
  return fc
    .oneof(single, range)
    .map((operand) => near<unknown>({ numeric: operand }, fc.oneof(fc.constantFrom(...values(operand)), number)));
}

function anythingBut(): fc.Arbitrary<Near<unknown>> {
  const oneOrMore = <Value>(value: fc.Arbitrary<Value>) =>
    fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 }));
  const first = (operand: unknown) => String(Array.isArray(operand) ? operand[0] : operand);
  const values = fc.oneof(oneOrMore(fc.oneof(word, address)), oneOrMore(number)).map((operand) => {
    const excluded: unknown[] = Array.isArray(operand) ? operand : [operand];
    return near<unknown>({ "anything-but": operand }, fc.oneof(fc.constantFrom(...excluded), scalar));
  });
  const nonEmpty = word.filter((text) => text !== "");
  const operators = fc.oneof(
    fc.tuple(fc.constantFrom("prefix", "suffix"), oneOrMore(nonEmpty)),
    fc.tuple(fc.constantFrom("equals-ignore-case"), oneOrMore(caselessWord)),
    fc.tuple(fc.constantFrom("wildcard"), oneOrMore(wildcard)),
  );
  const nested = operators.map(([name, operand]) =>
    near<unknown>(
      { "anything-but": { [name]: operand } },
      fc.oneof(name === "wildcard" ? fillings(first(operand)) : variants(first(operand)), scalar),
    ),
  );
  return fc.oneof(values, nested);
}

/** Elements, many of them invalid. */
const oddMatcher: fc.Arbitrary<Near<unknown>> = fc
  .tuple(
    fc.constantFrom(
      ...["prefix", "suffix", "exactly", "equals-ignore-case", "wildcard", "anything-but", "numeric", "exists", "cidr"],
      ...["not", "", "__proto__", "$or"],
    ),
    fc.oneof(
      scalar,
      wildcard.map((text) => `${text}*`),
      fc.constantFrom(
        "*",
        "**",
        "a**",
        "\\",
        "a\\a",
        "\\**",
        "10.0.0.0/32",
        "10.0.0.0/",
        "10.0.0/8",
        "fd00::/128",
        "/8",
      ),
      fc.constantFrom("10.0.0.0/24/", "10.0.0.0/+8", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/008", " 10.0.0.0/8"),
      fc.constantFrom<unknown>(
        [],
        {},
        [[]],
        ["="],
        ["=", "1"],
        ["<", 5, ">", 1],
        [">", 5, "<", 5],
        ["!=", 1],
        [">", 1, "<"],
      ),
      fc.constantFrom<unknown>([">", 1, "<", 2, "<", 3], ["=", 1, "<", 2], ["a", 1], [null], ["a", "b"], [1, 2], [""]),
      fc
        .tuple(
          fc.constantFrom("prefix", "suffix", "equals-ignore-case", "wildcard", "exists", "x"),
          fc.oneof(scalar, wildcard),
        )
        .map(([name, operand]) => ({ [name]: operand })),
      fc.constantFrom<unknown>({ suffix: ["a", ""] }, { wildcard: ["a", 1] }, { prefix: "a", suffix: "b" }),
    ),
  )
  .map(([name, operand]) => near<unknown>(Object.fromEntries([[name, operand]]), scalar))
  .filter(({ part }) => !/equals-ignore-case.*[\u{10000}-\u{10ffff}]/su.test(JSON.stringify(part)));

const oddElement = fc.oneof(
  oddMatcher,
  fc
    .constantFrom<unknown>({}, [], ["a"], { prefix: "a", suffix: "b" }, { exists: true, x: 1 })
    .map((part) => near(part, scalar)),
);

/** Whether AWS's engine matches each element of a list independently (see Pair). */
function areIndependentElements(elements: readonly unknown[]): boolean {
  const texts = elements.map((element) => JSON.stringify(element));
  const has = (form: RegExp) => texts.some((text) => form.test(text));
  const isRangeMixed = has(/"numeric":\["[<>]/) && has(/^["tfn]|^\{"exactly"/);
  return !isRangeMixed && !(has(/"wildcard":.*\*/) && has(/"equals-ignore-case"|"suffix"/));
}

/** The lists of an object of a pattern, also those within `$or`, by path. */
function listsOf(part: Fields, path = ""): { path: string; list: unknown[] }[] {
  return Object.entries(part).flatMap(([key, below]) => {
    if (isObject(below)) return listsOf(below, `${path}.${key}`);
    if (!Array.isArray(below)) return [];
    return key === "$or" ? below.flatMap((each) => listsOf(each, path)) : [{ path: `${path}.${key}`, list: below }];
  });
}

/** The values in a list, under any operators. */
function operandsOf(part: unknown): string[] {
  return typeof part === "object" && part !== null ? Object.values(part).flatMap(operandsOf) : [JSON.stringify(part)];
}

/** Whether AWS's engine matches each alternative of an `$or` independently (see Pair). */
function areIndependentAlternatives(alternatives: readonly Near<Fields>[]): boolean {
  const byPath = Map.groupBy(
    alternatives.flatMap(({ part }) => listsOf(part)),
    ({ path }) => path,
  );
  return [...byPath.values()].every((fields) => {
    const operands = fields.flatMap(({ list }) => [...new Set(operandsOf(list))]);
    return areIndependentElements(fields.flatMap(({ list }) => list)) && new Set(operands).size === operands.length;
  });
}

/** The list of a field. */
const list: fc.Arbitrary<Near<unknown>> = fc
  .array(fc.oneof({ weight: 150, arbitrary: matcher }, { weight: 1, arbitrary: oddElement }), {
    minLength: 1,
    maxLength: 3,
  })
  .filter((elements) => areIndependentElements(elements.map(({ part }) => part)))
  .map((elements) => {
    const value = fc.oneof(...elements.map(({ event }) => ({ weight: 3, arbitrary: event })), {
      weight: 2,
      arbitrary: scalar,
    });
    const inArray = fc.oneof(
      { weight: 4, arbitrary: value.map((one) => one ?? null) },
      { weight: 1, arbitrary: fc.constantFrom<unknown>([], {}, { a: 1 }, [["a"]], [1, "b"]) },
    );
    const event = fc.oneof(
      { weight: 20, arbitrary: value },
      { weight: 3, arbitrary: fc.array(inArray, { maxLength: 3 }) },
      { weight: 1, arbitrary: fc.constantFrom<unknown>(undefined, {}, { a: "a" }, [], [[]], [{ b: "a" }]) },
    );
    return near<unknown>(
      elements.map(({ part }) => part),
      event,
    );
  });

/** An event with an object at each key of `fields`, and with the objects of `merged` where they are chosen. */
function eventOf(
  fields: Record<string, fc.Arbitrary<unknown>>,
  merged: fc.Arbitrary<unknown>[],
): fc.Arbitrary<unknown> {
  const own = fc.record({ ...fields, noise: fc.constantFrom<unknown>(undefined, 1, [{ a: "a" }]) });
  const others = fc.tuple(...merged.map((event) => fc.option(event, { freq: 2 })));
  return fc.tuple(own, others).map(([object, chosen]) => Object.assign({}, object, ...chosen.filter(isObject)));
}

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The object inside arrays, or another value instead. */
const inArrays = (object: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 6, arbitrary: object },
    { weight: 5, arbitrary: fc.array(object, { minLength: 1, maxLength: 3 }) },
    { weight: 1, arbitrary: fc.tuple(object, fc.array(object, { minLength: 1, maxLength: 2 }), fc.constant("a")) },
    {
      weight: 1,
      arbitrary: fc.array(fc.array(object, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 }),
    },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(undefined, null, "a", [], {}, ["a"]) },
  );

/** A field "p.q", written in the pattern and in the event with a dot or as an object in an object. */
const dotted: fc.Arbitrary<{ fields: Fields; event: Record<string, fc.Arbitrary<unknown>> }> = fc
  .tuple(list, fc.boolean(), fc.boolean())
  .map(([{ part, event }, isPatternDotted, isEventDotted]) => ({
    fields: isPatternDotted ? { "p.q": part } : { p: { q: part } },
    event: isEventDotted ? { "p.q": event } : { p: inArrays(event.map((value) => ({ q: value }))) },
  }));

/** The value once in `times`, otherwise `undefined`. */
const maybe = <Value>(value: fc.Arbitrary<Value>, times: number) =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

/** An object of a pattern, with fields of the names `keys`, `depth` levels of objects below it, and maybe `$or`. */
function object(keys: readonly string[], depth: number): fc.Arbitrary<Near<Fields>> {
  const field =
    depth === 0
      ? list
      : fc.oneof(
          { weight: 3, arbitrary: list },
          {
            weight: 2,
            arbitrary: object(["a", "b", "b-c", "d"], depth - 1).map(({ part, event }) =>
              near<unknown>(part, inArrays(event)),
            ),
          },
        );
  const fields = fc
    .uniqueArray(fc.tuple(fc.constantFrom(...keys), field), { minLength: 1, maxLength: 3, selector: ([key]) => key })
    .map((entries) => new Map(entries));
  const alternatives =
    depth === 0
      ? fc.constant<Near<Fields>[]>([])
      : fc.oneof(
          { weight: 4, arbitrary: fc.constant<Near<Fields>[]>([]) },
          {
            weight: 1,
            arbitrary: fc
              .array(object(depth === 1 ? ["x", "y", "z"] : ["u", "v", "w"], depth - 1), {
                minLength: 2,
                maxLength: 3,
              })
              .filter(areIndependentAlternatives),
          },
        );
  return fc.tuple(fields, alternatives, maybe(dotted, 8), fc.boolean()).map(([own, either, withDot, isOrFirst]) => {
    const part = Object.fromEntries([...own].map(([key, value]) => [key, value.part]));
    const event = Object.fromEntries([...own].map(([key, value]) => [key, value.event]));
    const or = either.length > 0 ? { $or: either.map((alternative) => alternative.part) } : {};
    return near<Fields>(
      isOrFirst ? { ...or, ...part, ...withDot?.fields } : { ...part, ...withDot?.fields, ...or },
      eventOf(
        { ...event, ...withDot?.event },
        either.map((alternative) => alternative.event),
      ),
    );
  });
}

/** Patterns that are invalid above their lists. */
const oddPattern = fc.constantFrom<unknown>(
  {},
  { a: {} },
  { a: [] },
  { a: "a" },
  { a: 1 },
  { a: null },
  { $or: [] },
  { $or: [{ a: ["a"] }] },
  { $or: { a: ["a"] } },
  { $or: ["a", "b"] },
  { $or: [{ a: ["a"] }, {}] },
  { a: ["a"], $or: [{ a: ["b"] }, { b: ["c"] }] },
  { $or: [{ a: ["b"] }, { b: ["c"] }], a: ["a"] },
  { a: { b: [1] }, "a.b": [2] },
  { $or: [{ prefix: ["a"] }, { a: ["a"] }] },
  { prefix: ["a"], a: { $or: [{ b: { regex: ["a"] } }, { c: ["a"] }] } },
  { prefix: ["a"] },
  { a: { $or: [["a"], ["b"]] } },
  { a: { $or: [{ b: ["a"] }, { $or: [{ b: ["b"] }, { c: ["a"] }] }] } },
  { a: { $or: [{ b: ["a"] }, { b: ["b"], "=": ["b"] }] } },
);

const keys = ["a", "b", "b-c", "c", "detail"];

export const pairs: fc.Arbitrary<Pair> = fc
  .oneof(
    { weight: 60, arbitrary: fc.constantFrom(0, 1, 1, 2).chain((depth) => object(keys, depth)) },
    { weight: 1, arbitrary: oddPattern.map((part) => near(part, fc.dictionary(fc.constantFrom("a", "b"), scalar))) },
  )
  .chain(({ part, event }) => event.map((value) => ({ pattern: part, event: value })))
  // Through JSON, which drops undefined fields.
  .map((pair) => JSON.parse(JSON.stringify(pair)) as Pair);
