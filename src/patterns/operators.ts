import { type Fields, isFields } from "../event.ts";
import { contains, parseAddress, parseBlock, sameAddress } from "./addresses.ts";
import { check, show } from "./error.ts";

/** A value in an event that is not an object or a list. */
export type Scalar = string | number | boolean | null;

/** Whether a value of an event matches an element of a pattern. */
export type Matcher = (value: Scalar) => boolean;

/** The matcher of `{ "exists": false }`: it matches no value; match.ts handles fields that the event does not have. */
export const absent: Matcher = () => false;

type Test = (text: string) => boolean;
type Compile = (operand: unknown, position: string) => Matcher;

const isAffix = (operator: string) => operator === "prefix" || operator === "suffix";

/** The operators that take a string, also under `anything-but`. */
const tests: ReadonlyMap<string, (operand: string, position: string) => Test> = new Map([
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
  // Undocumented, but in AWS's engine: a string that is never read as an IP address.
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
export function compileMatcher(element: unknown, position: string): Matcher {
  if (typeof element === "string") {
    const address = parseAddress(element);
    return ofText(address ? (text) => sameAddress(address, text) : (text) => text === element);
  }
  if (element === null || typeof element === "boolean" || isNumber(element)) return (value) => value === element;
  check(
    isFields(element),
    position,
    `a list has strings, numbers, true, false, null and operators, not ${show(element)}`,
  );
  const [[operator, operand] = ["", undefined], second] = Object.entries(element);
  check(
    !second,
    position,
    `an object has one operator, so write ${show(operator)} and ${show(second?.[0])} as two objects`,
  );
  const compile = operators.get(operator);
  check(compile, position, `${show(operator)} is no operator, so write one of ${[...operators.keys()].join(", ")}`);
  return compile(operand, position);
}

const isNumber = (value: unknown): value is number => Number.isFinite(value);

const ofText =
  (test: Test): Matcher =>
  (value) =>
    typeof value === "string" && test(value);

function textOperator(operator: string, compile: (operand: string, position: string) => Test): Compile {
  const takes = isAffix(operator) ? 'a string or { "equals-ignore-case": "a string" }' : "a string";
  return (operand, position) => {
    const [[name, inner] = [], second] = isAffix(operator) && isFields(operand) ? Object.entries(operand) : [];
    if (name === "equals-ignore-case" && typeof inner === "string" && !second)
      return ofText(operator === "prefix" ? ignoringCase(inner, "^", "") : ignoringCase(inner, "", "$"));
    check(typeof operand === "string", position, `"${operator}" takes ${takes}, not ${show(operand)}`);
    return ofText(compile(operand, position));
  };
}

function anythingBut(operand: unknown, position: string): Matcher {
  if (isFields(operand)) return anythingButTest(operand, position);
  const values: unknown[] = Array.isArray(operand) ? operand : [operand];
  const isOneType = ["string", "number"].some((type) => values.every((value) => typeof value === type));
  const takes = "a string, a number, or a list of only strings or only numbers";
  check(values.length > 0 && isOneType, position, `"anything-but" takes ${takes}`);
  const excluded: ReadonlySet<unknown> = new Set(values);
  return (value) => !excluded.has(value);
}

function anythingButTest(operand: Fields, position: string): Matcher {
  const [[operator = "", texts] = [], second] = Object.entries(operand);
  const compile = tests.get(operator);
  check(compile && !second, position, `an object under "anything-but" has one of ${[...tests.keys()].join(", ")}`);
  const list: unknown[] = Array.isArray(texts) ? texts : [texts];
  const takes = `"${operator}" under "anything-but" takes a string or a list of strings`;
  check(list.length > 0, position, `${takes}, not an empty list`);
  const excluded = list.map((text) => {
    check(typeof text === "string", position, `${takes}, not ${show(text)}`);
    check(text || !isAffix(operator), position, `${takes}, of which none is empty`);
    return compile(text, position);
  });
  const isExcluded = ofText((text) => excluded.some((test) => test(text)));
  return (value) => !isExcluded(value);
}

function exists(operand: unknown, position: string): Matcher {
  check(typeof operand === "boolean", position, `"exists" takes true or false, not ${show(operand)}`);
  return operand ? () => true : absent;
}

function cidr(operand: unknown, position: string): Matcher {
  const block = typeof operand === "string" ? parseBlock(operand) : undefined;
  const takes = 'an IP address and a mask of at most 31 bits, or 127 for IPv6, such as "10.0.0.0/8"';
  check(block, position, `"cidr" takes ${takes}, not ${show(operand)}`);
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
function numeric(operand: unknown, position: string): Matcher {
  const [sign, limit, upperSign, upper, ...more]: unknown[] = Array.isArray(operand) ? operand : [];
  const isSingle = Array.isArray(operand) && operand.length === 2;
  const compare = comparisons.get(sign);
  const compareUpper = isSingle ? () => true : comparisons.get(upperSign);
  const isRange = /^>/.test(String(sign)) && /^</.test(String(upperSign)) && isNumber(upper) && more.length === 0;
  const takes = 'a list such as ["=", 5], ["<", 5] or, lower limit first, [">=", 0, "<", 5]';
  check(compare && compareUpper && isNumber(limit) && (isSingle || isRange), position, `"numeric" takes ${takes}`);
  const top = isNumber(upper) ? upper : Number.POSITIVE_INFINITY;
  check(
    limit < top,
    position,
    `the lower limit of "numeric" is less than the upper one, but ${limit} is not less than ${top}`,
  );
  return (value) => isNumber(value) && compare(value, limit) && compareUpper(value, top);
}

/** As in AWS's engine, a character matches its lower and upper case: "ß" matches "ß" and "SS", "ss" does not match "ß". */
function ignoringCase(operand: string, start: "^" | "", end: "$" | ""): Test {
  const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const source = Array.from(operand, (char) => `(?:${literal(char.toLowerCase())}|${literal(char.toUpperCase())})`);
  const regex = new RegExp(start + source.join("") + end, "u");
  return (text) => regex.test(text);
}

/** `*` matches any characters, including none and line feeds; `\*` and `\\` match a star and a backslash. */
function wildcard(operand: string, position: string): Test {
  /** The texts between the stars. */
  const literals = [""];
  let before = "";
  for (const [token] of operand.matchAll(/\\[*\\]|./gs)) {
    check(token !== "\\", position, 'a backslash in "wildcard" only comes before * or another backslash');
    check(token !== "*" || before !== "*", position, '"wildcard" takes no two stars in a row, so write one');
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
