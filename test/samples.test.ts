import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parseEvent } from "../src/event.ts";
import { registry, rooms } from "../src/formatters/registry.ts";
import {
  defaultPolicy,
  expectationNames,
  readExpectation,
  readSample,
  render,
  sampleHome,
  sampleNames,
} from "../src/local/samples.ts";
import { root } from "../src/local/template.ts";

const samples = sampleNames().map(readSample);
const formatters = registry.all();
const everything = { ...defaultPolicy, drop: new Set<never>() };
/** What the fallback says is in the event's words, and follows its own rules. */
const spoken = samples.filter(({ name }) => !name.startsWith("other/"));

/** The strings of an event and the last parts of its ARNs and ids, in lower case: what may begin a sentence as it is. */
function wordsOf(value: unknown): ReadonlySet<string> {
  const words = new Set<string>();
  JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === "string") {
      for (const word of [inner, inner.split(/[:/]/).at(-1)]) if (word) words.add(word.toLowerCase());
    }
    return inner;
  });
  return words;
}

describe("samples", () => {
  test.for(samples)("$name gives its expected messages", ({ name, event }) => {
    const { unformatted, ...given } = render(event, registry);
    const expected = readExpectation(name);
    expect(expected, `no expectation: npm run expect -- ${name}`).toBeDefined();
    expect(given).toEqual(expected);
    if (unformatted) expect(name).toMatch(/^other\//);
  });

  test.for(samples)(
    "$name has the same identities at another time, and others in another account and region",
    ({ event }) => {
      const sent = event as Record<string, unknown>;
      const identities = (changed: object) =>
        render({ ...sent, ...changed }, registry).messages.map(({ identifier }) => identifier);
      const before = identities({});
      expect(identities({ id: "99999999-8888-4777-8666-555555555555", time: "2031-02-03T04:05:06Z" })).toEqual(before);
      for (const identity of identities({ account: "999988887777" })) expect(before).not.toContain(identity);
      for (const identity of identities({ region: "sa-east-1" })) expect(before).not.toContain(identity);
    },
  );

  test.for(samples)(
    "$name bears its detail-type as its tag, but for the three that are older than this project",
    ({ event }) => {
      const older = ["CloudTrailEvent", "Ec2 State Change", "AWSConfig"];
      for (const { tag, detail_type } of render(event, registry).messages) {
        expect([detail_type, ...older]).toContain(tag);
      }
    },
  );

  test.for(spoken)("$name reads as docs/messages.md asks", ({ event }) => {
    const told = wordsOf(event);
    for (const { summary } of render(event, registry, everything).messages) {
      expect(summary.length, summary).toBeGreaterThanOrEqual(20);
      expect(summary.length, summary).toBeLessThanOrEqual(200);
      expect(summary, "one line, without double spaces").toMatch(/^\S+(?: \S+)+$/);
      expect(summary, "names rather than ARNs").not.toMatch(/\barn:/);
      expect(summary, "no times").not.toMatch(/\d{4}-\d\d-\d\d[T ]\d\d:|\b\d\d:\d\d(?::\d\d)?\b/);
      expect(summary, "a missing field drops its clause").not.toMatch(
        /\b(?:undefined|null|NaN)\b|\[object|\(\)|\[\]|:$/,
      );
      expect(summary, "a sentence without its full stop").not.toMatch(/\.$/);
      const [begins = ""] = summary.split(/(?:'s)? /);
      expect(/^[A-Z\d]|^\[SAMPLE\]$/.test(begins) || told.has(begins.toLowerCase()), `begins with ${begins}`).toBe(
        true,
      );
    }
  });

  test("none is without an expectation, no expectation without a sample", () => {
    expect(expectationNames()).toEqual(sampleNames());
  });
});

describe("formatters", () => {
  test("each has a sample", () => {
    const shown = new Set(
      samples.map(({ event }) => {
        const parsed = parseEvent(event, sampleHome);
        return parsed && registry.find(parsed);
      }),
    );
    const without = formatters.filter((formatter) => !shown.has(formatter));
    expect(without.map(({ source, detailType }) => `${source} | ${detailType}`)).toEqual([]);
  });

  test("each file is registered", () => {
    const machinery = new Set(["fallback", "fields", "formatter", "links", "registry", "states", "words"]);
    const registered = readFileSync(path.join(root, "src/formatters/registry.ts"), "utf8");
    for (const file of globSync("*.ts", { cwd: path.join(root, "src/formatters") })) {
      if (!machinery.has(file.replace(/\.ts$/, ""))) expect(registered).toContain(`"./${file}"`);
    }
  });

  test("each file is registered for every source that it speaks for, and for no other", () => {
    for (const [source, makers] of Object.entries(rooms)) {
      for (const make of makers) {
        const sources = make().map((formatter) => formatter.source);
        expect(sources).toContain(source);
        for (const spoken of sources) expect(rooms[spoken] ?? [], spoken).toContain(make);
      }
    }
  });

  test("no pair of source and detail-type has two", () => {
    const pairs = formatters.map(({ source, detailType }) =>
      `${source}|${detailType}`.toLowerCase().replace(/\s/g, ""),
    );
    expect(pairs.filter((pair, index) => pairs.indexOf(pair) !== index)).toEqual([]);
    const made = new Set(Object.values(rooms).flat());
    expect([...made].flatMap((make) => make())).toHaveLength(formatters.length);
  });
});
