import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { transformSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatterFiles } from "../src/local/formatter-files.ts";
import { type Scaffold, withFormatter } from "../src/local/new.ts";
import { root } from "../src/local/template.ts";
import { scratchCopy } from "./scratch.ts";

let folder: string;
beforeAll(() => {
  folder = scratchCopy([
    "src",
    "template.yaml",
    "settings.json",
    "package.json",
    "tsconfig.json",
    "biome.json",
    ".gitignore",
  ]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(script: string, ...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(folder, script), ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { status, output: stdout + stderr };
}
const scaffold = (...args: string[]) => run("src/local/new.ts", ...args);
const read = (file: string): string => readFileSync(path.join(folder, file), "utf8");
const messageOf = (name: string) => JSON.parse(read(`test/expected/${name}.json`)).messages[0];

describe("npm run new", () => {
  test("scaffolds the formatter of a new service, which gives a message at once", () => {
    const { status, output } = scaffold("aws.foo", "Foo State Change");
    expect(output).toContain("foo/foo-state-change: 3  prod-foo-1");
    expect(status).toBe(0);
    expect(read("src/formatters/registry.ts")).toContain('import { foo } from "./foo.ts";');
    expect(messageOf("foo/foo-state-change")).toMatchObject({ summary: "Foo prod-foo-1 failed", severity: 3 });
  });

  test("adds a row to the rows of its service", () => {
    expect(scaffold("aws.foo", "Foo Job Status Change", "--name", "job-failed").status).toBe(0);
    expect(read("src/formatters/foo.ts").match(/detailType:/g)).toHaveLength(2);
    expect(read("src/formatters/foo.ts").match(/states\(/g)).toHaveLength(1);
    expect(messageOf("foo/job-failed").summary).toBe("Foo job prod-foo-job-1 failed");
  });

  test("scaffolds from an event, and keeps no account id or name of it in the sample", () => {
    const event = {
      source: "aws.bar",
      "detail-type": "Bar Advice Given",
      account: "987698769876",
      region: "eu-west-1",
      detail: { requestId: "r-1", "bar-name": "orders of acme", advice: { text: "Use fewer" } },
    };
    const file = path.join(folder, "event.json");
    writeFileSync(file, JSON.stringify(event));
    expect(scaffold("-e", file).status).toBe(0);
    expect(read("src/formatters/bar.ts")).toContain('"bar-name": text');
    expect(read("src/formatters/bar.ts")).toContain('Condition = condition("bar:bar-advice-given", {');
    expect(read("events/bar/bar-advice-given.json")).not.toMatch(/987698769876|acme/);
    expect(messageOf("bar/bar-advice-given").node).toBeTruthy();

    writeFileSync(
      file,
      JSON.stringify({ ...event, "detail-type": "Bar Job", detail: { jobId: "j", job: { status: "x" } } }),
    );
    expect(scaffold("aws.bar", "Bar Job", "-e", file).status).toBe(0);
    expect(read("src/formatters/bar.ts")).toContain('state: "detail.job.status"');
  });

  test("splits a detail-type that ends in a participle into thing and outcome", () => {
    const event = { source: "aws.baz", "detail-type": "Baz Import Failed", detail: { "import-id": "i-1" } };
    writeFileSync(path.join(folder, "event.json"), JSON.stringify(event));
    expect(scaffold("-e", path.join(folder, "event.json")).status).toBe(0);
    expect(messageOf("baz/baz-import-failed")).toMatchObject({
      severity: 3,
      summary: expect.stringMatching(/^Baz import \S+ failed$/),
    });
  });

  test("adds to an existing service", () => {
    expect(scaffold("aws.ec2", "EC2 Moon Phase Change").status).toBe(0);
    expect(messageOf("ec2/ec2-moon-phase-change").summary).toContain("failed");
  });

  test("writes what type-checks and keeps to the style", () => {
    const project = path.join(folder, "tsconfig.formatters.json");
    writeFileSync(project, '{ "extends": "./tsconfig.json", "include": ["src/formatters/registry.ts"] }');
    const tsc = spawnSync(path.join(folder, "node_modules/.bin/tsc"), ["-p", project], { encoding: "utf8" });
    expect(tsc).toMatchObject({ status: 0, stdout: "" });
    const files = ["foo", "bar", "baz", "registry"].map((name) => `src/formatters/${name}.ts`);
    const biome = spawnSync(path.join(folder, "node_modules/.bin/biome"), ["check", ...files], { cwd: folder });
    expect(biome.status).toBe(0);
  });

  test.for([
    [["aws.foo"], 2, "a source and, in quotes, a detail-type"],
    [["aws.foo", "Foo", "State"], 2, "in quotes"],
    [["../../x y", "Foo"], 2, "is no source"],
    [["aws.foo", "foo state change"], 1, "src/formatters/foo.ts already has a formatter"],
    [["aws.foo", "Foo Other", "--name", "job-failed"], 1, "The sample foo/job-failed already exists"],
    [["aws.states-of.x", "Foo", "-e", "no.json"], 1, "no file no.json"],
    [["aws.registry", "Registry Change"], 1, "src/formatters/registry.ts already exists"],
  ] as const)("refuses %j", ([args, status, why]) => {
    const before = read("src/formatters/registry.ts");
    expect(scaffold(...args)).toMatchObject({ status, output: expect.stringContaining(why) });
    expect(read("src/formatters/registry.ts")).toBe(before);
  });

  test("leaves no file outside of the project", () => {
    expect(scaffold("aws.qux", "Qux", "--name", "../../../escaped").status).toBe(0);
    expect(existsSync(path.join(folder, "events/qux/escaped.json"))).toBe(true);
  });
});

describe("adding to a file", () => {
  const example: Scaffold = {
    source: "aws.x",
    detailType: "X",
    thing: "X",
    outcome: "was reported",
    name: "detail.name",
    state: "detail.state",
    event: {},
  };
  test.for([
    [
      "rows of its source",
      'export const x = () =>\n  states("aws.x", [\n    { a: 1 },\n  ]);\n',
      /\{ a: 1 \},\n\{[\s\S]*\},\n\]\);\n$/,
    ],
    [
      "rows of another",
      'export const x = () =>\n  states("aws.y", [\n    { a: 1 },\n  ]);\n',
      /=>\s*\[\nstates\("aws.y"[\s\S]*states\("aws.x", \[[\s\S]*\]\),\n\]\.flat\(\);\n$/,
    ],
    [
      "a list",
      "export const x = () =>\n  [\n    formatter({}),\n  ].flat();\nconst y = 1;\n",
      /formatter\(\{\}\),\nstates\([\s\S]*\]\.flat\(\);\nconst y = 1;\n$/,
    ],
    [
      "one formatter",
      "export const x = () =>\n  formatter({\n    a: 1,\n  });\n",
      /=>\s*\[\nformatter\(\{\n {4}a: 1,\n {2}\}\),\nstates[\s\S]*\]\.flat\(\);\n$/,
    ],
    [
      "what is computed",
      "export const x = () =>\n  Object.entries(t).flatMap(([a]) =>\n    formatter({}),\n  );\n",
      /=>\s*\[\nObject\.entries[\s\S]*\n {2}\),\nstates/,
    ],
  ] as const)("that exports %s", ([, text, expected]) => {
    expect(withFormatter(text, "x", example)).toMatch(expected);
  });

  test("keeps every file of the project valid", async () => {
    for (const { file, name, formatters } of await formatterFiles()) {
      const text = readFileSync(path.join(root, file), "utf8");
      const grown = withFormatter(text, name, { ...example, source: formatters[0]?.source ?? "" });
      expect(grown.length).toBeGreaterThan(text.length);
      transformSync(grown, { loader: "ts", sourcefile: file });
    }
  });
});
