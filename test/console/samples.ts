import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { conditionKey } from "../../src/local/kit.ts";
import { readExpectation, readSample, sampleNames } from "../../src/local/samples.ts";
import type { PantherMessage } from "../../src/message.ts";
import type { Database, StoredRow } from "./mongo.ts";
import { createSender, type Sent, type Target } from "./sender.ts";

export interface SamplesResult {
  readonly samples: number;
  readonly sent: readonly Sent[];
  readonly seconds: number;
  /** Messages by the outcome of their delivery. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Messages that took more than one request. */
  readonly repeated: number;
  readonly wrong: readonly string[];
}

/** Sends every sample, one after the other. */
export async function sendSamples(target: Target): Promise<SamplesResult> {
  const sender = createSender(target);
  const wrong: string[] = [];
  const started = performance.now();
  for (const name of sampleNames()) {
    const before = sender.sent.length;
    await sender.direct(readSample(name).event as object);
    const messages = sender.sent.slice(before).map(({ message }) => message);
    const expected = readExpectation(name)?.messages ?? [];
    if (!isDeepStrictEqual(sorted(messages), sorted(expected))) wrong.push(`${name}: not the expected messages`);
  }
  const seconds = (performance.now() - started) / 1000;
  await sender.close();
  const outcomes: Record<string, number> = {};
  for (const { message, delivery } of sender.sent) {
    outcomes[delivery.outcome] = (outcomes[delivery.outcome] ?? 0) + 1;
    if (delivery.outcome !== "delivered") wrong.push(`${message.identifier}: ${delivery.outcome}, ${delivery.reason}`);
  }
  return {
    samples: sampleNames().length,
    sent: sender.sent,
    seconds,
    outcomes,
    repeated: sender.sent.filter(({ delivery }) => delivery.requests > 1).length,
    wrong: [...wrong, ...sender.errors],
  };
}

const sorted = (messages: readonly PantherMessage[]): PantherMessage[] =>
  messages.map((message) => ({ ...message })).sort((one, other) => (one.identifier < other.identifier ? -1 : 1));

/** The messages of one row, in the order in which they were sent. */
interface ExpectedRow {
  readonly first: PantherMessage;
  readonly last: PantherMessage;
  readonly count: number;
  /** The newest time of its messages. */
  readonly time: string;
  /** The time of the newest recovery of its condition. */
  readonly recovered: string | undefined;
}

export interface RowsResult {
  /** Rows that the console should have. */
  readonly expected: number;
  /** Rows that the kit should have ended. */
  readonly over: number;
  readonly wrong: readonly string[];
}

const keyOf = ({ external_id, severity }: Pick<StoredRow, "external_id" | "severity">): string =>
  `${severity} ${external_id}`;

const byKey = (rows: readonly StoredRow[]): Map<string, StoredRow> => new Map(rows.map((row) => [keyOf(row), row]));

/** Compares the rows of problems with their messages; recoveries are gone after seconds. */
export async function compareRows(
  sent: readonly Sent[],
  database: Database,
  before: readonly StoredRow[],
  withKit: boolean,
): Promise<RowsResult> {
  const rowsBefore = byKey(before);
  const expected = rowsOf(sent.map(({ message }) => message));
  const isOver = ({ recovered, time }: ExpectedRow): boolean => withKit && recovered !== undefined && time < recovered;
  const differences = (rows: ReadonlyMap<string, StoredRow>): string[] =>
    expected.flatMap((row) => {
      const key = keyOf(row.first);
      const stored = rows.get(key);
      if (isOver(row)) return stored ? [`${key}: is over, but has a row`] : [];
      return stored ? differencesOf(row, stored, rowsBefore.get(key), withKit) : [`${key}: has no row`];
    });
  // The kit ends what arrives after its recovery within 30 s.
  let wrong = differences(byKey(await database.rows()));
  for (let seconds = 0; withKit && seconds < 60 && wrong.length > 0; seconds += 5) {
    await sleep(5000);
    wrong = differences(byKey(await database.rows()));
  }
  const over = expected.filter(isOver).length;
  return { expected: expected.length - over, over, wrong };
}

function rowsOf(messages: readonly PantherMessage[]): ExpectedRow[] {
  const recovered = new Map<string, string>();
  for (const { severity, external_id, time } of messages) {
    const key = conditionKey(external_id);
    if (severity === 0 && time > (recovered.get(key) ?? "")) recovered.set(key, time);
  }
  const rows = new Map<string, ExpectedRow>();
  for (const message of messages) {
    if (message.severity === 0) continue;
    const { first = message, count = 0, time = "" } = rows.get(message.identifier) ?? {};
    rows.set(message.identifier, {
      first,
      last: message,
      count: count + 1,
      time: message.time > time ? message.time : time,
      recovered: recovered.get(conditionKey(message.external_id)),
    });
  }
  return [...rows.values()];
}

function differencesOf(
  { first, last, count, recovered }: ExpectedRow,
  stored: StoredRow,
  before: StoredRow | undefined,
  withKit: boolean,
): string[] {
  const node = first.node.toLowerCase();
  // The kit's rules show the region first, and when the event happened.
  const kitNode = node.replace(/^(\d{12})-([a-z]{2}(?:-[a-z]+)+-\d)$/, "$2 $1");
  const pairs: [string, unknown, unknown][] = [
    ["node", stored.node, withKit ? kitNode : node],
    ["tag", stored.tag, first.tag],
    ["summary", stored.summary, last.summary],
  ];
  // A row that was ended in between begins again.
  if (!(withKit && recovered)) pairs.push(["tally", stored.tally, count + (before?.tally ?? 0)]);
  if (withKit) pairs.push(["last_occurrence", stored.last_occurrence.toISOString().replace(".000", ""), last.time]);
  return pairs
    .filter(([, is, shouldBe]) => is !== shouldBe)
    .map(
      ([field, is, shouldBe]) => `${keyOf(first)}: ${field} is ${JSON.stringify(is)}, not ${JSON.stringify(shouldBe)}`,
    );
}
