import { type Notice, note, type Problem, type ProblemSeverity, type Statement } from "../condition.ts";
import { more } from "./kinds.ts";
import { thresholds } from "./thresholds.ts";

/** A finding with its rank among those of its kind; `notice` is called only if it is listed. */
export interface Ranked {
  readonly weight: number;
  readonly severity: ProblemSeverity;
  readonly notice: () => Problem;
}

/** How the notice that counts unlisted findings names the log. */
export interface RankedLog {
  readonly id: string;
  readonly thing: string;
  readonly tag: string;
}

/** The notices of the heaviest findings of a kind, and one that counts the others. */
export function heaviest(log: RankedLog, plural: string, found: Iterable<Ranked>): Notice[] {
  const top: Ranked[] = [];
  let rest = 0;
  let worst: ProblemSeverity = 1;
  for (const finding of found) {
    const before = top.findLastIndex(({ weight }) => weight >= finding.weight);
    top.splice(before + 1, 0, finding);
    const dropped = top.length > thresholds.messages ? top.pop() : undefined;
    if (!dropped) continue;
    rest++;
    if (dropped.severity > worst) worst = dropped.severity;
  }
  const notices = top.map(({ notice }) => ({ ...notice(), tag: log.tag }));
  return rest > 0 ? [...notices, restOf(log, plural, rest, worst)] : notices;
}

function restOf(log: RankedLog, plural: string, rest: number, worst: ProblemSeverity): Notice {
  const statement: Statement = {
    of: `${log.id}:${plural}`,
    node: log.id,
    tag: log.tag,
    thing: log.thing,
    name: log.id,
    outcome: `has ${rest} more ${plural}`,
    context: "than are listed",
  };
  if (worst === 1) return note(more.name, statement);
  return more.raise(worst === 5 ? 4 : worst, statement);
}

/** `1 flow`, `2 flows` */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** Examples of `total` items: `22, 23, 25, 53, 80 and 25 more`. */
export function listed(items: readonly (number | string)[], total = items.length): string {
  const shown = items.slice(0, thresholds.examples);
  const rest = total - shown.length;
  return rest > 0 ? `${shown.join(", ")} and ${rest} more` : shown.join(", ");
}

/** Names with their counts, the most frequent first: `203.0.113.5 (41), 198.51.100.7 (2) and 9 more`. */
export function ranked(items: Iterable<readonly [string, number]>): string {
  const totals = new Map<string, number>();
  for (const [name, count] of items) totals.set(name, (totals.get(name) ?? 0) + count);
  return listed([...totals].sort(([, one], [, other]) => other - one).map(([name, count]) => `${name} (${count})`));
}

/** Items by key, at most `max` of each; items without a key are left out. */
export function grouped<Item>(
  items: Iterable<Item>,
  by: (item: Item) => string | undefined,
  max = Number.POSITIVE_INFINITY,
): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = by(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (!group) groups.set(key, [item]);
    else if (group.length < max) group.push(item);
  }
  return groups;
}
