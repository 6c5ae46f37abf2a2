import { condition, type Notice, type ProblemSeverity } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import type { PantherMessage } from "../message.ts";

/** Messages that one source may give: nobody reads more, and a console that stores them has no room for others. */
const limits = {
  aws: { perEvent: 500, perMinute: 10_000 },
  custom: { perEvent: 50, perMinute: 1000 },
} as const;
const window = 60_000;
const maxSources = 1000;

const capped = condition("messages-capped", {
  grades: { 4: "messages of severity 4 or 5 were left out", 2: "other messages were left out" },
});

/** What of an event's messages is sent, and the notice that counts the rest. */
export interface Capped {
  readonly messages: readonly PantherMessage[];
  readonly dropped: readonly PantherMessage[];
  readonly rest?: Notice;
}

interface Usage {
  started: number;
  sent: number;
  isReported: boolean;
}

/** Limits the messages of each source, of one event and in a minute of this instance; the most severe are kept. */
export class Caps {
  private readonly bySource = new Map<string, Usage>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  apply(event: AwsEvent, messages: readonly PantherMessage[]): Capped {
    const limit = event.source.startsWith("aws.") ? limits.aws : limits.custom;
    const usage = this.usageOf(event.source);
    const room = Math.max(0, Math.min(limit.perEvent, limit.perMinute - usage.sent));
    if (messages.length <= room) {
      usage.sent += messages.length;
      return { messages, dropped: [] };
    }
    const bySeverity = messages.toSorted((one, other) => rank(other) - rank(one));
    const sent = bySeverity.slice(0, room);
    const dropped = bySeverity.slice(room);
    usage.sent += sent.length;
    // One notice for each event that is too long, but one a minute for a source that sends too much.
    const isFlood = usage.sent >= limit.perMinute;
    if (isFlood && usage.isReported) return { messages: sent, dropped };
    usage.isReported = isFlood;
    return { messages: sent, dropped, rest: restOf(event, dropped, isFlood ? limit.perMinute : undefined) };
  }

  private usageOf(source: string): Usage {
    const before = this.bySource.get(source);
    if (before && this.now() - before.started < window) return before;
    if (this.bySource.size >= maxSources) this.bySource.clear();
    const usage = { started: this.now(), sent: 0, isReported: false };
    this.bySource.set(source, usage);
    return usage;
  }
}

/** A recovery frees rows: it goes before everything. */
const rank = ({ severity }: PantherMessage): number => (severity === 0 ? 6 : severity);

function restOf(event: AwsEvent, dropped: readonly PantherMessage[], perMinute: number | undefined): Notice {
  const worst = Math.max(...dropped.map(({ severity }) => severity)) as ProblemSeverity;
  const statement = {
    of: event.source,
    node: event.source,
    tag: event.detailType,
    thing: "Source",
    name: event.source,
    outcome: perMinute ? "sends too many messages" : `has ${dropped.length} more messages`,
    reason: perMinute
      ? `more than ${perMinute} in a minute, the rest is left out`
      : "one event gives so many, the rest is left out",
  };
  return capped.raise(worst >= 4 ? 4 : 2, statement);
}
