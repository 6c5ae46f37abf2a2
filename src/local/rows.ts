import type { AcceptedEvent } from "./contract.ts";

/** A row as the console keeps it: one an identifier. */
export interface Row {
  readonly identifier: string;
  readonly node: string;
  readonly tag: string;
  readonly severity: number;
  readonly summary: string;
  readonly external_id: string;
  readonly tally: number;
  /** Milliseconds since 1970. */
  readonly first: number;
  readonly last: number;
  /** How many messages had come when its last one did: newest first where times are the same. */
  readonly order: number;
}

export interface Rows {
  /** Adds a row, or counts a repeat: summary, last time and tally change, and nothing else of it. */
  take(event: AcceptedEvent): { readonly row: Row; readonly created: boolean };
  /** What the console does every 15 s: deletes severity 0, and, with the clear trigger, `CLEAR: ` summaries. */
  sweep(): Row[];
  all(): Row[];
  /** As an operator deletes one. */
  remove(identifier: string): boolean;
  clear(): void;
}

/** @param clearTrigger whether docs/panther-clear-trigger.js is installed */
export function createRows({ clearTrigger = false, now = Date.now } = {}): Rows {
  const rows = new Map<string, Row>();
  let taken = 0;
  return {
    take(event) {
      const text = (name: string): string => String(event[name] ?? "");
      const identifier = identifierOf(event);
      const before = rows.get(identifier);
      const row = before
        ? { ...before, summary: event.summary, tally: before.tally + 1, last: now(), order: ++taken }
        : {
            identifier,
            node: event.node.toLowerCase(),
            tag: text("tag"),
            severity: event.severity,
            summary: event.summary,
            external_id: text("external_id"),
            tally: 1,
            first: now(),
            last: now(),
            order: ++taken,
          };
      rows.set(identifier, row);
      return { row, created: !before };
    },
    sweep() {
      const gone = [...rows.values()].filter(
        ({ severity, summary }) => severity === 0 || (clearTrigger && summary.startsWith("CLEAR: ")),
      );
      for (const { identifier } of gone) rows.delete(identifier);
      return gone;
    },
    all: () => [...rows.values()],
    remove: (identifier) => rows.delete(identifier),
    clear: () => rows.clear(),
  };
}

/** The console fills `{field}` in; over 1,024 characters it cuts the identifier. */
function identifierOf(event: AcceptedEvent): string {
  const given = String(event.identifier ?? "") || `{node}:{severity}:{tag}:{summary}`;
  const filled = given.replace(/\{(\w+)\}/g, (whole, name: string) => String(event[name] ?? whole));
  return filled.length > 1024 ? filled.slice(0, 1012) : filled;
}
