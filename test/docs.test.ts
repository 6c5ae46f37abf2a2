import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { gallery, readme } from "../src/local/docs.ts";
import { readTemplate, root } from "../src/local/template.ts";

const pages = ["README.md", "CONTRIBUTING.md", ...globSync("docs/*.md", { cwd: root })];
const read = (page: string): string => readFileSync(path.join(root, page), "utf8");
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

describe.each(pages)("%s", (page) => {
  test("links to what is there", () => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(([, link]) => String(link));
    const missing = links.filter((link) => !existsSync(path.join(root, path.dirname(page), link)));
    expect([...new Set(missing)]).toEqual([]);
  });

  test("names commands that there are", () => {
    const named = [...read(page).matchAll(/npm run ([\w:]+)/g)].map(([, name]) => String(name));
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

test("the gallery and the README's tables are up to date: npm run docs", () => {
  expect(read("docs/events.md")).toBe(gallery());
  expect(read("README.md")).toBe(readme(read("README.md")));
});

test("the README tells of every parameter of the template", () => {
  const { Parameters } = readTemplate() as { Parameters: Record<string, unknown> };
  const told = read("README.md") + read("docs/vpc-logs.md") + read("docs/athena.md");
  expect(Object.keys(Parameters).filter((name) => !told.includes(`\`${name}\``))).toEqual([]);
});
