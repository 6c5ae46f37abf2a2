import { describe, expect, test } from "vitest";
import { parseEvent } from "../src/event.ts";
import { endsOf } from "../src/formatters/formatter.ts";
import { registry } from "../src/formatters/registry.ts";
import type { AcceptedEvent } from "../src/local/contract.ts";
import { createRows } from "../src/local/rows.ts";
import { defaultPolicy, readSample, render, sampleHome, sampleNames } from "../src/local/samples.ts";
import { compose, type PantherMessage, type Policy } from "../src/message.ts";
import type { Notice, ProblemSeverity } from "../src/notice.ts";
import { route } from "../src/route.ts";

const event = { id: "1", source: "aws.test", detailType: "Test", ...sampleHome, resources: [], detail: {} };
const automation: Policy = { ...defaultPolicy, clearing: "automation" };
const problem = (severity: ProblemSeverity): Notice => ({
  node: "db",
  summary: "Database is down",
  severity,
  condition: "db:down",
});
const recovery: Notice = { node: "db", summary: "Database is up", severity: 0, clears: [3, 5], condition: "db:down" };

/** A console with or without the clear trigger, that is told notices one after the other. */
function console(policy: Policy) {
  const rows = createRows({ clearTrigger: policy.clearing === "automation" });
  return {
    tell(...notices: Notice[]) {
      for (const notice of notices) {
        for (const message of compose([notice], event, policy).messages) rows.take(message as unknown as AcceptedEvent);
      }
    },
    sweep: rows.sweep,
    seen: () => rows.all().map(({ severity, summary, tally }) => `${severity} ${summary} x${tally}`),
  };
}

describe("clearing by automation", () => {
  test("problem, repeat, recovery: one row, then none", () => {
    const panther = console(automation);
    panther.tell(problem(3), problem(3));
    expect(panther.seen()).toEqual(["3 Database is down x2"]);
    panther.tell(recovery);
    panther.sweep();
    expect(panther.seen()).toEqual([]);
  });

  test("an escalation is a row of its own, and the recovery clears both", () => {
    const panther = console(automation);
    panther.tell(problem(3), problem(5));
    expect(panther.seen()).toEqual(["3 Database is down x1", "5 Database is down x1"]);
    panther.tell(recovery);
    panther.sweep();
    expect(panther.seen()).toEqual([]);
  });

  test("a flap between two sweeps leaves the problem standing, at its severity", () => {
    const panther = console(automation);
    panther.tell(problem(5), recovery, problem(5));
    panther.sweep();
    expect(panther.seen()).toEqual(["5 Database is down x3"]);
  });

  test("a recovery without a problem leaves nothing behind", () => {
    const panther = console(automation);
    panther.tell(recovery);
    panther.sweep();
    expect(panther.seen()).toEqual([]);
  });

  test("a problem right after a recovery without one is not swallowed", () => {
    const panther = console(automation);
    panther.tell(recovery, problem(5));
    panther.sweep();
    expect(panther.seen()).toEqual(["5 Database is down x2"]);
  });
});

describe("separate clearing", () => {
  test("the recovery is a green row of its own that goes; the problem stays for a person", () => {
    const panther = console(defaultPolicy);
    panther.tell(problem(5), recovery);
    expect(panther.seen()).toEqual(["5 Database is down x1", "0 Database is up x1"]);
    panther.sweep();
    expect(panther.seen()).toEqual(["5 Database is down x1"]);
  });

  test("a problem right after a recovery is not swallowed", () => {
    const panther = console(defaultPolicy);
    panther.tell(recovery, problem(5));
    panther.sweep();
    expect(panther.seen()).toEqual(["5 Database is down x1"]);
  });
});

const everything: Policy = { ...defaultPolicy, drop: new Set() };
const samples = sampleNames().map((name) => {
  const { event: sample } = readSample(name);
  const parsed = parseEvent(sample, sampleHome);
  if (!parsed) throw new Error(`${name} is no event`);
  return {
    name,
    parsed,
    formatter: registry.find(parsed),
    notices: route(parsed, registry).notices,
    messages: render(sample, registry, everything).messages,
    cleared: render(sample, registry, { ...everything, clearing: "automation" }).messages,
  };
});
const recoveries = samples.filter(({ notices }) => notices.some(({ severity }) => severity === 0));

describe("the samples, played", () => {
  test.for(recoveries)(
    "$name clears what another sample raises, in both ways",
    ({ parsed, messages, notices, cleared }) => {
      const ended = new Set(
        notices.flatMap((notice) => {
          const [said] = notice.severity === 0 ? compose([notice], parsed, everything).messages : [];
          return notice.severity === 0 ? notice.clears.map((severity) => `${said?.external_id}:${severity}`) : [];
        }),
      );
      const endedHere = ({ external_id, severity }: PantherMessage): boolean => ended.has(`${external_id}:${severity}`);
      const raised = samples.flatMap((sample) => sample.messages.filter(endedHere));
      expect(raised.length, `no sample raises any of ${[...ended].join(", ")}`).toBeGreaterThan(0);

      const automated = createRows({ clearTrigger: true });
      for (const message of [...raised, ...cleared]) automated.take(message as unknown as AcceptedEvent);
      automated.sweep();
      const rows = new Set(raised.map(({ identifier }) => identifier));
      expect(automated.all().filter(({ identifier }) => rows.has(identifier))).toEqual([]);

      const separate = createRows();
      for (const message of [...raised, ...messages]) separate.take(message as unknown as AcceptedEvent);
      separate.sweep();
      expect(separate.all().filter(({ identifier }) => rows.has(identifier))).toHaveLength(rows.size);
    },
  );

  test("what a sample clears, the formatter that raised it says is cleared", () => {
    const ended = new Set(recoveries.flatMap(({ messages }) => messages.map(({ external_id }) => external_id)));
    const silent = samples.filter(
      ({ formatter, messages }) =>
        !(formatter && endsOf(formatter)) &&
        messages.some(({ external_id, severity }) => severity > 1 && ended.has(external_id)),
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  test("what a formatter says is cleared, a sample of it raises and a sample clears", () => {
    const ended = new Set(recoveries.flatMap(({ messages }) => messages.map(({ external_id }) => external_id)));
    const never = registry
      .all()
      .filter((formatter) => endsOf(formatter))
      .filter((formatter) => {
        const raised = samples.filter((sample) => sample.formatter === formatter).flatMap(({ messages }) => messages);
        return !raised.some(({ external_id, severity }) => severity > 1 && ended.has(external_id));
      });
    expect(never.map(({ source, detailType }) => `${source} | ${detailType}`)).toEqual([]);
  });
});
