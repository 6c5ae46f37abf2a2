import { setTimeout as delay } from "node:timers/promises";
import pLimit from "p-limit";
// Importing all of undici adds 40 ms to a cold start.
import requestOf from "undici/lib/api/api-request.js";
import Pool from "undici/lib/dispatcher/pool.js";
import { before, Late } from "../deadline.ts";
import { bodyOf, type PantherMessage } from "../message.ts";
import { type Answer, classify, retryAfterOf } from "./answers.ts";
import { Circuit, type CircuitOptions } from "./circuit.ts";

/**
 * The outcome of a message. `delivered`: the console has it, or a rule of its owner discarded it. `refused`: sending it
 * again cannot help. `undelivered`: it may be sent again later. `requests` counts the HTTP requests made for it.
 */
export type Delivery =
  | { readonly outcome: "delivered"; readonly requests: number }
  | { readonly outcome: "refused" | "undelivered"; readonly reason: string; readonly requests: number };

/** The API token. */
export interface Token {
  current(): Promise<string>;
  /** Reads the token again. @returns whether it has changed */
  refresh(): Promise<boolean>;
}

export interface ConsoleOptions {
  readonly url: URL;
  readonly token: Token;
  readonly connections?: number;
  /** Milliseconds to wait for the answer to one request. */
  readonly timeout?: number;
  readonly now?: () => number;
  readonly random?: () => number;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
  /** `ca`: the certificates to trust instead of Node's own, in PEM. */
  readonly tls?: { readonly ca?: string };
  readonly circuit?: CircuitOptions;
}

/** For each function instance: with the template's 8 instances 32, at which a console is fastest. */
const defaultConnections = 4;
/** The console's authentication can take 5 s, and a busy console as long again. */
const defaultTimeout = 15_000;
const maxConnectTimeout = 5000;
const maxRequests = 5;
const firstBackoff = 200;
const maxBackoff = 4000;
/** Milliseconds after the signal in which an orderly request ends. */
const abortMargin = 50;
/** Bytes of an answer that are read: the console's has the event of at most 4,096 bytes in it. */
const maxResponseSize = 65_536;
/** Error codes of a connection that the console closed before it answered. */
const closedConnectionCodes = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);

/** The console's API. */
export interface PantherConsole {
  /** False while the circuit is open: `deliver` would send nothing. */
  available(): boolean;
  /**
   * Sends the message, and sends it again while that can help and `deadline` (milliseconds on the clock of `now`) is not
   * reached. Never throws.
   */
  deliver(message: PantherMessage, deadline: number): Promise<Delivery>;
  close(): Promise<void>;
}

export function pantherConsole(options: ConsoleOptions): PantherConsole {
  const client = new Client(options);
  // Messages wait here rather than in the pool, so that their timeout begins when they are sent.
  const limited = pLimit(options.connections ?? defaultConnections);
  return {
    available: () => client.isAvailable(),
    deliver: (message, deadline) => limited(() => client.deliver(message, deadline)),
    close: () => client.close(),
  };
}

/** What one request led to, with what the next one depends on. */
type Reply = Answer & {
  /** Milliseconds to wait, as the console asks. */
  readonly retryAfter?: number | undefined;
  /** The console did not answer in time but may have the event: sending it again now could count it twice. */
  readonly hasTimedOut?: boolean;
  /** The connection was closed, as the console does with idle ones: not a sign that it is down. */
  readonly isClosedConnection?: boolean;
};

class Client {
  private readonly options: ConsoleOptions;
  private pool: Pool;
  private readonly circuit: Circuit;
  private readonly timeout: number;
  private readonly now: () => number;

  constructor(options: ConsoleOptions) {
    this.options = options;
    this.timeout = options.timeout ?? defaultTimeout;
    this.now = options.now ?? Date.now;
    this.circuit = new Circuit(this.now, options.circuit);
    this.pool = this.connect();
  }

  private connect(): Pool {
    return new Pool(this.options.url.origin, {
      connections: this.options.connections ?? defaultConnections,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxResponseSize,
      connect: { timeout: Math.min(this.timeout, maxConnectTimeout), ...this.options.tls },
    });
  }

  /** A pool whose request does not end in time may be stuck, as undici's is after a header that it refuses. */
  private replacePool(stuck: Pool): void {
    if (this.pool !== stuck) return;
    this.pool = this.connect();
    stuck.destroy().catch(() => {});
  }

  isAvailable(): boolean {
    return this.circuit.isPassable();
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }

  async deliver(message: PantherMessage, deadline: number): Promise<Delivery> {
    if (this.now() >= deadline) return unsent("no time left in this invocation");
    if (!this.isAvailable()) return unsent("the console has not been answering, and is asked again shortly");
    const { isProbe } = this.circuit.start();
    // Throws where the token cannot be read.
    const delivery = await this.sendRepeatedly(message, deadline, isProbe ? 1 : maxRequests).catch((error: unknown) =>
      unsent(error instanceof Error ? error.message : String(error)),
    );
    this.circuit.end({ isProbe, isDelivered: delivery.outcome !== "undelivered" });
    return delivery;
  }

  /** Sends the message up to `limit` times, and once more with a new token. */
  private async sendRepeatedly(message: PantherMessage, deadline: number, limit: number): Promise<Delivery> {
    const { token, sleep = delay } = this.options;
    let isRefreshed = false;
    for (let requests = 1; ; requests++) {
      const reply = await this.post(message, await token.current(), deadline - this.now());
      if (reply.kind === "delivered") return { outcome: "delivered", requests };
      if (reply.kind === "refused") return { outcome: "refused", reason: reply.reason, requests };
      const undelivered: Delivery = { outcome: "undelivered", reason: reply.reason, requests };
      if (reply.kind === "unauthorised") {
        if (isRefreshed || !(await token.refresh())) return undelivered;
        isRefreshed = true;
        continue;
      }
      if (reply.hasTimedOut || requests >= limit) return undelivered;
      const pause = this.pauseAfter(reply, requests);
      if (this.now() + pause >= deadline) return undelivered;
      if (pause > 0) await sleep(pause);
    }
  }

  /** Exponential back-off with full jitter; none at first after a closed connection. */
  private pauseAfter({ retryAfter = 0, isClosedConnection }: Reply, requests: number): number {
    if (isClosedConnection && requests <= 2) return 0;
    const { random = Math.random } = this.options;
    return Math.max(retryAfter, random() * Math.min(maxBackoff, firstBackoff * 2 ** (requests - 1)));
  }

  private async post(message: PantherMessage, apiToken: string, timeLeft: number): Promise<Reply> {
    const timeout = Math.max(1, Math.min(this.timeout, timeLeft));
    const pool = this.pool;
    try {
      // The pool does not look at the signal while it connects.
      return await before(timeout + abortMargin, this.request(pool, message, apiToken, AbortSignal.timeout(timeout)));
    } catch (error) {
      if (error instanceof Late) this.replacePool(pool);
      return replyOfError(error as RequestError, timeout);
    }
  }

  private async request(pool: Pool, message: PantherMessage, apiToken: string, signal: AbortSignal): Promise<Reply> {
    const { url } = this.options;
    const { statusCode, headers, body } = await requestOf.call(pool, {
      path: url.pathname + url.search,
      method: "POST",
      headers: { "content-type": "application/json", "x-api-token": apiToken },
      body: bodyOf(message),
      signal,
    });
    const answer = classify(statusCode, await body.text());
    return { ...answer, retryAfter: retryAfterOf(headers["retry-after"], this.now()) };
  }
}

type RequestError = Error & { readonly code?: string | number };

function replyOfError({ name, code, message }: RequestError, timeout: number): Reply {
  if (name === "TimeoutError" || name === "Late") {
    return { kind: "transient", reason: `no answer within ${timeout} ms`, hasTimedOut: true };
  }
  const reason = `no answer: ${typeof code === "string" ? code : message}`;
  return { kind: "transient", reason, isClosedConnection: closedConnectionCodes.has(String(code)) };
}

const unsent = (reason: string): Delivery => ({ outcome: "undelivered", reason, requests: 0 });
