/** The part of a run that one process does; it tells run.ts how far it is. */
import { hostileEvent } from "./events.ts";
import { type FaultKind, Subject } from "./subject.ts";

export interface Task {
  readonly seed: number;
  readonly count: number;
  readonly part: number;
  readonly workers: number;
}

export interface FoundFault {
  readonly kind: FaultKind;
  /** Of the first. */
  readonly text: string;
  readonly number: number;
  count: number;
}

export interface Progress {
  done: number;
  messages: number;
  /** Megabytes in use after a collection. */
  readonly heap: number[];
  readonly faults: FoundFault[];
  slowest: { milliseconds: number; number: number };
}

const block = 500;
const measurements = 20;
const maxFaults = 100;

/** Runs every `workers`-th block of the events. */
async function work({ seed, count, part, workers }: Task): Promise<void> {
  const subject = new Subject();
  const progress: Progress = { done: 0, messages: 0, heap: [], faults: [], slowest: { milliseconds: 0, number: 0 } };
  const own = Math.ceil(count / workers);
  for (let start = part * block; start < count; start += block * workers) {
    for (let number = start; number < Math.min(count, start + block); number++) {
      const { event, isClean, now } = hostileEvent(seed, number);
      const started = performance.now();
      const faults = await subject.check(event, now, isClean);
      const milliseconds = performance.now() - started;
      if (milliseconds > progress.slowest.milliseconds) progress.slowest = { milliseconds, number };
      for (const fault of faults) add(progress.faults, { ...fault, number, count: 1 });
      progress.done++;
    }
    progress.messages = subject.messages;
    if (progress.done >= ((progress.heap.length + 1) * own) / measurements) measure(progress);
  }
  measure(progress);
}

function measure(progress: Progress): void {
  globalThis.gc?.();
  progress.heap.push(process.memoryUsage().heapUsed / 1e6);
  process.send?.(progress);
}

/** Faults of one cause are counted together: a text without its digits and quoted parts stands for the cause. */
function add(faults: FoundFault[], fault: FoundFault): void {
  const cause = ({ kind, text }: FoundFault): string => `${kind} ${text.replace(/\d+|"[^"]*"/g, "").slice(0, 200)}`;
  const known = faults.find((other) => cause(other) === cause(fault));
  if (known) known.count++;
  else if (faults.length < maxFaults) faults.push(fault);
}

// The log of a million events is not kept.
process.stdout.write = () => true;
process.stderr.write = () => true;
await work(JSON.parse(process.argv[2] ?? "{}") as Task);
