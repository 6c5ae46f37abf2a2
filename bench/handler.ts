import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import * as esbuild from "esbuild";
import { build } from "../src/local/build.ts";
import { startConsole } from "../src/local/console.ts";
import { startFunction } from "../src/local/runtime.ts";
import { readSample, sampleNames } from "../src/local/samples.ts";
import { root } from "../src/local/template.ts";

const usage = `npm run bench [-- OPTION…]   measure a cold start and an event: medians of interleaved runs

  --runs N     cold starts of each bundle (21)
  --rounds N   rounds of all samples through the warm handler (4); the first is not counted
  --help`;

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** CPU milliseconds of importing `module` in a new process. */
function importCost(module: string): number {
  const script = `const a=process.cpuUsage();await import(${JSON.stringify(module)});const b=process.cpuUsage(a);process.stdout.write(String((b.user+b.system)/1000))`;
  return Number(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }));
}

/** The formatters of the first ten event types. */
const firstTen = {
  "*": ["cloudtrail"],
  "aws.cloudwatch": ["cloudwatch"],
  "aws.config": ["config"],
  "aws.ec2": ["ec2"],
  "aws.guardduty": ["guardduty"],
  "aws.health": ["health"],
  "aws.rds": ["rds"],
  "aws.securityhub": ["securityhub"],
  "aws.signin": ["signin"],
};

/** The same handler with fewer formatters, and undici's whole entry for comparison. */
async function variants(folder: string): Promise<Record<string, string>> {
  const bundle = async (name: string, contents: string): Promise<string> => {
    const outfile = path.join(folder, `${name}.mjs`);
    await esbuild.build({
      stdin: { contents: 'export { lambdaHandler } from "./src/handler.ts";', resolveDir: root },
      bundle: true,
      minify: true,
      platform: "node",
      format: "esm",
      target: "node24",
      external: ["@aws-sdk/*"],
      banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
      outfile,
      plugins: [
        {
          name: "registry",
          setup: ({ onLoad }) =>
            onLoad({ filter: /formatters[\\/]registry\.ts$/ }, () => ({
              contents,
              loader: "ts",
              resolveDir: path.join(root, "src/formatters"),
            })),
        },
      ],
    });
    return outfile;
  };
  const files = [...new Set(Object.values(firstTen).flat())];
  const imports = files.map((file) => `import { ${file} } from "./${file}.ts";`).join("\n");
  const entries = Object.entries(firstTen).map(([source, makers]) => `${JSON.stringify(source)}: [${makers}]`);
  const registry = (formattersBySource: string): string =>
    `import { registryOf } from "../grammar/registry.ts";\nexport const registry = registryOf({${formattersBySource}});`;
  const undici = path.join(folder, "undici.mjs");
  writeFileSync(undici, `import ${JSON.stringify(path.join(root, "node_modules/undici/index.js"))};`);
  return {
    "all formatters": path.join(root, "dist/handler.mjs"),
    "the first ten event types": await bundle("ten", `${imports}\n${registry(entries.join(","))}`),
    "no formatters": await bundle("none", registry("")),
    "(undici alone, its whole entry)": undici,
  };
}

async function coldStarts(runs: number): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "bench-"));
  const bundles = await variants(folder);
  const costs = Object.fromEntries(Object.keys(bundles).map((name) => [name, [] as number[]]));
  for (let run = 0; run < runs; run++) {
    for (const [name, module] of Object.entries(bundles)) costs[name]?.push(importCost(module));
  }
  rmSync(folder, { recursive: true });
  console.log(`Cold start: CPU milliseconds of the import, median of ${runs} interleaved runs`);
  const base = median(costs["the first ten event types"] ?? []);
  for (const [name, values] of Object.entries(costs)) {
    const value = median(values);
    console.log(`  ${name.padEnd(34)} ${value.toFixed(1).padStart(6)} ms   ${(value / base).toFixed(2)}`);
  }
}

async function events(rounds: number): Promise<void> {
  const local = await startConsole();
  const lambda = await startFunction({ API_URL: local.url, API_TOKEN: local.token });
  const samples = sampleNames().map((name) => readSample(name).event);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const event of samples) {
      const started = performance.now();
      await lambda.invoke(event);
      if (round > 0) times.push(performance.now() - started);
    }
  }
  console.log(
    `\nWarm: ${times.length} events, one after the other through the Runtime API to a console on this machine: ` +
      `median ${median(times).toFixed(2)} ms an event, ${local.counts.connections} connections for ${local.counts.requests} requests`,
  );
  await lambda.stop();
  await local.close();
}

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "21" },
    rounds: { type: "string", default: "4" },
    help: { type: "boolean", short: "h" },
  },
});
if (values.help) console.log(usage);
else {
  build();
  await coldStarts(Number(values.runs));
  await events(Number(values.rounds));
}
