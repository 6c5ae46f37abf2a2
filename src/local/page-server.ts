import { readFileSync } from "node:fs";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import path from "node:path";
import { buildSync } from "esbuild";
import { type Fields, isFields } from "../event.ts";

/** The page's requests, such as `GET /workshop/row`: GET for reading, POST for changes. */
export type PageRequests = Readonly<Record<string, (query: URLSearchParams, body: Fields) => unknown>>;

/** A response other than 200, with its reason. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Serves the page's files, requests and stream of changes to this machine only. */
export function servePage(requests: PageRequests, stream: RequestListener): RequestListener {
  return (request, response) => {
    const url = URL.parse(request.url ?? "/", "http://local") ?? new URL("http://local/nowhere");
    const name = `${request.method} ${url.pathname}`;
    const file = request.method === "GET" ? files[url.pathname] : undefined;
    const handle = requests[name];
    const refusal = refusalOf(request);
    if (refusal) sendJson(response, 403, { error: refusal });
    else if (file) response.writeHead(200, { ...headers, "content-type": file.type }).end(file.read());
    else if (url.pathname === "/workshop/stream") stream(request, response);
    else if (!handle) sendJson(response, 404, { error: `There is no ${name}.` });
    else {
      bodyOf(request)
        .then((body) => handle(url.searchParams, body))
        .then(
          (value) => sendJson(response, 200, value),
          (error: Error) => sendJson(response, error instanceof Refusal ? error.status : 422, { error: error.message }),
        );
    }
  };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { ...headers, "content-type": "application/json" }).end(JSON.stringify(body ?? null));
}

/** @throws {Refusal} */
export function textOf(body: Fields, name: string): string {
  const value = body[name];
  if (typeof value !== "string") throw new Refusal(400, `${name} is missing.`);
  return value;
}

export const optionalText = (body: Fields, name: string): string | undefined =>
  body[name] === undefined ? undefined : textOf(body, name);

/** An event has at most 1 MB; its JSON as a string in JSON can have twice that. */
const maxBytes = 3_000_000;

async function bodyOf(request: IncomingMessage): Promise<Fields> {
  if (request.method === "GET") return {};
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Refusal(413, "The request is larger than any event.");
    chunks.push(chunk);
  }
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  if (!isFields(body)) throw new Refusal(400, "The request's body is not an object.");
  return body;
}

const localNames = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/;
const localAddresses = /^(?:::ffff:)?127\.|^::1$/;

/**
 * Why a request does not come from the page. Any website can make a browser on this machine send requests to this server,
 * even under a host name that resolves to 127.0.0.1, but it cannot hide its origin, or set a header without a preflight.
 */
function refusalOf(request: IncomingMessage): string | undefined {
  const { host = "", origin } = request.headers;
  if (!localAddresses.test(request.socket.remoteAddress ?? "")) return "The page is served to its own machine only.";
  if (!localNames.test(host)) return `The page is not served at ${host}.`;
  if (origin !== undefined && origin !== `http://${host}`) return `Requests from ${origin} are refused.`;
  if (!["GET", "HEAD"].includes(request.method ?? "") && request.headers["x-workshop"] !== "page") {
    return "The header X-Workshop is missing.";
  }
  return undefined;
}

/** Headers of every response. */
export const headers = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

const pageFolder = path.join(import.meta.dirname, "page");
const content = (name: string) => (): Buffer => readFileSync(path.join(pageFolder, name));

const files: Readonly<Record<string, { readonly type: string; read(): Buffer }>> = {
  "/": { type: "text/html; charset=utf-8", read: content("index.html") },
  "/page.css": { type: "text/css; charset=utf-8", read: content("page.css") },
  "/icon.svg": { type: "image/svg+xml", read: content("icon.svg") },
  "/page.js": { type: "text/javascript; charset=utf-8", read: script },
};

/** The page's script. */
function script(): Buffer {
  const { outputFiles } = buildSync({
    entryPoints: [path.join(pageFolder, "page.ts")],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    charset: "utf8",
  });
  return Buffer.from(outputFiles[0]?.contents ?? []);
}
