import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { cloudTrailPage, gallery, readme, settingsPage, settingsSchema, vpcLogsPage } from "../src/local/docs.ts";
import { readParameters, root, type TemplateName } from "../src/local/template.ts";
import { describeSettings, readSettings } from "../src/settings.ts";

const pages = ["README.md", "CONTRIBUTING.md", ...globSync("docs/*.md", { cwd: root })];
const read = (page: string): string => readFileSync(path.join(root, page), "utf8");
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

describe.each(pages)("%s", (page) => {
  test("has no broken links", () => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(([, link]) => String(link));
    const missing = links.filter((link) => !existsSync(path.join(root, path.dirname(page), link)));
    expect([...new Set(missing)]).toEqual([]);
  });

  test("names existing commands only", () => {
    const named = [...read(page).matchAll(/npm run ([\w:]+)/g)].map(([, name]) => String(name));
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

test("generated parts are up to date: npm run docs", () => {
  expect(read("docs/events.md")).toBe(gallery());
  expect(read("README.md")).toBe(readme(read("README.md")));
  expect(read("docs/settings.md")).toBe(settingsPage(read("docs/settings.md")));
  expect(read("docs/cloudtrail.md")).toBe(cloudTrailPage());
  expect(read("docs/vpc-logs.md")).toBe(vpcLogsPage(read("docs/vpc-logs.md")));
  expect(read("settings.schema.json")).toBe(settingsSchema());
});

test.each<[TemplateName, string[]]>([
  ["template.yaml", ["README.md", "docs/deployment.md"]],
  ["athena.yaml", ["docs/athena.md"]],
])("the documents describe every parameter of %s", (template, documents) => {
  const texts = documents.filter((page) => existsSync(path.join(root, page))).map(read);
  const missing = Object.keys(readParameters(template)).filter((name) => !texts.join().includes(`\`${name}\``));
  expect(missing).toEqual([]);
});

describe("settings.schema.json", () => {
  const schema = JSON.parse(settingsSchema()) as {
    additionalProperties: boolean;
    properties: Record<string, { type: string; description?: string; default?: unknown }>;
  };
  const { $schema, ...properties } = schema.properties;
  const settings = describeSettings();

  test("has every setting, with its description and a valid default", () => {
    expect(Object.keys(properties)).toEqual(settings.map(({ name }) => name));
    for (const { name, description, value, check } of settings) {
      expect(properties[name]).toMatchObject({ description, default: value });
      expect(check.safeParse(properties[name]?.default).success).toBe(true);
    }
    expect(properties.minSeverity).toMatchObject({ type: "integer", minimum: 0, maximum: 5 });
  });

  test("accepts settings.json, which refers to it, and no unknown setting", () => {
    const tracked = JSON.parse(read("settings.json")) as Record<string, unknown>;
    expect(tracked.$schema).toBe("./settings.schema.json");
    expect($schema).toEqual({ type: "string" });
    expect(schema.additionalProperties).toBe(false);
    expect(Object.keys(tracked).filter((name) => !(name in schema.properties))).toEqual([]);
    expect(() => readSettings(tracked)).not.toThrow();
  });
});

test("docs/settings.md has every setting and its variable, and its example is valid", () => {
  const page = read("docs/settings.md");
  for (const { name, variable } of describeSettings()) expect(page).toContain(`\n| \`${name}\` | \`${variable}\` | `);
  const examples = [...page.matchAll(/^```json\n(.*?)^```/gms)].map(([, json]) => JSON.parse(String(json)));
  const [settings, env] = examples;
  expect(() => readSettings(settings, env.Parameters)).not.toThrow();
});

describe("docs/events.md", () => {
  const detailTypes = gallery().match(/^\| [^|]+(?= \|)/gm);

  test("marks an event type that no rule forwards", () => {
    expect(detailTypes).toContain("| Tag Change on Resource (not by default)");
  });

  test.each(["AWS Health Event", "EC2 Instance State-change Notification"])("does not mark %s", (detailType) => {
    expect(detailTypes).toContain(`| ${detailType}`);
  });
});
