/**
 * Measures the built handler on the largest log file that AWS writes, 75 MB of gzip, with Lambda's memory and share of a
 * processor (1,769 MB is one processor). Needs Linux, root and control groups.
 *
 *   npm run bench:lambda -- [--memory 256,512] [FILE]      FILE: another log; a name that begins with dns: Resolver log
 */
import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { build } from "../src/local/build.ts";
import { startConsole } from "../src/local/console.ts";
import { startFunction } from "../src/local/runtime.ts";
import { startS3 } from "../test/vpclogs/s3.ts";
import { generated } from "./vpclogs-file.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { memory: { type: "string", default: "256,512" } },
});

/** Lambda's accounting period, in microseconds. */
const period = 20_000;
/** Megabytes of memory for one processor. */
const oneProcessor = 1769;
const mebi = 1 << 20;

const root = "/sys/fs/cgroup";
const unified = existsSync(`${root}/cgroup.controllers`);
const group = `vpclogs-${process.pid}`;
const folders = unified
  ? [`${root}/${group}`]
  : ["cpu", "memory"].map((controller) => `${root}/${controller}/${group}`);

/** Limits the processes that `start` starts to `megabytes` and their share of a processor. */
async function confined<Started>(megabytes: number, start: () => Promise<Started>): Promise<Started> {
  const quota = Math.round((period * megabytes) / oneProcessor);
  const limits: Record<string, string> = unified
    ? { "cpu.max": `${quota} ${period}`, "memory.max": `${megabytes * mebi}`, "memory.swap.max": "0" }
    : {
        "cpu.cfs_period_us": `${period}`,
        "cpu.cfs_quota_us": `${quota}`,
        "memory.limit_in_bytes": `${megabytes * mebi}`,
      };
  const enter = (folder: string): void => writeFileSync(`${folder}/cgroup.procs`, `${process.pid}`);
  for (const folder of folders) {
    mkdirSync(folder);
    for (const [file, limit] of Object.entries(limits)) {
      if (existsSync(`${folder}/${file}`)) writeFileSync(`${folder}/${file}`, limit);
    }
    enter(folder);
  }
  const started = await start();
  for (const folder of folders) enter(path.dirname(folder));
  return started;
}

/** The processor seconds and the peak memory in bytes of a process. */
function used(pid: number): { cpu: number; memory: number } {
  const [, userTicks, systemTicks] = /\) (?:\S+ ){11}(\d+) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return { cpu: (Number(userTicks) + Number(systemTicks)) / 100, memory: Number(kilobytes) * 1024 };
}

const file = positionals[0] ?? (await generated("v5", 2_400_000, 12)).file;
const flowLog = "vpcflowlogs/eu-west-1/2026/03/16/210987654321_vpcflowlogs_eu-west-1_fl-0a1b2c3d4e5f60718";
const queryLog = "vpcdnsquerylogs/vpc-0a1b2c3d4e5f60718/2026/03/16/vpc-0a1b2c3d4e5f60718_vpcdnsquerylogs_210987654321";
const log = path.basename(file).startsWith("dns") ? queryLog : flowLog;
const key = `AWSLogs/210987654321/${log}_20260316T0630Z_1a2b3c4d.log${file.endsWith(".parquet") ? ".parquet" : ".gz"}`;
const event = {
  id: "2e9c7a53-61c4-4d51-9d0e-7a3f6f4f8b21",
  "detail-type": "Object Created",
  source: "aws.s3",
  account: "111122223333",
  time: "2026-03-16T06:34:39Z",
  region: "eu-west-1",
  resources: ["arn:aws:s3:::acme-network-logs"],
  detail: { version: "0", bucket: { name: "acme-network-logs" }, object: { key } },
};

build();
console.log(`${path.basename(file)}: ${(statSync(file).size / 1e6).toFixed(0)} MB`);
console.log("| memory | processor | seconds | processor seconds | peak memory | messages |\n|---|---|---|---|---|---|");
const s3 = await startS3();
s3.buckets.set("acme-network-logs", { region: "eu-west-1", objects: new Map([[key, readFileSync(file)]]) });
Object.assign(process.env, {
  AWS_ENDPOINT_URL_S3: s3.url,
  AWS_ACCESS_KEY_ID: "AKIDTEST",
  AWS_SECRET_ACCESS_KEY: "test",
});
for (const memory of values.memory.split(",").map(Number)) {
  const local = await startConsole();
  const variables = { API_URL: local.url, API_TOKEN: local.token, VPC_LOGS_BUCKET: "acme-network-logs" };
  const lambda = await confined(memory, () => startFunction(variables));
  const pid = Number(readFileSync(`${folders[0]}/cgroup.procs`, "utf8").split("\n")[0]);
  const started = performance.now();
  const before = used(pid);
  const result = await lambda.invoke(event);
  const seconds = (performance.now() - started) / 1000;
  if ("error" in result) throw new Error(result.error.errorMessage);
  const after = used(pid);
  const share = (memory / oneProcessor).toFixed(3);
  const cells = [memory, share, seconds.toFixed(1), (after.cpu - before.cpu).toFixed(1)];
  console.log(`| ${[...cells, `${(after.memory / 1e6).toFixed(0)} MB`, local.accepted.length].join(" | ")} |`);
  await lambda.stop();
  await local.close();
  for (const folder of folders) rmdirSync(folder);
}
await s3.close();
