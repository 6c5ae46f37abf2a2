import { readConfig } from "../../src/config.ts";
import type { AwsEvent } from "../../src/event.ts";
import { registry } from "../../src/formatters/registry.ts";
import { createForwarder, type Invocation } from "../../src/forward/forward.ts";
import type { Report } from "../../src/forward/report.ts";
import type { PantherMessage } from "../../src/message.ts";
import { type Delivery, type PantherConsole, pantherConsole } from "../../src/panther/client.ts";

/** The console whose answers are tested. */
export interface Target {
  readonly url: string;
  readonly token: string;
}

/** A message that the forwarder sent, and what the console's answer meant. */
export interface Sent {
  readonly message: PantherMessage;
  readonly delivery: Delivery;
}

/** An instance of the function: the real forwarder with the real client. */
export interface Sender {
  /** One event as EventBridge invokes the function with it. @returns whether the console has it */
  direct(event: object): Promise<boolean>;
  /** Events as a batch of the retry queue. @returns whether the console has each */
  queued(events: readonly object[]): Promise<boolean[]>;
  readonly sent: readonly Sent[];
  readonly errors: readonly string[];
  close(): Promise<void>;
}

interface SenderOptions {
  readonly now?: () => number;
  /** How many times as fast as real time `now` runs. */
  readonly scale?: number;
}

export const account = "111122223333";
export const region = "eu-west-1";

export const consoleOf = ({ url, token }: Target, options: { now?: () => number; scale?: number } = {}) => {
  const { now = Date.now, scale = 1 } = options;
  const circuit = { threshold: 3, pause: 1000 * scale, maxPause: 30_000 * scale };
  const fixed = { current: async () => token, refresh: async () => false };
  return pantherConsole({ url: new URL(url), token: fixed, now, circuit });
};

export function createSender(target: Target, { now = Date.now, scale = 1 }: SenderOptions = {}): Sender {
  const sent: Sent[] = [];
  const errors: string[] = [];
  const client = consoleOf(target, { now, scale });
  const recorded: PantherConsole = {
    ...client,
    async deliver(message, deadline) {
      const delivery = await client.deliver(message, deadline);
      sent.push({ message, delivery });
      return delivery;
    },
  };
  const forward = createForwarder({
    config: readConfig({ API_URL: target.url, API_TOKEN: target.token, ALLOW_HTTP: "true" }, {}),
    registry,
    console: recorded,
    report: reportTo(errors),
    readLog: async () => ({ notices: [], account, region }),
    now,
  });
  const invocation: Invocation = {
    invokedFunctionArn: `arn:aws:lambda:${region}:${account}:function:AWS-Events2Panther`,
    getRemainingTimeInMillis: () => 60_000 * scale,
  };
  return {
    sent,
    errors,
    close: () => client.close(),
    async direct(event) {
      const outcome = await forward(event, invocation).catch(() => undefined);
      return outcome !== undefined && "undelivered" in outcome && outcome.undelivered === 0;
    },
    async queued(events) {
      const Records = events.map((event, index) => ({
        eventSource: "aws:sqs",
        messageId: String(index),
        body: JSON.stringify({ requestContext: { condition: "RetriesExhausted" }, requestPayload: event }),
      }));
      const outcome = await forward({ Records }, invocation);
      const failures = "batchItemFailures" in outcome ? outcome.batchItemFailures : [];
      const failed = new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
      return Records.map(({ messageId }) => !failed.has(messageId));
    },
  };
}

/** Keeps what must not happen to an event of this test. */
function reportTo(errors: string[]): Report {
  const add = (what: string) => (value: unknown) => void errors.push(`${what}: ${value}`);
  const kept: Partial<Report> = {
    failed: add("failed"),
    unreadable: add("unreadable"),
    malformed: add("malformed"),
    refused: ({ id }: AwsEvent, _, reason) => void errors.push(`refused: event ${id}: ${reason}`),
  };
  return new Proxy(kept as Report, { get: (own, name: keyof Report) => own[name] ?? ((value: unknown) => value) });
}
