/**
 * The limits of AWS's part of the failure path: asynchronous invocation with two retries and an event age, on-failure
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

/** The result of an invocation; `killed` ends the instance. */
export type Invoked = { readonly value: unknown } | { readonly error: string; readonly killed?: boolean };

/** A warm instance of the function. Its module state lasts until it is killed. */
export interface Instance {
  invoke(input: unknown, start: number): Promise<Invoked>;
  /** The virtual time from which it is free, set by the model. */
  freeAt: number;
}

export interface Outcome {
  readonly invocations: number;
  readonly seconds: number;
  readonly deadLetters: readonly unknown[];
  readonly expired: number;
  readonly asyncExhausted: number;
  /** When the last event was done, in milliseconds. */
  readonly end: number;
}

interface Queued {
  readonly id: string;
  readonly body: string;
  readonly since: number;
  receives: number;
}

type Task = { readonly at: number; readonly order: number; readonly run: () => Promise<void> };

/** Tasks by time, the earliest first. */
class Agenda {
  private readonly heap: Task[] = [];
  private count = 0;
  add(at: number, run: Task["run"]): void {
    this.heap.push({ at, order: this.count++, run });
    let i = this.heap.length - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (isBefore(this.heap[parent], this.heap[i])) break;
      this.swap(i, parent);
      i = parent;
    }
  }
  next(): Task | undefined {
    const next = this.heap[0];
    const last = this.heap.pop();
    if (this.heap.length > 0 && last) {
      this.heap[0] = last;
      for (let i = 0; ; ) {
        const [left, right] = [2 * i + 1, 2 * i + 2];
        let first = i;
        if (left < this.heap.length && !isBefore(this.heap[first], this.heap[left])) first = left;
        if (right < this.heap.length && !isBefore(this.heap[first], this.heap[right])) first = right;
        if (first === i) break;
        this.swap(i, first);
        i = first;
      }
    }
    return next;
  }
  private swap(a: number, b: number): void {
    [this.heap[a], this.heap[b]] = [this.heap[b] as Task, this.heap[a] as Task];
  }
}

const isBefore = (a: Task | undefined, b: Task | undefined): boolean =>
  !b || (a !== undefined && (a.at < b.at || (a.at === b.at && a.order <= b.order)));

/** Instances of the function, up to its concurrency. */
class Instances {
  private readonly running: Instance[] = [];
  private readonly maxInstances: number;
  private readonly newInstance: () => Instance;

  constructor(maxInstances: number, newInstance: () => Instance) {
    this.maxInstances = maxInstances;
    this.newInstance = newInstance;
  }

  /** A free instance, or the time at which one is free. */
  free(at: number): Instance | number {
    // Lambda prefers the one that was used last.
    const free = this.running.filter(({ freeAt }) => freeAt <= at).sort((a, b) => b.freeAt - a.freeAt)[0];
    if (free) return free;
    if (this.running.length >= this.maxInstances) return Math.min(...this.running.map(({ freeAt }) => freeAt));
    const instance = this.newInstance();
    this.running.push(instance);
    return instance;
  }

  remove(instance: Instance): void {
    this.running.splice(this.running.indexOf(instance), 1);
  }
}

/** Runs `events`, each at its virtual time, until all are done. */
export async function runAws(
  events: readonly { readonly at: number; readonly event: unknown }[],
  limits: Limits,
  clock: Clock,
  newInstance: () => Instance,
  hasFailurePath = true,
): Promise<Outcome> {
  const model = new AwsModel(limits, clock, newInstance, hasFailurePath);
  return model.run(events);
}

class AwsModel {
  private readonly limits: Limits;
  private readonly clock: Clock;
  private readonly hasFailurePath: boolean;
  private readonly agenda = new Agenda();
  private readonly instances: Instances;
  private readonly visible: Queued[] = [];
  private readonly deadLetters: unknown[] = [];
  private readonly counts = { invocations: 0, busy: 0, expired: 0, asyncExhausted: 0, inFlight: 0, polls: 0, end: 0 };

  constructor(limits: Limits, clock: Clock, newInstance: () => Instance, hasFailurePath: boolean) {
    this.limits = limits;
    this.clock = clock;
    this.hasFailurePath = hasFailurePath;
    this.instances = new Instances(limits.concurrency, newInstance);
  }

  async run(events: readonly { readonly at: number; readonly event: unknown }[]): Promise<Outcome> {
    for (const { at, event } of events) this.agenda.add(at, () => this.invokeAsync(event, at, at, 0));
    for (let task = this.agenda.next(); task; task = this.agenda.next()) await task.run();
    const { invocations, busy, expired, asyncExhausted, inFlight, end } = this.counts;
    return {
      invocations,
      seconds: busy / 1000,
      deadLetters: this.deadLetters,
      expired: expired + this.visible.length + inFlight,
      asyncExhausted,
      end,
    };
  }

  private async invoke(instance: Instance, input: unknown, at: number): Promise<Invoked> {
    this.counts.invocations++;
    this.clock.time = at;
    const result = await instance.invoke(input, at);
    this.counts.busy += this.clock.time - at;
    instance.freeAt = this.clock.time;
    this.counts.end = Math.max(this.counts.end, this.clock.time);
    if ("error" in result && result.killed) this.instances.remove(instance);
    return result;
  }

  /** An asynchronous invocation: Lambda retries after one minute, then after two, then sends an on-failure record. */
  private async invokeAsync(event: unknown, at: number, since: number, tries: number): Promise<void> {
    if (at - since > this.limits.eventAge) return this.exhausted(event, at, "EventAgeExceeded", tries);
    const instance = this.instances.free(at);
    if (typeof instance === "number") {
      this.agenda.add(instance, () => this.invokeAsync(event, instance, since, tries));
      return;
    }
    const result = await this.invoke(instance, event, at);
    if (!("error" in result)) return;
    const done = this.clock.time;
    if (tries >= this.limits.asyncRetries) return this.exhausted(event, done, "RetriesExhausted", tries + 1);
    const retryAt = done + 60_000 * (tries + 1);
    this.agenda.add(retryAt, () => this.invokeAsync(event, retryAt, since, tries + 1));
  }

  private exhausted(event: unknown, at: number, condition: string, tries: number): void {
    this.counts.asyncExhausted++;
    if (!this.hasFailurePath) return;
    const id = `message-${this.counts.asyncExhausted}`;
    const record = {
      version: "1.0",
      timestamp: new Date(at).toISOString(),
      requestContext: { requestId: id, functionArn, condition, approximateInvokeCount: tries },
      requestPayload: event,
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      responsePayload: { errorType: "UndeliveredError" },
    };
    this.agenda.add(at, () => this.show(at, [{ id, body: JSON.stringify(record), since: at, receives: 0 }]));
  }

  /** Makes messages of the retry queue visible. */
  private async show(at: number, messages: readonly Queued[]): Promise<void> {
    this.visible.push(...messages);
    await this.poll(at);
  }

  /** One poller of the event source mapping receives a batch of visible messages. */
  private async poll(at: number): Promise<void> {
    if (this.counts.polls >= this.limits.pollers) return;
    const instance = this.instances.free(at);
    if (typeof instance === "number") {
      this.agenda.add(instance, () => this.poll(instance));
      return;
    }
    const batch = this.receive(at);
    if (batch.length === 0) return;
    this.counts.inFlight += batch.length;
    this.counts.polls++;
    const Records = batch.map(({ id, body }) => ({ messageId: id, eventSource: "aws:sqs", body }));
    const failed = failedIds(await this.invoke(instance, { Records }, at), batch);
    const done = this.clock.time;
    this.agenda.add(done, async () => {
      this.counts.polls--;
      await this.poll(done);
    });
    const visibleAt = at + this.limits.visibility;
    this.agenda.add(visibleAt, async () => {
      this.counts.inFlight -= batch.length;
      await this.show(
        visibleAt,
        batch.filter(({ id }) => failed.has(id)),
      );
    });
  }

  private receive(at: number): Queued[] {
    const batch: Queued[] = [];
    while (batch.length < this.limits.batchSize && this.visible.length > 0) {
      const message = this.visible.shift() as Queued;
      if (at - message.since > this.limits.retention) this.counts.expired++;
      else if (message.receives >= this.limits.maxReceives) this.deadLetters.push(message.body);
      else batch.push({ ...message, receives: message.receives + 1 });
    }
    return batch;
  }
}

/** The messages that stay in the queue after an invocation. */
function failedIds(result: Invoked, batch: readonly Queued[]): ReadonlySet<string> {
  if ("error" in result) return new Set(batch.map(({ id }) => id));
  const { batchItemFailures } = result.value as { batchItemFailures: { itemIdentifier: string }[] };
  return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
}

export const functionArn = "arn:aws:lambda:eu-west-1:111122223333:function:AWS-Events2Panther";
