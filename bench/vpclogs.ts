/**
 * What reading a VPC flow log costs, against inflating it alone. Each variant is a process of its own, whole; rounds are
 * interleaved, figures are medians, and the ratio to `gunzip` is what holds on another machine.
 *
 *   node bench/vpclogs.ts [--lines 1000000] [--rounds 5] [--only v2|v5] [--growth] [--variants a,b]
 */
import { spawnSync } from "node:child_process";
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { createGunzip, createGzip } from "node:zlib";
import { build } from "esbuild";

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "5" },
    only: { type: "string" },
    growth: { type: "boolean", default: false },
    variants: { type: "string", default: "gunzip,findings,records,readline,csv-parser" },
  },
});

/** The variants as one script of plain JavaScript, so that stripping types is no part of any. */
const folder = join(tmpdir(), "vpclogs-bench");
const bundle = join(import.meta.dirname, "..", "node_modules", ".cache", "vpclogs-bench", "variants.mjs");

async function compare(version: "v2" | "v5", lines: number, rounds: number): Promise<void> {
  const { file, bytes } = await generated(version, lines);
  console.log(`\n${version}: ${lines} lines, ${mega(bytes)} of text, ${mega(statSync(file).size)} of gzip`);
  const names = values.variants.split(",").filter((name) => {
    const known = run(name, file) !== undefined;
    if (!known) console.log(`${name} is left out: not installed`);
    return known;
  });
  const runs = new Map(names.map((name) => [name, [] as Run[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, done] of runs) {
      const ran = run(name, file);
      if (ran) done.push(ran);
    }
  }
  const base = median((runs.get("gunzip") ?? []).map(({ seconds }) => seconds));
  console.log("| variant | ratio to gunzip alone | million lines/s | peak memory |\n|---|---|---|---|");
  for (const [name, done] of runs) {
    const seconds = median(done.map((ran) => ran.seconds));
    const rss = Math.max(...done.map((ran) => ran.rss));
    const rate = lines / seconds / 1e6;
    console.log(`| ${name} | ${(seconds / base).toFixed(2)} | ${rate.toFixed(2)} | ${mega(rss)} |`);
  }
}

/** Whether time and memory grow with the file as they should: time in proportion, memory not at all. */
async function growth(): Promise<void> {
  console.log("| lines | seconds per million | peak memory |\n|---|---|---|");
  for (const lines of [10_000, 100_000, 1_000_000, 10_000_000]) {
    const { file } = await generated("v2", lines);
    const runs = [1, 2, 3].flatMap(() => run("findings", file) ?? []);
    const seconds = median(runs.map((ran) => ran.seconds));
    console.log(
      `| ${lines} | ${((seconds / lines) * 1e6).toFixed(2)} | ${mega(Math.max(...runs.map(({ rss }) => rss)))} |`,
    );
  }
}

interface Run {
  readonly seconds: number;
  readonly rss: number;
}

/** One process of its own; `undefined` where it failed. */
function run(name: string, file: string): Run | undefined {
  const began = process.hrtime.bigint();
  const { status, stdout } = spawnSync(process.execPath, [bundle, name, file], { encoding: "utf8" });
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  return status === 0 ? { seconds, rss: (JSON.parse(stdout) as { rss: number }).rss } : undefined;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const mega = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

/** A flow log as a busy VPC writes it: half of it replies, a sixth refused, a few idle interfaces; the same each time. */
async function generated(version: "v2" | "v5", lines: number): Promise<{ file: string; bytes: number }> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${version}-${lines}.log.gz`);
  let bytes = 0;
  if (!existsSync(file)) {
    async function* counted(): AsyncGenerator<string> {
      for (const piece of pieces(version, lines)) {
        bytes += piece.length;
        yield piece;
      }
    }
    await pipeline(counted, createGzip(), createWriteStream(`${file}.new`));
    renameSync(`${file}.new`, file);
  }
  const text = createReadStream(file).pipe(createGunzip());
  if (bytes === 0) for await (const chunk of text) bytes += (chunk as Buffer).length;
  return { file, bytes };
}

function* pieces(version: "v2" | "v5", lines: number): Generator<string> {
  const base =
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
  const more =
    "vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type sublocation-id pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path";
  yield version === "v2" ? `${base}\n` : `${base} ${more}\n`;
  let state = 12_345;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const hex = (digits: number): string => Array.from({ length: digits }, () => random(16).toString(16)).join("");
  const hosts = Array.from({ length: 400 }, (_, at) => ({
    address: `10.0.${at >> 6}.${(at & 63) + 4}`,
    id: `eni-${hex(17)}`,
    subnet: `subnet-${hex(17)}`,
    instance: `i-${hex(17)}`,
  }));
  const peers = Array.from(
    { length: 20_000 },
    () => `${random(160) + 20}.${random(256)}.${random(256)}.${random(256)}`,
  );
  const services = [443, 443, 443, 80, 8080, 5432, 6379, 9092, 53, 22];
  const at = <Item>(items: readonly Item[]): Item => items[random(items.length)] as Item;
  let held: string[] = [];
  for (let line = 0; line < lines; line++) {
    const host = at(hosts);
    const kind = random(100);
    const outside = random(10) < 4;
    const peer = outside ? at(peers) : at(hosts).address;
    const service = outside ? 443 : at(services);
    const client = 32_768 + random(28_232);
    const start = 1_700_000_000 + Math.floor((line / lines) * 300);
    const packets = random(10) < 2 ? 1 + random(4) : 5 + random(60);
    const out = random(2) === 0;
    const [source, destination] = out ? [host.address, peer] : [peer, host.address];
    const reply = random(2) === 0;
    const [sourcePort, destinationPort] = reply ? [service, client] : [client, service];
    const refused = kind < 16;
    const [from, to, fromPort, toPort] = refused
      ? [at(peers), host.address, 1024 + random(64_000), random(3) === 0 ? 23 : random(65_536)]
      : [source, destination, sourcePort, destinationPort];
    const count = refused ? 1 : packets;
    const idle = kind === 99;
    let text = idle
      ? `2 123456789012 ${host.id} - - - - - - - ${start} ${start + 58} - NODATA`
      : `${version === "v2" ? 2 : 5} 123456789012 ${host.id} ${from} ${to} ${fromPort} ${toPort} ${service === 53 ? 17 : 6} ${count} ${count * (40 + random(1200))} ${start} ${start + 30 + random(30)} ${refused ? "REJECT" : "ACCEPT"} OK`;
    if (version === "v5") {
      text += idle
        ? ` vpc-0123456789abcdef0 ${host.subnet} ${host.instance} - - - - us-east-1 use1-az1 - - - - - -`
        : ` vpc-0123456789abcdef0 ${host.subnet} ${host.instance} ${refused ? 2 : reply ? 19 : 3} IPv4 ${from} ${to} us-east-1 use1-az1 - - ${outside ? "AMAZON" : "-"} - ${out ? "egress" : "ingress"} ${out ? 1 : "-"}`;
    }
    held.push(text);
    if (held.length === 10_000) {
      yield `${held.join("\n")}\n`;
      held = [];
    }
  }
  if (held.length > 0) yield `${held.join("\n")}\n`;
}

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
