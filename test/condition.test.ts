import { describe, expect, test } from "vitest";
import { condition, note } from "../src/condition.ts";
import { parseEvent } from "../src/event.ts";
import type { Formatter } from "../src/formatters/formatter.ts";
import { registry } from "../src/formatters/registry.ts";
import { readExpectation, readSample, sampleHome, sampleNames } from "../src/local/samples.ts";

const certificate = condition("acm:certificate", {
  grades: { 5: "expired", 3: "15 days left" },
  ends: "it is renewed",
});
const statement = { of: "shop", node: "shop", summary: "ACM certificate shop expired" };

describe("a condition", () => {
  test("is raised at a grade that it declares", () => {
    expect(certificate.raise(5, statement)).toEqual({
      node: "shop",
      summary: "ACM certificate shop expired",
      condition: "acm:certificate:shop",
      severity: 5,
    });
    // @ts-expect-error: it has no grade 4.
    certificate.raise(4, statement);
  });

  test("is cleared at every grade", () => {
    expect(certificate.clear(statement)).toMatchObject({
      condition: "acm:certificate:shop",
      severity: 0,
      clears: [3, 5],
    });
  });

  test("of nothing that has a name is of any", () => {
    expect(note("acm:issued", { ...statement, of: undefined })).toMatchObject({
      condition: "acm:issued:any",
      severity: 1,
    });
  });
});

/** The messages of each sample whose formatter names its conditions. */
const samples = sampleNames().flatMap((name) => {
  const event = parseEvent(readSample(name).event, sampleHome);
  const formatter = event && registry.find(event);
  const messages = readExpectation(name)?.messages ?? [];
  return event && formatter?.conditions ? [{ name, formatter, messages }] : [];
});

/** The conditions of a formatter that a message can be about. */
const named = ({ conditions = [] }: Formatter, key: string) =>
  conditions.filter(({ name }) => key.replace(/^[^:]*:[^:]*:/, "").startsWith(`${name}:`));

describe("every sample", () => {
  test.for(samples)("$name raises and clears what its formatter names", ({ formatter, messages }) => {
    for (const { severity, external_id } of messages.filter((message) => message.severity !== 1)) {
      const about = named(formatter, external_id);
      expect(about, external_id).not.toEqual([]);
      const grades = about.flatMap((condition) => Object.keys(condition.grades));
      if (severity > 1) expect(grades, external_id).toContain(String(severity));
    }
  });
});
