import type { IncomingMessage, ServerResponse } from "node:http";
import type { Fields } from "../event.ts";
import { sentence } from "../grammar/words.ts";
import { type AcceptedMessage, type LocalConsole, startConsole } from "./console.ts";
import type { AcceptedEvent } from "./contract.ts";
import { type FormatterFacts, type Gallery, type Origin, startGallery } from "./gallery.ts";
import { headers, optionalText, type PageRequests, Refusal, servePage, textOf } from "./page-server.ts";
import type { Row } from "./rows.ts";
import type { Result } from "./runtime.ts";
import { root as projectRoot } from "./template.ts";

export interface WorkshopOptions {
  readonly port?: number | undefined;
  /** 127.0.0.1 by default. On any other address, others reach the API only: the page answers this machine alone. */
  readonly host?: string | undefined;
  /** Whether the console behaves as one with the kit of console/. */
  readonly kit?: boolean | undefined;
  /** Whether there is a gallery, which watches formatters and samples: yes, unless it is `false`. */
  readonly watch?: boolean | undefined;
  /** The project whose formatters and samples the gallery shows: this one by default. */
  readonly root?: string | undefined;
}

export interface Workshop {
  /** Of the page. */
  readonly url: string;
  readonly console: LocalConsole;
  /** Announces that `event` is about to be sent through the function, so that its rows show what they came from. */
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

/** What the page receives when rows change. */
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
  readonly kit: boolean;
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
  const workshop = new RunningWorkshop(options.kit ?? false);
  workshop.console = await startConsole({
    port: options.port ?? 0,
    host: options.host ?? "127.0.0.1",
    kit: workshop.kit,
    page: servePage(workshop.requests(), (request, response) => workshop.openStream(request, response)),
    onAccepted: (message) => workshop.accepted(message),
    onDeleted: (rows) => workshop.deleted(rows),
  });
  if (options.watch !== false) {
    workshop.gallery = startGallery({
      root: options.root ?? projectRoot,
      onChange: () => workshop.streams.emit("gallery", {}),
      onSources: () => workshop.onSources?.(),
    });
  }
  return workshop;
}

class RunningWorkshop implements Workshop {
  // Set before anything can be requested.
  console!: LocalConsole;
  gallery: Gallery | undefined;
  deliver: Workshop["deliver"];
  onSources: Workshop["onSources"];
  readonly kit: boolean;
  readonly streams = new Streams();
  private readonly lastMessages = new Map<string, AcceptedMessage>();
  private readonly origins = new Origins();
  /** Settled when the origins of all announced events are known. */
  private announced: Promise<unknown> = Promise.resolve();
  private readonly changes = new Batch((identifiers) => this.emitRows(identifiers));

  constructor(kit: boolean) {
    this.kit = kit;
  }

  get url(): string {
    return new URL("/", this.console.url).href;
  }

  announce(event: unknown): void {
    const known = this.gallery?.origin(event).then(
      (origin) => this.origins.add(origin),
      // What is no event has no row to be traced from.
      () => {},
    );
    this.announced = Promise.all([this.announced, known]);
  }

  async close(): Promise<void> {
    this.changes.cancel();
    this.gallery?.close();
    await this.console.close();
  }

  accepted(message: AcceptedMessage): void {
    this.lastMessages.set(message.row.identifier, message);
    this.changes.add(message.row.identifier);
  }

  deleted(rows: readonly Row[]): void {
    for (const { identifier } of rows) {
      this.lastMessages.delete(identifier);
      this.changes.add(identifier);
    }
  }

  openStream(request: IncomingMessage, response: ServerResponse): void {
    this.streams.open(request, response);
    const setting: Setting = {
      api: this.console.url,
      token: this.console.token,
      kit: this.kit,
      gallery: this.gallery !== undefined,
      deliver: this.deliver !== undefined,
    };
    const rows = this.console.rows.all().map((row) => this.listed(row));
    write(response, "setting", setting);
    write(response, "rows", { all: true, rows, gone: [] } satisfies Change);
  }

  requests(): PageRequests {
    return {
      "GET /workshop/row": (query) => this.details(query.get("identifier") ?? ""),
      "GET /workshop/gallery": async () => {
        const gallery = this.requireGallery();
        return { samples: await gallery.list(), broken: gallery.broken };
      },
      "POST /workshop/render": (_, body) => this.requireGallery().render(textOf(body, "text")),
      "POST /workshop/accept": (_, body) =>
        this.requireGallery().accept(textOf(body, "name"), optionalText(body, "text"), body.asPasted === true),
      "POST /workshop/deliver": (_, body) => this.send(body),
      "POST /workshop/remove": (_, body) => this.remove(optionalText(body, "identifier")),
    };
  }

  private emitRows(identifiers: Set<string>): void {
    const rows = this.console.rows.all().filter(({ identifier }) => identifiers.delete(identifier));
    const change: Change = { rows: rows.map((row) => this.listed(row)), gone: [...identifiers] };
    this.streams.emit("rows", change);
  }

  private listed(row: Row): ListedRow {
    return { ...row, source: String(this.lastMessages.get(row.identifier)?.event.source ?? "") };
  }

  private async details(identifier: string): Promise<RowDetails> {
    await this.announced;
    const message = this.lastMessages.get(identifier);
    const row = this.console.rows.all().find((row) => row.identifier === identifier);
    if (!message || !row) throw new Refusal(404, "The console has deleted this row.");
    const origin = this.origins.find(row);
    const cleared = clearedText(row, origin, this.kit);
    return { row: this.listed(row), message: message.event, bytes: message.bytes, ...origin, cleared };
  }

  private async send(body: Fields): Promise<Result> {
    if (!this.deliver) throw new Refusal(409, "No function is running that the event could be sent through.");
    const event: unknown = JSON.parse(textOf(body, "text"));
    this.announce(event);
    return this.deliver(event);
  }

  /** Deletes one row, or all. */
  private remove(identifier: string | undefined): number {
    const gone = this.console.rows.all().filter((row) => identifier === undefined || row.identifier === identifier);
    for (const row of gone) this.console.rows.remove(row.identifier);
    this.deleted(gone);
    return gone.length;
  }

  private requireGallery(): Gallery {
    if (!this.gallery) throw new Refusal(404, "The console was started without a gallery.");
    return this.gallery;
  }
}

/** The open pages. */
class Streams {
  private readonly responses = new Set<ServerResponse>();

  open(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { ...headers, "content-type": "text/event-stream" });
    response.write("retry: 1000\n\n");
    this.responses.add(response);
    request.on("close", () => this.responses.delete(response));
  }

  emit(event: string, data: unknown): void {
    for (const response of this.responses) write(response, event, data);
  }
}

const write = (response: ServerResponse, event: string, data: unknown): void => {
  response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
};

/** Identifiers of changed rows, handed on together at most every 50 ms. */
class Batch {
  private identifiers = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private readonly flush: (identifiers: Set<string>) => void;

  constructor(flush: (identifiers: Set<string>) => void) {
    this.flush = flush;
  }

  add(identifier: string): void {
    this.identifiers.add(identifier);
    this.timer ??= setTimeout(() => {
      const { identifiers } = this;
      this.timer = undefined;
      this.identifiers = new Set();
      this.flush(identifiers);
    }, 50);
  }

  cancel(): void {
    clearTimeout(this.timer);
  }
}

type KnownOrigin = Pick<Origin, "event" | "formatter">;

const maxOrigins = 20_000;

/** The events that messages came from, the newest 20,000. */
class Origins {
  private readonly byMessage = new Map<string, KnownOrigin>();

  add({ event, formatter, messages }: Origin): void {
    for (const message of messages) {
      this.byMessage.delete(keyOf(message));
      this.byMessage.set(keyOf(message), { event, formatter });
    }
    for (const key of this.byMessage.keys()) {
      if (this.byMessage.size <= maxOrigins) break;
      this.byMessage.delete(key);
    }
  }

  find(row: Row): KnownOrigin | undefined {
    return this.byMessage.get(keyOf(row));
  }
}

const keyOf = ({ identifier, summary }: { identifier: string; summary: string }): string => `${identifier}\n${summary}`;

/** What clears a row, in words. */
function clearedText(row: Row, origin: KnownOrigin | undefined, kit: boolean): string {
  if (row.severity === 0) return `The console deletes rows of severity 0 within ${kit ? 20 : 15} s.`;
  if (!origin) return "Unknown, since its event is unknown. An operator can delete it.";
  const ends = origin.formatter?.clears;
  if (!ends) return "Only an operator: no event reports the end of this condition.";
  return kit
    ? `${sentence(ends)}: that recovery deletes this row.`
    : `${sentence(ends)}: that recovery is a green row of its own, and an operator deletes this one. With the kit (--kit) it goes by itself.`;
}
