import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parseEvent } from "../src/event.ts";
import { formattersBySource, registry } from "../src/formatters/registry.ts";
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
import type { PantherMessage } from "../src/message.ts";

const samples = sampleNames().map(readSample);
const formatters = registry.all();
const everything = { ...defaultPolicy, drop: new Set<never>() };
/** Messages of the fallback use the event's words, and follow other rules. */
const formatted = samples.filter(({ name }) => !name.startsWith("other/"));

/** The strings of an event and the last segments of its ARNs and ids, in lower case: a sentence may begin with them. */
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

/** The condition and severity of a message, without the time of a recovery. */
const rowOf = ({ external_id, severity }: PantherMessage): string =>
  `${external_id.replace(/@[\dTZ:-]+$/, "")} ${severity}`;

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
      const identities = (changed: object) => render({ ...sent, ...changed }, registry).messages.map(rowOf);
      const before = identities({});
      expect(identities({ id: "99999999-8888-4777-8666-555555555555", time: "2031-02-03T04:05:06Z" })).toEqual(before);
      for (const identity of identities({ account: "999988887777" })) expect(before).not.toContain(identity);
      for (const identity of identities({ region: "sa-east-1" })) expect(before).not.toContain(identity);
    },
  );

  test.for(samples)(
    "$name has its detail-type as its tag, except for three tags that consoles already use",
    ({ event }) => {
      const existingTags = ["CloudTrailEvent", "Ec2 State Change", "AWSConfig"];
      for (const { tag, detail_type } of render(event, registry).messages) {
        expect([detail_type, ...existingTags]).toContain(tag);
      }
    },
  );

  test.for(formatted)("$name follows docs/messages.md", ({ event }) => {
    const words = wordsOf(event);
    for (const { summary } of render(event, registry, everything).messages) {
      expect(summary.length, summary).toBeGreaterThanOrEqual(20);
      expect(summary.length, summary).toBeLessThanOrEqual(220);
      expect(summary, "one line, without double spaces").toMatch(/^\S+(?: \S+)+$/);
      expect(summary, "names rather than ARNs").not.toMatch(/\barn:/);
      expect(summary.split(": ")[0], "no times before the reason").not.toMatch(
        /\d{4}-\d\d-\d\d[T ]\d\d:|\b\d\d:\d\d(?::\d\d)?\b/,
      );
      expect(summary, "a missing field drops its clause").not.toMatch(
        /\b(?:undefined|null|NaN)\b|\[object|\(\)|\[\]|:$/,
      );
      expect(summary, "a sentence without its full stop").not.toMatch(/\.$/);
      const [first = ""] = summary.split(/(?:'s)? /);
      expect(/^[A-Z\d]|^\[SAMPLE\]$/.test(first) || words.has(first.toLowerCase()), `begins with ${first}`).toBe(true);
    }
  });

  test("each sample has an expectation, and each expectation a sample", () => {
    expect(expectationNames()).toEqual(sampleNames());
  });
});

describe("formatters", () => {
  test("each has a sample", () => {
    const used = new Set(
      samples.map(({ event }) => {
        const parsed = parseEvent(event, sampleHome);
        return parsed && registry.find(parsed);
      }),
    );
    const without = formatters.filter((formatter) => !used.has(formatter));
    expect(without.map(({ source, detailType }) => `${source} | ${detailType}`)).toEqual([]);
  });

  test("each file is registered", () => {
    const machinery = new Set(["fallback", "fields", "formatter", "links", "registry", "states", "words"]);
    const registered = readFileSync(path.join(root, "src/formatters/registry.ts"), "utf8");
    for (const file of globSync("*.ts", { cwd: path.join(root, "src/formatters") })) {
      if (!machinery.has(file.replace(/\.ts$/, ""))) expect(registered).toContain(`"./${file}"`);
    }
  });

  test("each file is registered for its sources, and for no other", () => {
    for (const [source, makers] of Object.entries(formattersBySource)) {
      for (const make of makers) {
        const sources = make().map((formatter) => formatter.source);
        expect(sources).toContain(source);
        for (const each of sources) expect(formattersBySource[each] ?? [], each).toContain(make);
      }
    }
  });

  test("no pair of source and detail-type has two formatters", () => {
    const pairs = formatters.map(({ source, detailType }) =>
      `${source}|${detailType}`.toLowerCase().replace(/\s/g, ""),
    );
    expect(pairs.filter((pair, index) => pairs.indexOf(pair) !== index)).toEqual([]);
    const made = new Set(Object.values(formattersBySource).flat());
    expect([...made].flatMap((make) => make())).toHaveLength(formatters.length);
  });
});
