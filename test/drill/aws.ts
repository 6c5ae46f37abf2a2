import { type Clock, quiet, type Random } from "./clock.ts";

/** The limits of AWS's part of the failure path; all times in milliseconds. */
export interface Limits {
  readonly concurrency: number;
  readonly functionTimeout: number;
  readonly asyncRetries: number;
  readonly eventAge: number;
  readonly bridgeAge: number;
  readonly bridgeRetries: number;
  readonly visibility: number;
  readonly maxReceives: number;
  readonly retention: number;
  readonly batchSize: number;
  readonly pollers: number;
}

/** What AWS does at its worst. Functions of a time get the milliseconds since the drill began. */
export interface AwsTrouble {
  /** Milliseconds from the event to the function's first invocation. */
  readonly delay?: (random: Random) => number;
  /** The share of events that EventBridge delivers twice, and of messages that the queue delivers again. */
  readonly twice?: number;
  /** The share of invocations that end with the death of their instance, in the middle or after their work. */
  readonly killed?: number;
  /** The share of invocations after which their instance is not used again. */
  readonly recycled?: number;
  /** Instances that the account has left for the function. */
  readonly concurrency?: (time: number) => number;
  /** Whether EventBridge cannot invoke the function. */
  readonly isUninvokable?: (time: number) => boolean;
  /** Whether the retry queue denies writing to it. */
  readonly isQueueDenied?: (time: number) => boolean;
}

export type Invoked = { readonly value: unknown } | { readonly error: string };

/** An instance of the function. Its module state lasts until it is killed. */
export interface Instance {
  invoke(input: unknown, remaining: () => number): Promise<unknown>;
  /** Nothing that it does from now on has an effect. */
  kill(): void;
}

interface Message {
  readonly id: string;
  readonly body: string;
  readonly since: number;
  receives: number;
}

interface AsyncEvent {
  readonly event: unknown;
  readonly since: number;
  tries: number;
  throttles: number;
}

export interface AwsCounts {
  invocations: number;
  /** Milliseconds for which instances ran. */
  busy: number;
  throttles: number;
  /** Invocations that Lambda ended because they took too long. */
  timeouts: number;
  /** Events that AWS itself lost: the metrics DestinationDeliveryFailures and InvocationsFailedToBeSentToDlq. */
  lost: unknown[];
  /** Messages that were received too often. */
  deadLetters: string[];
}

export const functionArn = "arn:aws:lambda:eu-west-1:111122223333:function:AWS-Events2Panther";

const second = 1000;
const minute = 60 * second;
const maxQueued = 1024 * 1024;
/** Lambda ends an instance that is idle for some minutes. */
const maxIdle = 10 * minute;

/**
 * EventBridge, Lambda's asynchronous invocations with two retries and on-failure records, the retry queue with its
 * visibility timeout and receive count, and the event source mapping.
 */
export class Aws {
  readonly counts: AwsCounts = { invocations: 0, busy: 0, throttles: 0, timeouts: 0, lost: [], deadLetters: [] };
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly limits: Limits;
  private readonly trouble: AwsTrouble;
  private readonly newInstance: () => Instance;
  private readonly hasFailurePath: boolean;
  private readonly visible: Message[] = [];
  private readonly idle: { readonly instance: Instance; readonly since: number }[] = [];
  private running = 0;
  private polls = 0;
  private isPolling = false;
  private messages = 0;

  constructor(options: {
    readonly clock: Clock;
    readonly random: Random;
    readonly limits: Limits;
    readonly trouble: AwsTrouble;
    readonly newInstance: () => Instance;
    /** Whether what Lambda gives up goes to the retry queue. */
    readonly hasFailurePath: boolean;
  }) {
    this.clock = options.clock;
    this.random = options.random;
    this.limits = options.limits;
    this.trouble = options.trouble;
    this.newInstance = options.newInstance;
    this.hasFailurePath = options.hasFailurePath;
  }

  /** EventBridge gets an event, or an array of events, this long after the beginning. */
  put(event: unknown, elapsed: number): void {
    const { delay = (random) => 50 + random() * 450, twice = 0 } = this.trouble;
    const copies = this.random() < twice ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      this.clock.after(elapsed + delay(this.random), () => this.handOver(event, this.clock.time, 0));
    }
  }

  /** Writes to the retry queue. @throws where the queue denies it */
  send(body: string): void {
    if (this.trouble.isQueueDenied?.(this.clock.elapsed)) throw new Error("AccessDenied");
    if (Buffer.byteLength(body) > maxQueued) throw new Error("InvalidParameterValue: the message is too long");
    this.show([{ id: `message-${++this.messages}`, body, since: this.clock.time, receives: 0 }]);
  }

  /** EventBridge invokes the function, or tries again for a day. */
  private handOver(event: unknown, since: number, tries: number): unknown {
    const { bridgeAge, bridgeRetries } = this.limits;
    if (!this.trouble.isUninvokable?.(this.clock.elapsed)) {
      this.invokeAsync({ event, since: this.clock.time, tries: 0, throttles: 0 });
    } else if (tries >= bridgeRetries || this.clock.time - since >= bridgeAge) {
      this.sendOrLose(event, JSON.stringify(event));
    } else {
      this.clock.after(Math.min(10 * minute, second * 2 ** tries), () => this.handOver(event, since, tries + 1));
      return quiet;
    }
    return undefined;
  }

  private invokeAsync(item: AsyncEvent): unknown {
    const { event, since, throttles } = item;
    if (this.clock.time - since > this.limits.eventAge) {
      this.giveUp(item, "EventAgeExceeded");
      return undefined;
    }
    const instance = this.acquire();
    if (!instance) {
      item.throttles++;
      const pause = Math.min(5 * minute, second * 2 ** throttles) * (0.5 + this.random() / 2);
      this.clock.after(pause, () => this.invokeAsync(item));
      return quiet;
    }
    this.invoke(instance, event, (result) => {
      if (!("error" in result)) return;
      if (++item.tries > this.limits.asyncRetries) this.giveUp(item, "RetriesExhausted");
      else this.clock.after(item.tries * minute, () => this.invokeAsync(item));
    });
    return undefined;
  }

  /** Lambda writes an on-failure record. */
  private giveUp({ event, tries }: AsyncEvent, condition: string): void {
    if (!this.hasFailurePath) return;
    const record = {
      version: "1.0",
      timestamp: new Date(this.clock.time).toISOString(),
      requestContext: { requestId: "r-1", functionArn, condition, approximateInvokeCount: tries },
      requestPayload: event,
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      responsePayload: { errorType: "UndeliveredError" },
    };
    this.sendOrLose(event, JSON.stringify(record));
  }

  private sendOrLose(event: unknown, body: string): void {
    try {
      this.send(body);
    } catch {
      this.counts.lost.push(...(Array.isArray(event) ? event : [event]));
    }
  }

  /** A warm instance, the last used first, or a new one; none where the function has all that it may have. */
  private acquire(): Instance | undefined {
    const { concurrency = () => Number.POSITIVE_INFINITY } = this.trouble;
    if (this.running >= Math.min(this.limits.concurrency, concurrency(this.clock.elapsed))) {
      this.counts.throttles++;
      return undefined;
    }
    this.running++;
    const warm = this.idle.pop();
    if (!warm) return this.newInstance();
    if (this.clock.time - warm.since <= maxIdle) return warm.instance;
    for (const { instance } of [warm, ...this.idle.splice(0)]) instance.kill();
    return this.newInstance();
  }

  private invoke(instance: Instance, input: unknown, done: (result: Invoked) => void): void {
    const { functionTimeout } = this.limits;
    const { killed = 0, recycled = 0 } = this.trouble;
    const start = this.clock.time;
    let isDone = false;
    this.counts.invocations++;
    const end = (result: Invoked, isKilled: boolean): void => {
      if (isDone) return;
      isDone = true;
      timeout.cancel();
      this.running--;
      this.counts.busy += this.clock.time - start;
      if (isKilled || this.random() < recycled) instance.kill();
      else this.idle.push({ instance, since: this.clock.time });
      done(isKilled ? { error: "killed" } : result);
    };
    const isKilled = this.random() < killed;
    // In the middle, or after its work and before Lambda has its result.
    if (isKilled && this.random() < 0.5) this.clock.after(this.random() * 80, () => end({ error: "killed" }, true));
    const timeout = this.clock.after(functionTimeout, () => {
      this.counts.timeouts++;
      end({ error: "timed out" }, true);
    });
    instance
      .invoke(input, () => start + functionTimeout - this.clock.time)
      .then(
        (value) => end({ value }, isKilled),
        (error: unknown) => end({ error: String(error) }, isKilled),
      );
  }

  private show(messages: readonly Message[]): void {
    this.visible.push(...messages);
    if (this.isPolling) return;
    this.isPolling = true;
    // With all that are visible by then.
    this.clock.after(0, () => {
      this.isPolling = false;
      this.poll();
    });
  }

  private poll(): void {
    while (this.polls < this.limits.pollers && this.visible.length > 0) {
      const batch = this.receive();
      if (batch.length > 0) this.forward(batch);
    }
  }

  /** The event source mapping invokes the function with a batch; what fails is visible again after the timeout. */
  private forward(batch: readonly Message[]): void {
    // In whole seconds, as SQS counts.
    const visibleAt = Math.ceil(this.clock.time / second) * second + this.limits.visibility;
    const instance = this.acquire();
    this.polls++;
    const end = (failed: readonly Message[]): void => {
      if (failed.length > 0) this.clock.at(visibleAt, () => this.show(failed));
      this.polls--;
      this.poll();
    };
    if (!instance) {
      // The poller rests, and the messages stay invisible.
      this.clock.after(second, () => end(batch));
      return;
    }
    const Records = batch.map(({ id, body }) => ({ messageId: id, eventSource: "aws:sqs", body }));
    this.invoke(instance, { Records }, (result) => {
      const failed = failedOf(result, batch);
      const { twice = 0 } = this.trouble;
      const again = batch.filter((message) => !failed.includes(message) && this.random() < twice);
      end([...failed, ...again]);
    });
  }

  /** Messages in no order, as a standard queue gives them. */
  private receive(): Message[] {
    const { visible, limits } = this;
    const batch: Message[] = [];
    while (batch.length < limits.batchSize && visible.length > 0) {
      const index = Math.floor(this.random() * visible.length);
      const message = visible[index] as Message;
      visible[index] = visible.at(-1) as Message;
      visible.pop();
      if (this.clock.time - message.since > limits.retention) continue;
      if (message.receives >= limits.maxReceives) this.counts.deadLetters.push(message.body);
      else {
        message.receives++;
        batch.push(message);
      }
    }
    return batch;
  }
}

/** The messages that stay in the queue after an invocation. */
function failedOf(result: Invoked, batch: readonly Message[]): Message[] {
  if ("error" in result) return [...batch];
  const { batchItemFailures } = result.value as { batchItemFailures: { itemIdentifier: string }[] };
  const ids = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  return batch.filter(({ id }) => ids.has(id));
}
