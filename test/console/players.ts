import { readFileSync } from "node:fs";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { parse } from "yaml";
import type { AcceptedEvent } from "../../src/local/contract.ts";
import { lookInterval } from "../../src/local/kit.ts";
import { createRows } from "../../src/local/rows.ts";
import { root } from "../../src/local/template.ts";

/** A console with the kit, in virtual time. */
export interface Player {
  send(event: AcceptedEvent): void;
  wait(seconds: number): Promise<void>;
  /** The rows that are left, each as severity and external_id. */
  rows(): string[];
}

/** Virtual time begins here. It is no whole second: the trigger takes whole seconds for times of AWS. */
export const start = Date.parse("2026-11-24T10:00:00.500Z");

const shown = (row: { severity: number; external_id: string }): string => `${row.severity} ${row.external_id}`;

/** The local console's model of the kit. */
export function modelPlayer(): Player {
  let now = start;
  const rows = createRows({ kit: true, now: () => now });
  return {
    send: (event) => void rows.add(event),
    async wait(seconds) {
      for (let passed = 0; passed < seconds; passed += lookInterval) {
        now += lookInterval * 1000;
        rows.sweep();
      }
    },
    rows: () => rows.all().map(shown).sort(),
  };
}

interface Document {
  readonly _id: string;
  readonly identifier: string;
  readonly external_id: string;
  readonly severity: number;
  readonly tally: number;
  readonly last_occurrence: Date;
  readonly state_change: Date;
  readonly times: readonly Date[];
}

interface Trigger {
  query(): { $or: readonly [{ state_change: { $lt: Date } }, unknown] };
  readonly when: { readonly periodic: number };
}

/** The file of the kit itself, with as much of the console around it as it uses. */
export function triggerPlayer({ withRule = true } = {}): Player {
  let now = start;
  const documents = new Map<string, Document>();
  const trigger = loadTrigger(documents, () => now);
  const turn = async (): Promise<void> => {
    const [{ state_change }] = trigger.query().$or;
    await setImmediate();
    for (const { _id, severity, ...document } of documents.values()) {
      if (severity === 0 && document.state_change < state_change.$lt) documents.delete(_id);
    }
  };
  return {
    send(event) {
      const identifier = String(event.identifier);
      const before = documents.get(identifier);
      const time = withRule ? lastOccurrenceOf(event) : undefined;
      const last_occurrence = new Date(time ?? now);
      documents.set(identifier, {
        _id: identifier,
        identifier,
        external_id: before?.external_id ?? String(event.external_id),
        severity: before?.severity ?? event.severity,
        tally: (before?.tally ?? 0) + 1,
        last_occurrence,
        state_change: new Date(now),
        times: [...(before?.times ?? []), last_occurrence],
      });
    },
    async wait(seconds) {
      for (let passed = 0; passed < seconds; passed += trigger.when.periodic) {
        now += trigger.when.periodic * 1000;
        await turn();
      }
    },
    rows: () => [...documents.values()].map(shown).sort(),
  };
}

/** Runs the trigger's file with a fake of the console's model `Alerts`, and virtual time. */
function loadTrigger(documents: Map<string, Document>, now: () => number): Trigger {
  const source = readFileSync(path.join(root, "console/automations/triggers/10-aws-clear.js"), "utf8");
  const result = <Value>(value: () => Value) => ({ lean: () => result(value), exec: async () => value() });
  const Alerts = {
    find: ({ severity, external_id }: { severity: 0 | { $gt: 0 }; external_id: RegExp }) =>
      result(() =>
        [...documents.values()].filter(
          (row) => (severity === 0 ? row.severity === 0 : row.severity > 0) && external_id.test(row.external_id),
        ),
      ),
    deleteOne: ({ _id, tally, last_occurrence }: Document) =>
      result(() => {
        const row = documents.get(_id);
        const same = row?.tally === tally && row.last_occurrence.getTime() === last_occurrence.getTime();
        if (same) documents.delete(_id);
        return { deletedCount: same ? 1 : 0 };
      }),
    db: {
      model: () => ({
        find: ({ identifier: { $in } }: { identifier: { $in: readonly string[] } }) =>
          result(() => $in.map((identifier) => ({ identifier, current: documents.get(identifier)?.times }))),
      }),
    },
  };
  class VirtualDate extends Date {
    static override now = now;
  }
  const module = {} as { exports: Trigger };
  new Function("module", "Alerts", "Date", "console", source)(module, Alerts, VirtualDate, { log() {}, error: fail });
  return module.exports;
}

function fail(message: string): never {
  throw new Error(message);
}

interface ServerRule {
  readonly field_exists: string;
  readonly match: { readonly time?: string };
  readonly set: { readonly last_occurrence?: string };
}

/** What the kit's rule sets a row's last_occurrence to. */
function lastOccurrenceOf(event: AcceptedEvent): string | undefined {
  const rules = parse(readFileSync(path.join(root, "console/rules/server.rules.yml"), "utf8"));
  const rule = (rules.globals.rules as ServerRule[]).find(({ set }) => set.last_occurrence === "{match.1}");
  if (!rule?.match.time || event[rule.field_exists] === undefined) return undefined;
  return new RegExp(rule.match.time.slice(1, -1)).exec(String(event.time))?.[1];
}
