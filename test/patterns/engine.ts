/**
 * Asks AWS's own pattern engine, event-ruler, and compares its answers with the matcher of src/patterns:
 * `node test/patterns/engine.ts [--pairs N]`. Needs java and mvn; without them it prints a note and succeeds.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { compilePattern, PatternError } from "../../src/patterns/compile.ts";
import { pairs as generated } from "./arbitraries.ts";
import { templatePairs } from "./template-pairs.ts";

type Answer = "true" | "false" | "invalid";

interface Case {
  name: string;
  pattern: unknown;
  /** The event as JSON text, so that 300.0 stays 300.0. */
  event: string;
  /** The answer that was recorded. */
  answer?: Answer;
}

const seed = 20260101;
const folder = import.meta.dirname;
const pom = join(folder, "pom.xml");
const version = /<artifactId>event-ruler<\/artifactId>\s*<version>([^<]+)/.exec(readFileSync(pom, "utf8"))?.[1];
const jars = join(folder, "../../node_modules/.cache/event-ruler");

function isOnPath(command: string): boolean {
  return spawnSync(command, ["-version"], { stdio: "ignore" }).status === 0;
}

function fetchJars(): void {
  if (existsSync(join(jars, `event-ruler-${version}.jar`))) return;
  const args = ["-q", "-B", "-f", pom, "dependency:copy-dependencies", `-DoutputDirectory=${jars}`];
  const { status, stdout, stderr } = spawnSync("mvn", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`mvn could not fetch event-ruler ${version}: ${(stdout + stderr).trim()}`);
}

function cases(count: number): Case[] {
  const recorded = JSON.parse(readFileSync(join(folder, "pairs.json"), "utf8")) as (Omit<Case, "event"> & {
    event?: unknown;
    rawEvent?: string;
  })[];
  return [
    ...recorded.map(({ event, rawEvent, ...pair }) => ({ ...pair, event: rawEvent ?? JSON.stringify(event) })),
    ...templatePairs().map((pair) => ({ ...pair, event: JSON.stringify(pair.event) })),
    ...fc
      .sample(generated, { numRuns: count, seed })
      .map((pair, index) => ({ name: `generated ${index}`, pattern: pair.pattern, event: JSON.stringify(pair.event) })),
  ];
}

/** The engine's answers, one for each case. */
async function askEngine(all: readonly Case[]): Promise<string[]> {
  const engine = spawn("java", ["-cp", join(jars, "*"), join(folder, "Engine.java")]);
  engine.stdin.on("error", () => {}); // reported by the exit code
  engine.stdin.end(
    all.map(({ pattern, event }) => `{"pattern":${JSON.stringify(pattern)},"event":${event}}\n`).join(""),
  );
  const [stdout, stderr, [code]] = await Promise.all([text(engine.stdout), text(engine.stderr), once(engine, "exit")]);
  const answers = stdout.trimEnd().split("\n");
  if (code !== 0 || answers.length !== all.length)
    throw new Error(`the engine gave ${answers.length} answers to ${all.length} pairs: ${stderr.trim()}`);
  return answers;
}

function answerOf({ pattern, event }: Case): { answer: Answer; why: string } {
  try {
    return { answer: compilePattern(pattern).matches(JSON.parse(event)) ? "true" : "false", why: "" };
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return { answer: "invalid", why: error.message };
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { pairs: { type: "string", default: "5000" } } });
  if (!isOnPath("java") || !isOnPath("mvn")) {
    console.log("skipped: AWS's pattern engine needs java and mvn");
    return;
  }
  fetchJars();
  const all = cases(Number(values.pairs));
  const answers = await askEngine(all);
  const counts = { true: 0, false: 0, invalid: 0 };
  const differences: string[] = [];
  for (const [index, one] of all.entries()) {
    const engine = answers[index] ?? "";
    const { answer, why } = answerOf(one);
    counts[answer]++;
    if (engine.split(":")[0] !== answer || (one.answer ?? answer) !== answer)
      differences.push(
        `${JSON.stringify(one.pattern)}\n  ${one.event}\n  ${one.name}: engine ${engine}, src/patterns ${answer} ${why}`,
      );
  }
  console.log(
    `event-ruler ${version}: ${all.length} pairs (seed ${seed}), ${counts.true} true, ${counts.false} false, ${counts.invalid} invalid, ${differences.length} differ`,
  );
  if (differences.length === 0) return;
  console.log(
    differences
      .sort((a, b) => a.length - b.length)
      .slice(0, 5)
      .join("\n"),
  );
  process.exitCode = 1;
}

await main();
