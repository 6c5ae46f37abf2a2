import { type ChildProcess, fork } from "node:child_process";
import { type FSWatcher, globSync, mkdirSync, watch } from "node:fs";
import path from "node:path";
import type { Expectation } from "./samples.ts";

/** What is documented of a formatter, and its file. */
export interface FormatterFacts {
  readonly source: string;
  readonly detailType: string;
  readonly means: string;
  readonly severity: string;
  readonly clears?: string | undefined;
  readonly file?: string | undefined;
}

/** An event and the messages it gives. */
export interface Rendered {
  readonly event: unknown;
  readonly given: Expectation & { readonly unformatted?: string };
  readonly formatter: FormatterFacts | undefined;
}

/** A sample, what it gives and what it should give; or why that is unknown. */
export type Shown = { readonly name: string; readonly expected?: Expectation | undefined } & (
  | Rendered
  | { readonly error: string }
);

/** An event, and what its messages are known by. */
export interface Origin {
  readonly event: unknown;
  readonly formatter: FormatterFacts | undefined;
  readonly messages: readonly { readonly identifier: string; readonly summary: string }[];
}

export interface Accepted {
  readonly name: string;
  /** What was written, relative to the project. */
  readonly files: readonly string[];
}

export type Ask =
  | { readonly what: "list" }
  | { readonly what: "render"; readonly text: string }
  | { readonly what: "accept"; readonly name: string; readonly text: string | undefined; readonly asPasted: boolean }
  | { readonly what: "origin"; readonly event: unknown };

export interface Gallery {
  /** Every sample of events/ with what it gives by the formatters on disk. */
  list(): Promise<Shown[]>;
  /** @throws where `text` is no event, with a reason for the one who pasted it */
  render(text: string): Promise<Rendered & { readonly suggestion: string }>;
  /**
   * Writes `text` as a new sample with its expectation, sanitised unless `asPasted`; without `text`, the expectation of
   * the sample there is.
   * @throws where the name is invalid or in use
   */
  accept(name: string, text?: string, asPasted?: boolean): Promise<Accepted>;
  origin(event: unknown): Promise<Origin>;
  /** Why the formatters on disk do not load; the last that did are used as long. */
  readonly broken: string | undefined;
  close(): void;
}

interface GalleryOptions {
  /** The project's folder: src, events and test/expected are read and watched in it. */
  readonly root: string;
  /** Called when samples or expectations changed, or formatters did and are loaded. */
  readonly onChange: () => void;
  /** Called when formatters changed, before they are loaded. */
  readonly onSources?: (() => void) | undefined;
}

/** Milliseconds that the formatters may take to load, or to answer. */
const patience = 5000;

/** Samples and the messages they give, rendered in a process of their own that is replaced when the sources change. */
export function startGallery({ root, onChange, onSources }: GalleryOptions): Gallery {
  const formatters = new FormatterProcess(root, onChange);
  const watches = [
    // What a formatter can depend on; src/local is the workshop itself.
    follow(path.join(root, "src"), /^(?!local[\\/]).*\.ts$/, () => {
      onSources?.();
      formatters.load();
    }),
    follow(path.join(root, "events"), /\.json$/, onChange),
    follow(path.join(root, "test/expected"), /\.json$/, onChange),
  ];
  formatters.load();
  return {
    list: () => formatters.ask({ what: "list" }),
    render: (text) => formatters.ask({ what: "render", text }),
    accept: (name, text, asPasted = false) => formatters.ask({ what: "accept", name, text, asPasted }),
    origin: (event) => formatters.ask({ what: "origin", event }),
    get broken() {
      return formatters.broken;
    },
    close() {
      for (const watch of watches) watch.close();
      formatters.close();
    },
  };
}

/** The process that has loaded the formatters, and the one that loads them anew. */
class FormatterProcess {
  /** Why the formatters on disk do not load. */
  broken: string | undefined;
  private current: ChildProcess | undefined;
  private loading: ChildProcess | undefined;
  private ready = newReady();
  private closed = false;
  private questions = 0;
  private readonly root: string;
  private readonly onChange: () => void;

  constructor(root: string, onChange: () => void) {
    this.root = root;
    this.onChange = onChange;
  }

  /** @param quietly whether nothing changed on disk, so that nobody need ask again */
  load(quietly = false): void {
    this.loading?.kill("SIGKILL");
    const child = fork(path.join(this.root, "src/local/gallery-process.ts"), {
      cwd: this.root,
      execArgv: [],
      env: { ...process.env, NODE_COMPILE_CACHE: path.join(this.root, "node_modules/.cache/aws-events2panther") },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.loading = child;
    child.setMaxListeners(0);
    let output = "";
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      output = (output + chunk).slice(-20_000);
    });
    const timer = setTimeout(() => {
      output = `The formatters did not load in ${patience / 1000} s: does one of them loop?`;
      child.kill("SIGKILL");
    }, patience);
    child.once("message", () => {
      clearTimeout(timer);
      this.loaded(child, quietly);
    });
    child.once("close", () => {
      clearTimeout(timer);
      this.ended(child, output);
    });
  }

  async ask<Value>(question: Ask): Promise<Value> {
    if (!this.current && !this.loading) this.load();
    const child = this.current ?? (await this.ready.promise);
    const id = ++this.questions;
    return new Promise<Value>((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        child.off("message", onMessage).off("close", onClose);
      };
      const onMessage = (message: { id: number; value: Value; error?: string }): void => {
        if (message.id !== id) return;
        end();
        if (message.error === undefined) resolve(message.value);
        else reject(new Error(message.error));
      };
      const onClose = (): void => {
        end();
        reject(new Error("The formatters' process ended; they are loaded again."));
      };
      const timer = setTimeout(() => {
        end();
        child.kill("SIGKILL");
        reject(new Error(`The formatters gave no answer in ${patience / 1000} s: does one of them loop?`));
      }, patience);
      child.on("message", onMessage).on("close", onClose);
      child.send({ id, ask: question });
    });
  }

  close(): void {
    this.closed = true;
    for (const child of [this.current, this.loading]) child?.kill("SIGKILL");
  }

  private loaded(child: ChildProcess, quietly: boolean): void {
    if (this.loading !== child) return;
    this.current?.kill();
    [this.current, this.loading, this.broken] = [child, undefined, undefined];
    this.ready.resolve(child);
    if (!quietly) this.onChange();
  }

  private ended(child: ChildProcess, output: string): void {
    if (this.closed) return;
    if (this.loading === child) {
      [this.loading, this.broken] = [undefined, faultOf(output, this.root)];
      if (!this.current) {
        this.ready.reject(new Error(this.broken));
        this.ready = newReady();
      }
      this.onChange();
    } else if (this.current === child) {
      this.current = undefined;
      this.ready = newReady();
      this.load(true);
    }
  }
}

/** Resolves when a process has loaded the formatters. Nobody may be waiting when loading fails. */
function newReady(): PromiseWithResolvers<ChildProcess> {
  const ready = Promise.withResolvers<ChildProcess>();
  ready.promise.catch(() => {});
  return ready;
}

/**
 * Calls `act` soon after files changed in `folder` whose path in it fits `files`, or folders came or went. Each folder is
 * watched by itself: `fs.watch`'s own recursion misses deletions on Linux.
 */
function follow(folder: string, files: RegExp, act: () => void): { close(): void } {
  let watchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;
  const close = (): void => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
    watchers = [];
  };
  const open = (): void => {
    close();
    mkdirSync(folder, { recursive: true });
    for (const below of globSync("**/", { cwd: folder })) {
      const watcher = watch(path.join(folder, below), (kind, file) => {
        const known = kind === "change" || /\.\w+$/.test(file ?? "");
        if (known && !files.test(path.join(below, file ?? ""))) return;
        clearTimeout(timer);
        timer = setTimeout(() => {
          if (!known) open();
          act();
        }, 40);
      });
      // A folder that is deleted while it is watched: its parent reports that.
      watcher.on("error", () => watcher.close());
      watchers.push(watcher);
    }
  };
  open();
  return { close };
}

/** What Node reported when it could not load a file, without the stack. */
function faultOf(output: string, root: string): string {
  const lines = output
    .replaceAll(`file://${root}/`, "")
    .replaceAll(`${root}/`, "")
    .split("\n")
    .filter((line) => line.trim() && !/^\s+at |^Node\.js v|^\s*at async/.test(line));
  return lines.slice(0, 12).join("\n") || "The formatters' process ended without an error message.";
}
