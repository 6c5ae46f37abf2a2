import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import pLimit from "p-limit";
import { columns, Failure, runCommand } from "../../src/local/cli.ts";
import { root } from "../../src/local/template.ts";
import { type Mutation, mutations } from "./mutations.ts";

const usage = `npm run mutate -- [options]   prove the laws: change grades and remove clears in a copy, and see what notices

  --count N   conditions to change, and clears to remove (20)
  --seed N    the same choice again (the time)
  --only TEXT only mutations of files whose names hold TEXT

A changed grade must change the documents and an expectation, and break no law. A removed clear must break a law.`;

/** What the tests and the documents of a mutated copy say. */
interface Findings {
  readonly documents: boolean;
  /** Names of the failed tests: those that compare with expectations, and those of the laws. */
  readonly expectations: readonly string[];
  readonly laws: readonly string[];
}

const testFiles = ["test/samples.test.ts", "test/laws/", "test/clearing.test.ts"];
const isExpectation = (name: string): boolean => name.includes("gives its expected messages");

function verdictOf(
  { kind }: Mutation,
  { documents, expectations, laws }: Findings,
): { isNoticed: boolean; by: string } {
  const by = [
    documents && "documents",
    expectations.length > 0 && `${expectations.length} expectations (law 1)`,
    laws.length > 0 && `${laws.length} of laws 4 to 10 (${laws[0]})`,
  ].filter(Boolean);
  // Law 1 compares every sample with its expectation: a removed clear breaks at least that.
  const isNoticed =
    kind === "grade"
      ? documents && expectations.length > 0 && laws.length === 0
      : laws.length + expectations.length > 0;
  return { isNoticed, by: by.join(", ") || "nothing" };
}

async function tryOut(copy: string, { file, before, after }: Mutation): Promise<Findings> {
  writeFileSync(path.join(copy, file), after);
  try {
    return await check(copy);
  } finally {
    writeFileSync(path.join(copy, file), before);
  }
}

/** What the tests and the documents of a copy say as it is. */
async function check(copy: string): Promise<Findings> {
  const report = path.join(copy, "report.json");
  rmSync(report, { force: true });
  await runIn(copy, "node_modules/vitest/vitest.mjs", "run", ...testFiles, "--reporter=json", `--outputFile=${report}`);
  const failed = failedTests(report);
  const documents = await runIn(copy, "src/local/docs.ts", "--check");
  return {
    documents: documents !== 0,
    expectations: failed.filter(isExpectation),
    laws: failed.filter((name) => !isExpectation(name)),
  };
}

interface TestReport {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** The names of the failed tests; a file that cannot be loaded counts as one. */
function failedTests(file: string): string[] {
  const { testResults } = JSON.parse(readFileSync(file, "utf8")) as TestReport;
  return testResults.flatMap(({ message, assertionResults }) =>
    assertionResults.length === 0 && message
      ? [message.split("\n")[0] ?? ""]
      : assertionResults.filter(({ status }) => status === "failed").map(({ fullName }) => fullName),
  );
}

/** Runs a script of the copy. @returns its exit code */
const runIn = (copy: string, script: string, ...args: string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(copy, script), ...args], { cwd: copy, stdio: "ignore" });
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });

const copied =
  "src test events docs README.md template.yaml athena.yaml settings.json settings.schema.json package.json tsconfig.json vitest.config.ts console";

function copyOfProject(): string {
  const copy = mkdtempSync(path.join(tmpdir(), "mutate-"));
  for (const part of copied.split(" ")) cpSync(path.join(root, part), path.join(copy, part), { recursive: true });
  symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
  return copy;
}

/** Numbers from 0 to 1 that a seed fixes (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function sample<Item>(items: readonly Item[], count: number, random: () => number): Item[] {
  const rest = [...items];
  return Array.from(
    { length: Math.min(count, rest.length) },
    () => rest.splice(Math.floor(random() * rest.length), 1)[0] as Item,
  );
}

await runCommand({
  usage,
  options: { count: { type: "string" }, seed: { type: "string" }, only: { type: "string" } },
  run: async ({ count = "20", seed = String(Date.now() % 1_000_000), only = "" }) => {
    const all = mutations(root).filter(({ file }) => file.includes(only));
    const random = randomOf(Number(seed));
    const chosen = (["grade", "clear"] as const).flatMap((kind) =>
      sample(
        all.filter((mutation) => mutation.kind === kind),
        Number(count),
        random,
      ),
    );
    if (chosen.length === 0) throw new Failure("There is nothing to mutate.");
    console.log(`${chosen.length} of ${all.length} mutations, seed ${seed}`);
    const workers = Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)));
    const copies = Array.from({ length: workers }, copyOfProject);
    const untouched = await check(copies[0] as string);
    if (untouched.documents || untouched.laws.length + untouched.expectations.length > 0) {
      throw new Failure(
        "The tests or the documents fail without a mutation: npm test and npm run docs -- --check say why.",
      );
    }
    const limited = pLimit(workers);
    const results = await Promise.all(
      chosen.map((mutation) =>
        limited(async () => {
          const copy = copies.pop() as string;
          const result = { mutation, ...verdictOf(mutation, await tryOut(copy, mutation)) };
          copies.push(copy);
          return result;
        }),
      ),
    );
    for (const copy of copies) rmSync(copy, { recursive: true, force: true });
    console.log(
      columns(
        ["", "file", "mutation", "noticed by"],
        results.map(({ isNoticed, by, mutation }) => [
          isNoticed ? "ok" : "SURVIVED",
          mutation.file,
          mutation.title,
          by,
        ]),
      ),
    );
    const survived = results.filter(({ isNoticed }) => !isNoticed).length;
    console.log(survived === 0 ? "No mutation survived." : `${survived} of ${results.length} mutations survived.`);
    return survived === 0 ? 0 : 1;
  },
});
