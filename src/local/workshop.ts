import { readFileSync } from "node:fs";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import path from "node:path";
import { buildSync } from "esbuild";
import { isFields } from "../event.ts";
import { sentence } from "../formatters/words.ts";
import { type LocalConsole, startConsole, type Taken } from "./console.ts";
import type { AcceptedEvent } from "./contract.ts";
import { type FormatterFacts, type Gallery, type Origin, startGallery } from "./gallery.ts";
import type { Row } from "./rows.ts";
import type { Result } from "./runtime.ts";
import { root as projectRoot } from "./template.ts";

export interface WorkshopOptions {
  readonly port?: number | undefined;
  /** 127.0.0.1 by default. On any other address, others reach the API only: the page answers this machine alone. */
  readonly host?: string | undefined;
  /** Whether the console behaves as one where docs/panther-clear-trigger.js is installed. */
  readonly clearTrigger?: boolean | undefined;
  /** Whether there is a gallery, which watches formatters and samples: yes, unless it is `false`. */
  readonly watch?: boolean | undefined;
  /** The project whose formatters and samples the gallery shows: this one by default. */
  readonly root?: string | undefined;
}

export interface Workshop {
  /** Of the page. */
  readonly url: string;
  readonly console: LocalConsole;
  /** Tells that `event` is about to be sent through the function, so that its rows show what they came from. */
  announce(event: unknown): void;
  /** Puts an event through the function; where it is set, the page offers it. */
  deliver: ((event: unknown) => Promise<Result>) | undefined;
  /** Called when a source that formatters depend on changed. */
  onSources: (() => void) | undefined;
  close(): Promise<void>;
}

/** A row as the page lists it. */
export interface ListedRow extends Row {
  /** The event source that its last message named. */
  readonly source: string;
}

/** What the page is told as it happens. */
export interface Change {
  /** Whether `rows` are all there are, and others gone. */
  readonly all?: boolean;
  readonly rows: readonly ListedRow[];
  readonly gone: readonly string[];
}

/** What the page must know of the workshop. */
export interface Setting {
  readonly api: string;
  readonly token: string;
  readonly clearTrigger: boolean;
  readonly gallery: boolean;
  readonly deliver: boolean;
}

/** All that is known of a row. */
export interface RowDetails {
  readonly row: ListedRow;
  /** The last message that reached it. */
  readonly message: AcceptedEvent;
  readonly bytes: number;
  /** The event that the message came from. */
  readonly event?: unknown;
  readonly formatter?: FormatterFacts | undefined;
  readonly cleared: string;
}

/** A local console with its page, the gallery of samples and what both need. */
export async function startWorkshop(options: WorkshopOptions = {}): Promise<Workshop> {
  const { clearTrigger = false, root = projectRoot } = options;
  const last = new Map<string, Taken>();
  const origins = new Map<string, KnownOrigin>();
  const streams = new Set<ServerResponse>();
  let changed = new Set<string>();
  let telling: NodeJS.Timeout | undefined;

  const listed = (row: Row): ListedRow => ({ ...row, source: String(last.get(row.identifier)?.event.source ?? "") });

  const tell = (event: string, data: unknown): void => {
    const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const stream of streams) stream.write(text);
  };

  /** Tells the page of changed rows, at most every 50 ms. */
  const rowChanged = (identifier: string): void => {
    changed.add(identifier);
    telling ??= setTimeout(() => {
      telling = undefined;
      const [told, rows] = [changed, [] as ListedRow[]];
      changed = new Set();
      for (const row of local.rows.all()) if (told.delete(row.identifier)) rows.push(listed(row));
      tell("rows", { rows, gone: [...told] } satisfies Change);
    }, 50);
  };

  const forget = (rows: Iterable<Row>): void => {
    for (const { identifier } of rows) {
      last.delete(identifier);
      rowChanged(identifier);
    }
  };

  const workshop: Omit<Workshop, "url" | "console"> = {
    deliver: undefined,
    onSources: undefined,
    announce(event) {
      gallery?.origin(event).then(
        ({ event, formatter, messages }) => {
          for (const message of messages) {
            origins.delete(originKey(message));
            origins.set(originKey(message), { event, formatter });
          }
          for (const key of origins.keys()) {
            if (origins.size <= mostOrigins) break;
            origins.delete(key);
          }
        },
        // What is no event has no row to be traced from.
        () => {},
      );
    },
    async close() {
      clearTimeout(telling);
      gallery?.close();
      await local.close();
    },
  };

  const details = (identifier: string): RowDetails | undefined => {
    const taken = last.get(identifier);
    const row = local.rows.all().find((row) => row.identifier === identifier);
    if (!taken || !row) return undefined;
    const origin = origins.get(originKey(row));
    return {
      row: listed(row),
      message: taken.event,
      bytes: taken.bytes,
      ...origin,
      cleared: clearedBy(row, origin, clearTrigger),
    };
  };

  const deliver = async (body: Fields): Promise<Result> => {
    if (!workshop.deliver) throw new Refusal(409, "No function is running that the event could be sent through.");
    const event: unknown = JSON.parse(textOf(body, "text"));
    workshop.announce(event);
    return workshop.deliver(event);
  };

  const remove = (body: Fields): number => {
    const identifier = optionalText(body, "identifier");
    const gone = local.rows.all().filter((row) => identifier === undefined || row.identifier === identifier);
    for (const row of gone) local.rows.remove(row.identifier);
    forget(gone);
    return gone.length;
  };

  const needed = (): Gallery => {
    if (!gallery) throw new Refusal(404, "The console was started without a gallery.");
    return gallery;
  };

  const stream: RequestListener = (request, response) => {
    response.writeHead(200, { ...headers, "content-type": "text/event-stream" });
    streams.add(response);
    request.on("close", () => streams.delete(response));
    response.write("retry: 1000\n\n");
    const setting: Setting = {
      api: local.url,
      token: local.token,
      clearTrigger,
      gallery: gallery !== undefined,
      deliver: workshop.deliver !== undefined,
    };
    const all: Change = { all: true, rows: local.rows.all().map(listed), gone: [] };
    response.write(`event: setting\ndata: ${JSON.stringify(setting)}\n\n`);
    response.write(`event: rows\ndata: ${JSON.stringify(all)}\n\n`);
  };

  /** What the page may ask: with GET what changes nothing, with POST the rest. */
  const asks: Record<string, (query: URLSearchParams, body: Fields) => unknown> = {
    "GET /workshop/row": (query) => {
      const found = details(query.get("identifier") ?? "");
      if (!found) throw new Refusal(404, "The console has deleted this row.");
      return found;
    },
    "GET /workshop/gallery": async () => ({ samples: await needed().list(), broken: gallery?.broken }),
    "POST /workshop/render": (_, body) => needed().render(textOf(body, "text")),
    "POST /workshop/accept": (_, body) =>
      needed().accept(textOf(body, "name"), optionalText(body, "text"), body.asPasted === true),
    "POST /workshop/deliver": (_, body) => deliver(body),
    "POST /workshop/remove": (_, body) => remove(body),
  };

  const page: RequestListener = (request, response) => {
    const send = (status: number, body: string | Buffer, type: string): void => {
      response.writeHead(status, { ...headers, "content-type": type }).end(body);
    };
    const sendJson = (status: number, body: unknown): void =>
      send(status, JSON.stringify(body ?? null), "application/json");
    const url = URL.parse(request.url ?? "/", "http://local") ?? new URL("http://local/nowhere");
    const file = files[url.pathname];
    const asked = asks[`${request.method} ${url.pathname}`];
    const foreign = foreignTo(request);
    if (foreign) sendJson(403, { error: foreign });
    else if (file && request.method === "GET") send(200, file.read(), file.type);
    else if (url.pathname === "/workshop/stream") stream(request, response);
    else if (!asked) sendJson(404, { error: `There is no ${request.method} ${url.pathname} here.` });
    else {
      bodyOf(request)
        .then((body) => asked(url.searchParams, body))
        .then(
          (value) => sendJson(200, value),
          (error: Error) => sendJson(error instanceof Refusal ? error.status : 422, { error: error.message }),
        );
    }
  };

  const local = await startConsole({
    port: options.port ?? 0,
    host: options.host ?? "127.0.0.1",
    clearTrigger,
    page,
    onTaken(taken) {
      last.set(taken.row.identifier, taken);
      rowChanged(taken.row.identifier);
    },
    onSwept: forget,
  });
  const gallery =
    options.watch === false
      ? undefined
      : startGallery({
          root,
          onChange: () => tell("gallery", {}),
          onSources: () => workshop.onSources?.(),
        });

  return Object.assign(workshop, { url: new URL("/", local.url).href, console: local });
}

type KnownOrigin = Pick<Origin, "event" | "formatter">;

const mostOrigins = 20_000;
const originKey = ({ identifier, summary }: { identifier: string; summary: string }): string =>
  `${identifier}\n${summary}`;

type Fields = Readonly<Record<string, unknown>>;

/** An answer that is not 200, with its reason. */
class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function textOf(body: Fields, name: string): string {
  const value = body[name];
  if (typeof value !== "string") throw new Refusal(400, `${name} is missing.`);
  return value;
}

const optionalText = (body: Fields, name: string): string | undefined =>
  body[name] === undefined ? undefined : textOf(body, name);

/** An event is at most 1 MB; its JSON in JSON can be twice that. */
const mostBytes = 3_000_000;

async function bodyOf(request: IncomingMessage): Promise<Fields> {
  if (request.method === "GET") return {};
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Refusal(413, "This is larger than any event.");
    chunks.push(chunk);
  }
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  if (!isFields(body)) throw new Refusal(400, "The request's body is no object.");
  return body;
}

const localNames = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/;
const localAddresses = /^(?:::ffff:)?127\.|^::1$/;

/**
 * Why a request is not the page's own. Any website can make a browser on this machine send requests here, also under a
 * name of its own that it points to 127.0.0.1; but it can neither hide its origin nor set a header without being asked
 * first.
 */
function foreignTo(request: IncomingMessage): string | undefined {
  const { host = "", origin } = request.headers;
  if (!localAddresses.test(request.socket.remoteAddress ?? "")) return "The page answers the machine it runs on only.";
  if (!localNames.test(host)) return `The page is not served as ${host}.`;
  if (origin !== undefined && origin !== `http://${host}`) return `Requests from ${origin} are refused.`;
  if (!["GET", "HEAD"].includes(request.method ?? "") && request.headers["x-workshop"] !== "page") {
    return "The header X-Workshop is missing.";
  }
  return undefined;
}

const headers = {
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
const asIs = (name: string) => (): Buffer => readFileSync(path.join(pageFolder, name));

const files: Record<string, { type: string; read(): Buffer }> = {
  "/": { type: "text/html; charset=utf-8", read: asIs("index.html") },
  "/page.css": { type: "text/css; charset=utf-8", read: asIs("page.css") },
  "/icon.svg": { type: "image/svg+xml", read: asIs("icon.svg") },
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

/** What clears a row, in words. */
function clearedBy(row: Row, origin: KnownOrigin | undefined, clearTrigger: boolean): string {
  if (row.severity === 0) return "The console deletes rows of severity 0 within 15 s.";
  if (row.summary.startsWith("CLEAR: ")) {
    return clearTrigger
      ? "The console's clear trigger deletes it within 15 s."
      : "It is over, and a console with the clear trigger would delete it; this one runs without.";
  }
  if (!origin) return "Not known, since its event is not. An operator can delete it.";
  const { clears = "" } = origin.formatter ?? {};
  if (!clears) return "Nothing but an operator: its event type is not followed by a recovery.";
  return clearTrigger
    ? `${sentence(clears)}; with clearing set to automation the row then goes by itself.`
    : `${sentence(clears)}. With clearing set to separate the recovery is a green row of its own, and an operator deletes this one.`;
}
