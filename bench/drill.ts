import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { type Path, play, type Row } from "../test/drill/drill.ts";
import { baseline, scenarioNamed, scenarios, withoutCircuit } from "../test/drill/scenarios.ts";
import { problemsOf, rowsTableOf, tableOf } from "../test/drill/table.ts";

const usage = `npm run drill [-- options]   count the events that arrive while console, function or AWS fail, in virtual time

  --events N    events in each scenario (10,000)
  --only TEXT   only the scenarios whose names contain TEXT
  --seed N      another run of chance (1)`;

interface Job {
  readonly name: string;
  readonly path: Path;
  readonly events: number;
  readonly seed: number;
}

const parts: readonly { readonly path: Path; readonly title: string; readonly names: readonly string[] }[] = [
  { path: "whole", title: "The forwarder", names: scenarios.map(({ name }) => name) },
  { path: "no circuit", title: "The forwarder without its circuit", names: withoutCircuit },
  { path: "one try", title: "A forwarder that tries once, as the predecessor did", names: baseline },
];

async function answer({ name, path, events, seed }: Job): Promise<void> {
  parentPort?.postMessage(await play(scenarioNamed(name), events, path, seed));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      events: { type: "string", default: "10000" },
      only: { type: "string", default: "" },
      seed: { type: "string", default: "1" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const [events, seed] = [Number(values.events), Number(values.seed)];
  const jobs = parts.flatMap(({ path, names }) =>
    names.filter((name) => name.includes(values.only)).map((name) => ({ name, path, events, seed })),
  );
  const rows = await playAll(jobs);
  let isBad = false;
  for (const { path, title } of parts) {
    const selected = jobs.filter((job) => job.path === path).map((job) => rows.get(job) as Row);
    if (selected.length === 0) continue;
    console.log(`### ${title}\n\n${tableOf(selected)}\n`);
    if (path !== "whole") continue;
    if (selected.some(({ conditions }) => conditions > 0)) console.log(`${rowsTableOf(selected)}\n`);
    for (const row of selected) {
      for (const problem of problemsOf(row, scenarioNamed(row.name))) {
        isBad = true;
        console.error(`${row.name}: ${problem}`);
      }
    }
  }
  process.exitCode = isBad ? 1 : 0;
}

/** Plays each job in one of as many threads as there are processors, the longest first. */
async function playAll(jobs: readonly Job[]): Promise<ReadonlyMap<Job, Row>> {
  const rows = new Map<Job, Row>();
  const waiting = jobs.toSorted((one, other) => scenarioNamed(other.name).over - scenarioNamed(one.name).over);
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL(import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: 128 } });
    try {
      for (let job = waiting.shift(); job; job = waiting.shift()) {
        rows.set(job, await rowOf(worker, job));
        if (process.stderr.isTTY) process.stderr.write(`\r${rows.size} of ${jobs.length} `);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  if (process.stderr.isTTY) process.stderr.write("\r");
  return rows;
}

const rowOf = (worker: Worker, job: Job): Promise<Row> =>
  new Promise((resolve, reject) => {
    worker.once("message", (row: Row) => {
      worker.off("error", reject);
      resolve(row);
    });
    worker.once("error", reject);
    worker.postMessage(job);
  });

if (isMainThread) await main();
else {
  // Nobody reads the stack traces of the failures that are made on purpose.
  Error.stackTraceLimit = 0;
  parentPort?.on("message", (job: Job) => answer(job));
}
