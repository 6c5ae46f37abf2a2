import { type Fields, isFields } from "../event.ts";
import { check, show } from "./error.ts";
import { type Branch, type Field, leavesOf, matchesBranch } from "./match.ts";
import { compileMatcher } from "./operators.ts";

export { PatternError } from "./error.ts";

/** An EventBridge event pattern, compiled. */
export interface EventPattern {
  /** Whether an event, as parsed JSON, matches. Never throws; a value that is not an object does not match. */
  matches(event: unknown): boolean;
}

/** Operators of AWS's engine, which fields inside `$or` may not be named after (`Constants.java`). */
const reserved = new Set(
  (
    "exactly equals-ignore-case prefix suffix anything-but exists wildcard numeric cidr = < <= > >= regex not-wildcard " +
    "not-equals-ignore-case date-after date-on-or-after date-before date-on-or-before in-date-range " +
    "ip-address-in-range ip-address-not-in-range"
  ).split(" "),
);

/** The depth to which AWS's engine reads JSON. */
const maxDepth = 1000;
/** Each combination of the objects in a pattern's `$or` lists is matched separately. */
const maxBranches = 1000;

/** A branch under construction, as fields by path: with one object of each `$or` so far. */
type Draft = ReadonlyMap<string, Field>;

/**
 * Compiles an EventBridge event pattern: an object of fields, each with a list of alternatives or an object of fields,
 * and `$or`. Agrees with event-ruler 2.1.0, the engine that AWS publishes (test/patterns/engine.ts compares them), with
 * one difference: it refuses a pattern that gives a field twice, for example inside and outside `$or`, where the engine
 * ignores the first.
 *
 * @throws PatternError with a sentence for the author of the pattern
 */
export function compilePattern(pattern: unknown): EventPattern {
  check(isFields(pattern), "", `a pattern is an object such as { "source": ["aws.ec2"] }, not ${show(pattern)}`);
  const drafts = addFields([new Map()], pattern, { path: undefined, position: "", depth: 0, isInOr: false });
  const branches = drafts.map((draft): Branch => [...draft.values()].sort((a, b) => (a.path < b.path ? -1 : 1)));
  const pathsToFields = new Set(branches.flat().flatMap(({ path }) => prefixes(path)));
  return {
    matches(event) {
      const leaves = leavesOf(event, (path) => pathsToFields.has(path));
      return isFields(event) && branches.some((branch) => matchesBranch(branch, leaves));
    },
  };
}

/** `path` and the paths above it. A key may contain dots: AWS's engine reads "a.b" as "b" inside "a". */
function prefixes(path: string): string[] {
  const keys = path.split(".");
  return keys.map((_, index) => keys.slice(0, index + 1).join("."));
}

/** A position in a pattern: the path of its fields, and its name in errors, which includes `$or`. */
interface Position {
  readonly path: string | undefined;
  readonly position: string;
  readonly depth: number;
  readonly isInOr: boolean;
}

/** Adds the fields of an object to every branch; an `$or` multiplies the branches. */
function addFields(drafts: readonly Draft[], object: Fields, at: Position): readonly Draft[] {
  const entries = Object.entries(object);
  check(entries.length > 0, at.position, "an object has at least one field, so add a field or leave the object out");
  check(
    at.depth < maxDepth,
    at.position.slice(0, 40),
    `the pattern has more than ${maxDepth} levels, so leave some out`,
  );
  return entries.reduce((soFar, [key, value]) => {
    const position = at.position ? `${at.position}.${key}` : key;
    const inside = { ...at, position, depth: at.depth + 1 };
    if (key === "$or") return addAlternatives(soFar, value, inside);
    check(
      !at.isInOr || !reserved.has(key),
      position,
      `${show(key)} is a reserved name, which no field inside "$or" may have`,
    );
    const path = at.path === undefined ? key : `${at.path}.${key}`;
    if (isFields(value)) return addFields(soFar, value, { ...inside, path });
    const fix = value === undefined ? "" : `, so write [${show(value)}] instead of ${show(value)}`;
    check(Array.isArray(value), position, `a field has a list of values or an object${fix}`);
    return addField(soFar, path, value, position);
  }, drafts);
}

function addAlternatives(drafts: readonly Draft[], alternatives: unknown, at: Position): readonly Draft[] {
  const takes = 'a list of at least two objects, such as [{ "a": [1] }, { "b": [2] }]';
  check(Array.isArray(alternatives) && alternatives.length > 1, at.position, `"$or" takes ${takes}`);
  const added = alternatives.flatMap((alternative: unknown, index) => {
    const position = `${at.position}[${index}]`;
    check(isFields(alternative), position, `"$or" takes objects only, not ${show(alternative)}`);
    return addFields(drafts, alternative, { ...at, position, isInOr: true });
  });
  const tooMany = `the "$or" lists have more than ${maxBranches} combinations, so write several patterns`;
  check(added.length <= maxBranches, at.position, tooMany);
  return added;
}

function addField(
  drafts: readonly Draft[],
  path: string,
  list: readonly unknown[],
  position: string,
): readonly Draft[] {
  check(list.length > 0, position, "a list has at least one value, so add a value or leave the field out");
  const isGiven = drafts.some((draft) => draft.has(path));
  check(!isGiven, position, `the field ${path} is given twice, so give it once or in every object of "$or" instead`);
  const field: Field = {
    path,
    matchers: list.map((element, index) => compileMatcher(element, `${position}[${index}]`)),
  };
  return drafts.map((draft) => new Map(draft).set(path, field));
}
