/**
 * Sends generated hostile events through the forwarder to a console that judges each message by its contract. Nothing may
 * throw, be refused or grow.
 *
 *   npm run fuzz -- [events] [--seed N] [--workers N] [--only NUMBER]
 */
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { hostileEvent } from "./events.ts";
import { spoiltEvents } from "./spoilers.ts";
import { Subject } from "./subject.ts";
import type { Progress, Task } from "./worker.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: String(Date.now() % 1e9) },
    workers: { type: "string", default: String(Math.min(8, availableParallelism())) },
    only: { type: "string" },
  },
});
/** Fewer events only fill the tables of the code, so that their memory says nothing. */
const minMeasured = 200_000;
const seed = Number(values.seed);
const count = Number((positionals[0] ?? "1000000").replaceAll(/[_,]/g, ""));

/** Runs the events of a part in a process of its own, so that its memory can be measured. */
function run(task: Task, report: (progress: Progress) => void): Promise<Progress> {
  const child = fork(join(import.meta.dirname, "worker.ts"), [JSON.stringify(task)], { execArgv: ["--expose-gc"] });
  return new Promise((resolve, reject) => {
    let last: Progress | undefined;
    child.on("message", (progress: Progress) => {
      last = progress;
      report(progress);
    });
    child.on("error", reject);
    child.on("exit", (code) => (code === 0 && last ? resolve(last) : reject(new Error(`a worker ended with ${code}`))));
  });
}

async function fuzz(workers: number): Promise<boolean> {
  const started = performance.now();
  const seconds = (): string => ((performance.now() - started) / 1000).toFixed(0);
  const spoilt = Math.min(Math.ceil(count / 2), spoiltEvents);
  console.log(`${count} events, ${spoilt} of them samples with a spoilt field; seed ${seed}, ${workers} processes`);
  const current = new Map<number, Progress>();
  let shown = 0;
  const show = (part: number, progress: Progress): void => {
    current.set(part, progress);
    const all = [...current.values()];
    const done = sum(all, "done");
    if (done - shown < count / 20 && done < count) return;
    shown = done;
    const found = all.flatMap(({ faults }) => faults).reduce((total, fault) => total + fault.count, 0);
    console.log(`${seconds()} s: ${done} events, ${sum(all, "messages")} messages, ${found} faults`);
  };
  const parts = Array.from({ length: workers }, (_, part) => part);
  const results = await Promise.all(parts.map((part) => run({ seed, count, part, workers }, (at) => show(part, at))));
  return conclude(results, seconds());
}

/** Prints the figures. @returns whether nothing was wrong */
function conclude(results: readonly Progress[], seconds: string): boolean {
  const faults = results.flatMap(({ faults }) => faults);
  const of = (...kinds: string[]): number =>
    faults.filter(({ kind }) => kinds.includes(kind)).reduce((total, { count }) => total + count, 0);
  for (const { kind, text, count, number } of faults) console.log(`${kind} (${count} times, first ${number}): ${text}`);
  console.log(`events      ${sum(results, "done")}\nmessages    ${sum(results, "messages")}`);
  console.log(
    `thrown      ${of("thrown")}\nrefused     ${of("refused")}\nunclean     ${of("unclean", "polluted", "silent")}`,
  );
  console.log(`formatters that failed where they should not  ${of("formatter")}`);
  let isFlat = true;
  for (const [part, { heap, slowest }] of results.entries()) {
    const [first = 0, last = 0] = [heap[0], heap.at(-1)];
    isFlat &&= count < minMeasured || last < first * 1.1 + 2;
    const all = `${heap.length} measurements, at most ${Math.max(...heap).toFixed(1)} MB`;
    console.log(`heap of process ${part + 1}: first ${first.toFixed(1)} MB, last ${last.toFixed(1)} MB (${all})`);
    console.log(`slowest event of process ${part + 1}: ${slowest.milliseconds.toFixed(0)} ms (${slowest.number})`);
  }
  console.log(`${seconds} s, seed ${seed}`);
  if (!isFlat) console.log("The memory grew.");
  return faults.length === 0 && isFlat;
}

const sum = (all: readonly Progress[], key: "done" | "messages"): number =>
  all.reduce((total, one) => total + one[key], 0);

/** Shows one event, and what it gives. */
async function showOne(number: number): Promise<boolean> {
  const { event, isClean, now } = hostileEvent(seed, number);
  const subject = new Subject();
  const started = performance.now();
  const faults = await subject.check(event, now, isClean);
  console.dir({ event, messages: subject.sent, faults }, { depth: 12, maxStringLength: 400 });
  console.log(`${(performance.now() - started).toFixed(0)} ms`);
  return faults.length === 0;
}

const isGood = await (values.only === undefined ? fuzz(Number(values.workers)) : showOne(Number(values.only)));
process.exitCode = isGood ? 0 : 1;
