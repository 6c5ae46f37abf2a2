import { describe, expect, test } from "vitest";
import type { Notice } from "../../src/condition.ts";
import { registry } from "../../src/formatters/registry.ts";
import { unlisted } from "../../src/grammar/fallback.ts";
import type { Formatter } from "../../src/grammar/formatter.ts";
import { notices, stated } from "./samples.ts";
import { endsNothing } from "./waivers.ts";

const isOf = (condition: string, name: string): boolean => condition.startsWith(`${name}:`);

/** The conditions of a formatter that a notice can be about. */
const named = ({ conditions = [] }: Formatter, condition: string) =>
  conditions.filter(({ name }) => isOf(condition, name));

/** Every condition of the registry by its name, with all its grades. */
const conditions = Map.groupBy(
  registry.all().flatMap(({ conditions = [] }) => conditions),
  ({ name }) => name,
);
const severitiesOf = (name: string): Set<number> =>
  new Set(notices.filter(({ notice }) => isOf(notice.condition, name)).map(({ notice }) => notice.severity));

describe("law 7: a condition has its samples", () => {
  test.for(stated.filter(({ formatter }) => formatter))(
    "$name raises and clears what its formatter names, at grades that it declares",
    ({ formatter, notices: own }) => {
      for (const { severity, condition } of own.filter((notice) => notice.severity !== 1)) {
        const about = named(formatter as Formatter, condition);
        expect(about, condition).not.toEqual([]);
        const grades = about.flatMap(({ grades }) => Object.keys(grades));
        if (severity > 1) expect(grades, condition).toContain(String(severity));
      }
    },
  );

  test.for([...conditions.keys()])("%s is raised at each grade, and cleared, by samples", (name) => {
    const all = conditions.get(name) ?? [];
    const grades = [...new Set(all.flatMap((condition) => Object.keys(condition.grades).map(Number)))];
    const severities = severitiesOf(name);
    expect(grades.filter((grade) => !severities.has(grade))).toEqual([]);
    if (all.some(({ ends }) => ends)) expect([...severities]).toContain(0);
  });

  const success =
    /^(?:no longer|found no threats|launched an|terminated an|succeeded|completed|ran|created|enabled|disabled|finished|recovered|was (?:resolved|created|enabled|updated)|is (?:active|available|ready|healthy|ok|complete|enabled|connected|running|online|in service|successful)\b|.* successful)/i;
  const raised = [
    ...new Set(notices.filter(({ notice }) => notice.severity > 1).map(({ notice }) => notice.condition)),
  ];
  const isOfRaised = ({ condition }: Notice): boolean =>
    raised.some((one) => condition === one || condition.startsWith(`${one}:`));
  const successes = notices.filter(
    ({ formatter, notice }) => formatter && notice.severity === 1 && success.test(notice.outcome) && isOfRaised(notice),
  );

  test("the success of a thing that failed clears it, where no reason is given why not", () => {
    expect(successes.map(({ name }) => name)).toEqual(Object.keys(endsNothing));
  });

  test("each grade has a meaning, and none is 1", () => {
    const grades = [...conditions.values(), [unlisted]].flat().flatMap(({ grades }) => Object.entries(grades));
    expect(grades.filter(([grade, meaning]) => grade === "1" || !meaning)).toEqual([]);
  });

  test("the fallback raises and clears no condition of a formatter", () => {
    const others = notices.filter(({ formatter }) => !formatter);
    expect(others.filter(({ notice }) => !isOf(notice.condition, unlisted.name) || notice.severity === 0)).toEqual([]);
  });
});
