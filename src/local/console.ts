import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { apiPath } from "../config.ts";
import { type AcceptedEvent, type ApiAnswer, judge } from "./contract.ts";
import { lookInterval } from "./kit.ts";
import { createRows, type Row, type Rows } from "./rows.ts";

/** A message that the console accepted. */
export interface AcceptedMessage {
  readonly event: AcceptedEvent;
  readonly bytes: number;
  readonly row: Row;
}

/**
 * A fault made on purpose: an answer instead of the console's own, or a connection that is cut (`reset`) or never
 * answered (`hang`).
 */
export type Fault = ApiAnswer & { readonly headers?: Record<string, string> };

/** What a request can meet; `late` accepts the message and never answers. */
export type Trouble = Fault | "reset" | "hang" | "late";

export interface LocalConsole {
  readonly url: string;
  readonly token: string;
  readonly rows: Rows;
  readonly accepted: readonly AcceptedMessage[];
  readonly refused: readonly { readonly answer: ApiAnswer; readonly body: string }[];
  readonly counts: { requests: number; connections: number };
  /** The next requests meet this, until it is set back to `undefined`; a function decides for each request. */
  fault: Trouble | ((request: number) => Trouble | undefined) | undefined;
  acceptedToken: string;
  /** Deletes rows, as the console does by itself every few seconds. */
  sweep(): void;
  /** Closes idle connections, as the console does after 5 s. */
  closeIdle(): void;
  close(): Promise<void>;
}

export interface LocalConsoleOptions {
  readonly token?: string;
  readonly port?: number;
  readonly host?: string;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Whether the kit of console/ is installed. */
  readonly kit?: boolean;
  readonly onAccepted?: (message: AcceptedMessage) => void;
  /** Called with the rows that the console deleted by itself. */
  readonly onDeleted?: (rows: readonly Row[]) => void;
  /** Serves every path but the API's. */
  readonly page?: http.RequestListener;
}

/** The token that docs and `sam local invoke` use for the local console. */
export const localToken = "local0console0takes0this0token00";

/** Seconds between two deletions of severity 0 by the console's stock trigger. */
const stockInterval = 15;

/** A console on this machine that accepts and refuses what the real one does, and keeps its rows as that does. */
export async function startConsole(options: LocalConsoleOptions = {}): Promise<LocalConsole> {
  const { tls, port = 0, host = "127.0.0.1" } = options;
  const server = tls ? https.createServer(tls) : http.createServer();
  const local = new RunningConsole(options, server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  local.url = `${tls ? "https://localhost" : "http://127.0.0.1"}:${address.port}${apiPath}`;
  return local;
}

class RunningConsole implements LocalConsole {
  url = "";
  readonly token: string;
  readonly rows: Rows;
  readonly accepted: AcceptedMessage[] = [];
  readonly refused: { answer: ApiAnswer; body: string }[] = [];
  readonly counts = { requests: 0, connections: 0 };
  fault: LocalConsole["fault"];
  acceptedToken: string;
  private readonly options: LocalConsoleOptions;
  private readonly server: http.Server;
  private readonly sweeping: NodeJS.Timeout;

  constructor(options: LocalConsoleOptions, server: http.Server) {
    const { kit = false, token = localToken } = options;
    this.options = options;
    this.server = server;
    this.rows = createRows({ kit });
    this.token = token;
    this.acceptedToken = token;
    this.sweeping = setInterval(() => this.sweep(), 1000 * (kit ? lookInterval : stockInterval)).unref();
    server.keepAliveTimeout = 5000;
    server.on("connection", () => this.counts.connections++);
    server.on("request", (request: http.IncomingMessage, response: http.ServerResponse) => {
      if (options.page && pathOf(request) !== apiPath) options.page(request, response);
      else this.receive(request, response).catch(() => request.destroy());
    });
  }

  sweep(): void {
    const gone = this.rows.sweep();
    if (gone.length > 0) this.options.onDeleted?.(gone);
  }

  closeIdle(): void {
    this.server.closeIdleConnections();
  }

  close(): Promise<void> {
    clearInterval(this.sweeping);
    this.server.closeAllConnections();
    return new Promise((resolve) => {
      this.server.close(() => resolve());
    });
  }

  private async receive(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    this.counts.requests++;
    const fault = typeof this.fault === "function" ? this.fault(this.counts.requests) : this.fault;
    if (fault === "hang") return;
    if (fault === "reset") {
      request.socket.resetAndDestroy();
      return;
    }
    if (fault && fault !== "late") return send(response, fault, fault.headers);
    const answer = this.answerTo(request, body);
    if (fault !== "late") send(response, answer);
  }

  private answerTo(request: http.IncomingMessage, body: Buffer): ApiAnswer {
    const path = pathOf(request);
    if (path !== apiPath || request.method !== "POST") {
      return { status: 404, body: `<!DOCTYPE html><pre>Cannot ${request.method} ${path}</pre>` };
    }
    const token = String(request.headers["x-api-token"] ?? "");
    const { answer, event } = judge({ contentType: request.headers["content-type"], token, body }, this.acceptedToken);
    if (!event) {
      this.refused.push({ answer, body: body.toString("utf8").slice(0, 2000) });
      return answer;
    }
    const { row, created } = this.rows.add(event);
    const message = { event, bytes: body.length, row };
    this.accepted.push(message);
    this.options.onAccepted?.(message);
    if (created) return answer;
    return { status: 200, body: { status: "Created", message: `Updated event: ${event.summary}`, event: {} } };
  }
}

const pathOf = (request: http.IncomingMessage): string | undefined => request.url?.split("?")[0];

async function bodyOf(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function send(response: http.ServerResponse, { status, body }: ApiAnswer, headers: Record<string, string> = {}): void {
  const isHtml = typeof body === "string";
  response.writeHead(status, { "content-type": isHtml ? "text/html" : "application/json", ...headers });
  response.end(isHtml ? body : JSON.stringify(body));
}
