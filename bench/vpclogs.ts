/**
 * Compares reading a VPC flow log with only inflating it. Each variant runs in a separate process, rounds are
 * interleaved, and figures are medians. The ratio to `gunzip` is comparable between machines.
 *
 *   node bench/vpclogs.ts [--lines 1000000] [--rounds 5] [--only v2|v5] [--growth] [--variants a,b]
 */
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { generated } from "./vpclogs-file.ts";

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "5" },
    only: { type: "string" },
    growth: { type: "boolean", default: false },
    variants: { type: "string", default: "gunzip,findings,records,readline,csv-parser" },
  },
});

/** The variants as one JavaScript file, so that type stripping is not measured. */
const bundle = join(import.meta.dirname, "..", "node_modules", ".cache", "vpclogs-bench", "variants.mjs");

async function compare(version: "v2" | "v5", lines: number, rounds: number): Promise<void> {
  const { file, bytes } = await generated(version, lines);
  console.log(`\n${version}: ${lines} lines, ${mega(bytes)} of text, ${mega(statSync(file).size)} of gzip`);
  const names = values.variants.split(",").filter((name) => {
    const isInstalled = run(name, file) !== undefined;
    if (!isInstalled) console.log(`${name} is left out: not installed`);
    return isInstalled;
  });
  const runs = new Map(names.map((name) => [name, [] as Run[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, done] of runs) {
      const result = run(name, file);
      if (result) done.push(result);
    }
  }
  const base = median((runs.get("gunzip") ?? []).map(({ seconds }) => seconds));
  console.log("| variant | ratio to gunzip alone | million lines/s | peak memory |\n|---|---|---|---|");
  for (const [name, done] of runs) {
    const seconds = median(done.map(({ seconds }) => seconds));
    const rss = Math.max(...done.map(({ rss }) => rss));
    const rate = lines / seconds / 1e6;
    console.log(`| ${name} | ${(seconds / base).toFixed(2)} | ${rate.toFixed(2)} | ${mega(rss)} |`);
  }
}

/** Shows how time and memory grow with the file: time in proportion, memory not at all. */
async function growth(): Promise<void> {
  console.log("| lines | seconds per million | peak memory |\n|---|---|---|");
  for (const lines of [10_000, 100_000, 1_000_000, 10_000_000]) {
    const { file } = await generated("v2", lines);
    const runs = [1, 2, 3].flatMap(() => run("findings", file) ?? []);
    const seconds = median(runs.map(({ seconds }) => seconds));
    console.log(
      `| ${lines} | ${((seconds / lines) * 1e6).toFixed(2)} | ${mega(Math.max(...runs.map(({ rss }) => rss)))} |`,
    );
  }
}

interface Run {
  readonly seconds: number;
  readonly rss: number;
}

/** Runs a variant in a separate process; `undefined` if it fails. */
function run(name: string, file: string): Run | undefined {
  const started = process.hrtime.bigint();
  const { status, stdout } = spawnSync(process.execPath, [bundle, name, file], { encoding: "utf8" });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  return status === 0 ? { seconds, rss: (JSON.parse(stdout) as { rss: number }).rss } : undefined;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const mega = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

await build({
  entryPoints: [join(import.meta.dirname, "vpclogs-variants.ts")],
  outfile: bundle,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node22",
  external: ["@aws-sdk/*", "csv-parser"],
});
if (values.growth) await growth();
else {
  for (const version of ["v2", "v5"] as const) {
    if (!values.only || values.only === version) await compare(version, Number(values.lines), Number(values.rounds));
  }
}
