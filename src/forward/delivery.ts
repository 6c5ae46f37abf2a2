import type { AwsEvent } from "../event.ts";
import type { PantherMessage } from "../message.ts";
import type { Delivery, PantherConsole } from "../panther/client.ts";
import type { WriteDeadLetter } from "./deadletters.ts";
import type { Report } from "./report.ts";

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
  readonly deadLetter?: WriteDeadLetter | undefined;
  readonly now: () => number;
}

/** Delivers the messages of events: each message once, refused events to the dead-letter queue. */
export class EventDelivery {
  private readonly services: DeliveryServices;
  private readonly memory = new DeliveredMessages();

  constructor(services: DeliveryServices) {
    this.services = services;
  }

  /**
   * @param payload the event as it arrived, for the dead-letter queue
   * @param deadline when to stop sending, in milliseconds on the clock of `now`
   * @throws where a refused event could not be written to the dead-letter queue
   */
  async deliver(
    event: AwsEvent,
    messages: readonly PantherMessage[],
    payload: unknown,
    deadline: number,
  ): Promise<Deliveries> {
    const alreadyDelivered = this.memory.of(event.id);
    const pending = messages.filter(({ identifier }) => !alreadyDelivered.has(identifier));
    const deliveries = await Promise.all(pending.map((message) => this.send(message, deadline)));
    const refusals = reasonsOf(deliveries, "refused");
    const failures = reasonsOf(deliveries, "undelivered");
    if (refusals[0] !== undefined) await this.refuse(event, payload, refusals.length, refusals[0]);
    if (failures[0] !== undefined) {
      this.services.report.undelivered(event, failures.length, failures[0]);
      const done = pending.filter((_, index) => deliveries[index]?.outcome !== "undelivered");
      this.memory.add(event.id, [...alreadyDelivered, ...done.map(({ identifier }) => identifier)]);
    } else this.memory.forget(event.id);
    return {
      delivered: deliveries.length - refusals.length - failures.length,
      refused: refusals.length,
      undelivered: failures.length,
    };
  }

  private async send(message: PantherMessage, deadline: number): Promise<Delivery> {
    const { console, report, now } = this.services;
    const started = now();
    const delivery = await console.deliver(message, deadline);
    if (delivery.outcome === "delivered") report.delivered(now() - started);
    return delivery;
  }

  private async refuse(event: AwsEvent, payload: unknown, messages: number, reason: string): Promise<void> {
    this.services.report.refused(event, messages, reason);
    await this.services.deadLetter?.(JSON.stringify(payload) ?? "null", reason);
  }
}

const reasonsOf = (deliveries: readonly Delivery[], outcome: "refused" | "undelivered"): string[] =>
  deliveries.flatMap((delivery) => (delivery.outcome === outcome ? [delivery.reason] : []));

const maxEvents = 1000;

/**
 * The messages that the console accepted or refused, of events with others that it did not answer: AWS invokes the
 * function with such an event again, and the console would count these messages twice.
 */
class DeliveredMessages {
  private readonly byEvent = new Map<string, ReadonlySet<string>>();

  /** The identifiers of the messages of an event that are not sent again. */
  of(eventId: string): ReadonlySet<string> {
    return this.byEvent.get(eventId) ?? new Set();
  }

  add(eventId: string, identifiers: readonly string[]): void {
    if (!eventId || identifiers.length === 0) return;
    this.byEvent.delete(eventId);
    this.byEvent.set(eventId, new Set(identifiers));
    for (const oldest of this.byEvent.keys()) {
      if (this.byEvent.size <= maxEvents) break;
      this.byEvent.delete(oldest);
    }
  }

  forget(eventId: string): void {
    this.byEvent.delete(eventId);
  }
}
