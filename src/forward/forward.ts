import { condition, type Notice } from "../condition.ts";
import type { Config } from "../config.ts";
import { before, Late } from "../deadline.ts";
import { type AwsEvent, type Origin, parseEvent, wholeSeconds } from "../event.ts";
import type { Registry } from "../grammar/registry.ts";
import { compose, type DropReason } from "../message.ts";
import { route } from "../route.ts";
import type { LogObject } from "../vpclogs/index.ts";
import { isLate } from "./age.ts";
import { Caps } from "./caps.ts";
import { type Deliveries, type DeliveryServices, EventDelivery } from "./delivery.ts";
import { heartbeatNotice, isHeartbeat } from "./heartbeat.ts";
import { messagesOf, payloadsIn, payloadsOf, type QueuedMessage } from "./input.ts";
import { logObjectOf, type ReadLog } from "./logs.ts";
import { type Loop, loopOf } from "./loops.ts";
import type { WriteToQueue } from "./queues.ts";
import { Sequence } from "./sequence.ts";
import { fitsQueue, queueBody } from "./size.ts";

export interface Services extends Omit<DeliveryServices, "now"> {
  readonly config: Config;
  readonly registry: Registry;
  readonly readLog: ReadLog;
  /** Writes an event to the retry queue, where AWS cannot: one of an array, and one too large for its wrapper. */
  readonly retry?: WriteToQueue | undefined;
  readonly now?: () => number;
}

/** The parts of Lambda's context that are read. */
export interface Invocation {
  readonly invokedFunctionArn?: string;
  getRemainingTimeInMillis?(): number;
}

export type Forwarder = (input: unknown, invocation?: Invocation) => Promise<Outcome | BatchOutcome>;

/** The outcome of one event, or of all events of an array. */
export interface Outcome extends Deliveries {
  /** Why the event, or some of its notices, gave no message. */
  readonly dropped: readonly string[];
}

/** Lambda's partial batch response: the messages that stay in the queue. */
export interface BatchOutcome {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** Fails the invocation because messages of its event are undelivered: AWS then keeps the event and sends it again. */
export class UndeliveredError extends Error {
  override readonly name = "UndeliveredError";
}

/** What every event of an invocation shares. */
interface Run {
  /** The account and region of the function. */
  readonly origin: Origin;
  /** When to stop sending, in milliseconds on the clock of `now`. */
  readonly deadline: number;
  /** Whether the events come from the retry queue. */
  readonly isQueued: boolean;
  readonly sequence: Sequence;
  /** Log files are read one after the other: together they could exceed the function's memory. */
  readonly logs: Sequence;
}

/** An event that has been parsed, and what it turned out to be. */
interface Prepared {
  readonly payload: unknown;
  readonly event: AwsEvent;
  readonly isMalformed?: boolean;
  readonly loop?: Loop | undefined;
  readonly log?: LogObject | undefined;
}

/** Milliseconds at the end of an invocation that are left for the log and the metrics. */
const reservedTime = 1500;
/** Milliseconds of an invocation outside Lambda. */
const defaultRemainingTime = 30_000;
const nothing: Deliveries = { delivered: 0, refused: 0, undelivered: 0 };
const again = "AWS keeps the event and sends it again.";

/** The handling of an invocation, from what AWS passes in to what the console has of it. */
export function createForwarder(services: Services): Forwarder {
  const forwarding = new Forwarding(services);
  return (input, invocation = {}) => forwarding.invoke(input, invocation);
}

class Forwarding {
  private readonly services: Services;
  private readonly now: () => number;
  private readonly delivery: EventDelivery;
  private readonly caps: Caps;

  constructor(services: Services) {
    this.services = services;
    this.now = services.now ?? Date.now;
    this.delivery = new EventDelivery({ ...services, now: this.now });
    this.caps = new Caps(this.now);
  }

  async invoke(input: unknown, invocation: Invocation): Promise<Outcome | BatchOutcome> {
    const { config, console, report } = this.services;
    const remainingTime = invocation.getRemainingTimeInMillis?.() ?? defaultRemainingTime;
    const messages = messagesOf(input);
    const run: Run = {
      origin: originOf(invocation.invokedFunctionArn, config.region),
      deadline: this.now() + remainingTime - reservedTime,
      isQueued: messages !== undefined,
      sequence: new Sequence(),
      logs: new Sequence(),
    };
    try {
      if (!console.available()) return await this.postpone(input, messages, run);
      return messages ? await this.forwardBatch(messages, run) : await this.forwardDirect(input, run);
    } finally {
      report.publish();
    }
  }

  /** Leaves the input to AWS, untried: the console has not been answering. What AWS could not wrap is kept here. */
  private async postpone(
    input: unknown,
    messages: readonly QueuedMessage[] | undefined,
    run: Run,
  ): Promise<Outcome | BatchOutcome> {
    this.services.report.waiting(messages?.length ?? 1);
    if (messages) return batchFailures(messages);
    if (fitsQueue(input)) throw new UndeliveredError(`The console has not been answering: ${again}`);
    const prepared = payloadsOf(input).map((payload) => this.prepare(payload, run));
    await this.keep(prepared, prepared.length, run);
    return { ...nothing, undelivered: prepared.length, dropped: [] };
  }

  /** Forwards what EventBridge, Pipes or a person invoked the function with: one event, or an array of them. */
  private async forwardDirect(input: unknown, run: Run): Promise<Outcome> {
    const prepared = payloadsOf(input).map((payload) => this.prepare(payload, run));
    const outcomes = await this.forwardInOrder(prepared, run);
    const failed = prepared.filter((_, index) => isUndelivered(outcomes[index]));
    if (failed.length > 0) await this.keep(failed, prepared.length, run);
    return sumOf(outcomes.filter((outcome) => outcome !== undefined));
  }

  /**
   * Keeps undelivered events: those of an array alone in the retry queue, since an asynchronous invocation fails as a
   * whole, and one that is too large for AWS to wrap.
   * @throws {UndeliveredError} where AWS is to keep the whole input
   */
  private async keep(failed: readonly Prepared[], all: number, run: Run): Promise<void> {
    const { retry } = this.services;
    const isAlone = all === 1 && fitsQueue(failed[0]?.payload);
    const text = all === 1 ? "The event" : `${failed.length} of ${all} events`;
    if (!retry || isAlone) throw new UndeliveredError(`${text} could not be delivered now: ${again}`);
    const write = ({ payload }: Prepared) => retry(queueBody(payload), "undelivered");
    try {
      await before(run.deadline + reservedTime / 2 - this.now(), Promise.all(failed.map(write)));
    } catch (error) {
      this.services.report.failed(error);
      throw new UndeliveredError(`${text} could not be delivered now, nor written to the retry queue: ${again}`);
    }
  }

  private async forwardBatch(messages: readonly QueuedMessage[], run: Run): Promise<BatchOutcome> {
    const read = messages.map((message) => ({ message, content: payloadsIn(message.body) }));
    const prepared = read.map(({ content }) =>
      "payloads" in content ? content.payloads.map((payload) => this.prepare(payload, run)) : [],
    );
    const all = prepared.flat();
    const outcomes = await this.forwardInOrder(all, run);
    const failed = new Set(all.filter((_, index) => isUndelivered(outcomes[index])));
    const isDone = await Promise.all(
      read.map(async ({ message, content }, index) => {
        if ("unreadable" in content) return this.discard(message, content.unreadable, run);
        return !prepared[index]?.some((one) => failed.has(one));
      }),
    );
    return batchFailures(messages.filter((_, index) => !isDone[index]));
  }

  /** Moves a message that holds no event to the dead-letter queue. @returns whether the retry queue can delete it */
  private async discard({ body }: QueuedMessage, reason: string, run: Run): Promise<boolean> {
    const { report, deadLetter } = this.services;
    report.unreadable(reason);
    if (!deadLetter) return false;
    try {
      await before(run.deadline - this.now(), deadLetter(typeof body === "string" ? body : queueBody(body), reason));
      return true;
    } catch (error) {
      report.failed(error);
      return false;
    }
  }

  /**
   * Forwards events in the order of their time, so that of one condition's messages the last one is the last to arrive.
   * @returns the outcome of each, `undefined` where it failed or was not done in time
   */
  private async forwardInOrder(prepared: readonly Prepared[], run: Run): Promise<(Outcome | undefined)[]> {
    const order = prepared
      .map((_, index) => index)
      .sort((one, other) => timeOf(prepared[one]) - timeOf(prepared[other]));
    const outcomes = new Map(order.map((index) => [index, this.forwardInTime(prepared[index] as Prepared, run)]));
    return Promise.all(prepared.map((_, index) => outcomes.get(index)));
  }

  /** Never throws. */
  private async forwardInTime(prepared: Prepared, run: Run): Promise<Outcome | undefined> {
    try {
      return await before(run.deadline - this.now(), this.forward(prepared, run));
    } catch (error) {
      if (error instanceof Late) this.services.report.undelivered(prepared.event, 1, error.message);
      else this.services.report.failed(error);
      return undefined;
    }
  }

  private prepare(payload: unknown, run: Run): Prepared {
    const { config } = this.services;
    const event = parseEvent(payload, run.origin, new Date(this.now()));
    if (!event) return { payload, event: malformedEvent(run.origin, this.now()), isMalformed: true };
    const loop = loopOf(event, { ...run.origin, functionName: config.functionName, role: config.role });
    return { payload, event, loop, log: logObjectOf(event, config.vpcLogsBucket) };
  }

  private async forward({ payload, event, isMalformed, loop, log }: Prepared, run: Run): Promise<Outcome> {
    const { config, report } = this.services;
    if (isMalformed) {
      report.malformed(payload);
      return this.send(event, [malformedNotice(config.functionName)], payload, run);
    }
    if (loop) {
      report.loop(loop);
      return { ...nothing, dropped: [loop] };
    }
    if (isHeartbeat(event)) return this.beat(event, payload, run);
    if (!log) return this.send(event, this.noticesOf(event, payload), payload, run);
    const { notices, account, region } = await this.readLog(log, run);
    return this.send({ ...event, account, region }, notices, payload, run);
  }

  /** A log may take half of the time that is left: one whose read hangs leaves time for the others of its batch. */
  private readLog(log: LogObject, run: Run): ReturnType<ReadLog> {
    return run.logs.next("logs", () => before((run.deadline - this.now()) / 2, this.services.readLog(log)));
  }

  /** The heartbeat proves that the console hears of this account and region now: a late one proves nothing. */
  private async beat(event: AwsEvent, payload: unknown, run: Run): Promise<Outcome> {
    const { heartbeat, functionName } = this.services.config;
    if (!heartbeat || isLate(event, run.isQueued, this.now())) return { ...nothing, dropped: ["heartbeat"] };
    return this.send(event, [heartbeatNotice(functionName)], payload, run);
  }

  private noticesOf(event: AwsEvent, payload: unknown): readonly Notice[] {
    const { notices, unformatted } = route(event, this.services.registry);
    if (unformatted) {
      this.services.report.unformatted(event, payload, unformatted === "no formatter" ? undefined : unformatted);
    }
    return notices;
  }

  private async send(event: AwsEvent, notices: readonly Notice[], payload: unknown, run: Run): Promise<Outcome> {
    const { policy } = this.services.config;
    const late = isLate(event, run.isQueued, this.now());
    const composed = compose(notices, event, policy, late);
    const { messages, dropped, rest } = this.caps.apply(event, composed.messages);
    const counted = rest ? compose([rest], event, policy, late).messages : [];
    const reasons: DropReason[] = [...composed.dropped, ...dropped.map(() => "capped" as const)];
    for (const reason of reasons) this.services.report.dropped(reason);
    const deliveries = await this.delivery.deliver(event, [...messages, ...counted], payload, run);
    return { ...deliveries, dropped: reasons };
  }
}

const timeOf = (prepared: Prepared | undefined): number => Date.parse(prepared?.event.time ?? "");

const isUndelivered = (outcome: Outcome | undefined): boolean => outcome === undefined || outcome.undelivered > 0;

const sumOf = (outcomes: readonly Outcome[]): Outcome => ({
  delivered: outcomes.reduce((sum, { delivered }) => sum + delivered, 0),
  refused: outcomes.reduce((sum, { refused }) => sum + refused, 0),
  undelivered: outcomes.reduce((sum, { undelivered }) => sum + undelivered, 0),
  dropped: outcomes.flatMap(({ dropped }) => dropped),
});

const batchFailures = (messages: readonly QueuedMessage[]): BatchOutcome => ({
  batchItemFailures: messages.map(({ messageId }) => ({ itemIdentifier: messageId })),
});

/** The account and region in the function's ARN, `arn:aws:lambda:REGION:ACCOUNT:function:NAME`. */
function originOf(functionArn: string | undefined, region: string): Origin {
  const [, , , arnRegion, account] = (functionArn ?? "").split(":");
  return { account: account || "unknown", region: arnRegion || region };
}

const malformedEvent = (origin: Origin, now: number): AwsEvent => ({
  ...origin,
  id: "",
  time: wholeSeconds(new Date(now)),
  source: "unknown",
  detailType: "Malformed event",
  resources: [],
  detail: {},
});

const malformed = condition("malformed-event", { grades: { 2: "an event without source and detail-type arrived" } });

const malformedNotice = (functionName: string): Notice =>
  malformed.raise(2, {
    of: undefined,
    node: functionName,
    thing: "Event",
    outcome: "has no source and no detail-type",
    reason: "it is in the function's log",
  });
