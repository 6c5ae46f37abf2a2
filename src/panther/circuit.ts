export interface CircuitOptions {
  /** Undelivered messages in a row that open the circuit. */
  readonly threshold: number;
  /** Milliseconds until the first probe; each failed probe doubles them. */
  readonly pause: number;
  readonly maxPause: number;
}

const defaults: CircuitOptions = { threshold: 3, pause: 1000, maxPause: 30_000 };

/**
 * A circuit breaker: while the console is down, messages fail at once, except one now and then that probes whether the
 * console is back.
 */
export class Circuit {
  private failures = 0;
  private openUntil = 0;
  private isProbing = false;
  private pause: number;
  private readonly now: () => number;
  private readonly options: CircuitOptions;

  constructor(now: () => number, options: CircuitOptions = defaults) {
    this.now = now;
    this.options = options;
    this.pause = options.pause;
  }

  /** Whether a message may be sent now: not in a pause, and not while a probe waits for its answer. */
  isPassable(): boolean {
    return this.now() >= this.openUntil && !(this.hasTripped() && this.isProbing);
  }

  /** Call before a message is sent. @returns whether the message is a probe */
  start(): { readonly isProbe: boolean } {
    const isProbe = this.hasTripped();
    if (isProbe) this.isProbing = true;
    return { isProbe };
  }

  /** Call when the message is done, with what `start` returned. */
  end({ isProbe, isDelivered }: { readonly isProbe: boolean; readonly isDelivered: boolean }): void {
    if (isProbe) this.isProbing = false;
    this.failures = isDelivered ? 0 : this.failures + 1;
    if (!this.hasTripped()) {
      this.openUntil = 0;
      return;
    }
    this.pause = isProbe ? Math.min(this.options.maxPause, this.pause * 2) : this.options.pause;
    this.openUntil = this.now() + this.pause;
  }

  private hasTripped(): boolean {
    return this.failures >= this.options.threshold;
  }
}
