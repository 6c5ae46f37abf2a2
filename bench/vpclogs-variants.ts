/** Reads a gzipped flow log with the variant named on the command line, in a process that bench/vpclogs.ts measures. */
import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { newStats, parseFlowLog, readLog } from "../src/vpclogs/index.ts";

const source = (file: string) => createReadStream(file);
const inflated = (file: string) => source(file).pipe(createGunzip({ chunkSize: 1 << 20 }));

/** Each returns the number of lines or records, gunzip the number of bytes. */
const variants: Readonly<Record<string, (file: string) => Promise<number>>> = {
  async gunzip(file) {
    let bytes = 0;
    for await (const chunk of inflated(file)) bytes += (chunk as Buffer).length;
    return bytes;
  },
  async findings(file) {
    const log = { kind: "flow", id: "fl-bench", name: file, bucket: "bench" } as const;
    const { stats } = await readLog(log, async () => source(file));
    return stats.records;
  },
  async records(file) {
    const stats = newStats();
    let records = 0;
    for await (const record of parseFlowLog(source(file), { stats })) if (record.start) records++;
    return records;
  },
  async readline(file) {
    let names: string[] | undefined;
    let records = 0;
    for await (const line of createInterface({ input: source(file).pipe(createGunzip()), crlfDelay: Infinity })) {
      const words = line.split(" ");
      const header = names;
      if (header) {
        const record = Object.fromEntries(words.map((word, at) => [header[at] ?? `${at}`, word]));
        if (record.start) records++;
      } else names = words;
    }
    return records;
  },
  async "csv-parser"(file) {
    const name = "csv-parser";
    const { default: csv } = (await import(name)) as {
      default: (options: { separator: string }) => NodeJS.ReadWriteStream;
    };
    let records = 0;
    for await (const record of source(file)
      .pipe(createGunzip())
      .pipe(csv({ separator: " " }))) {
      if ((record as unknown as { start?: string }).start) records++;
    }
    return records;
  },
};

const [name = "", file = ""] = process.argv.slice(2);
const count = await variants[name]?.(file);
process.stdout.write(JSON.stringify({ count, rss: peakMemory() }));

/** On Linux, maxRSS of a child includes the parent's memory; /proc has the process's own peak. */
function peakMemory(): number {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
