import { readConfig } from "../../src/config.ts";
import { registry } from "../../src/formatters/registry.ts";
import { createForwarder, type Forwarder } from "../../src/forward.ts";
import {
  type Trouble as ConsoleTrouble,
  type Fault,
  type LocalConsole,
  startConsole,
} from "../../src/local/console.ts";
import { readSample, render, sampleNames } from "../../src/local/samples.ts";
import { readTemplate } from "../../src/local/template.ts";
import { pantherConsole } from "../../src/panther.ts";
import type { Report } from "../../src/report.ts";
import { tokenOf } from "../../src/token.ts";
import { type Clock, functionArn, type Instance, type Invoked, type Limits, runAws } from "./aws.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** What the console does to a request at a virtual time; `slow` answers, after 10 s. */
type Trouble = ConsoleTrouble | "slow" | undefined;

export interface Scenario {
  readonly name: string;
  /** Over how long the events come in, in milliseconds. */
  readonly over: number;
  readonly trouble?: (time: number, request: number) => Trouble;
  /** The function is frozen for so long that the console has closed its connections, before each invocation. */
  readonly frozen?: boolean;
  /** One in so many invocations is killed when it has done its work, before Lambda hears of it. */
  readonly killedOneIn?: number;
  /** The console takes another token from this virtual time on, and the secret holds it 2 minutes later. */
  readonly rotatedAt?: number;
}

const html = (status: number): Fault => ({ status, body: `<html><body>${status}</body></html>` });
const between = (from: number, to: number, trouble: Trouble) => (time: number) =>
  time >= from && time < to ? trouble : undefined;
const unauthorised: Fault = {
  status: 401,
  body: { error: { message: "Unauthorised Auth service failed", name: "HttpError401", status: 401 } },
};

export const scenarios: readonly Scenario[] = [
  { name: "nothing wrong", over: hour },
  { name: "down for an hour", over: 2 * hour, trouble: between(10 * minute, 70 * minute, html(502)) },
  { name: "down for three days", over: 4 * day, trouble: between(hour, hour + 3 * day, html(503)) },
  { name: "every second answer 503", over: hour, trouble: (_, request) => (request % 2 === 0 ? html(503) : undefined) },
  { name: "hanging for 10 minutes", over: hour, trouble: between(10 * minute, 20 * minute, "hang") },
  { name: "hanging, taken all the same", over: hour, trouble: between(10 * minute, 20 * minute, "late") },
  {
    name: "one connection in five reset",
    over: hour,
    trouble: (_, request) => (request % 5 === 0 ? "reset" : undefined),
  },
  { name: "authentication down (401)", over: 2 * hour, trouble: between(10 * minute, 40 * minute, unauthorised) },
  {
    name: "storage failing (400 {})",
    over: hour,
    trouble: between(10 * minute, 30 * minute, { status: 400, body: {} }),
  },
  {
    name: "storage failing (400, a string)",
    over: hour,
    trouble: between(10 * minute, 30 * minute, { status: 400, body: { error: "MongoTimeoutError" } }),
  },
  { name: "slow (10 s an answer)", over: 2 * hour, trouble: between(10 * minute, 20 * minute, "slow") },
  { name: "token rotated", over: hour, rotatedAt: 20 * minute },
  { name: "frozen, its connections dead", over: 2 * day, frozen: true },
  { name: "killed, one invocation in 20", over: hour, killedOneIn: 20 },
];

/** How the events are forwarded: as the project does, without its circuit, or as its predecessor did. */
export type Path = "whole" | "no circuit" | "one try";

export interface Row {
  readonly name: string;
  readonly events: number;
  /** Conditions of the events that stand in the console. */
  readonly delivered: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly deadLetters: number;
  readonly invocations: number;
  readonly lambdaSeconds: number;
}

const limitsOfTemplate = (): Limits => {
  // biome-ignore lint/suspicious/noExplicitAny: a template is as deep as it is loose.
  const { Resources, Parameters } = readTemplate() as any;
  const { EventInvokeConfig, Events } = Resources.Events2PantherFunction.Properties;
  const { VisibilityTimeout, MessageRetentionPeriod, RedrivePolicy } = Resources.Events2PantherRetryQueue.Properties;
  return {
    concurrency: Parameters.MaxConcurrency.Default,
    asyncRetries: EventInvokeConfig.MaximumRetryAttempts,
    eventAge: EventInvokeConfig.MaximumEventAgeInSeconds * second,
    visibility: VisibilityTimeout * second,
    retention: MessageRetentionPeriod * second,
    maxReceives: RedrivePolicy.maxReceiveCount,
    batchSize: Events.Retries.Properties.BatchSize,
    pollers: Events.Retries.Properties.ScalingConfig.MaximumConcurrency,
  };
};

/** Events that each have conditions of their own: the samples in turn, each from another account. */
function eventsOf(
  count: number,
  over: number,
): { at: number; event: Record<string, unknown>; identifiers: string[] }[] {
  const telling = sampleNames()
    .map((name) => readSample(name).event as Record<string, unknown>)
    .filter((event) => render(event, registry).messages.length > 0);
  return Array.from({ length: count }, (_, i) => {
    const sample = telling[i % telling.length] ?? {};
    const event = { ...sample, id: `event-${i}`, account: String(200_000_000_000 + i) };
    const identifiers = render(event, registry).messages.map(({ identifier }) => identifier);
    return { at: Math.floor((i * over) / count), event, identifiers };
  });
}

const silent = new Proxy({} as Report, { get: () => (value: unknown) => value });
/** What a request costs while all is well, in virtual milliseconds. */
const requestTime = 10;
const functionTimeout = 60 * second;
const clientTimeout = 15 * second;
/** In real milliseconds, what stands for the client's 15 s: short where the console hangs, ample where it answers. */
const realTimeout = ({ name }: Scenario): number => (name.startsWith("hanging") ? 100 : 10_000);

/** Plays a scenario with `count` events through the real forwarder against a real local console, in virtual time. */
export async function play(scenario: Scenario, count: number, path: Path = "whole"): Promise<Row> {
  const clock: Clock = { time: 0 };
  const local = await startConsole();
  const rotated = "rotated0token0of0the0drill000000";
  let request = 0;
  local.fault = () => {
    clock.time += requestTime;
    if (scenario.rotatedAt !== undefined && clock.time >= scenario.rotatedAt) local.acceptedToken = rotated;
    const trouble = scenario.trouble?.(clock.time, ++request);
    if (trouble === "slow") clock.time += 10 * second - requestTime;
    if (trouble === "hang" || trouble === "late") clock.time += clientTimeout;
    return trouble === "slow" ? undefined : trouble;
  };
  const secret = async (): Promise<string> =>
    scenario.rotatedAt !== undefined && clock.time >= scenario.rotatedAt + 2 * minute ? rotated : local.token;
  const events = eventsOf(count, scenario.over);
  let invocations = 0;

  const newInstance = (): Instance => {
    const { forward, close } =
      path === "one try"
        ? oneTry(local, realTimeout(scenario))
        : whole(local, clock, secret, realTimeout(scenario), path === "whole");
    opened.push(close);
    return {
      freeAt: 0,
      async invoke(input, start): Promise<Invoked> {
        if (scenario.frozen) local.closeIdle();
        const killed = scenario.killedOneIn !== undefined && ++invocations % scenario.killedOneIn === 0;
        const context = {
          invokedFunctionArn: functionArn,
          getRemainingTimeInMillis: () => functionTimeout - (clock.time - start),
        };
        try {
          const value = await forward(input, context);
          return killed ? { error: "killed", killed } : { value };
        } catch (error) {
          return { error: String(error), killed };
        }
      },
    };
  };
  const opened: (() => Promise<void>)[] = [];
  const limits = limitsOfTemplate();
  const outcome = await runAws(events, limits, clock, newInstance, path !== "one try");
  for (const close of opened) await close();
  await local.close();

  const taken = new Map<string, number>();
  for (const { event } of local.taken) {
    const identifier = String(event.identifier);
    taken.set(identifier, (taken.get(identifier) ?? 0) + 1);
  }
  const expected = new Set(events.flatMap(({ identifiers }) => identifiers));
  const delivered = [...expected].filter((identifier) => taken.has(identifier)).length;
  return {
    name: scenario.name,
    events: count,
    delivered,
    lost: expected.size - delivered,
    duplicates: local.taken.length - taken.size,
    deadLetters: outcome.deadLetters.length,
    invocations: outcome.invocations,
    lambdaSeconds: Math.round(outcome.seconds),
  };
}

function whole(local: LocalConsole, clock: Clock, secret: () => Promise<string>, timeout: number, circuit: boolean) {
  const now = (): number => clock.time;
  const source = {
    kind: "secret",
    arn: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:panther-AbCdEf",
    region: "eu-west-1",
    key: undefined,
  } as const;
  const console = pantherConsole({
    url: new URL(local.url),
    token: tokenOf(source, secret, now),
    now,
    sleep: async (milliseconds) => {
      clock.time += milliseconds;
    },
    timeout,
    ...(circuit ? {} : { circuit: { threshold: Number.POSITIVE_INFINITY, pause: 0, mostPause: 0 } }),
  });
  const config = readConfig({ API_URL: local.url, API_TOKEN: local.token });
  const forward = createForwarder({
    config,
    registry,
    console,
    report: silent,
    readLog: async () => ({ notices: [], account: "", region: "" }),
    now,
  });
  return { forward, close: console.close };
}

/** A forwarder as the predecessor was: one request for each message, whatever becomes of it. */
function oneTry(local: LocalConsole, timeout: number): { forward: Forwarder; close: () => Promise<void> } {
  const forward: Forwarder = async (input) => {
    for (const message of render(input, registry).messages) {
      await fetch(local.url, {
        method: "POST",
        headers: { "content-type": "application/json", "x-api-token": local.token },
        body: JSON.stringify({ event: message }),
        signal: AbortSignal.timeout(timeout),
      }).catch(() => undefined);
    }
    return { delivered: 0, refused: 0, undelivered: 0, dropped: [] };
  };
  return { forward, close: async () => {} };
}

/** The rows as a Markdown table. */
export function tableOf(rows: readonly Row[]): string {
  const columns = ["events", "delivered", "lost", "duplicates", "deadLetters", "invocations", "lambdaSeconds"] as const;
  const heads = ["conditions delivered", "lost", "duplicates", "in dead-letter queue", "invocations", "Lambda seconds"];
  const lines = rows.map(
    (row) => `| ${[row.name, ...columns.map((column) => row[column].toLocaleString("en"))].join(" | ")} |`,
  );
  return [`| console | events | ${heads.join(" | ")} |`, `| --- |${" ---: |".repeat(columns.length)}`, ...lines].join(
    "\n",
  );
}
