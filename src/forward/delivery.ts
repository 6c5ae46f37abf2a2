import { before } from "../deadline.ts";
import type { AwsEvent } from "../event.ts";
import type { PantherMessage } from "../message.ts";
import type { Delivery, PantherConsole } from "../panther/client.ts";
import type { WriteToQueue } from "./queues.ts";
import type { Report } from "./report.ts";
import type { Sequence } from "./sequence.ts";
import { queueBody } from "./size.ts";

/** How many of an event's messages had each outcome in this invocation. */
export interface Deliveries {
  readonly delivered: number;
  readonly refused: number;
  readonly undelivered: number;
}

export interface DeliveryServices {
  readonly console: PantherConsole;
  readonly report: Report;
  /** Writes refused events to the dead-letter queue; without it they are only logged. */
  readonly deadLetter?: WriteToQueue | undefined;
  readonly now: () => number;
}

/** What the deliveries of an invocation share. */
export interface DeliveryRun {
  /** When to stop sending, in milliseconds on the clock of `now`. */
  readonly deadline: number;
  /** Messages about one condition are sent one after the other. */
  readonly sequence: Sequence;
}

/** Delivers the messages of events: each message once, refused events to the dead-letter queue. */
export class EventDelivery {
  private readonly services: DeliveryServices;
  private readonly memory = new DeliveredMessages();

  constructor(services: DeliveryServices) {
    this.services = services;
  }

  /** @param payload the event as it arrived, for the dead-letter queue */
  async deliver(
    event: AwsEvent,
    messages: readonly PantherMessage[],
    payload: unknown,
    run: DeliveryRun,
  ): Promise<Deliveries> {
    const alreadyDelivered = this.memory.of(event.id);
    const pending = messages.filter(({ identifier }) => !alreadyDelivered.has(identifier));
    const deliveries = await Promise.all(pending.map((message) => this.send(event, message, run)));
    const refusals = reasonsOf(deliveries, "refused");
    const failures = reasonsOf(deliveries, "undelivered");
    if (failures[0] !== undefined) this.services.report.undelivered(event, failures.length, failures[0]);
    // An event with undelivered messages comes again, and its dead letter is written once, when it is done.
    else {
      if (refusals[0] !== undefined) await this.refuse(event, payload, refusals.length, refusals[0], run.deadline);
      this.memory.forget(event.id);
    }
    return {
      delivered: deliveries.length - refusals.length - failures.length,
      refused: refusals.length,
      undelivered: failures.length,
    };
  }

  private async send(event: AwsEvent, message: PantherMessage, run: DeliveryRun): Promise<Delivery> {
    const { console, report, now } = this.services;
    const delivery = await run.sequence.next(keyOf(message), async () => {
      const started = now();
      const outcome = await console.deliver(message, run.deadline);
      if (outcome.outcome === "delivered") report.delivered(now() - started);
      return outcome;
    });
    // The console refuses a message again, so that only the delivered ones are remembered: the reason is wanted.
    if (delivery.outcome === "delivered") this.memory.add(event.id, message.identifier);
    return delivery;
  }

  /** Writes the event to the dead-letter queue. A queue that denies it raises an alarm: another try cannot help. */
  private async refuse(
    event: AwsEvent,
    payload: unknown,
    messages: number,
    reason: string,
    deadline: number,
  ): Promise<void> {
    const { report, deadLetter, now } = this.services;
    report.refused(event, messages, reason);
    if (!deadLetter) return;
    try {
      await before(deadline - now(), deadLetter(queueBody(payload), reason));
    } catch (error) {
      report.deadLetterFailed(event, payload, error);
    }
  }
}

/** The condition that a message is about. */
const keyOf = ({ external_id }: PantherMessage): string => external_id.replace(/@[\dTZ:-]+$/, "");

const reasonsOf = (deliveries: readonly Delivery[], outcome: "refused" | "undelivered"): string[] =>
  deliveries.flatMap((delivery) => (delivery.outcome === outcome ? [delivery.reason] : []));

const maxEvents = 1000;

/**
 * The messages that the console accepted, of events with others that it did not answer: AWS invokes the function with
 * such an event again, and the console would count these messages twice.
 */
class DeliveredMessages {
  private readonly byEvent = new Map<string, Set<string>>();

  /** The identifiers of the messages of an event that are not sent again. */
  of(eventId: string): ReadonlySet<string> {
    return this.byEvent.get(eventId) ?? new Set();
  }

  add(eventId: string, identifier: string): void {
    if (!eventId) return;
    const identifiers = this.byEvent.get(eventId) ?? new Set();
    this.byEvent.delete(eventId);
    this.byEvent.set(eventId, identifiers.add(identifier));
    for (const oldest of this.byEvent.keys()) {
      if (this.byEvent.size <= maxEvents) break;
      this.byEvent.delete(oldest);
    }
  }

  forget(eventId: string): void {
    this.byEvent.delete(eventId);
  }
}
