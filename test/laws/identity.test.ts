import { describe, expect, test } from "vitest";
import { type AwsEvent, type Fields, isFields } from "../../src/event.ts";
import { registry } from "../../src/formatters/registry.ts";
import { accountRegion } from "../../src/grammar/fields.ts";
import { route } from "../../src/route.ts";
import { sentenceOf, visibleLength } from "../../src/sentence.ts";
import { notices, stated } from "./samples.ts";
import { changed, verdictsOf } from "./values.ts";

const identifying = /(?:name|arn|id|identifier|resources?|key|pipeline|channel|endpoint|queue)s?$/i;

/** The value with other names and ids: those under keys that name or identify, and `name` wherever it stands. */
function renamed(value: unknown, name: string, key = ""): unknown {
  if (typeof value === "string") {
    const text = value.replaceAll(name, () => `${name}-other`);
    return identifying.test(key) ? `${text}-other` : text;
  }
  if (Array.isArray(value)) return value.map((item) => renamed(item, name, key));
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([inner, item]) => [inner, renamed(item, name, inner)]));
}

/** The event of another thing. */
const ofAnother = (event: AwsEvent, name: string): AwsEvent => ({
  ...event,
  resources: renamed(event.resources, name, "resources") as string[],
  detail: renamed(event.detail, name) as Fields,
});

const isOfThing = ({ event, notice }: (typeof notices)[number]): boolean => notice.node !== accountRegion(event);

/** The conditions of an event at each severity. */
const rowsOf = (event: AwsEvent): string[] =>
  route(event, registry).notices.map(({ severity, condition }) => `${severity} ${condition}`);

describe("law 4: a reason and an address are not part of the identity", () => {
  test.for(stated)("$name", ({ event }) => {
    const before = rowsOf(event);
    const reasons = verdictsOf(event).filter(({ kind, value }) => kind === "why" && String(value).includes(" "));
    for (const { path, value } of reasons) {
      const after = rowsOf(changed(event, path, `${value}, said once more`));
      expect(after, path.join(".")).toEqual(before);
    }
    if (event.detail.sourceIPAddress === undefined) return;
    expect(rowsOf(changed(event, ["sourceIPAddress"], "198.51.100.99"))).toEqual(before);
  });
});

describe("law 9: what differs is told apart", () => {
  test.for(notices.filter(isOfThing))("$name: another thing is another row ($notice.node)", ({ event, notice }) => {
    const keys = route(ofAnother(event, notice.node), registry).notices.map(({ condition }) => condition);
    expect(keys).not.toContain(notice.condition);
  });

  const byType = Map.groupBy(notices, ({ event }) => `${event.source} | ${event.detailType}`);
  test.for([...byType.keys()])("%s: what reads the same is the same", (type) => {
    const byText = Map.groupBy(byType.get(type) ?? [], ({ event, notice }) =>
      [accountRegion(event), notice.node, sentenceOf(notice)].join(" "),
    );
    for (const [text, same] of byText) {
      const bySample = Map.groupBy(same, ({ name }) => name);
      const kinds = [...bySample.values()].map((group) =>
        group.map(({ notice: { severity, condition } }) => `${severity} ${condition}`).join(", "),
      );
      expect([...new Set(kinds)], `${text}: ${[...bySample.keys()].join(", ")}`).toHaveLength(1);
    }
  });
});

describe("law 10: the outcome is visible", () => {
  test.for(notices.filter(({ notice }) => notice.severity > 1))("$name", ({ notice }) => {
    const text = sentenceOf(notice);
    const outcome = notice.outcome.replace(/^[:,] /, "");
    const end = text.toLowerCase().indexOf(outcome.toLowerCase()) + outcome.length;
    expect(end, text).toBeLessThanOrEqual(visibleLength);
  });

  test("every notice has a thing", () => {
    expect(stated.flatMap(({ notices }) => notices).filter(({ thing }) => !thing.trim())).toEqual([]);
  });
});
