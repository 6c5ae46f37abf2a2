/** A task of the clock, or a timer. */
export interface Timer {
  cancel(): void;
}

/** What a task returns that leads to nothing else at its time: the clock need not wait. */
export const quiet = Symbol("quiet");

interface Task {
  readonly at: number;
  readonly order: number;
  run: (() => unknown) | undefined;
}

const isBefore = (one: Task, other: Task): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

/** Tasks by time, the earliest first; those of one time in the order in which they were added. */
class Agenda {
  private readonly heap: Task[] = [];

  add(task: Task): void {
    const { heap } = this;
    let index = heap.push(task) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Task;
      if (isBefore(above, task)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = task;
  }

  next(): Task | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (last && heap.length > 0) this.sink(last);
    return first;
  }

  private sink(task: Task): void {
    const { heap } = this;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Task, heap[child] as Task)) child++;
      if (isBefore(task, heap[child] as Task)) break;
      heap[index] = heap[child] as Task;
      index = child;
    }
    heap[index] = task;
  }
}

const { setImmediate: immediate } = globalThis;

/**
 * Virtual time: it stands still while code runs, and then jumps to the next task. `run` also puts the timers of the code
 * under test (`setTimeout`, `AbortSignal.timeout`) on this time.
 */
export class Clock {
  /** Milliseconds since 1970. */
  time: number;
  private readonly start: number;
  private readonly agenda = new Agenda();
  private readonly timeouts = new WeakMap<AbortSignal, Timer>();
  private count = 0;
  private outside = 0;

  constructor(start: number) {
    this.start = start;
    this.time = start;
  }

  /** Milliseconds since its start. */
  get elapsed(): number {
    return this.time - this.start;
  }

  readonly now = (): number => this.time;

  at(time: number, run: () => unknown): Timer {
    const task: Task = { at: Math.max(time, this.time), order: this.count++, run };
    this.agenda.add(task);
    return {
      cancel: () => {
        task.run = undefined;
      },
    };
  }

  after(milliseconds: number, run: () => unknown): Timer {
    return this.at(this.time + milliseconds, run);
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(milliseconds, resolve);
    });
  }

  /** Time stands still until real work, such as that of another thread, is done. */
  async during<Value>(work: Promise<Value>): Promise<Value> {
    this.outside++;
    try {
      return await work;
    } finally {
      this.outside--;
    }
  }

  /** Cancels the timer of a signal of `AbortSignal.timeout`. */
  release(signal: AbortSignal): void {
    this.timeouts.get(signal)?.cancel();
  }

  /** Runs until there is nothing left to do. */
  async run(): Promise<void> {
    const restore = this.replaceTimers();
    try {
      for (let task = this.agenda.next(); task; task = this.agenda.next()) {
        if (!task.run) continue;
        this.time = task.at;
        if (task.run() === quiet) continue;
        // All that this leads to at this time: promises, and streams.
        do await new Promise((resolve) => immediate(resolve));
        while (this.outside > 0);
      }
    } finally {
      restore();
    }
  }

  private replaceTimers(): () => void {
    const { setTimeout, clearTimeout } = globalThis;
    const { timeout } = AbortSignal;
    globalThis.setTimeout = ((run: () => void, milliseconds = 0) =>
      this.after(milliseconds, run)) as unknown as typeof setTimeout;
    globalThis.clearTimeout = ((timer: Timer | undefined) => timer?.cancel()) as typeof clearTimeout;
    AbortSignal.timeout = (milliseconds) => this.signal(milliseconds);
    return () => Object.assign(globalThis, { setTimeout, clearTimeout }) && Object.assign(AbortSignal, { timeout });
  }

  private signal(milliseconds: number): AbortSignal {
    const controller = new AbortController();
    const error = () => new DOMException("The operation was aborted due to timeout", "TimeoutError");
    this.timeouts.set(
      controller.signal,
      this.after(milliseconds, () => controller.abort(error())),
    );
    return controller.signal;
  }
}

/** Random numbers from 0 to 1, the same for the same seed. */
export type Random = () => number;

export function randomOf(seed: string): Random {
  let state = [...seed].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16777619), 2166136261);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
