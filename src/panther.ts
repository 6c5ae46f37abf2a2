import { setTimeout as delay } from "node:timers/promises";
import pLimit from "p-limit";
// The whole of undici costs a cold start 40 ms more than these two of its parts.
import requestOf from "undici/lib/api/api-request.js";
import Pool from "undici/lib/dispatcher/pool.js";
import { bodyOf, type PantherMessage } from "./message.ts";

/**
 * What became of a message. `delivered`: taken, or discarded by a rule of the console's owner. `refused`: sending it
 * again cannot help. `undelivered`: keep it and send it later.
 */
export type Delivery =
  | { readonly outcome: "delivered"; readonly requests: number }
  | { readonly outcome: "refused" | "undelivered"; readonly reason: string; readonly requests: number };

/** How an answer is to be taken; `unauthorised` may be a wrong token or the console's own authentication being down. */
export type Answer =
  | { readonly kind: "delivered" }
  | { readonly kind: "refused" | "transient" | "unauthorised"; readonly reason: string };

/** Reads an answer of the console's API as panther-core 4 gives it: not every 400 is final, and not every 500 passes. */
export function classify(status: number, body: string): Answer {
  if (status >= 200 && status < 300) return { kind: "delivered" };
  const said = parse(body);
  if (status === 400 && said.message === "Event discarded") return { kind: "delivered" };
  const reason = `HTTP ${status}${reasonIn(said)}`;
  if (status === 401 || status === 403) return { kind: "unauthorised", reason };
  if (status === 408 || status === 425 || status === 429) return { kind: "transient", reason };
  // A redirect comes from something in front of the console; what that is now, it need not be tomorrow.
  if (status < 400) return { kind: "transient", reason };
  if (status >= 500) return { kind: /Invalid regular expression/.test(body) ? "refused" : "transient", reason };
  if (status === 400 && (typeof said.error === "string" || Object.keys(said).length === 0)) {
    return { kind: "transient", reason };
  }
  return { kind: "refused", reason };
}

function parse(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    // An answer that is no object came from something in between, and says nothing of the event.
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : { page: true };
  } catch {
    return body.trim() ? { page: true } : {};
  }
}

function reasonIn(said: Record<string, unknown>): string {
  const error = said.error as { message?: unknown } | string | undefined;
  const reason = typeof error === "string" ? error : (error?.message ?? said.message);
  return typeof reason === "string" && reason ? `: ${reason.slice(0, 200)}` : "";
}

/** A token and how to read it again; `refresh` answers whether it has changed. */
export interface Token {
  current(): Promise<string>;
  refresh(): Promise<boolean>;
}

export interface ConsoleOptions {
  readonly url: URL;
  readonly token: Token;
  readonly connections?: number;
  /** Milliseconds that the console may take to answer one request. */
  readonly timeout?: number;
  readonly now?: () => number;
  readonly random?: () => number;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
  /** Options of the TLS connection: a further certificate authority. */
  readonly tls?: { readonly ca?: string };
  readonly circuit?: Circuit;
}

/**
 * While the console is down, a warm function fails fast and asks with one message now and then, instead of burning its
 * time on each event. `threshold` messages not delivered in a row open the circuit for `pause` milliseconds; each probe
 * that fails too doubles the pause, up to `mostPause`.
 */
export interface Circuit {
  readonly threshold: number;
  readonly pause: number;
  readonly mostPause: number;
}

/** Connections per function instance: with the template's 8 instances, the 32 on which a console is at its fastest. */
const defaultConnections = 4;
/** The console's own authentication may take 5 s before it answers, and a busy console as long again. */
const defaultTimeout = 15_000;
const mostTries = 5;
const firstBackoff = 200;
const mostBackoff = 4000;
const defaultCircuit: Circuit = { threshold: 3, pause: 1000, mostPause: 30_000 };

/** The console's API. Deliver never throws. */
export interface PantherConsole {
  /** Whether it is worth trying: false while the circuit is open. */
  available(): boolean;
  /**
   * Sends the message and, while that can help, sends it again until `deadline` (milliseconds, on the clock of `now`).
   */
  deliver(message: PantherMessage, deadline: number): Promise<Delivery>;
  close(): Promise<void>;
}

export function pantherConsole(options: ConsoleOptions): PantherConsole {
  const { url, token, now = Date.now, random = Math.random, sleep = delay } = options;
  const { timeout = defaultTimeout, connections = defaultConnections, circuit = defaultCircuit } = options;
  const pool = new Pool(url.origin, {
    connections,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: Math.min(timeout, 5000), ...options.tls },
  });
  const limited = pLimit(connections);
  let inARow = 0;
  let openUntil = 0;
  let pause = circuit.pause;
  let probing = false;

  async function post(
    message: PantherMessage,
    apiToken: string,
    left: number,
  ): Promise<Answer & { again?: number; lost?: boolean }> {
    const limit = Math.max(1, Math.min(timeout, left));
    try {
      const { statusCode, headers, body } = await requestOf.call(pool, {
        path: url.pathname + url.search,
        method: "POST",
        headers: { "content-type": "application/json", "x-api-token": apiToken },
        body: bodyOf(message),
        signal: AbortSignal.timeout(limit),
      });
      const answer = classify(statusCode, (await body.text()).slice(0, 10_000));
      const again = retryAfter(headers["retry-after"], now());
      return again === undefined ? answer : { ...answer, again };
    } catch (error) {
      const { name, code, message: said } = error as { name?: string; code?: string | number; message?: string };
      // Given up, the event may be taken all the same: to send it again at once would count it twice.
      if (name === "TimeoutError") return { kind: "transient", reason: `no answer within ${limit} ms`, lost: true };
      const reason = `no answer: ${typeof code === "string" ? code : (said ?? String(error))}`;
      return { kind: "transient", reason, ...(dead.has(String(code)) ? { again: 0 } : {}) };
    }
  }

  async function attempt(message: PantherMessage, deadline: number, tries: number): Promise<Delivery> {
    let refreshed = false;
    for (let requests = 1; ; requests++) {
      const answer = await post(message, await token.current(), deadline - now());
      if (answer.kind === "delivered") return { outcome: "delivered", requests };
      if (answer.kind === "refused") return { outcome: "refused", reason: answer.reason, requests };
      const undelivered: Delivery = { outcome: "undelivered", reason: answer.reason, requests };
      if (answer.kind === "unauthorised") {
        if (refreshed || !(await token.refresh())) return undelivered;
        refreshed = true;
        continue;
      }
      if (answer.lost || requests >= tries) return undelivered;
      const backoff = random() * Math.min(mostBackoff, firstBackoff * 2 ** (requests - 1));
      // A kept-alive connection that the console has closed meanwhile says nothing of the console: a new one at once.
      const wait = answer.again === 0 && requests <= 2 ? 0 : Math.max(backoff, answer.again ?? 0);
      if (now() + wait >= deadline) return undelivered;
      if (wait > 0) await sleep(wait);
    }
  }

  const available = (): boolean => now() >= openUntil && !(inARow >= circuit.threshold && probing);

  async function deliver(message: PantherMessage, deadline: number): Promise<Delivery> {
    if (now() >= deadline) return { outcome: "undelivered", reason: "no time left in this invocation", requests: 0 };
    if (!available()) return { outcome: "undelivered", reason: notAnswering, requests: 0 };
    const probe = inARow >= circuit.threshold;
    if (probe) probing = true;
    let delivery: Delivery;
    try {
      delivery = await attempt(message, deadline, probe ? 1 : mostTries);
    } catch (error) {
      delivery = {
        outcome: "undelivered",
        reason: error instanceof Error ? error.message : String(error),
        requests: 0,
      };
    }
    if (probe) probing = false;
    inARow = delivery.outcome === "undelivered" ? inARow + 1 : 0;
    if (inARow < circuit.threshold) openUntil = 0;
    else {
      pause = probe ? Math.min(circuit.mostPause, pause * 2) : circuit.pause;
      openUntil = now() + pause;
    }
    return delivery;
  }

  return {
    available,
    deliver: (message, deadline) => limited(deliver, message, deadline),
    close: () => pool.destroy(),
  };
}

/** Why nothing was tried while the circuit is open. */
export const notAnswering = "the console has not been answering, and is asked again shortly";

const dead = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);

/** Milliseconds that a `Retry-After` header asks for: seconds, or a date. */
function retryAfter(header: string | string[] | undefined, now: number): number | undefined {
  if (typeof header !== "string") return undefined;
  const seconds = Number(header);
  const until = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(until) && until > 0 ? until : undefined;
}
