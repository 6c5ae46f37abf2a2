import { setTimeout as sleep } from "node:timers/promises";
import { alarmEvent } from "./flapping.ts";
import type { Database } from "./mongo.ts";
import { createSender, type Target } from "./sender.ts";

/** A message of a condition: its severity, the event's time in seconds, and whether it is late. */
export type Message = readonly [severity: number, time: number, late?: "late" | undefined];
/** Messages in order of arrival; a number is a wait of as many seconds. */
export type Step = Message | number;

/** The orders in which a problem and its recovery can arrive, and the severities of the rows that the kit leaves. */
export const orders: readonly [name: string, steps: readonly Step[], left: readonly number[]][] = [
  ["a problem ends", [[5, 0], 3, [0, 10]], []],
  ["both rows of an escalation end", [[3, 0], [5, 5], 3, [0, 10]], []],
  ["a delayed recovery spares the problem that came back", [[5, 0], [5, 20], 3, [0, 10]], [5]],
  ["and where an older repeat arrived last", [[5, 20], [5, 1], 3, [0, 10]], [5]],
  ["a problem of the same second stays", [[5, 15], 3, [0, 15]], [5]],
  ["a problem that arrives after its recovery ends", [[0, 10], 6, [5, 5]], []],
  ["a problem newer than the recovery before it stays", [[0, 10], 6, [5, 12]], [5]],
  ["a late problem ends by a recovery before it", [[0, 10], 6, [5, 8, "late"]], []],
  ["a late problem newer than the recovery stays", [[0, 10], 6, [4, 12, "late"]], [4]],
  ["late problems end by a later recovery", [[5, 1, "late"], [3, 2, "late"], 3, [0, 10]], []],
];

/** Sends each order through the real forwarder, all at once. */
export async function playOrders(target: Target, run: string): Promise<void> {
  const begin = Date.now() - 25_000;
  await Promise.all(orders.map(([, steps], index) => playOrder(target, nameOf(run, index), steps, begin)));
}

const nameOf = (run: string, index: number): string => `order-${run}-${index}`;

async function playOrder(target: Target, name: string, steps: readonly Step[], begin: number): Promise<void> {
  // A late problem is one that the forwarder reads from the retry queue after more than five minutes.
  let delay = 0;
  const sender = createSender(target, { now: () => Date.now() + delay });
  for (const [index, step] of steps.entries()) {
    if (typeof step === "number") {
      await sleep(step * 1000);
      continue;
    }
    const [severity, seconds, late] = step;
    const time = new Date(begin + seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
    const event = alarmEvent(name, severity, time, `${name}-${index}`);
    delay = late ? 6 * 60_000 : 0;
    await (late ? sender.queued([event]) : sender.direct(event));
  }
  await sender.close();
}

/** @returns the orders after which other rows are left. */
export async function compareOrders(run: string, database: Database): Promise<string[]> {
  const rows = await database.rows();
  return orders.flatMap(([name, , expected], index) => {
    const left = rows
      .filter((row) => row.severity > 0 && row.external_id.replace(/@.*/, "").endsWith(`:${nameOf(run, index)}`))
      .map(({ severity }) => severity);
    return String(left) === String(expected) ? [] : [`${name}: rows of severity [${left}], not [${expected}]`];
  });
}
