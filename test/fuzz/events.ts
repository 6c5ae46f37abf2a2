import { Hostile } from "./hostile.ts";
import { Random } from "./random.ts";
import { spoiltEvent, spoiltEvents } from "./spoilers.ts";
import { epoch } from "./subject.ts";

export interface HostileEvent {
  readonly event: unknown;
  readonly isClean: boolean;
  /** The forwarder's time: each event has a minute of its own, since a source has a limit of messages per minute. */
  readonly now: number;
}

/** A prime, so that the first spoilt events are of all samples and kinds. */
const stride = 104_729;

/**
 * The event of a number, of a seed. Every second event is a sample's with one spoilt field, until all are used; the others
 * are made at random, with the structure of samples.
 */
export function hostileEvent(seed: number, number: number): HostileEvent {
  const now = epoch + number * 60_000;
  const spoilt = number / 2;
  if (Number.isInteger(spoilt) && spoilt < spoiltEvents)
    return { ...spoiltEvent((spoilt * stride + (seed % spoiltEvents)) % spoiltEvents), now };
  return { event: new Hostile(new Random(seed, number), now).input(), isClean: false, now };
}
