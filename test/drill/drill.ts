import requestOf from "undici/lib/api/api-request.js";
import Pool from "undici/lib/dispatcher/pool.js";
import { readConfig } from "../../src/config.ts";
import { registry } from "../../src/formatters/registry.ts";
import { createForwarder, type Forwarder } from "../../src/forward/forward.ts";
import type { Report } from "../../src/forward/report.ts";
import { lazy } from "../../src/lazy.ts";
import { render } from "../../src/local/samples.ts";
import { deployedResources, readParameters } from "../../src/local/template.ts";
import { bodyOf } from "../../src/message.ts";
import { pantherConsole } from "../../src/panther/client.ts";
import { tokenOf } from "../../src/panther/token.ts";
import { readVpcLog } from "../../src/vpclogs/index.ts";
import { Aws, functionArn, type Instance, type Limits } from "./aws.ts";
import { Clock, type Random, randomOf } from "./clock.ts";
import { conditionOf, connectPools, type Host, VirtualConsole } from "./console.ts";
import { type Events, eventsOf, logsBucket, openLog, prepareLogs } from "./events.ts";
import type { Scenario } from "./scenarios.ts";

const second = 1000;
const minute = 60 * second;

/** How events are forwarded: by this project, by this project without its circuit, or by its predecessor. */
export type Path = "whole" | "no circuit" | "one try";

export interface Row {
  readonly name: string;
  readonly events: number;
  /** Messages of the events that the console has. */
  readonly delivered: number;
  /** Messages that are nowhere. */
  readonly lost: number;
  /** Messages that the console refused for good: their events are in the dead-letter queue, or in the log. */
  readonly refused: number;
  /** Messages of events that AWS itself lost, with an alarm. */
  readonly lostByAws: number;
  readonly duplicates: number;
  readonly invocations: number;
  readonly lambdaSeconds: number;
  /** Conditions whose rows were compared, and live problems among them. */
  readonly conditions: number;
  readonly live: number;
  /** Live problems without a row, and rows of what is over. */
  readonly hidden: number;
  readonly over: number;
  /** Breaches of the protocol, such as an order that is wrong within a batch. */
  readonly faults: readonly string[];
}

/** Plays a scenario with `count` events through the real forwarder and its real client, in virtual time. */
export async function play(scenario: Scenario, count: number, path: Path = "whole", seed = 1): Promise<Row> {
  await prepareLogs();
  const drill = new Drill(scenario, count, path, seed);
  return drill.play();
}

const start = Date.parse("2026-11-24T00:00:00Z");
const tokens = { first: "first0token0of0the0drill00000000", rotated: "rotated0token0of0the0drill000000" };
const origin = "http://127.0.0.1:5001";
const apiPath = "/api/event/create";
const config = lazy(() =>
  readConfig({ API_URL: origin + apiPath, API_TOKEN: tokens.first, VPC_LOGS_BUCKET: logsBucket }),
);
const secretSource = {
  kind: "secret",
  arn: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:panther-AbCdEf",
  region: "eu-west-1",
  key: undefined,
} as const;
const never = <Value>(): Promise<Value> => new Promise<never>(() => {});
/** A call of the SDK, and one that ends after all of its tries. */
const callTime = 10;
const hungCallTime = 20 * second;
/** A refused message is sent again only while another one of its event is undelivered. */
const maxRefusals = 20;

/** A scenario: its events, AWS, the function's instances, and the console. */
class Drill {
  private readonly scenario: Scenario;
  private readonly path: Path;
  private readonly clock = new Clock(start);
  private readonly random: Random;
  private readonly events: Events;
  private readonly console: VirtualConsole;
  private readonly aws: Aws;
  private readonly count: number;
  private readonly deadLetters: string[] = [];
  /** Refused events that only the log has. */
  private readonly logged: string[] = [];
  private instances = 0;

  constructor(scenario: Scenario, count: number, path: Path, seed: number) {
    this.scenario = scenario;
    this.path = path;
    this.count = count;
    this.random = randomOf(`${scenario.name} ${seed}`);
    const { clock, random } = this;
    this.events = eventsOf(scenario.events ?? "mixed", { count, over: scenario.over, start, random });
    const token = (): string => (this.isRotated(0) ? tokens.rotated : tokens.first);
    this.console = new VirtualConsole({ clock, random, trouble: scenario.trouble, rows: scenario.rows, token });
    this.aws = new Aws({
      clock,
      random,
      limits: scenario.events === "logs" ? limitsWithLogs() : limits(),
      trouble: scenario,
      newInstance: () => this.newInstance(),
      hasFailurePath: path !== "one try",
    });
  }

  async play(): Promise<Row> {
    for (const { at, input } of this.events.arrivals) this.aws.put(input, at);
    const disconnect = connectPools(this.console);
    try {
      await this.clock.run();
    } finally {
      disconnect();
    }
    return this.row();
  }

  private isRotated(delay: number): boolean {
    const { rotatedAt } = this.scenario;
    return rotatedAt !== undefined && this.clock.elapsed >= rotatedAt + delay;
  }

  private newInstance(): Instance {
    const host = this.console.host(`${apiPath}?instance=${++this.instances}`);
    const forward = this.path === "one try" ? oneTry(host) : this.forwarder(host);
    return {
      invoke: async (input, remaining) => {
        // The predecessor opens a connection for each message: there is none that can be dead.
        if (this.path === "one try") host.connections = 0;
        this.console.thaw(host);
        return forward(input, { invokedFunctionArn: functionArn, getRemainingTimeInMillis: remaining });
      },
      kill: () => {
        host.isAlive = false;
      },
    };
  }

  private forwarder(host: Host): Forwarder {
    const { now } = this.clock;
    const console = pantherConsole({
      url: new URL(origin + host.path),
      token: tokenOf(secretSource, () => this.readSecret(), now),
      now,
      random: this.random,
      sleep: (milliseconds) => this.during(host, milliseconds),
      ...(this.path === "whole" ? {} : { circuit: { threshold: Number.POSITIVE_INFINITY, pause: 0, maxPause: 0 } }),
    });
    return createForwarder({
      config: config(),
      registry,
      console,
      report: this.report(),
      readLog: (object) => {
        if (this.scenario.isLogHung?.(this.random)) return never();
        return this.clock.during(readVpcLog(object, { open: async () => openLog() }));
      },
      deadLetter: (body) => this.writeDeadLetter(host, body),
      retry: async (body) => {
        await this.during(host, callTime);
        this.aws.send(body);
      },
      now,
    });
  }

  /** A time in the life of an instance: it does not end if the instance is killed before. */
  private async during(host: Host, milliseconds: number): Promise<void> {
    await this.clock.sleep(milliseconds);
    if (!host.isAlive) await never();
  }

  private async readSecret(): Promise<string> {
    if (this.scenario.isSecretDown?.(this.clock.elapsed)) throw new Error("InternalServiceError");
    return this.isRotated(2 * minute) ? tokens.rotated : tokens.first;
  }

  private async writeDeadLetter(host: Host, body: string): Promise<void> {
    const { deadLetters } = this.scenario;
    await this.during(host, deadLetters === "hung" ? hungCallTime : callTime);
    if (deadLetters) throw new Error(deadLetters === "hung" ? "TimeoutError" : "AccessDenied");
    this.deadLetters.push(idOf(JSON.parse(body)));
  }

  private report(): Report {
    const deadLetterFailed = (_: unknown, payload: unknown): void => {
      this.logged.push(idOf(payload));
    };
    return new Proxy({} as Report, { get: (_, name) => (name === "deadLetterFailed" ? deadLetterFailed : () => {}) });
  }

  private row(): Row {
    const { counts } = this.aws;
    const kept = new Set([...this.deadLetters, ...this.logged]);
    const lostByAws = new Set(counts.lost.map(idOf));
    const missing = [...this.events.expected].filter(([message]) => !this.console.accepted.has(message));
    const refused = missing.filter(([message, id]) => this.console.refused.has(message) && kept.has(id));
    const unwritten = missing.filter((one) => !refused.includes(one) && lostByAws.has(one[1]));
    const accepted = [...this.console.accepted.values()];
    return {
      name: this.scenario.name,
      events: this.count,
      delivered: this.events.expected.size - missing.length,
      lost: missing.length - refused.length - unwritten.length,
      refused: refused.length,
      lostByAws: unwritten.length,
      duplicates: accepted.reduce((sum, times) => sum + times - 1, 0),
      invocations: counts.invocations,
      lambdaSeconds: Math.round(counts.busy / second),
      ...this.compareRows(),
      faults: this.faults(),
    };
  }

  private compareRows(): Pick<Row, "conditions" | "live" | "hidden" | "over"> {
    const { live } = this.events;
    const problems = (this.console.rows?.all() ?? []).filter(({ severity }) => severity > 0);
    const shown = new Set(problems.map(conditionOf));
    const isLive = [...live].filter(([, one]) => one).map(([condition]) => condition);
    return {
      conditions: live.size,
      live: isLive.length,
      hidden: isLive.filter((condition) => !shown.has(condition)).length,
      over: problems.filter((row) => live.get(conditionOf(row)) === false).length,
    };
  }

  private faults(): string[] {
    const faults = [...this.console.faults].map(([text, times]) => `${times} times ${text}`);
    const unknown = [...this.console.accepted.keys()].filter((message) => !this.events.expected.has(message));
    if (unknown.length > 0) faults.push(`${unknown.length} messages that no event gives, such as ${unknown[0]}`);
    const { killed, twice } = this.scenario;
    const { timeouts } = this.aws.counts;
    if (timeouts > 0) faults.push(`${timeouts} invocations that did not end in time`);
    const refusals = Math.max(0, ...this.console.refused.values());
    if (refusals > maxRefusals) faults.push(`a refused message sent ${refusals} times`);
    const isRepeated = new Set(this.deadLetters).size < this.deadLetters.length;
    if (isRepeated && !killed && !twice) faults.push("a dead letter written again");
    return faults;
  }
}

const idOf = (event: unknown): string => String((event as { id?: unknown }).id);

/** A forwarder like the predecessor: one request for each message, and no retry. */
function oneTry(host: Host): Forwarder {
  const pool = new Pool(origin);
  return async (input) => {
    for (const message of render(input, registry).messages) {
      const headers = { "content-type": "application/json", "x-api-token": tokens.first };
      const signal = AbortSignal.timeout(15 * second);
      const options = { path: host.path, method: "POST", headers, body: bodyOf(message), signal } as const;
      await requestOf.call(pool, options).catch(() => undefined);
    }
    return { delivered: 0, refused: 0, undelivered: 0, dropped: [] };
  };
}

const limits = lazy(() => limitsOfTemplate(false));
const limitsWithLogs = lazy(() => limitsOfTemplate(true));

function limitsOfTemplate(hasLogs: boolean): Limits {
  const resources = deployedResources("template.yaml", hasLogs ? { VpcLogsBucket: logsBucket } : {});
  // biome-ignore lint/suspicious/noExplicitAny: a template is as deep as it is loose.
  const propertiesOf = (name: string): any => resources[name]?.Properties;
  const { EventInvokeConfig, Events, Timeout } = propertiesOf("Events2PantherFunction");
  const queue = propertiesOf("Events2PantherRetryQueue");
  const { RetryPolicy } = Events.AllEvents.Properties;
  return {
    concurrency: Number(readParameters().MaxConcurrency?.Default),
    functionTimeout: Timeout * second,
    asyncRetries: EventInvokeConfig.MaximumRetryAttempts,
    eventAge: EventInvokeConfig.MaximumEventAgeInSeconds * second,
    bridgeAge: RetryPolicy.MaximumEventAgeInSeconds * second,
    bridgeRetries: RetryPolicy.MaximumRetryAttempts,
    visibility: queue.VisibilityTimeout * second,
    retention: queue.MessageRetentionPeriod * second,
    maxReceives: queue.RedrivePolicy.maxReceiveCount,
    batchSize: Events.Retries.Properties.BatchSize,
    pollers: Events.Retries.Properties.ScalingConfig.MaximumConcurrency,
  };
}
