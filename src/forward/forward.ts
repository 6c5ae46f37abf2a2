import { condition, type Notice } from "../condition.ts";
import type { Config } from "../config.ts";
import { type AwsEvent, type Origin, parseEvent, wholeSeconds } from "../event.ts";
import type { Registry } from "../grammar/registry.ts";
import { compose } from "../message.ts";
import { route } from "../route.ts";
import { type Deliveries, type DeliveryServices, EventDelivery } from "./delivery.ts";
import { eventIn, messagesOf, type QueuedMessage, unwrapped } from "./input.ts";
import { logObjectOf, type ReadLog } from "./logs.ts";
import { loopOf } from "./loops.ts";

export interface Services extends Omit<DeliveryServices, "now"> {
  readonly config: Config;
  readonly registry: Registry;
  readonly readLog: ReadLog;
  readonly now?: () => number;
}

/** The parts of Lambda's context that are read. */
export interface Invocation {
  readonly invokedFunctionArn?: string;
  getRemainingTimeInMillis?(): number;
}

export type Forwarder = (input: unknown, invocation?: Invocation) => Promise<Outcome | BatchOutcome>;

/** The outcome of one event. */
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
}

/** Milliseconds at the end of an invocation that are left for the log and the metrics. */
const reservedTime = 1500;
/** Milliseconds of an invocation outside Lambda. */
const defaultRemainingTime = 30_000;

/** The handling of an invocation, from what AWS passes in to what the console has of it. */
export function createForwarder(services: Services): Forwarder {
  const forwarding = new Forwarding(services);
  return (input, invocation = {}) => forwarding.invoke(input, invocation);
}

class Forwarding {
  private readonly services: Services;
  private readonly now: () => number;
  private readonly delivery: EventDelivery;

  constructor(services: Services) {
    this.services = services;
    this.now = services.now ?? Date.now;
    this.delivery = new EventDelivery({ ...services, now: this.now });
  }

  async invoke(input: unknown, invocation: Invocation): Promise<Outcome | BatchOutcome> {
    const { config, console, report } = this.services;
    const remainingTime = invocation.getRemainingTimeInMillis?.() ?? defaultRemainingTime;
    const run = {
      origin: originOf(invocation.invokedFunctionArn, config.region),
      deadline: this.now() + remainingTime - reservedTime,
    };
    const messages = messagesOf(input);
    try {
      if (!console.available()) return this.postpone(messages);
      return messages ? await this.forwardBatch(messages, run) : await this.forwardSingle(input, run);
    } finally {
      report.publish();
    }
  }

  /** Leaves the input to AWS, untried: the console has not been answering. */
  private postpone(messages: readonly QueuedMessage[] | undefined): BatchOutcome {
    this.services.report.waiting(messages?.length ?? 1);
    if (messages) return batchFailures(messages);
    throw new UndeliveredError("The console has not been answering: AWS keeps the event and sends it again.");
  }

  private async forwardBatch(messages: readonly QueuedMessage[], run: Run): Promise<BatchOutcome> {
    const isDone = await Promise.all(messages.map((message) => this.forwardQueued(message, run)));
    return batchFailures(messages.filter((_, index) => !isDone[index]));
  }

  /** Forwards an event that EventBridge, or a person, invoked the function with. */
  private async forwardSingle(input: unknown, run: Run): Promise<Outcome> {
    const outcome = await this.forwardEvent(unwrapped(input), run);
    if (outcome.undelivered === 0) return outcome;
    throw new UndeliveredError(
      `${outcome.undelivered} of the event's messages could not be delivered now: AWS keeps the event and sends it again.`,
    );
  }

  /** Forwards an event of the retry queue. Never throws. @returns whether the queue can delete its message */
  private async forwardQueued({ body }: QueuedMessage, run: Run): Promise<boolean> {
    const { report, deadLetter } = this.services;
    try {
      const read = eventIn(body);
      if ("event" in read) return (await this.forwardEvent(read.event, run)).undelivered === 0;
      report.unreadable(read.unreadable);
      await deadLetter?.(String(body), read.unreadable);
      return deadLetter !== undefined;
    } catch (error) {
      report.failed(error);
      return false;
    }
  }

  private async forwardEvent(payload: unknown, run: Run): Promise<Outcome> {
    const { config, report, readLog } = this.services;
    const event = parseEvent(payload, run.origin, new Date(this.now()));
    if (!event) {
      report.malformed(payload);
      return this.send(malformedEvent(run.origin, this.now()), [malformedNotice(config.functionName)], payload, run);
    }
    const loop = loopOf(event, { ...run.origin, functionName: config.functionName, role: config.role });
    if (loop) {
      report.loop(loop);
      return { delivered: 0, refused: 0, undelivered: 0, dropped: [loop] };
    }
    const log = logObjectOf(event, config.vpcLogsBucket);
    if (!log) return this.send(event, this.noticesOf(event, payload), payload, run);
    const { notices, account, region } = await readLog(log);
    return this.send({ ...event, account, region }, notices, payload, run);
  }

  private noticesOf(event: AwsEvent, payload: unknown): readonly Notice[] {
    const { notices, unformatted } = route(event, this.services.registry);
    if (unformatted) {
      this.services.report.unformatted(event, payload, unformatted === "no formatter" ? undefined : unformatted);
    }
    return notices;
  }

  private async send(event: AwsEvent, notices: readonly Notice[], payload: unknown, run: Run): Promise<Outcome> {
    const { messages, dropped } = compose(notices, event, this.services.config.policy);
    for (const reason of dropped) this.services.report.dropped(reason);
    return { ...(await this.delivery.deliver(event, messages, payload, run.deadline)), dropped };
  }
}

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
