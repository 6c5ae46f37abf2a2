import { isFields } from "../event.ts";
import { absent, type Matcher, type Scalar } from "./operators.ts";

/** A path of keys, joined with dots, and what its value may be: any one of the matchers. */
export interface Field {
  readonly path: string;
  readonly matchers: readonly Matcher[];
}

/** One way to match: all of the fields, sorted by path. */
export type Branch = readonly Field[];

/** An element of an array that is an object or an array itself. */
interface Element {
  readonly id: number;
  /** Which array, and the path where it is. */
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

/** Arrays nested deeper within arrays are not looked at: no event of AWS has them, and they cost time. */
const maxArrayDepth = 100;

/** More than an event of 1 MB needs that was not made to cost time. */
const maxStates = 200_000;

/** The values of an event by path, for the paths of which `isOnTheWay` says that they lead to a field. */
export function leavesOf(event: unknown, isOnTheWay: (path: string) => boolean): Leaves {
  const leaves = new Map<string, Leaf[]>();
  let ids = 0;
  const stack: { value: unknown; path: string; element: Element | undefined }[] = [];
  const pushChildren = (object: Readonly<Record<string, unknown>>, above: string, element: Element | undefined) => {
    for (const [key, value] of Object.entries(object)) {
      if (isOnTheWay(above + key)) stack.push({ value, path: above + key, element });
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
 * Whether the event has a value for every field of the branch, with all of them in the same element of each array
 * that they share. `exists: false` holds where the elements chosen so far, for the fields before it, have no value.
 */
export function matchesBranch(branch: Branch, leaves: Leaves): boolean {
  const search = new Search(branch, leaves);
  return search.isPossible() && search.run(0, new Map());
}

/** Array elements, by array: of each array at most one may be chosen. */
type Chosen = ReadonlyMap<number, Element>;

/** What the event has at the path of a field. */
interface Step {
  readonly mayBeAbsent: boolean;
  readonly present: Places;
  readonly matching: Places;
}

class Search {
  private readonly steps: readonly Step[];
  /** For the path of an array, the last field below it: up to there an element of it stays chosen. */
  private readonly lastFields = new Map<string, number>();
  private readonly failed = new Set<string>();
  private readonly branch: Branch;

  constructor(branch: Branch, leaves: Leaves) {
    this.branch = branch;
    this.steps = branch.map(({ path, matchers }) => {
      const present = leaves.get(path) ?? [];
      const matching = present.filter(({ value }) => matchers.some((matches) => matches(value)));
      const mayBeAbsent = matchers.includes(absent);
      return { mayBeAbsent, present: new Places(mayBeAbsent ? present : []), matching: new Places(matching) };
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

  /** The elements chosen after the field `index`, without those that no later field is below. */
  private choose(chosen: Chosen, element: Element | undefined, index: number): Chosen {
    const all = [...chosen.values(), ...lineage(element)];
    return new Map(all.filter(({ path }) => this.lastField(path) > index).map((kept) => [kept.array, kept]));
  }

  private lastField(array: string): number {
    const known = this.lastFields.get(array);
    if (known !== undefined) return known;
    const last = this.branch.findLastIndex(({ path }) => path === array || path.startsWith(`${array}.`));
    this.lastFields.set(array, last);
    return last;
  }
}

/** The array elements that hold the values of one path; `undefined` for a value in none. */
class Places {
  private readonly all: ReadonlySet<Element | undefined>;
  private readonly within = new Map<Element, Set<Element>>();
  private readonly arrays = new Set<number>();

  constructor(leaves: readonly Leaf[]) {
    this.all = new Set(leaves.map(({ element }) => element));
    for (const place of this.all) {
      for (const element of lineage(place)) {
        this.arrays.add(element.array);
        const places = this.within.get(element);
        if (places && place) places.add(place);
        else if (place) this.within.set(element, new Set([place]));
      }
    }
  }

  get isEmpty(): boolean {
    return this.all.size === 0;
  }

  /** The places in no other element of an array than the one chosen. */
  *consistent(chosen: Chosen): Generator<Element | undefined> {
    const shared = [...chosen.values()].findLast(({ array }) => this.arrays.has(array));
    for (const place of shared ? (this.within.get(shared) ?? []) : this.all) {
      if (lineage(place).every((element) => (chosen.get(element.array) ?? element) === element)) yield place;
    }
  }
}

/** An element and those around it, outermost first. */
function lineage(element: Element | undefined): Element[] {
  const elements: Element[] = [];
  for (let at = element; at; at = at.parent) elements.push(at);
  return elements.reverse();
}
