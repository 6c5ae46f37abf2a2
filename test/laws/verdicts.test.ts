import { describe, expect, test } from "vitest";
import { registry } from "../../src/formatters/registry.ts";
import { sentenceOf } from "../../src/sentence.ts";
import { type Stated, stated } from "./samples.ts";
import { unusedVerdicts, type Verdict } from "./values.ts";
import { waivers } from "./waivers.ts";

const isWaived = ({ event }: Stated, { path }: Verdict) =>
  waivers.find((waiver) => waiver.source === event.source && waiver.path.test(path.join(".")));

const unused = stated
  .filter(({ formatter }) => formatter)
  .map((sample) => ({ ...sample, values: unusedVerdicts(sample.event, registry) }));

describe("law 8: what says how it went is used", () => {
  test.for(unused)("$name", (sample) => {
    const values = sample.values.filter((value) => !isWaived(sample, value));
    const shown = values.map(({ path, value }) => `detail.${path.join(".")} = ${JSON.stringify(value)}`);
    expect(shown, sample.notices.map(sentenceOf).join("\n")).toEqual([]);
  });

  test("each waiver is needed", () => {
    const used = new Set(unused.flatMap((sample) => sample.values.map((value) => isWaived(sample, value))));
    expect(waivers.filter((waiver) => !used.has(waiver))).toEqual([]);
  });
});
