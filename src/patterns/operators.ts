import { type Fields, isFields } from "../event.ts";
import { contains, parseAddress, parseBlock, sameAddress } from "./addresses.ts";
import { check, show } from "./error.ts";

/** What an event holds besides objects and lists. */
export type Scalar = string | number | boolean | null;

/** Whether a value that the event has is one that the pattern asks for. */
export type Matcher = (value: Scalar) => boolean;

/** The matcher of `{ "exists": false }`: no value matches it, only a field that the event does not have. */
export const absent: Matcher = () => false;

type Test = (text: string) => boolean;
type Compile = (operand: unknown, place: string) => Matcher;

const isAffix = (operator: string) => operator === "prefix" || operator === "suffix";

/** The operators that take a string, also under `anything-but`. */
const tests: ReadonlyMap<string, (operand: string, place: string) => Test> = new Map([
  [
    "prefix",
    (operand: string): Test =>
      (text) =>
        text.startsWith(operand),
  ],
  [
    "suffix",
    (operand: string): Test =>
      (text) =>
        text.endsWith(operand),
  ],
  ["equals-ignore-case", (operand: string): Test => ignoringCase(operand, "^", "$")],
  ["wildcard", wildcard],
]);

const operators: ReadonlyMap<string, Compile> = new Map<string, Compile>([
  ...Array.from(tests, ([operator, compile]) => [operator, textOperator(operator, compile)] as const),
  // Not in EventBridge's guide, but in its engine: a string that is never taken for an IP address.
  ["exactly", textOperator("exactly", (operand) => (text) => text === operand)],
  ["anything-but", anythingBut],
  ["numeric", numeric],
  ["exists", exists],
  ["cidr", cidr],
]);

/**
 * Compiles one element of a pattern's list: a value, or an object with one operator.
 * The rules are those of event-ruler 2.1.0, which AWS publishes as the engine of EventBridge.
 *
 * @throws PatternError where the engine refuses the element
 */
export function compileMatcher(element: unknown, place: string): Matcher {
  if (typeof element === "string") {
    const address = parseAddress(element);
    return ofText(address ? (text) => sameAddress(address, text) : (text) => text === element);
  }
  if (element === null || typeof element === "boolean" || isNumber(element)) return (value) => value === element;
  check(isFields(element), place, `a list has strings, numbers, true, false, null and operators, not ${show(element)}`);
  const [[operator, operand] = ["", undefined], second] = Object.entries(element);
  check(
    !second,
    place,
    `an object has one operator, so write ${show(operator)} and ${show(second?.[0])} as two objects`,
  );
  const compile = operators.get(operator);
  check(compile, place, `${show(operator)} is no operator, so write one of ${[...operators.keys()].join(", ")}`);
  return compile(operand, place);
}

const isNumber = (value: unknown): value is number => Number.isFinite(value);

const ofText =
  (test: Test): Matcher =>
  (value) =>
    typeof value === "string" && test(value);

function textOperator(operator: string, compile: (operand: string, place: string) => Test): Compile {
  const takes = isAffix(operator) ? 'a string or { "equals-ignore-case": "a string" }' : "a string";
  return (operand, place) => {
    const [[name, inner] = [], second] = isAffix(operator) && isFields(operand) ? Object.entries(operand) : [];
    if (name === "equals-ignore-case" && typeof inner === "string" && !second)
      return ofText(operator === "prefix" ? ignoringCase(inner, "^", "") : ignoringCase(inner, "", "$"));
    check(typeof operand === "string", place, `"${operator}" takes ${takes}, not ${show(operand)}`);
    return ofText(compile(operand, place));
  };
}

function anythingBut(operand: unknown, place: string): Matcher {
  if (isFields(operand)) return anythingButTest(operand, place);
  const values: unknown[] = Array.isArray(operand) ? operand : [operand];
  const isOneType = ["string", "number"].some((type) => values.every((value) => typeof value === type));
  const takes = "a string, a number, or a list of only strings or only numbers";
  check(values.length > 0 && isOneType, place, `"anything-but" takes ${takes}`);
  const excluded: ReadonlySet<unknown> = new Set(values);
  return (value) => !excluded.has(value);
}

function anythingButTest(operand: Fields, place: string): Matcher {
  const [[operator = "", texts] = [], second] = Object.entries(operand);
  const compile = tests.get(operator);
  check(compile && !second, place, `an object under "anything-but" has one of ${[...tests.keys()].join(", ")}`);
  const list: unknown[] = Array.isArray(texts) ? texts : [texts];
  const takes = `"${operator}" under "anything-but" takes a string or a list of strings`;
  check(list.length > 0, place, `${takes}, not an empty list`);
  const excluded = list.map((text) => {
    check(typeof text === "string", place, `${takes}, not ${show(text)}`);
    check(text || !isAffix(operator), place, `${takes}, of which none is empty`);
    return compile(text, place);
  });
  const isExcluded = ofText((text) => excluded.some((test) => test(text)));
  return (value) => !isExcluded(value);
}

function exists(operand: unknown, place: string): Matcher {
  check(typeof operand === "boolean", place, `"exists" takes true or false, not ${show(operand)}`);
  return operand ? () => true : absent;
}

function cidr(operand: unknown, place: string): Matcher {
  const block = typeof operand === "string" ? parseBlock(operand) : undefined;
  const takes = 'an IP address and a mask of at most 31 bits, or 127 for IPv6, such as "10.0.0.0/8"';
  check(block, place, `"cidr" takes ${takes}, not ${show(operand)}`);
  return ofText((text) => contains(block, text));
}

const comparisons: ReadonlyMap<unknown, (value: number, limit: number) => boolean> = new Map([
  ["=", (value: number, limit: number) => value === limit],
  ["<", (value: number, limit: number) => value < limit],
  ["<=", (value: number, limit: number) => value <= limit],
  [">", (value: number, limit: number) => value > limit],
  [">=", (value: number, limit: number) => value >= limit],
]);

/** A sign and a number, or a lower and then an upper limit. */
function numeric(operand: unknown, place: string): Matcher {
  const [sign, limit, upperSign, upper, ...more]: unknown[] = Array.isArray(operand) ? operand : [];
  const isSingle = Array.isArray(operand) && operand.length === 2;
  const compare = comparisons.get(sign);
  const compareUpper = isSingle ? () => true : comparisons.get(upperSign);
  const isRange = /^>/.test(String(sign)) && /^</.test(String(upperSign)) && isNumber(upper) && more.length === 0;
  const takes = 'a list such as ["=", 5], ["<", 5] or, lower limit first, [">=", 0, "<", 5]';
  check(compare && compareUpper && isNumber(limit) && (isSingle || isRange), place, `"numeric" takes ${takes}`);
  const top = isNumber(upper) ? upper : Number.POSITIVE_INFINITY;
  check(
    limit < top,
    place,
    `the lower limit of "numeric" is less than the upper one, but ${limit} is not less than ${top}`,
  );
  return (value) => isNumber(value) && compare(value, limit) && compareUpper(value, top);
}

/** By AWS's engine each character stands for its lower and its upper case: "ß" for "ß" and "SS", but "ss" not for "ß". */
function ignoringCase(operand: string, start: "^" | "", end: "$" | ""): Test {
  const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const source = Array.from(operand, (char) => `(?:${literal(char.toLowerCase())}|${literal(char.toUpperCase())})`);
  const regex = new RegExp(start + source.join("") + end, "u");
  return (text) => regex.test(text);
}

/** `*` stands for any characters, also for none and for line feeds; `\*` and `\\` for themselves. */
function wildcard(operand: string, place: string): Test {
  /** What stands between the stars. */
  const literals = [""];
  let before = "";
  for (const [token] of operand.matchAll(/\\[*\\]|./gs)) {
    check(token !== "\\", place, 'a backslash in "wildcard" stands before * or another backslash only');
    check(token !== "*" || before !== "*", place, '"wildcard" takes no two stars in a row, so write one');
    if (token === "*") literals.push("");
    else literals.push(literals.pop() + token.slice(-1));
    before = token;
  }
  const [first = "", ...middle] = literals;
  const last = middle.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const literal of middle) {
      const found = text.indexOf(literal, at);
      if (found < 0) return false;
      at = found + literal.length;
    }
    return at + last.length <= text.length;
  };
}
