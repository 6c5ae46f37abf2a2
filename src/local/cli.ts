import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { type ParseArgsOptionsConfig, parseArgs, styleText } from "node:util";

/** Wrong arguments, or a missing setting: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The command failed; the message is one sentence that says why: exit code 1. */
export class Failure extends Error {
  override readonly name = "Failure";
}

type Values<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: true; allowNegative: true }>
>["values"];

export interface Command<Options extends ParseArgsOptionsConfig> {
  /** The text of --help; its first line is the call and a summary. */
  readonly usage: string;
  readonly options: Options;
  /** @returns the exit code. */
  run(values: Values<Options>, positionals: string[]): Promise<number>;
}

/** Runs a command with the arguments of this process, and sets its exit code: 0 done, 1 failed, 2 wrong arguments. */
export async function runCommand<Options extends ParseArgsOptionsConfig>(command: Command<Options>): Promise<void> {
  // `npm run … | head` closes the pipe, which is not an error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  try {
    process.exitCode = await withArguments(command, process.argv.slice(2));
  } catch (error) {
    process.exitCode = error instanceof UsageError ? 2 : 1;
    const isExpected = error instanceof UsageError || error instanceof Failure;
    const stack = error instanceof Error && !isExpected ? error.stack : undefined;
    say(paintError("red", stack ?? (error instanceof Error ? error.message : String(error))));
    if (error instanceof UsageError) say("See --help.");
  }
}

async function withArguments<Options extends ParseArgsOptionsConfig>(
  { usage, options, run }: Command<Options>,
  args: string[],
): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(usage);
    return 0;
  }
  let parsed: { values: Values<Options>; positionals: string[] };
  try {
    parsed = parseArgs({ args, options, allowPositionals: true, allowNegative: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return run(parsed.values, parsed.positionals);
}

type Style = Parameters<typeof styleText>[0];

/** Coloured for standard output, if that is a terminal and NO_COLOR is not set. */
export const paint = (style: Style, text: string): string => styleText(style, text, { stream: process.stdout });
/** The same for standard error. */
export const paintError = (style: Style, text: string): string => styleText(style, text, { stream: process.stderr });

/** Writes a line that is not the command's result to standard error, over any progress line. */
export const say = (line: string): void => {
  process.stderr.write(`${process.stderr.isTTY ? "\r\u001b[K" : ""}${line}\n`);
};

/** Columns as wide as their widest cell; numbers to the right. */
export function columns(headings: readonly string[], lines: readonly (readonly (string | number)[])[]): string {
  const cells = lines.map((line) => line.map(String));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map((line) => line[column]?.length ?? 0)),
  );
  const numeric = headings.map((_, column) => lines.every((line) => typeof line[column] === "number"));
  const aligned = (line: readonly string[]): string =>
    line
      .map((cell, column) => (numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  return [paint("bold", aligned(headings)), ...cells.map(aligned)].join("\n");
}

/** `1 event`, `2 events`. */
export const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? "" : "s"}`;

/**
 * The JSON of a file, or of standard input if `file` is `-`.
 * @throws {Failure}
 */
export function readJson(file: string): unknown {
  const name = file === "-" ? "Standard input" : file;
  let text: string;
  try {
    text = readFileSync(file === "-" ? process.stdin.fd : file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new Failure(`There is no file ${file}.`);
    if (code === "EISDIR") throw new Failure(`${file} is a folder: name the files in it, such as ${file}/*.json.`);
    throw new Failure(`${name} cannot be read: ${message}.`);
  }
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    if (!text.trim()) throw new Failure(`${name} is empty: an event's JSON is expected.`);
    throw new Failure(`${name} is not JSON: ${(error as Error).message}.`);
  }
}

/**
 * Asks on the terminal; any answer but yes means no.
 * @throws {UsageError} without a terminal
 */
export async function confirm(question: string): Promise<boolean> {
  requireTerminal();
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } catch (error) {
    // Ctrl-C or Ctrl-D.
    if ((error as Error).name !== "AbortError") throw error;
    say("");
    return false;
  } finally {
    terminal.close();
  }
}

export function requireTerminal(): void {
  if (!process.stdin.isTTY) throw new UsageError("There is no terminal for the question: confirm with --yes.");
}

/**
 * The time of `since` in milliseconds since 1970: a duration before `now` (`30m`, `2h`, `3d`), or an ISO date.
 * @throws {UsageError}
 */
export function timeOf(since: string, now = Date.now()): number {
  const [, count, unit] = /^(\d+)\s*([smhdw])$/.exec(since.trim()) ?? [];
  const seconds = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }[unit ?? ""];
  const time = seconds
    ? now - Number(count) * seconds * 1000
    : /^\d{4}-\d\d-\d\d/.test(since)
      ? Date.parse(since)
      : NaN;
  if (Number.isNaN(time) || time > now || time < 0) {
    throw new UsageError(`--since should be such as 30m, 2h or 3d, or a date in the past, not ${since}.`);
  }
  return time;
}

/**
 * A positive number given as an option.
 * @throws {UsageError}
 */
export function positive(value: string, option: string): number {
  const number = Number(value);
  if (!Number.isFinite(number) || number <= 0) {
    throw new UsageError(`${option} should be a number greater than 0, not ${value}.`);
  }
  return number;
}
