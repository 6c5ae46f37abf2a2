import type { Dispatcher } from "undici";
import Pool from "undici/lib/dispatcher/pool.js";
import { isFields } from "../../src/event.ts";
import type { Fault, Trouble as LocalTrouble } from "../../src/local/console.ts";
import { judge } from "../../src/local/contract.ts";
import { lookInterval } from "../../src/local/kit.ts";
import { createRows, type Rows } from "../../src/local/rows.ts";
import type { PantherMessage } from "../../src/message.ts";
import type { Clock, Random } from "./clock.ts";

/**
 * What a request meets: a fault of the local console; `slow`, an answer after 10 s; `delayed`, accepted after a minute and
 * never answered.
 */
export type Trouble = LocalTrouble | "slow" | "delayed" | undefined;

/** A request as a trouble sees it. */
export interface RequestSeen {
  /** Milliseconds since the drill began. */
  readonly time: number;
  /** The number of the request. */
  readonly count: number;
  readonly message: PantherMessage;
  readonly random: Random;
}

/** The network side of an instance of the function. */
export interface Host {
  readonly path: string;
  isAlive: boolean;
  /** Of this invocation, by condition: the time of the last message sent, and whether it waits for its answer. */
  readonly sent: Map<string, { time: string; isOpen: boolean }>;
  /** Requests that wait for their answer, and connections that are open. */
  requests: number;
  connections: number;
  /** Connections that the console closed while the instance was frozen. */
  dead: number;
  usedAt: number;
}

type Handler = Dispatcher.DispatchHandler;
type Controller = Dispatcher.DispatchController;

const second = 1000;
const minute = 60 * second;
/** The console closes a connection that is idle for longer. */
const maxIdle = 5 * second;
/** A direct event is late after 15 minutes, and an invocation takes less than this. */
const surelyLate = 20 * minute;

/** The condition that a message is about. */
export const conditionOf = ({ external_id }: Pick<PantherMessage, "external_id">): string =>
  external_id.replace(/@[\dTZ:-]+$/, "");

/** What makes a message of the drill unique: its condition, severity and time. */
export const messageKey = (message: Pick<PantherMessage, "external_id" | "severity" | "time">): string =>
  `${conditionOf(message)}:${message.severity}@${message.time}`;

/** A request that has left its instance. */
interface Sent {
  readonly host: Host;
  readonly exchange: Exchange;
  readonly message: PantherMessage;
  readonly body: string;
  readonly token: string;
}

export interface ConsoleOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly trouble: ((request: RequestSeen) => Trouble) | undefined;
  readonly token: () => string;
  /** Whether it keeps rows, and whether the kit is installed. */
  readonly rows?: "kit" | "stock" | undefined;
}

/** A console on the virtual network: what the local console accepts, its rows, and every fault of a scenario. */
export class VirtualConsole {
  /** How often each message was accepted, and refused for good. */
  readonly accepted = new Map<string, number>();
  readonly refused = new Map<string, number>();
  /** Breaches of the protocol by the forwarder, counted. */
  readonly faults = new Map<string, number>();
  readonly rows: Rows | undefined;
  private readonly options: ConsoleOptions;
  private readonly hosts = new Map<string, Host>();
  /** Identifiers that are being stored. */
  private readonly storing = new Set<string>();
  private requests = 0;
  private isSweeping = false;

  constructor(options: ConsoleOptions) {
    this.options = options;
    const { rows, clock } = options;
    this.rows = rows && createRows({ kit: rows === "kit", now: clock.now });
  }

  /** A new instance's access to the network; its client's URL ends in the host's path. */
  host(path: string): Host {
    const host = { path, isAlive: true, sent: new Map(), requests: 0, connections: 0, dead: 0, usedAt: 0 };
    this.hosts.set(path, host);
    return host;
  }

  /** While the instance is frozen, the console closes its idle connections. */
  thaw(host: Host): void {
    host.sent.clear();
    if (host.requests > 0 || this.options.clock.time - host.usedAt < maxIdle) return;
    host.dead = host.connections;
    host.connections = 0;
  }

  request(options: Dispatcher.DispatchOptions, handler: Handler): void {
    const host = this.hosts.get(options.path);
    if (!host) throw new Error(`no such host: ${options.path}`);
    const exchange = new Exchange(handler, () => release(options, this.options.clock));
    if (!host.isAlive || !exchange.start()) return;
    const { clock, random, trouble } = this.options;
    const body = String(options.body);
    const message = (JSON.parse(body) as { event: PantherMessage }).event;
    exchange.onEnd(this.watch(host, message));
    const meets = trouble?.({ time: clock.elapsed, count: ++this.requests, message, random });
    if (host.dead > 0) {
      host.dead--;
      this.later(latency(random), host, () => exchange.fail("UND_ERR_SOCKET"));
      return;
    }
    host.connections = Math.max(host.connections, ++host.requests);
    exchange.onEnd(() => {
      host.requests--;
      host.usedAt = clock.time;
    });
    this.meet(meets, { host, exchange, message, body, token: tokenIn(options.headers) });
  }

  private meet(trouble: Trouble, { host, exchange, message, body, token }: Sent): void {
    const { clock, random } = this.options;
    const up = latency(random);
    const down = trouble === "slow" ? 10 * second : latency(random);
    if (trouble === "reset") this.later(up, host, () => exchange.fail("ECONNRESET"));
    else if (trouble === "late" || trouble === "delayed") {
      clock.after(trouble === "late" ? up : minute, () => this.answer(body, token, message));
    } else if (typeof trouble === "object") {
      if (isRefusal(trouble)) count(this.refused, messageKey(message));
      if (isDiscarded(trouble)) count(this.accepted, messageKey(message));
      this.later(up + down, host, () => exchange.answer(trouble.status, trouble.body, trouble.headers));
    } else if (trouble !== "hang") {
      clock.after(up, () => {
        const { status, body: answer } = this.answer(body, token, message);
        this.later(down, host, () => exchange.answer(status, answer));
      });
    }
  }

  /** What happens to a host does not happen if it has been killed meanwhile. */
  private later(milliseconds: number, host: Host, run: () => void): void {
    this.options.clock.after(milliseconds, () => {
      if (host.isAlive) run();
    });
  }

  private answer(body: string, token: string, message: PantherMessage): { status: number; body: unknown } {
    const contentType = "application/json";
    const { answer, event } = judge({ contentType, token, body: Buffer.from(body) }, this.options.token());
    if (!event) {
      if (answer.status !== 401) this.fault("refused by the console's contract");
      return answer;
    }
    // The race of two requests with one new identifier: nothing is stored, and the answer is an empty object.
    if (this.storing.has(message.identifier)) return { status: 400, body: {} };
    if (!this.accepted.has(messageKey(message))) {
      this.storing.add(message.identifier);
      this.options.clock.after(2, () => this.storing.delete(message.identifier));
    }
    count(this.accepted, messageKey(message));
    if (!this.rows) return answer;
    this.rows.add(event);
    this.sweepLater();
    return answer;
  }

  /** The console deletes rows by itself, as long as there is something to look at. */
  private sweepLater(): void {
    if (this.isSweeping) return;
    this.isSweeping = true;
    this.options.clock.after(second * (this.options.rows === "kit" ? lookInterval : 15), () => {
      this.isSweeping = false;
      this.rows?.sweep();
      if (this.rows?.all().some(({ severity }) => severity === 0)) this.sweepLater();
    });
  }

  /** Checks what the forwarder sends against its protocol. @returns what to do when the request has ended */
  private watch(host: Host, message: PantherMessage): () => void {
    const { time, severity, identifier, external_id, summary } = message;
    const condition = conditionOf(message);
    const before = host.sent.get(condition);
    if (before && before.time > time) this.fault("out of order within an invocation");
    if (before?.isOpen) this.fault("two at once about one condition");
    const age = this.options.clock.time - Date.parse(time);
    const hasTime = external_id.endsWith(`@${time}`) && identifier.endsWith(`@${time}`);
    if (severity === 0 && !hasTime) this.fault("a recovery without its time");
    if (severity > 0 && age > surelyLate && !hasTime) this.fault("a late problem on the live row");
    if (severity > 0 && age < 5 * minute && hasTime) this.fault("a late problem that is not late");
    if (severity > 0 && hasTime && !/ \(at \d\d:\d\d UTC\)$/.test(summary)) this.fault("a late problem that is silent");
    const sent = { time, isOpen: true };
    host.sent.set(condition, sent);
    return () => {
      sent.isOpen = false;
    };
  }

  private fault(text: string): void {
    count(this.faults, text);
  }
}

/** A request and its answer, as undici's handlers see them. */
class Exchange {
  private readonly handler: Handler;
  private readonly controller: Controller;
  private readonly ends: (() => void)[];
  private isOpen = true;

  constructor(handler: Handler, onEnd: () => void) {
    this.handler = handler;
    this.ends = [onEnd];
    const abort = (reason: Error): void => this.end(() => handler.onResponseError?.(this.controller, reason));
    this.controller = { aborted: false, paused: false, reason: null, abort, pause() {}, resume() {} } as Controller;
  }

  /** @returns whether the request is sent */
  start(): boolean {
    this.handler.onRequestStart?.(this.controller, null);
    return this.isOpen;
  }

  onEnd(run: () => void): void {
    this.ends.push(run);
  }

  fail(code: string): void {
    this.end(() => this.handler.onResponseError?.(this.controller, Object.assign(new Error(code), { code })));
  }

  answer(status: number, body: unknown, headers: Record<string, string> = {}): void {
    const isText = typeof body === "string";
    const text = Buffer.from(isText ? body : JSON.stringify(body));
    this.end(() => {
      const type = isText ? "text/html" : "application/json";
      this.handler.onResponseStart?.(this.controller, status, { "content-type": type, ...headers }, "");
      if (text.length > 0) this.handler.onResponseData?.(this.controller, text);
      this.handler.onResponseEnd?.(this.controller, {});
    });
  }

  private end(run: () => void): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    for (const end of this.ends) end();
    run();
  }
}

/** undici's pools send their requests to `console` until the returned function is called. */
export function connectPools(console: VirtualConsole): () => void {
  Pool.prototype.dispatch = (options, handler) => {
    console.request(options, handler);
    return true;
  };
  return () => Reflect.deleteProperty(Pool.prototype, "dispatch");
}

/** Milliseconds of one way. */
const latency = (random: Random): number => 2 + random() * 10;

function release(options: Dispatcher.DispatchOptions, clock: Clock): void {
  const { signal } = options as { signal?: AbortSignal };
  if (signal) clock.release(signal);
}

const tokenIn = (headers: Dispatcher.DispatchOptions["headers"]): string =>
  String((headers as Record<string, string>)["x-api-token"]);

/** Whether a fault is the console's own refusal: nobody else answers with an error that is an object. */
const isRefusal = ({ status, body }: Fault): boolean => status === 400 && isFields(body) && isFields(body.error);

/** Whether a rule of the console's owner discards the message: that is a delivery. */
const isDiscarded = ({ body }: Fault): boolean => isFields(body) && body.message === "Event discarded";

export const count = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};
