import type { AcceptedEvent } from "./contract.ts";
import { createKit } from "./kit.ts";

/** A row as the console keeps it: one for each identifier. */
export interface Row {
  readonly identifier: string;
  readonly node: string;
  readonly tag: string;
  readonly severity: number;
  readonly summary: string;
  readonly external_id: string;
  readonly tally: number;
  /** When its first and its last message arrived, in milliseconds since 1970. */
  readonly first: number;
  readonly last: number;
  /** The latest time of the events of its messages; absent where none had a time. */
  readonly happened?: number | undefined;
  /** Numbers the messages of all rows: newest first, even where times are equal. */
  readonly order: number;
}

export interface Rows {
  /** Adds a row, or counts a repeat, which changes summary, tally and times and nothing else. */
  add(event: AcceptedEvent): { readonly row: Row; readonly created: boolean };
  /** Deletes what the console deletes by itself at this moment, and returns it. */
  sweep(): Row[];
  all(): Row[];
  /** As an operator deletes one. */
  remove(identifier: string): boolean;
  clear(): void;
}

/**
 * The rows of a console.
 * @param kit whether the kit of console/ is installed. Without it, `sweep` deletes severity 0 and nothing else.
 */
export function createRows({ kit = false, now = Date.now } = {}): Rows {
  const rows = new Map<string, Row>();
  const trigger = kit ? createKit() : undefined;
  let count = 0;
  return {
    add(event) {
      const identifier = identifierOf(event);
      const before = rows.get(identifier);
      const row = before ? repeated(before, event, now(), ++count) : newRow(identifier, event, now(), ++count);
      rows.set(identifier, row);
      return { row, created: !before };
    },
    sweep() {
      const all = [...rows.values()];
      const gone = trigger?.look(all, now()) ?? all.filter(({ severity }) => severity === 0);
      for (const { identifier } of gone) rows.delete(identifier);
      return gone;
    },
    all: () => [...rows.values()],
    remove: (identifier) => rows.delete(identifier),
    clear: () => rows.clear(),
  };
}

const newRow = (identifier: string, event: AcceptedEvent, now: number, order: number): Row => ({
  identifier,
  node: event.node.toLowerCase(),
  tag: String(event.tag ?? ""),
  severity: event.severity,
  summary: event.summary,
  external_id: String(event.external_id ?? ""),
  tally: 1,
  first: now,
  last: now,
  happened: timeOf(event),
  order,
});

const repeated = (row: Row, event: AcceptedEvent, now: number, order: number): Row => ({
  ...row,
  summary: event.summary,
  tally: row.tally + 1,
  last: now,
  happened: latest(row.happened, timeOf(event)),
  order,
});

/** The event's own time: of the message, or after the `@` of its external_id. */
function timeOf({ time, external_id = "" }: AcceptedEvent): number | undefined {
  const text = String(time ?? /@([^@]+)$/.exec(String(external_id))?.[1]);
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) : undefined;
}

const latest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);

/** The console fills `{field}` in; over 1,024 characters it cuts the identifier. */
function identifierOf(event: AcceptedEvent): string {
  const given = String(event.identifier ?? "") || "{node}:{severity}:{tag}:{summary}";
  const filled = given.replace(/\{(\w+)\}/g, (whole, name: string) => String(event[name] ?? whole));
  return filled.length > 1024 ? filled.slice(0, 1012) : filled;
}
