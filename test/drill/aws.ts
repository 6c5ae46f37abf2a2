/**
 * AWS's part of the failure path in virtual time: asynchronous invocation with two retries and an event age, on-failure
 * records, the retry queue with visibility, receive count, batches and partial failures, and the dead-letter queue.
 */
export interface Limits {
  readonly concurrency: number;
  readonly asyncRetries: number;
  /** All times in milliseconds. */
  readonly eventAge: number;
  readonly visibility: number;
  readonly maxReceives: number;
  readonly retention: number;
  readonly batchSize: number;
  readonly pollers: number;
}

export interface Clock {
  time: number;
}

/** What a function instance did with an invocation; `killed` ends the instance. */
export type Invoked = { readonly value: unknown } | { readonly error: string; readonly killed?: boolean };

/** A warm instance of the function: its module state lasts until it is killed. */
export interface Instance {
  invoke(input: unknown, start: number): Promise<Invoked>;
  /** Virtual time from which it is free again; the model's. */
  freeAt: number;
}

export interface Outcome {
  readonly invocations: number;
  readonly seconds: number;
  readonly deadLetters: readonly unknown[];
  readonly expired: number;
  readonly asyncExhausted: number;
  /** When the last event had been dealt with, in milliseconds. */
  readonly end: number;
}

interface Queued {
  readonly id: string;
  readonly body: string;
  readonly since: number;
  receives: number;
}

type Task = { readonly at: number; readonly order: number; readonly run: () => Promise<void> };

/** Events to come, the earliest first. */
class Agenda {
  private readonly heap: Task[] = [];
  private count = 0;
  add(at: number, run: Task["run"]): void {
    this.heap.push({ at, order: this.count++, run });
    let i = this.heap.length - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (before(this.heap[parent], this.heap[i])) break;
      this.swap(i, parent);
      i = parent;
    }
  }
  next(): Task | undefined {
    const first = this.heap[0];
    const last = this.heap.pop();
    if (this.heap.length > 0 && last) {
      this.heap[0] = last;
      for (let i = 0; ; ) {
        const [left, right] = [2 * i + 1, 2 * i + 2];
        let least = i;
        if (left < this.heap.length && !before(this.heap[least], this.heap[left])) least = left;
        if (right < this.heap.length && !before(this.heap[least], this.heap[right])) least = right;
        if (least === i) break;
        this.swap(i, least);
        i = least;
      }
    }
    return first;
  }
  private swap(a: number, b: number): void {
    [this.heap[a], this.heap[b]] = [this.heap[b] as Task, this.heap[a] as Task];
  }
}

const before = (a: Task | undefined, b: Task | undefined): boolean =>
  !b || (a !== undefined && (a.at < b.at || (a.at === b.at && a.order <= b.order)));

/** Runs `events`, each at its virtual time, until all have been dealt with. */
export async function runAws(
  events: readonly { readonly at: number; readonly event: unknown }[],
  limits: Limits,
  clock: Clock,
  newInstance: () => Instance,
  failurePath = true,
): Promise<Outcome> {
  const agenda = new Agenda();
  const instances: Instance[] = [];
  const visible: Queued[] = [];
  let inFlight = 0;
  const deadLetters: unknown[] = [];
  let [invocations, busy, expired, asyncExhausted, queued, end, polling] = [0, 0, 0, 0, 0, 0, 0];

  const freeInstance = (at: number): Instance | number => {
    // The one used last first, as Lambda does.
    const free = instances.filter(({ freeAt }) => freeAt <= at).sort((a, b) => b.freeAt - a.freeAt)[0];
    if (free) return free;
    if (instances.length < limits.concurrency) {
      const fresh = newInstance();
      instances.push(fresh);
      return fresh;
    }
    return Math.min(...instances.map(({ freeAt }) => freeAt));
  };

  async function invoke(instance: Instance, input: unknown, at: number): Promise<Invoked> {
    invocations++;
    clock.time = at;
    const result = await instance.invoke(input, at);
    busy += clock.time - at;
    instance.freeAt = clock.time;
    end = Math.max(end, clock.time);
    if ("error" in result && result.killed) instances.splice(instances.indexOf(instance), 1);
    return result;
  }

  /** As Lambda does for an asynchronous invocation: tries, waits a minute, then two, then sends the event away. */
  async function invokeAsync(event: unknown, at: number, since: number, tries: number): Promise<void> {
    if (at - since > limits.eventAge) return exhausted(event, at, "EventAgeExceeded", tries);
    const instance = freeInstance(at);
    if (typeof instance === "number") {
      agenda.add(instance, () => invokeAsync(event, instance, since, tries));
      return;
    }
    const result = await invoke(instance, event, at);
    if (!("error" in result)) return;
    const done = clock.time;
    if (tries >= limits.asyncRetries) return exhausted(event, done, "RetriesExhausted", tries + 1);
    const again = done + 60_000 * (tries + 1);
    agenda.add(again, () => invokeAsync(event, again, since, tries + 1));
  }

  function exhausted(event: unknown, at: number, condition: string, tries: number): void {
    asyncExhausted++;
    if (!failurePath) return;
    const id = `message-${++queued}`;
    const record = {
      version: "1.0",
      timestamp: new Date(at).toISOString(),
      requestContext: { requestId: id, functionArn, condition, approximateInvokeCount: tries },
      requestPayload: event,
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      responsePayload: { errorType: "UndeliveredError" },
    };
    agenda.add(at, () => appear(at, [{ id, body: JSON.stringify(record), since: at, receives: 0 }]));
  }

  async function appear(at: number, messages: readonly Queued[]): Promise<void> {
    visible.push(...messages);
    await poll(at);
  }

  /** One receive of the event source mapping: what is visible, up to a batch, by one of its pollers. */
  async function poll(at: number): Promise<void> {
    if (polling >= limits.pollers) return;
    const instance = freeInstance(at);
    if (typeof instance === "number") {
      agenda.add(instance, () => poll(instance));
      return;
    }
    const batch: Queued[] = [];
    while (batch.length < limits.batchSize && visible.length > 0) {
      const message = visible.shift() as Queued;
      if (at - message.since > limits.retention) expired++;
      else if (message.receives >= limits.maxReceives) deadLetters.push(message.body);
      else batch.push({ ...message, receives: message.receives + 1 });
    }
    if (batch.length === 0) return;
    inFlight += batch.length;
    const Records = batch.map(({ id, body }) => ({ messageId: id, eventSource: "aws:sqs", body }));
    polling++;
    const result = await invoke(instance, { Records }, at);
    const done = clock.time;
    agenda.add(done, async () => {
      polling--;
      await poll(done);
    });
    const kept =
      "error" in result
        ? batch.map(({ id }) => id)
        : (result.value as { batchItemFailures: { itemIdentifier: string }[] }).batchItemFailures.map(
            (item) => item.itemIdentifier,
          );
    const failed = new Set(kept);
    const again = at + limits.visibility;
    agenda.add(again, async () => {
      inFlight -= batch.length;
      await appear(
        again,
        batch.filter(({ id }) => failed.has(id)),
      );
    });
  }

  for (const { at, event } of events) agenda.add(at, () => invokeAsync(event, at, at, 0));
  for (let task = agenda.next(); task; task = agenda.next()) await task.run();
  return {
    invocations,
    seconds: busy / 1000,
    deadLetters,
    expired: expired + visible.length + inFlight,
    asyncExhausted,
    end,
  };
}

export const functionArn = "arn:aws:lambda:eu-west-1:111122223333:function:AWS-Events2Panther";
