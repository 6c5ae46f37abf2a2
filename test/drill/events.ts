import { gzipSync } from "node:zlib";
import { parseEvent, wholeSeconds } from "../../src/event.ts";
import { registry } from "../../src/formatters/registry.ts";
import { lazy } from "../../src/lazy.ts";
import { defaultPolicy, readSample, render, sampleHome, sampleNames } from "../../src/local/samples.ts";
import { compose, type PantherMessage } from "../../src/message.ts";
import { readVpcLog } from "../../src/vpclogs/index.ts";
import type { Random } from "./clock.ts";
import { messageKey } from "./console.ts";

/** What the function is invoked with, and when, in milliseconds after the beginning. */
export interface Arrival {
  readonly at: number;
  readonly input: unknown;
}

/** The events of a scenario, and what must become of them. */
export interface Events {
  readonly arrivals: readonly Arrival[];
  /** The messages that must reach the console, by `messageKey`, with the id of their event. */
  readonly expected: ReadonlyMap<string, string>;
  /** The conditions whose rows are compared, and whether their problem is live at the end. */
  readonly live: ReadonlyMap<string, boolean>;
}

/** `mixed`: samples of all services; `pairs`: problems with their recoveries; `flapping`: instances that stop and start. */
export type EventKind = "mixed" | "arrays" | "logs" | "large" | "pairs" | "flapping";

interface EventOptions {
  readonly count: number;
  readonly over: number;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly random: Random;
}

const second = 1000;
const minute = 60 * second;
const day = 24 * 60 * minute;
export const logsBucket = "acme-logs";

export function eventsOf(kind: EventKind, options: EventOptions): Events {
  if (kind === "flapping") return flapping(options, Math.min(400, Math.max(20, Math.floor(options.count / 25))));
  if (kind === "pairs") return flapping(options, Math.max(20, Math.floor(options.count / 4)));
  const expected = new Map<string, string>();
  const single = Array.from({ length: options.count }, (_, index) => {
    const at = Math.floor((index * options.over) / options.count);
    const { event, messages } = eventAt(kind, index, options.start + at);
    for (const message of messages) expected.set(message, String(event.id));
    return { at, input: event };
  });
  return { arrivals: kind === "arrays" ? inArrays(single) : single, expected, live: new Map() };
}

/** Ten events in each invocation. */
const inArrays = (arrivals: readonly Arrival[]): Arrival[] =>
  arrivals
    .filter((_, index) => index % 10 === 0)
    .map(({ at }, index) => ({ at, input: arrivals.slice(10 * index, 10 * index + 10).map(({ input }) => input) }));

/** An event of an account of its own, and so with conditions of its own. */
function eventAt(
  kind: EventKind,
  index: number,
  time: number,
): { readonly event: Record<string, unknown>; readonly messages: readonly string[] } {
  const templates = samples();
  const isLog = kind === "logs" && index % 10 === 0;
  const template = isLog ? logTemplate() : (templates[index % templates.length] as Template);
  const account = String(200_000_000_000 + index);
  const changed = { id: `event-${index}`, account, time: wholeSeconds(new Date(time)) };
  const messages = template.messages.map((message) => `${message.replaceAll(placeholder, account)}@${changed.time}`);
  const event = { ...template.event, ...changed };
  if (isLog) return { event: { ...event, detail: logDetail(account) }, messages };
  if (kind !== "large" || index % 100 > 0) return { event, messages };
  // AWS takes it in, but its record of a failure would be too large for the queue.
  const detail = { ...(template.event.detail as object), zzz: "x".repeat(1_048_400 - bytesOf(event)) };
  return { event: { ...event, detail }, messages };
}

/** An event, with the conditions and severities of its messages; `placeholder` stands for its account. */
interface Template {
  readonly event: Readonly<Record<string, unknown>>;
  readonly messages: readonly string[];
}

const placeholder = "299999999999";
const otherAccount = "288888888888";
const withoutTime = (message: PantherMessage): string => messageKey(message).replace(/@[^@]*$/, "");

/** The samples whose messages depend on nothing but account and time. */
const samples = lazy((): readonly Template[] =>
  sampleNames().flatMap((name) => {
    const event = readSample(name).event as Record<string, unknown>;
    const messagesAt = (account: string, time: number): string[] =>
      render({ ...event, account, time: wholeSeconds(new Date(time)) }, registry).messages.map(withoutTime);
    const messages = messagesAt(placeholder, Date.parse("2026-11-24T00:00:00Z"));
    const others = messagesAt(otherAccount, Date.parse("2026-11-24T00:00:00Z") + 5 * day);
    const isUsable =
      messages.length > 0 &&
      messages.every((message) => message.includes(placeholder)) &&
      messages.join().replaceAll(placeholder, otherAccount) === others.join();
    return isUsable ? [{ event, messages }] : [];
  }),
);

const bytesOf = (event: object): number => Buffer.byteLength(JSON.stringify(event));

const logDetail = (account: string): object => ({
  bucket: { name: logsBucket },
  object: {
    key: `AWSLogs/${account}/vpcflowlogs/eu-west-1/2026/11/24/${account}_vpcflowlogs_eu-west-1_fl-0123456789abcdef0_20261124T1200Z_1a2b3c4d.log.gz`,
  },
});

/** A flow log in which the internet reaches a server's SSH. */
const flowLog = lazy(() => {
  const line = (source: string, port: number, at: number) =>
    `2 ${placeholder} eni-0a1b2c3d ${source} 10.0.0.5 ${port} 22 6 20 4000 ${at} ${at + 60} ACCEPT OK`;
  const header =
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
  const back = `2 ${placeholder} eni-0a1b2c3d 10.0.0.5 203.0.113.9 22 40000 6 20 4000 1790000000 1790000060 ACCEPT OK`;
  return gzipSync([header, line("203.0.113.9", 40000, 1_790_000_000), back].join("\n"));
});

export async function* openLog(): AsyncGenerator<Uint8Array> {
  yield flowLog();
}

let readTemplate: Template | undefined;

function logTemplate(): Template {
  if (!readTemplate) throw new Error("call prepareLogs first");
  return readTemplate;
}

/** Reads the flow log once, for the messages that it gives. */
export async function prepareLogs(): Promise<void> {
  const input = {
    source: "aws.s3",
    "detail-type": "Object Created",
    account: placeholder,
    region: "eu-west-1",
    detail: logDetail(placeholder),
  };
  const event = parseEvent(input, sampleHome);
  if (!event) throw new Error("no event");
  const { key } = (input.detail as { object: { key: string } }).object;
  const object = { bucket: logsBucket, key, account: placeholder, region: "eu-west-1" };
  const { notices } = await readVpcLog(object, { open: async () => openLog() });
  const { messages } = compose(notices, event, defaultPolicy);
  if (messages.length === 0) throw new Error("the flow log has no findings");
  readTemplate = { event: input, messages: messages.map(withoutTime) };
}

/** EC2 instances that stop and start, each some `count / instances` times, at least two seconds apart. */
function flapping({ count, over, start, random }: EventOptions, instances: number): Events {
  const expected = new Map<string, string>();
  const live = new Map<string, boolean>();
  const arrivals: Arrival[] = [];
  const pause = Math.max(3 * second, (over * instances) / count);
  for (let index = 0; index < instances; index++) {
    let isStopped = false;
    const id = `i-${index.toString(16).padStart(17, "0")}`;
    const condition = `111122223333:eu-west-1:ec2:stopped:${id}`;
    for (let at = random() * pause; at < over; at += 2 * second + random() * 2 * (pause - 2 * second)) {
      isStopped = !isStopped;
      const time = wholeSeconds(new Date(start + at));
      const event = instanceEvent(id, isStopped ? "stopped" : "running", time);
      arrivals.push({ at: Math.floor(at / second) * second, input: event });
      expected.set(`${condition}:${isStopped ? 2 : 0}@${time}`, event.id);
    }
    live.set(condition, isStopped);
  }
  return { arrivals, expected, live };
}

const instanceEvent = (instance: string, state: string, time: string) => ({
  id: `${instance} ${state} ${time}`,
  source: "aws.ec2",
  "detail-type": "EC2 Instance State-change Notification",
  account: "111122223333",
  region: "eu-west-1",
  time,
  resources: [`arn:aws:ec2:eu-west-1:111122223333:instance/${instance}`],
  detail: { "instance-id": instance, state },
});
