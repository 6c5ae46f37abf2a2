import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as arn from "../src/arn.ts";
import * as condition from "../src/condition.ts";
import { registry } from "../src/formatters/registry.ts";
import * as fields from "../src/grammar/fields.ts";
import * as formatter from "../src/grammar/formatter.ts";
import * as links from "../src/grammar/links.ts";
import * as states from "../src/grammar/states.ts";
import * as words from "../src/grammar/words.ts";
import { defaultPolicy, readSample, render, sampleNames } from "../src/local/samples.ts";
import { root } from "../src/local/template.ts";
import { scratchCopy } from "./scratch.ts";

const read = (file: string): string => readFileSync(path.join(root, file), "utf8");

/** The rows of the tables with this heading, each as its cells. */
function rowsUnder(page: string, heading: string): string[][] {
  const tables = page.split(/\n\n+/).filter((block) => block.startsWith(heading));
  return tables
    .flatMap((table) => table.trim().split("\n").slice(2))
    .map((row) => row.replace(/^\| | \|$/g, "").split(" | "));
}

interface Block {
  readonly language: string;
  /** The file that an info string such as `ts src/formatters/b2bi.ts` names. */
  readonly file: string;
  readonly text: string;
}

const blocksOf = (page: string): Block[] =>
  [...page.matchAll(/^```(\w+) ?(\S*)\n(.*?)^```$/gms)].map(([, language = "", file = "", text = ""]) => ({
    language,
    file,
    text,
  }));

describe("the example of CONTRIBUTING.md", () => {
  const [, section = ""] = /^## Add an event type\n(.*?)^## /ms.exec(read("CONTRIBUTING.md")) ?? [];
  const blocks = blocksOf(section);
  let folder: string;
  beforeAll(() => {
    folder = scratchCopy();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function run(command: string): { status: number | null; output: string } {
    const env = { ...process.env, NO_COLOR: "1", npm_config_update_notifier: "false" };
    const { status, stdout, stderr } = spawnSync("sh", ["-ec", command], { cwd: folder, env, encoding: "utf8" });
    return { status, output: stdout + stderr };
  }

  test("is about an event type that the project lacks", () => {
    const event = JSON.parse(blocks.find(({ file }) => file === "event.json")?.text ?? "{}");
    expect(event).toMatchObject({ source: expect.any(String), "detail-type": expect.any(String) });
    expect(registry.find({ source: event.source, detailType: event["detail-type"] })).toBeUndefined();
  });

  test("works as typed", { timeout: 300_000 }, () => {
    let output = "";
    for (const { language, file, text } of blocks) {
      if (language === "sh") {
        const done = run(text);
        expect(done, done.output).toMatchObject({ status: 0 });
        output = done.output;
        if (text.includes("npm test")) expect(output).toMatch(/Tests .*\d passed/);
      } else if (file) {
        mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
        writeFileSync(path.join(folder, file), text);
      } else {
        for (const line of text.trim().split("\n")) expect(output).toContain(line);
      }
    }
    expect(blocks.map(({ language }) => language)).toEqual(["json", "sh", "text", "ts", "sh", "text", "sh"]);
  });

  test("passes lint and the compiler, and leaves the project as it was", { timeout: 300_000 }, () => {
    const [file = ""] = blocks.flatMap(({ language, file }) => (language === "ts" ? [file] : []));
    expect(run(`npx biome check ${file} src/formatters/registry.ts`)).toMatchObject({ status: 0 });
    writeFileSync(
      path.join(folder, "tsconfig.formatters.json"),
      '{ "extends": "./tsconfig.json", "include": ["src/formatters/registry.ts"] }',
    );
    expect(run("npx tsc -p tsconfig.formatters.json")).toEqual({ status: 0, output: "" });
    expect(sampleNames().filter((name) => name.startsWith("b2bi/"))).toEqual([]);
  });
});

describe("docs/grammar.md", () => {
  const page = read("docs/grammar.md");
  const names = { ...condition, ...formatter, ...states, ...fields, ...words, ...links, ...arn };
  const rows = rowsUnder(page, "| name |").map(([name = "", , example = ""]) => ({
    name: name.replaceAll("`", ""),
    example,
  }));
  const [, code = ""] = /^```json\n(.*?)^```/ms.exec(page) ?? [];
  const { "detail-type": detailType, ...rest } = JSON.parse(code) as Record<string, unknown>;
  const event = { ...rest, detailType };

  test("lists every export of the grammar, and no other name", () => {
    expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(names).sort());
  });

  test.each(rows)("has a true example of $name", ({ name, example }) => {
    const [, call, result] = /^`(.*)` → `(.*)`$/.exec(example) ?? [];
    const evaluate = (code: string): unknown =>
      new Function(...Object.keys(names), "event", `return (${code});`)(...Object.values(names), event);
    if (call && result) {
      expect(call).toContain(name);
      expect(evaluate(call)).toEqual(evaluate(result));
    } else {
      const files = [...example.matchAll(/\]\(\.\.\/(.*?)\)/g)].map(([, file]) => String(file));
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) expect(read(file)).toContain(`${name}(`);
    }
  });

  test("lists every field of a row of states", () => {
    const [, row = ""] = /interface StateRow \{\n(.*?)^\}/ms.exec(read("src/grammar/states.ts")) ?? [];
    const declared = [...row.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
    expect(rowsUnder(page, "| field of a row |").map(([name]) => name?.replaceAll("`", ""))).toEqual(declared);
  });
});

describe("docs/messages.md", () => {
  const everything = { ...defaultPolicy, minSeverity: 0 as const, drop: new Set<never>() };
  const messages = sampleNames().flatMap((name) => render(readSample(name).event, registry, everything).messages);
  const summaries = new Set(messages.flatMap(({ severity, summary }) => [summary, `**${severity}** ${summary}`]));
  const rules = read("docs/messages.md")
    .split(/^## /m)
    .map((section) => ({ rule: section.split("\n")[0], rows: rowsUnder(section, "| write |") }))
    .filter(({ rows }) => rows.length > 0);

  test.each(rules)("shows three messages of samples for: $rule", ({ rows }) => {
    expect(rows).toHaveLength(3);
    for (const [good, bad] of rows) {
      expect(summaries).toContain(good);
      expect(bad?.length).toBeGreaterThan(0);
    }
  });
});
