import { isFields } from "../event.ts";
import { absent, type Matcher, type Scalar } from "./operators.ts";

/** A path of keys, joined with dots, and its matchers, one of which must match the value. */
export interface Field {
  readonly path: string;
  readonly matchers: readonly Matcher[];
}

/** One way to match: all of these fields, sorted by path. */
export type Branch = readonly Field[];

/** An element of an array, if it is an object or an array. */
interface Element {
  readonly id: number;
  /** The id and the path of the array. */
  readonly array: number;
  readonly path: string;
  readonly parent: Element | undefined;
  readonly depth: number;
}

/** A value of an event, and the innermost array element that it is in. */
interface Leaf {
  readonly value: Scalar;
  readonly element: Element | undefined;
}

export type Leaves = ReadonlyMap<string, readonly Leaf[]>;

/** Deeper nested arrays are ignored: no event of AWS has them, and they cost time. */
const maxArrayDepth = 100;

/** More than an event of 1 MB needs, unless it is made to cost time. */
const maxStates = 200_000;

/** The values of an event by path, for the paths that lead to a field. */
export function leavesOf(event: unknown, leadsToField: (path: string) => boolean): Leaves {
  const leaves = new Map<string, Leaf[]>();
  let ids = 0;
  const stack: { value: unknown; path: string; element: Element | undefined }[] = [];
  const pushChildren = (object: Readonly<Record<string, unknown>>, above: string, element: Element | undefined) => {
    for (const [key, value] of Object.entries(object)) {
      if (leadsToField(above + key)) stack.push({ value, path: above + key, element });
    }
  };
  if (isFields(event)) pushChildren(event, "", undefined);
  for (let item = stack.pop(); item; item = stack.pop()) {
    const { value, path, element } = item;
    const depth = (element?.depth ?? 0) + 1;
    if (Array.isArray(value)) {
      const array = ids++;
      for (const child of value as unknown[]) {
        const isLeaf = typeof child !== "object" || child === null;
        if (isLeaf) stack.push({ value: child, path, element });
        else if (depth <= maxArrayDepth)
          stack.push({ value: child, path, element: { id: ids++, array, path, parent: element, depth } });
      }
    } else if (isFields(value)) pushChildren(value, `${path}.`, element);
    else if (isScalar(value)) {
      const list = leaves.get(path);
      if (list) list.push({ value, element });
      else leaves.set(path, [{ value, element }]);
    }
  }
  return leaves;
}

const isScalar = (value: unknown): value is Scalar =>
  value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";

/**
 * Whether the event has a matching value for every field of the branch, all in the same element of each array that they
 * share. `exists: false` matches where the elements chosen for the fields before it have no value.
 */
export function matchesBranch(branch: Branch, leaves: Leaves): boolean {
  const search = new Search(branch, leaves);
  return search.isPossible() && search.run(0, new Map());
}

/** The chosen elements by array, at most one of each array. */
type Chosen = ReadonlyMap<number, Element>;

/** The values of the event at the path of a field. */
interface Step {
  readonly mayBeAbsent: boolean;
  readonly present: Positions;
  readonly matching: Positions;
}

class Search {
  private readonly steps: readonly Step[];
  /** For the path of an array the last field below it, up to which the array's element stays chosen. */
  private readonly lastFields = new Map<string, number>();
  private readonly failed = new Set<string>();
  private readonly branch: Branch;

  constructor(branch: Branch, leaves: Leaves) {
    this.branch = branch;
    this.steps = branch.map(({ path, matchers }) => {
      const present = leaves.get(path) ?? [];
      const matching = present.filter(({ value }) => matchers.some((matches) => matches(value)));
      const mayBeAbsent = matchers.includes(absent);
      return { mayBeAbsent, present: new Positions(mayBeAbsent ? present : []), matching: new Positions(matching) };
    });
  }

  isPossible(): boolean {
    return this.steps.every(({ mayBeAbsent, matching }) => mayBeAbsent || !matching.isEmpty);
  }

  run(index: number, chosen: Chosen): boolean {
    const step = this.steps[index];
    if (!step) return true;
    const state = [index, ...Array.from(chosen.values(), ({ id }) => id)].join();
    if (this.failed.has(state) || this.failed.size > maxStates) return false;
    this.failed.add(state);
    if (step.mayBeAbsent && step.present.consistent(chosen).next().done && this.run(index + 1, chosen)) return true;
    for (const element of step.matching.consistent(chosen)) {
      if (this.run(index + 1, this.choose(chosen, element, index))) return true;
    }
    return false;
  }

  /** The elements chosen after the field `index`, without those that no later field depends on. */
  private choose(chosen: Chosen, element: Element | undefined, index: number): Chosen {
    const all = [...chosen.values(), ...lineage(element)];
    return new Map(all.filter(({ path }) => this.lastField(path) > index).map((element) => [element.array, element]));
  }

  private lastField(array: string): number {
    const known = this.lastFields.get(array);
    if (known !== undefined) return known;
    const last = this.branch.findLastIndex(({ path }) => path === array || path.startsWith(`${array}.`));
    this.lastFields.set(array, last);
    return last;
  }
}

/** The array elements that contain the values of one path; `undefined` for a value outside arrays. */
class Positions {
  private readonly all: ReadonlySet<Element | undefined>;
  private readonly within = new Map<Element, Set<Element>>();
  private readonly arrays = new Set<number>();

  constructor(leaves: readonly Leaf[]) {
    this.all = new Set(leaves.map(({ element }) => element));
    for (const position of this.all) {
      for (const element of lineage(position)) {
        this.arrays.add(element.array);
        const positions = this.within.get(element);
        if (positions && position) positions.add(position);
        else if (position) this.within.set(element, new Set([position]));
      }
    }
  }

  get isEmpty(): boolean {
    return this.all.size === 0;
  }

  /** The positions that do not conflict with the chosen elements. */
  *consistent(chosen: Chosen): Generator<Element | undefined> {
    const shared = [...chosen.values()].findLast(({ array }) => this.arrays.has(array));
    for (const position of shared ? (this.within.get(shared) ?? []) : this.all) {
      if (lineage(position).every((element) => (chosen.get(element.array) ?? element) === element)) yield position;
    }
  }
}

/** An element and the elements around it, outermost first. */
function lineage(element: Element | undefined): Element[] {
  const elements: Element[] = [];
  for (let at = element; at; at = at.parent) elements.push(at);
  return elements.reverse();
}
