import { once } from "node:events";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { parseArgs, styleText } from "node:util";
import { SingleBar } from "cli-progress";
import type { Notice } from "../condition.ts";
import { sentenceOf } from "../sentence.ts";
import {
  type LogStats,
  logKey,
  logText,
  newStats,
  parseDnsLog,
  parseFlowLog,
  RetryableReadError,
  readLog,
  recordLine,
  UnreadableLog,
} from "../vpclogs/index.ts";

const usage = `Shows the findings that the forwarder gives for VPC flow logs and Route 53 Resolver query logs.

  npm run vpclogs -- [options] [FILE…]      without a file: standard input; gzip, Parquet or plain text

  --records       print the records as JSON lines instead of the findings
  --all-columns   with --records: include the columns of versions 7 to 11, which AWS.VPCFlow does not have
  --stats         print counts of what was read and what was left out, with reasons
  --kind KIND     flow or dns; the default depends on the file's name, or else on its first character
  --help
`;

type Kind = "flow" | "dns";

const { values, positionals } = parse();
if (values.help) process.stdout.write(usage);
else {
  let failed = false;
  for (const file of positionals.length > 0 ? positionals : ["-"]) failed = !(await show(file)) || failed;
  process.exitCode = failed ? 1 : 0;
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        records: { type: "boolean", default: false },
        "all-columns": { type: "boolean", default: false },
        stats: { type: "boolean", default: false },
        kind: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

/** Shows one file; false if it could not be read to its end. */
async function show(file: string): Promise<boolean> {
  const bar = await progress(file);
  try {
    const source: AsyncIterable<Uint8Array> = file === "-" ? process.stdin : createReadStream(file);
    const textStats = newStats();
    const text = await withFirstCharacter(logText(counting(source, bar), textStats));
    const given = values.kind ?? logKey(file)?.kind;
    const kind = given === "flow" || given === "dns" ? given : text.first === "{" ? "dns" : "flow";
    const stats = values.records
      ? await printRecords(kind, text.chunks)
      : await printFindings(kind, file, text.chunks, bar);
    bar?.stop();
    if (values.stats) process.stderr.write(statsText(file, { ...stats, format: textStats.format }));
    return true;
  } catch (error) {
    bar?.stop();
    if (!(error instanceof UnreadableLog) && !(error instanceof RetryableReadError)) throw error;
    process.stderr.write(`${styleText("red", `${file}: ${error.message}`, { stream: process.stderr })}\n`);
    return false;
  }
}

async function printRecords(kind: Kind, chunks: AsyncIterable<Uint8Array>): Promise<LogStats> {
  const stats = newStats();
  const records =
    kind === "flow"
      ? parseFlowLog(chunks, { stats, allColumns: values["all-columns"] })
      : parseDnsLog(chunks, { stats });
  let buffer = "";
  for await (const record of records) {
    buffer += `${recordLine(record)}\n`;
    if (buffer.length < 65_536) continue;
    if (!process.stdout.write(buffer)) await once(process.stdout, "drain");
    buffer = "";
  }
  process.stdout.write(buffer);
  return stats;
}

async function printFindings(
  kind: Kind,
  file: string,
  chunks: AsyncIterable<Uint8Array>,
  bar: SingleBar | undefined,
): Promise<LogStats> {
  const key = logKey(file);
  const id = key?.flowLogId ?? key?.vpcId ?? basename(file);
  const { notices, stats } = await readLog({ kind, id, name: file, bucket: file }, async () => chunks);
  bar?.stop();
  process.stdout.write(table(file, notices));
  return stats;
}

/** The first character that is not a blank, and the whole text. */
async function withFirstCharacter(text: AsyncIterable<Uint8Array>) {
  const iterator = text[Symbol.asyncIterator]();
  const next = await iterator.next();
  async function* all(): AsyncGenerator<Uint8Array> {
    if (next.done) return;
    yield next.value;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  const [first = ""] = next.done ? "" : new TextDecoder().decode(next.value.subarray(0, 64)).trimStart();
  return { first, chunks: all() };
}

async function* counting(source: AsyncIterable<Uint8Array>, bar: SingleBar | undefined): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    bar?.increment(chunk.length);
    yield chunk;
  }
}

/** A progress bar for a large file, on a terminal that does not also show the output. */
async function progress(file: string): Promise<SingleBar | undefined> {
  if (file === "-" || !process.stderr.isTTY || (values.records && process.stdout.isTTY)) return undefined;
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size < 20_000_000) return undefined;
  const format = `${basename(file)} {bar} {percentage}% {eta_formatted}`;
  const bar = new SingleBar({ format, stream: process.stderr, clearOnComplete: true, hideCursor: true });
  bar.start(size, 0);
  return bar;
}

function table(file: string, notices: readonly Notice[]): string {
  if (notices.length === 0) return `${file}: nothing to report\n`;
  const width = Math.max(4, ...notices.map(({ node }) => node.length));
  const head = `Sev  ${"Node".padEnd(width)}  Finding`;
  const rows = [...notices]
    .sort((one, other) => other.severity - one.severity)
    .map((notice) => {
      const { severity, node } = notice;
      const grade = styleText(severity >= 4 ? "red" : severity >= 3 ? "yellow" : "cyan", ` ${severity} `);
      return `${grade}  ${node.padEnd(width)}  ${sentenceOf(notice)}`;
    });
  return `${[styleText("bold", file), styleText("dim", head), ...rows].join("\n")}\n`;
}

function statsText(file: string, stats: LogStats): string {
  const { format, bytes, lines, records, headers, blank, gateway, noData, skipData, malformed } = stats;
  const counts = { lines, records, headers, blank, "Transit Gateway": gateway, NODATA: noData, SKIPDATA: skipData };
  const rows = [
    `${file}: ${format}, ${(bytes / 1e6).toFixed(1)} MB of text`,
    ...Object.entries(counts).map(([label, count]) => `${label.padEnd(16)} ${count}`),
    ...Object.entries(malformed).map(([reason, count]) => `${"malformed".padEnd(16)} ${count} (${reason})`),
    ...Object.entries(stats.notLookedFor).map(
      ([finding, columns]) => `${"not looked for".padEnd(16)} ${finding}: no ${columns.join(", ")}`,
    ),
    ...stats.limits.map((limit) => `${"limit reached".padEnd(16)} ${limit}: counts are lower bounds`),
  ];
  return `${rows.join("\n")}\n`;
}
