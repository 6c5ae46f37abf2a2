import { readConfig } from "../../src/config.ts";
import { registry } from "../../src/formatters/registry.ts";
import { createForwarder, type Forwarder } from "../../src/forward/forward.ts";
import type { Report } from "../../src/forward/report.ts";
import {
  type Trouble as ConsoleTrouble,
  type Fault,
  type LocalConsole,
  startConsole,
} from "../../src/local/console.ts";
import { readSample, render, sampleNames } from "../../src/local/samples.ts";
import { readTemplate } from "../../src/local/template.ts";
import { pantherConsole } from "../../src/panther/client.ts";
import { tokenOf } from "../../src/panther/token.ts";
import { type Clock, functionArn, type Instance, type Invoked, type Limits, runAws } from "./aws.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** How the console treats a request; `slow` answers after 10 s. */
type Trouble = ConsoleTrouble | "slow" | undefined;

export interface Scenario {
  readonly name: string;
  /** Milliseconds over which the events arrive. */
  readonly over: number;
  readonly trouble?: (time: number, request: number) => Trouble;
  /** Before each invocation, the function is frozen until the console closes its connections. */
  readonly frozen?: boolean;
  /** One invocation in this many is killed after its work, before Lambda gets the result. */
  readonly killedOneIn?: number;
  /** From this virtual time the console accepts another token; the secret has it 2 minutes later. */
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
  { name: "hanging, but accepting", over: hour, trouble: between(10 * minute, 20 * minute, "late") },
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

/** How events are forwarded: by this project, by this project without its circuit, or by its predecessor. */
export type Path = "whole" | "no circuit" | "one try";

export interface Row {
  readonly name: string;
  readonly events: number;
  /** Conditions of the events that the console has. */
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

/** Events with different conditions: the samples in turn, each from another account. */
function eventsOf(
  count: number,
  over: number,
): { at: number; event: Record<string, unknown>; identifiers: string[] }[] {
  const events = sampleNames()
    .map((name) => readSample(name).event as Record<string, unknown>)
    .filter((event) => render(event, registry).messages.length > 0);
  return Array.from({ length: count }, (_, i) => {
    const sample = events[i % events.length] ?? {};
    const event = { ...sample, id: `event-${i}`, account: String(200_000_000_000 + i) };
    const identifiers = render(event, registry).messages.map(({ identifier }) => identifier);
    return { at: Math.floor((i * over) / count), event, identifiers };
  });
}

const silent = new Proxy({} as Report, { get: () => (value: unknown) => value });
/** The time of an ordinary request, in virtual milliseconds. */
const requestTime = 10;
const functionTimeout = 60 * second;
const clientTimeout = 15 * second;
/** The client's 15 s in real milliseconds: short where the console hangs, long where it answers. */
const realTimeout = ({ name }: Scenario): number => (name.startsWith("hanging") ? 100 : 10_000);

/** Plays a scenario with `count` events through the real forwarder against a local console, in virtual time. */
export async function play(scenario: Scenario, count: number, path: Path = "whole"): Promise<Row> {
  const local = await startConsole();
  const drill = new Drill(scenario, path, local);
  const events = eventsOf(count, scenario.over);
  const outcome = await runAws(events, limitsOfTemplate(), drill.clock, () => drill.newInstance(), path !== "one try");
  await drill.close();
  const expected = new Set(events.flatMap(({ identifiers }) => identifiers));
  const accepted = new Set(local.accepted.map(({ event }) => String(event.identifier)));
  const delivered = [...expected].filter((identifier) => accepted.has(identifier)).length;
  return {
    name: scenario.name,
    events: count,
    delivered,
    lost: expected.size - delivered,
    duplicates: local.accepted.length - accepted.size,
    deadLetters: outcome.deadLetters.length,
    invocations: outcome.invocations,
    lambdaSeconds: Math.round(outcome.seconds),
  };
}

const rotatedToken = "rotated0token0of0the0drill000000";

/** A scenario's console, with its faults and its token, and the function's instances. */
class Drill {
  readonly clock: Clock = { time: 0 };
  private readonly scenario: Scenario;
  private readonly path: Path;
  private readonly local: LocalConsole;
  private readonly closers: (() => Promise<void>)[] = [];
  private requests = 0;
  private invocations = 0;

  constructor(scenario: Scenario, path: Path, local: LocalConsole) {
    this.scenario = scenario;
    this.path = path;
    this.local = local;
    local.fault = () => this.nextFault();
  }

  newInstance(): Instance {
    const { forward, close } = this.forwarder();
    this.closers.push(close);
    return { freeAt: 0, invoke: (input, start) => this.invoke(forward, input, start) };
  }

  async close(): Promise<void> {
    for (const close of this.closers) await close();
    await this.local.close();
  }

  /** The next request takes its virtual time, and meets the scenario's fault. */
  private nextFault(): ConsoleTrouble | undefined {
    this.clock.time += requestTime;
    if (this.isRotated(0)) this.local.acceptedToken = rotatedToken;
    const trouble = this.scenario.trouble?.(this.clock.time, ++this.requests);
    if (trouble === "slow") this.clock.time += 10 * second - requestTime;
    if (trouble === "hang" || trouble === "late") this.clock.time += clientTimeout;
    return trouble === "slow" ? undefined : trouble;
  }

  private isRotated(delay: number): boolean {
    const { rotatedAt } = this.scenario;
    return rotatedAt !== undefined && this.clock.time >= rotatedAt + delay;
  }

  private forwarder(): { forward: Forwarder; close: () => Promise<void> } {
    const timeout = realTimeout(this.scenario);
    if (this.path === "one try") return oneTry(this.local, timeout);
    const secret = async (): Promise<string> => (this.isRotated(2 * minute) ? rotatedToken : this.local.token);
    return whole(this.local, this.clock, secret, timeout, this.path === "whole");
  }

  private async invoke(forward: Forwarder, input: unknown, start: number): Promise<Invoked> {
    const { frozen, killedOneIn } = this.scenario;
    if (frozen) this.local.closeIdle();
    const killed = killedOneIn !== undefined && ++this.invocations % killedOneIn === 0;
    const context = {
      invokedFunctionArn: functionArn,
      getRemainingTimeInMillis: () => functionTimeout - (this.clock.time - start),
    };
    try {
      const value = await forward(input, context);
      return killed ? { error: "killed", killed } : { value };
    } catch (error) {
      return { error: String(error), killed };
    }
  }
}

function whole(local: LocalConsole, clock: Clock, secret: () => Promise<string>, timeout: number, hasCircuit: boolean) {
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
    ...(hasCircuit ? {} : { circuit: { threshold: Number.POSITIVE_INFINITY, pause: 0, maxPause: 0 } }),
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

/** A forwarder like the predecessor: one request for each message, and no retry. */
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
