import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { type AcceptedEvent, type ApiAnswer, judge } from "./contract.ts";
import { createRows, type Row, type Rows } from "./rows.ts";

/** A message that the console took. */
export interface Taken {
  readonly event: AcceptedEvent;
  readonly bytes: number;
  readonly row: Row;
}

/**
 * A fault made on purpose: an answer instead of the console's own, or a connection that is cut (`reset`) or never
 * answered (`hang`).
 */
export type Fault = ApiAnswer & { readonly headers?: Record<string, string> };

/** What a request can meet; `late` takes the message and never answers. */
export type Trouble = Fault | "reset" | "hang" | "late";

export interface LocalConsole {
  readonly url: string;
  readonly token: string;
  readonly rows: Rows;
  readonly taken: readonly Taken[];
  readonly refused: readonly { readonly answer: ApiAnswer; readonly body: string }[];
  readonly counts: { requests: number; connections: number };
  /** The next requests meet this, until it is set back to `undefined`; a function decides for each request. */
  fault: Trouble | ((request: number) => Trouble | undefined) | undefined;
  acceptedToken: string;
  /** Deletes rows, as the console does every 15 s. */
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
  readonly clearTrigger?: boolean;
  readonly onTaken?: (taken: Taken, created: boolean) => void;
  /** Called with the rows that the console deleted by itself. */
  readonly onSwept?: (rows: readonly Row[]) => void;
  /** Serves every path but the API's. */
  readonly page?: http.RequestListener;
}

/** Where the predecessor's users and `sam local invoke` expect it. */
export const localToken = "local0console0takes0this0token00";

/** A console on this machine that takes and refuses what the real one does, and keeps its rows as that does. */
export async function startConsole(options: LocalConsoleOptions = {}): Promise<LocalConsole> {
  const { tls, page, port = 0, host = "127.0.0.1" } = options;
  const rows = createRows({ clearTrigger: options.clearTrigger ?? false });
  const taken: Taken[] = [];
  const refused: { answer: ApiAnswer; body: string }[] = [];
  const counts = { requests: 0, connections: 0 };

  const listener: http.RequestListener = (request, response) => {
    const path = request.url?.split("?")[0];
    if (page && path !== "/api/event/create") return page(request, response);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      counts.requests++;
      const fault = typeof local.fault === "function" ? local.fault(counts.requests) : local.fault;
      if (fault === "hang") return;
      if (fault === "reset") {
        request.socket.resetAndDestroy();
        return;
      }
      const send = ({ status, body }: ApiAnswer, headers: Record<string, string> = {}): void => {
        response.writeHead(status, {
          "content-type": typeof body === "string" ? "text/html" : "application/json",
          ...headers,
        });
        response.end(typeof body === "string" ? body : JSON.stringify(body));
      };
      if (fault && fault !== "late") return send(fault, fault.headers);
      if (path !== "/api/event/create" || request.method !== "POST") {
        return send({ status: 404, body: `<!DOCTYPE html><pre>Cannot ${request.method} ${path}</pre>` });
      }
      const body = Buffer.concat(chunks);
      const header = request.headers["x-api-token"];
      const { answer, event } = judge(
        { contentType: request.headers["content-type"], token: String(header ?? ""), body },
        local.acceptedToken,
      );
      let isRepeat = false;
      if (event) {
        const { row, created } = rows.take(event);
        isRepeat = !created;
        const entry = { event, bytes: body.length, row };
        taken.push(entry);
        options.onTaken?.(entry, created);
      } else refused.push({ answer, body: body.toString("utf8").slice(0, 2000) });
      const repeated = {
        status: 200,
        body: { status: "Created", message: `Updated event: ${event?.summary}`, event: {} },
      };
      if (fault !== "late") send(isRepeat ? repeated : answer);
    });
  };

  const server = tls ? https.createServer(tls, listener) : http.createServer(listener);
  server.keepAliveTimeout = 5000;
  server.on("connection", () => counts.connections++);
  const sweep = (): void => {
    const gone = rows.sweep();
    if (gone.length > 0) options.onSwept?.(gone);
  };
  const sweeping = setInterval(sweep, 15_000);
  sweeping.unref();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const token = options.token ?? localToken;
  const local: LocalConsole = {
    url: `${tls ? "https" : "http"}://${tls ? "localhost" : "127.0.0.1"}:${address.port}/api/event/create`,
    token,
    rows,
    taken,
    refused,
    counts,
    fault: undefined,
    acceptedToken: token,
    sweep,
    closeIdle: () => server.closeIdleConnections(),
    close: () =>
      new Promise((resolve) => {
        clearInterval(sweeping);
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return local;
}
