import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../src/local/template.ts";

const page = readFileSync(path.join(root, "docs/architecture.md"), "utf8");

interface Import {
  readonly file: string;
  readonly target: string;
}

/** `grammar` of `src/grammar/states.ts`, `event` of `src/event.ts`. */
const roomOf = (file: string): string => file.split("/")[1]?.replace(/\.ts$/, "") ?? "";

const importLine = /^(?:import|export)\s[^;"]*?from "(\.[^"]+)"|^import "(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm;
const imports: readonly Import[] = globSync("src/**/*.{ts,mjs}", { cwd: root })
  .map((file) => file.split(path.sep).join("/"))
  .flatMap((file) =>
    [...readFileSync(path.join(root, file), "utf8").matchAll(importLine)].map((match) => ({
      file,
      target: path.posix.join(path.posix.dirname(file), match.slice(1).find(Boolean) ?? ""),
    })),
  );

/** The imports of a room from other rooms. */
const importsOf = (room: string): readonly Import[] =>
  imports.filter(({ file, target }) => roomOf(file) === room && target.startsWith("src/") && roomOf(target) !== room);

describe("imports", () => {
  test("are read, those over several lines included", () => {
    expect(imports.length).toBeGreaterThan(500);
    expect(imports.filter(({ target }) => !existsSync(path.join(root, target)))).toEqual([]);
    expect(imports).toContainEqual({ file: "src/handler.ts", target: "src/vpclogs/index.ts" });
    expect(imports).toContainEqual({ file: "src/grammar/states.ts", target: "src/condition.ts" });
  });

  test("of formatters lead to the grammar and shared modules only", () => {
    const allowed = ["grammar", "condition", "event", "arn", "ports", "lazy", "sentence"];
    expect(importsOf("formatters").filter(({ target }) => !allowed.includes(roomOf(target)))).toEqual([]);
  });

  test.each([
    ["grammar", ["formatters", "forward", "panther"]],
    ["panther", ["formatters", "forward"]],
    ["message", ["formatters", "forward", "panther"]],
    ["vpclogs", ["formatters", "forward", "panther"]],
  ])("of %s never lead to %j", (room, forbidden) => {
    expect(importsOf(room).filter(({ target }) => forbidden.includes(roomOf(target)))).toEqual([]);
  });

  test("of the registry lead to the formatters and the lookup only", () => {
    const targets = imports.filter(({ file }) => file === "src/formatters/registry.ts").map(({ target }) => target);
    const expected = /^src\/formatters\/[\w-]+\.ts$|^src\/grammar\/registry\.ts$/;
    expect(targets.filter((target) => !expected.test(target))).toEqual([]);
    const others = imports.filter(({ target }) => target === "src/formatters/registry.ts");
    expect(others.filter(({ file }) => !["handler", "local"].includes(roomOf(file)))).toEqual([]);
  });

  test("never lead to local/ from outside of it", () => {
    expect(imports.filter(({ file, target }) => roomOf(target) === "local" && roomOf(file) !== "local")).toEqual([]);
  });
});

describe("docs/architecture.md", () => {
  const [, table = ""] = /^\| room \| imports \|\n.*\n([\s\S]*?)\n\n/m.exec(page) ?? [];
  const rows = table.split("\n").map((line) => {
    const [, room = "", names = ""] = /^\| `(.*?)(?:\.ts|\/)` \| ?(.*?) ?\|$/.exec(line) ?? [];
    return { room, names: names.split(", ").filter(Boolean) };
  });

  test("has every room in its table", () => {
    const rooms = readdirSync(path.join(root, "src")).map((name) => name.replace(/\.ts$/, ""));
    expect(rows.map(({ room }) => room).sort()).toEqual(rooms.sort());
  });

  test.each(rows)("states the imports of $room, all of them from rows above", ({ room, names }) => {
    const above = rows.slice(
      0,
      rows.findIndex((row) => row.room === room),
    );
    const actual = [...new Set(importsOf(room).map(({ target }) => roomOf(target)))];
    expect(actual.filter((name) => !above.some((row) => row.room === name))).toEqual([]);
    if (room !== "local") expect(names).toEqual(actual.sort());
  });

  test("describes every room, and names files that exist", () => {
    for (const { room } of rows) expect(page).toMatch(new RegExp(`\`${room}(?:\\.ts|/)\``));
    const files = [...page.matchAll(/"([\w/]+\.ts|[\w]+\/)[,:" ]/g)].map(([, file]) => `src/${file}`);
    expect(files.length).toBeGreaterThan(8);
    expect(files.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });

  test("has ten changes, each with the name that it says to edit", () => {
    const [, changes = ""] = /^\| to change \| edit \|\n.*\n([\s\S]*)/m.exec(page) ?? [];
    const lines = changes.trim().split("\n");
    expect(lines).toHaveLength(10);
    for (const line of lines) {
      const [, file = ""] = /\]\(\.\.\/(.*?)\)/.exec(line) ?? [];
      const text = readFileSync(path.join(root, file), "utf8");
      const [, edit = ""] = /^\| .*? \| (.*?)(?:\]\(|$)/.exec(line) ?? [];
      for (const [, name = ""] of edit.matchAll(/`(\w+)`/g)) expect(text).toContain(name);
    }
  });
});
