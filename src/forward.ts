import type { Config } from "./config.ts";
import type { KeepDeadLetter } from "./deadletters.ts";
import { type AwsEvent, isFields, type Place, parseEvent } from "./event.ts";
import { loopOf } from "./loops.ts";
import { compose, type DropReason, type PantherMessage } from "./message.ts";
import type { Notice } from "./notice.ts";
import type { PantherConsole } from "./panther.ts";
import { eventIn, messagesOf, type QueuedMessage, unwrapped } from "./records.ts";
import type { Report } from "./report.ts";
import { type Registry, route } from "./route.ts";
import { logKey } from "./vpclogs/keys.ts";

export interface Services {
  readonly config: Config;
  readonly registry: Registry;
  readonly console: PantherConsole;
  readonly report: Report;
  /** Reads a VPC log file and says what an operator should know of it; throws where reading it again may help. */
  readonly readLog: (object: LogObject) => Promise<LogFindings>;
  /** Where refused events go; without it they are only logged. */
  readonly keep?: KeepDeadLetter | undefined;
  readonly now?: () => number;
}

/** An object of S3, and the account and region that it lies in. */
export interface LogObject extends Place {
  readonly bucket: string;
  readonly key: string;
}

/** What is to be said of a log, and the account and region whose network it logs. */
export interface LogFindings extends Place {
  readonly notices: readonly Notice[];
}

/** The parts of Lambda's context that are read. */
export interface Invocation {
  readonly invokedFunctionArn?: string;
  getRemainingTimeInMillis?(): number;
}

export type Forwarder = (input: unknown, invocation?: Invocation) => Promise<Outcome | BatchOutcome>;

/** What became of an event's messages. */
export interface Outcome {
  readonly delivered: number;
  readonly refused: number;
  readonly undelivered: number;
  /** Why nothing was sent, or less. */
  readonly dropped: readonly string[];
}

/** Lambda's partial answer for a queue: the messages to keep. */
export interface BatchOutcome {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** The console did not take all messages of an event, now; AWS keeps an event whose invocation failed. */
export class UndeliveredError extends Error {
  override readonly name = "UndeliveredError";
}

/** Milliseconds kept back of the invocation's time, for the log and the metrics. */
const margin = 1500;
/** Events whose messages were taken in part, remembered until they come again. */
const mostRemembered = 1000;

/** The way of an event from AWS to the console. */
export function createForwarder(services: Services): Forwarder {
  const { config, registry, console, report, keep, readLog, now = Date.now } = services;
  const taken = new Map<string, Set<string>>();

  function noticesOf(event: AwsEvent, payload: unknown): readonly Notice[] {
    const { notices, unformatted } = route(event, registry);
    if (unformatted) report.unformatted(event, payload, unformatted === "no formatter" ? undefined : unformatted);
    return notices;
  }

  async function forward(payload: unknown, here: Place, deadline: number): Promise<Outcome> {
    const event = parseEvent(payload, here);
    if (!event) report.malformed(payload);
    const loop = event && loopOf(event, { ...here, functionName: config.functionName, role: config.role });
    if (loop) {
      report.loop(loop);
      return { delivered: 0, refused: 0, undelivered: 0, dropped: [loop] };
    }
    const log = event && logObjectOf(event, config.vpcLogsBucket);
    if (log) {
      const { notices, account, region } = await readLog(log);
      return announce({ ...event, account, region }, notices, payload, deadline);
    }
    const about = event ?? {
      ...here,
      id: "",
      source: "unknown",
      detailType: "Malformed event",
      resources: [],
      detail: {},
    };
    const notices = event ? noticesOf(event, payload) : [malformed(config.functionName)];
    return announce(about, notices, payload, deadline);
  }

  async function announce(
    event: AwsEvent,
    notices: readonly Notice[],
    payload: unknown,
    deadline: number,
  ): Promise<Outcome> {
    const { messages, dropped } = compose(notices, event, config.policy);
    for (const reason of dropped) report.dropped(reason);
    return deliver(event, messages, dropped, payload, deadline);
  }

  async function deliver(
    event: AwsEvent,
    messages: readonly PantherMessage[],
    dropped: readonly DropReason[],
    payload: unknown,
    deadline: number,
  ): Promise<Outcome> {
    const already = taken.get(event.id);
    const waiting = messages.filter(({ identifier }) => !already?.has(identifier));
    const done = new Set(already);
    const refused: string[] = [];
    const undelivered: string[] = [];
    await Promise.all(
      waiting.map(async (message) => {
        const started = now();
        const delivery = await console.deliver(message, deadline);
        if (delivery.outcome === "delivered") report.delivered(now() - started);
        if (delivery.outcome === "refused") refused.push(delivery.reason);
        if (delivery.outcome === "undelivered") undelivered.push(delivery.reason);
        else done.add(message.identifier);
      }),
    );

    if (refused[0] !== undefined) {
      report.refused(event, refused.length, refused[0]);
      await keep?.(bodyOf(payload), refused[0]);
    }
    if (undelivered[0] === undefined) {
      taken.delete(event.id);
    } else {
      report.undelivered(event, undelivered.length, undelivered[0]);
      if (event.id && done.size > 0) remember(event.id, done);
    }
    return {
      delivered: waiting.length - refused.length - undelivered.length,
      refused: refused.length,
      undelivered: undelivered.length,
      dropped,
    };
  }

  /** So that the next try of a partly delivered event does not count its delivered messages twice. */
  function remember(id: string, identifiers: Set<string>): void {
    taken.delete(id);
    taken.set(id, identifiers);
    for (const oldest of taken.keys()) {
      if (taken.size <= mostRemembered) break;
      taken.delete(oldest);
    }
  }

  /** Whether a message of the queue is done with. */
  async function fromQueue({ body }: QueuedMessage, here: Place, deadline: number): Promise<boolean> {
    try {
      const read = eventIn(body);
      if ("event" in read) return (await forward(read.event, here, deadline)).undelivered === 0;
      report.unreadable(read.unreadable);
      await keep?.(String(body), read.unreadable);
      return keep !== undefined;
    } catch (error) {
      report.failed(error);
      return false;
    }
  }

  return async (input, invocation = {}) => {
    const here = placeOf(invocation.invokedFunctionArn, config.region);
    const deadline = now() + (invocation.getRemainingTimeInMillis?.() ?? 30_000) - margin;
    const messages = messagesOf(input);
    try {
      if (!console.available()) {
        report.waiting(messages?.length ?? 1);
        if (messages) return { batchItemFailures: messages.map(({ messageId }) => ({ itemIdentifier: messageId })) };
        throw new UndeliveredError("The console has not been answering: AWS keeps the event and sends it again.");
      }
      if (messages) {
        const done = await Promise.all(messages.map((message) => fromQueue(message, here, deadline)));
        const kept = messages.filter((_, index) => !done[index]);
        return { batchItemFailures: kept.map(({ messageId }) => ({ itemIdentifier: messageId })) };
      }
      const outcome = await forward(unwrapped(input), here, deadline);
      if (outcome.undelivered > 0) {
        throw new UndeliveredError(
          `${outcome.undelivered} of the event's messages could not be delivered now: AWS keeps the event and sends it again.`,
        );
      }
      return outcome;
    } finally {
      report.publish();
    }
  };
}

/** The VPC log file that an S3 event tells of, where it lies in the bucket that is to be read. */
function logObjectOf(event: AwsEvent, logsBucket: string | undefined): LogObject | undefined {
  const { source, detailType, detail, account, region } = event;
  if (!logsBucket || source !== "aws.s3" || detailType !== "Object Created") return undefined;
  const bucket = isFields(detail.bucket) ? detail.bucket.name : undefined;
  const key = isFields(detail.object) ? detail.object.key : undefined;
  if (bucket !== logsBucket || typeof key !== "string") return undefined;
  return logKey(key) && { bucket, key, account, region };
}

const malformed = (functionName: string): Notice => ({
  node: functionName,
  summary: "An event without source and detail-type arrived: it is in the function's log",
  severity: 2,
  condition: "malformed-event",
});

/** `arn:aws:lambda:REGION:ACCOUNT:function:NAME`, as Lambda's context has it. */
function placeOf(functionArn: string | undefined, region: string): Place {
  const [, , , arnRegion, account] = (functionArn ?? "").split(":");
  return { account: account || "unknown", region: arnRegion || region };
}

function bodyOf(payload: unknown): string {
  return JSON.stringify(payload) ?? "null";
}
