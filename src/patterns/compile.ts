import { type Fields, isFields } from "../event.ts";
import { check, show } from "./error.ts";
import { type Branch, type Field, leavesOf, matchesBranch } from "./match.ts";
import { compileMatcher } from "./operators.ts";

export { PatternError } from "./error.ts";

/** An EventBridge event pattern, compiled. */
export interface EventPattern {
  /** Whether an event, as parsed JSON, matches. Never throws; what is no object does not match. */
  matches(event: unknown): boolean;
}

/** Names that AWS's engine keeps for operators, so that no field within `$or` may have them (`Constants.java`). */
const reserved = new Set(
  (
    "exactly equals-ignore-case prefix suffix anything-but exists wildcard numeric cidr = < <= > >= regex not-wildcard " +
    "not-equals-ignore-case date-after date-on-or-after date-before date-on-or-before in-date-range " +
    "ip-address-in-range ip-address-not-in-range"
  ).split(" "),
);

/** As deep as AWS's engine reads JSON. */
const maxDepth = 1000;
/** Each combination of the objects in a pattern's `$or` lists is tried on its own. */
const maxBranches = 1000;

/** Fields by path. A branch under construction: one choice of an object from each `$or` read so far. */
type Draft = ReadonlyMap<string, Field>;

/**
 * Compiles an EventBridge event pattern: an object of fields, each with a list of alternatives or with an object of
 * fields in turn, and `$or`. Agrees with event-ruler 2.1.0, the engine that AWS publishes, as `test/patterns/engine.ts`
 * checks. Stricter in one place: it refuses a pattern that gives one field twice, as beside and inside `$or`, of which
 * the engine would ignore the first.
 *
 * @throws PatternError whose message is a sentence for whoever wrote the pattern
 */
export function compilePattern(pattern: unknown): EventPattern {
  check(isFields(pattern), "", `a pattern is an object such as { "source": ["aws.ec2"] }, not ${show(pattern)}`);
  const drafts = addFields([new Map()], pattern, { path: undefined, place: "", depth: 0, isInOr: false });
  const branches = drafts.map((draft): Branch => [...draft.values()].sort((a, b) => (a.path < b.path ? -1 : 1)));
  const onTheWay = new Set(branches.flat().flatMap(({ path }) => prefixes(path)));
  return {
    matches(event) {
      const leaves = leavesOf(event, (path) => onTheWay.has(path));
      return isFields(event) && branches.some((branch) => matchesBranch(branch, leaves));
    },
  };
}

/** Every path on the way to `path`, and itself. Keys may hold dots: AWS's engine takes "a.b" for "b" within "a". */
function prefixes(path: string): string[] {
  const keys = path.split(".");
  return keys.map((_, index) => keys.slice(0, index + 1).join("."));
}

/** Where in a pattern: the path of the fields, and how an error names the place, which shows `$or` too. */
interface Position {
  readonly path: string | undefined;
  readonly place: string;
  readonly depth: number;
  readonly isInOr: boolean;
}

/** Adds the fields of an object to every branch; `$or` multiplies them. */
function addFields(drafts: readonly Draft[], object: Fields, at: Position): readonly Draft[] {
  const entries = Object.entries(object);
  check(entries.length > 0, at.place, "an object has at least one field, so add a field or leave the object out");
  check(at.depth < maxDepth, at.place.slice(0, 40), `the pattern has more than ${maxDepth} levels, so leave some out`);
  return entries.reduce((soFar, [key, value]) => {
    const place = at.place ? `${at.place}.${key}` : key;
    const inside = { ...at, place, depth: at.depth + 1 };
    if (key === "$or") return addAlternatives(soFar, value, inside);
    check(
      !at.isInOr || !reserved.has(key),
      place,
      `${show(key)} is a reserved name, which no field inside "$or" may have`,
    );
    const path = at.path === undefined ? key : `${at.path}.${key}`;
    if (isFields(value)) return addFields(soFar, value, { ...inside, path });
    const fix = value === undefined ? "" : `, so write [${show(value)}] instead of ${show(value)}`;
    check(Array.isArray(value), place, `a field has a list of values or an object${fix}`);
    return addField(soFar, path, value, place);
  }, drafts);
}

function addAlternatives(drafts: readonly Draft[], alternatives: unknown, at: Position): readonly Draft[] {
  const takes = 'a list of at least two objects, such as [{ "a": [1] }, { "b": [2] }]';
  check(Array.isArray(alternatives) && alternatives.length > 1, at.place, `"$or" takes ${takes}`);
  const added = alternatives.flatMap((alternative: unknown, index) => {
    const place = `${at.place}[${index}]`;
    check(isFields(alternative), place, `"$or" takes objects only, not ${show(alternative)}`);
    return addFields(drafts, alternative, { ...at, place, isInOr: true });
  });
  const tooMany = `the "$or" lists have more than ${maxBranches} combinations, so write several patterns`;
  check(added.length <= maxBranches, at.place, tooMany);
  return added;
}

function addField(drafts: readonly Draft[], path: string, list: readonly unknown[], place: string): readonly Draft[] {
  check(list.length > 0, place, "a list has at least one value, so add a value or leave the field out");
  const isGiven = drafts.some((draft) => draft.has(path));
  check(!isGiven, place, `the field ${path} is given twice, so give it once or in every object of "$or" instead`);
  const field: Field = { path, matchers: list.map((element, index) => compileMatcher(element, `${place}[${index}]`)) };
  return drafts.map((draft) => new Map(draft).set(path, field));
}
