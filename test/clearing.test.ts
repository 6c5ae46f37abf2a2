import { describe, expect, test } from "vitest";
import type { Condition, Notice, ProblemSeverity } from "../src/condition.ts";
import { condition } from "../src/condition.ts";
import { type AwsEvent, parseEvent } from "../src/event.ts";
import { registry } from "../src/formatters/registry.ts";
import { endsOf } from "../src/grammar/formatter.ts";
import type { AcceptedEvent } from "../src/local/contract.ts";
import { conditionKey } from "../src/local/kit.ts";
import { createRows } from "../src/local/rows.ts";
import { defaultPolicy, readSample, sampleHome, sampleNames } from "../src/local/samples.ts";
import { compose, type PantherMessage, type Policy } from "../src/message.ts";
import { route } from "../src/route.ts";

const everything: Policy = { ...defaultPolicy, minSeverity: 0, drop: new Set() };
const before = "2026-11-24T10:00:00Z";
const after = "2026-11-24T10:01:00Z";

const eventAt = (time: string): AwsEvent => ({
  id: "1",
  time,
  source: "aws.test",
  detailType: "Test",
  ...sampleHome,
  resources: [],
  detail: {},
});

const messagesOf = (notices: readonly Notice[], event: AwsEvent): readonly PantherMessage[] =>
  compose(notices, event, everything).messages;

/** A console an hour later; `settle` lets its trigger look at the rows twice. */
function newConsole({ kit }: { kit: boolean }) {
  let now = Date.parse("2026-11-24T11:00:00Z");
  const rows = createRows({ kit, now: () => now });
  return {
    add(messages: readonly PantherMessage[]) {
      for (const message of messages) rows.add(message as PantherMessage & AcceptedEvent);
    },
    settle() {
      rows.sweep();
      now += 20_000;
      rows.sweep();
    },
    rows: () => rows.all().map(({ severity, summary, tally }) => `${severity} ${summary} x${tally}`),
    identifiers: () => new Set(rows.all().map(({ identifier }) => identifier)),
  };
}

const down = condition("db:down", { grades: { 5: "primary", 3: "replica" }, ends: "it is up" });
const statement = { of: "db", node: "db", thing: "Database", outcome: "is down" };
const problem = (grade: 3 | 5, time = before) => messagesOf([down.raise(grade, statement)], eventAt(time));
const recovery = (time = after) => messagesOf([down.clear({ ...statement, outcome: "is up" })], eventAt(time));

describe("a console with the kit", () => {
  test.each([
    ["a problem, its repeat and its recovery leave nothing", [problem(3), problem(3), recovery()], []],
    ["a recovery ends every severity", [problem(3), problem(5), recovery()], []],
    ["a recovery that arrives first ends the problem too", [recovery(), problem(5)], []],
    ["a recovery alone leaves nothing", [recovery()], []],
    ["a problem that comes back stays", [problem(5), recovery(), problem(5, after)], ["5 Database is down x2"]],
    ["a problem that is newer than the recovery stays", [recovery(), problem(5, after)], ["5 Database is down x1"]],
  ])("%s", (_, sent, left) => {
    const console = newConsole({ kit: true });
    for (const messages of sent) console.add(messages);
    console.settle();
    expect(console.rows()).toEqual(left);
  });
});

describe("a console without the kit", () => {
  test("the recovery is a green row that goes; the problem stays for a person", () => {
    const console = newConsole({ kit: false });
    console.add([...problem(5), ...recovery()]);
    expect(console.rows()).toEqual(["5 Database is down x1", "0 Database is up x1"]);
    console.settle();
    expect(console.rows()).toEqual(["5 Database is down x1"]);
  });

  test("a problem right after a recovery is not swallowed", () => {
    const console = newConsole({ kit: false });
    console.add([...recovery(), ...problem(5)]);
    console.settle();
    expect(console.rows()).toEqual(["5 Database is down x1"]);
  });
});

/** The conditions that formatters name, each once. */
const conditions = [...new Set(registry.all().flatMap(({ conditions = [] }) => conditions))];

describe("law 7: what raises a condition at any grade, its recovery ends", () => {
  test.for(conditions)("$name", (declared) => {
    // `raise` accepts the declared grades only, which a condition of any formatter does not reveal to the compiler.
    const tested = declared as Condition<ProblemSeverity>;
    const grades = Object.keys(tested.grades).map(Number) as ProblemSeverity[];
    const about = { of: "thing", node: "thing", thing: "Thing", name: "thing", outcome: "has it" };
    const raised = grades.flatMap((grade) => messagesOf([tested.raise(grade, about)], eventAt(before)));
    const cleared = messagesOf([tested.clear(about)], eventAt(after));
    expect(raised).toHaveLength(grades.length);

    const withKit = newConsole({ kit: true });
    withKit.add([...raised, ...cleared]);
    withKit.settle();
    expect(withKit.rows()).toEqual([]);

    const without = newConsole({ kit: false });
    without.add([...raised, ...cleared]);
    without.settle();
    expect(without.identifiers()).toEqual(new Set(raised.map(({ identifier }) => identifier)));
  });
});

const samples = sampleNames().map((name) => {
  const event = parseEvent(readSample(name).event, sampleHome);
  if (!event) throw new Error(`${name} is no event`);
  const formatter = registry.find(event);
  const { notices } = route(event, registry);
  const problems = notices.filter(({ severity }) => severity > 0);
  const recoveries = notices.filter(({ severity }) => severity === 0);
  return {
    name,
    formatter,
    raised: messagesOf(problems, { ...event, time: before }),
    cleared: messagesOf(recoveries, { ...event, time: after }),
  };
});
const keyOf = ({ external_id }: PantherMessage): string => conditionKey(external_id);
const raisedByKey = Map.groupBy(
  samples.flatMap(({ raised }) => raised),
  keyOf,
);
const clearedKeys = new Set(samples.flatMap(({ cleared }) => cleared.map(keyOf)));

describe("the samples", () => {
  test.for(samples.filter(({ cleared }) => cleared.length > 0))("$name ends what another raises", ({ cleared }) => {
    const raised = cleared.flatMap((message) => raisedByKey.get(keyOf(message)) ?? []);
    expect(raised, `no sample raises any of ${cleared.map(keyOf).join(", ")}`).not.toEqual([]);
    const identifiers = new Set(raised.map(({ identifier }) => identifier));

    const withKit = newConsole({ kit: true });
    withKit.add([...raised, ...cleared]);
    withKit.settle();
    expect(withKit.identifiers()).toEqual(new Set());

    const without = newConsole({ kit: false });
    without.add([...raised, ...cleared]);
    without.settle();
    expect(without.identifiers()).toEqual(identifiers);
  });

  const ends = ({ raised }: { raised: readonly PantherMessage[] }): boolean =>
    raised.some((message) => message.severity > 1 && clearedKeys.has(keyOf(message)));

  test("what a sample clears, the formatter that raised it documents", () => {
    const silent = samples.filter((sample) => ends(sample) && !(sample.formatter && endsOf(sample.formatter)));
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  test("what a formatter documents as cleared, a sample of it raises and a sample clears", () => {
    const cleared = new Set(samples.filter(ends).map(({ formatter }) => formatter));
    const never = registry.all().filter((formatter) => endsOf(formatter) && !cleared.has(formatter));
    expect(never.map(({ source, detailType }) => `${source} | ${detailType}`)).toEqual([]);
  });
});
