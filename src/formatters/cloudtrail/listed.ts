import { type Condition, condition, type Grades, type ProblemSeverity } from "../../condition.ts";
import { lazy } from "../../lazy.ts";
import { callRows } from "./calls.ts";
import { atLeast } from "./record.ts";
import type { CallRow } from "./row.ts";

/** A row that lists a call, with its condition. */
export interface Listed {
  readonly row: CallRow;
  readonly condition: Condition;
  /** Whether the call undoes what the row's other calls do. */
  readonly isUndo: boolean;
}

/** The rows that list a call. */
export const listedAs = (service: string, call: string): readonly Listed[] =>
  listedByCall().get(`${service}:${call}`) ?? [];

const listedByCall = lazy(() => {
  const listed = callRows.flatMap((row) => {
    const own = { row, condition: conditionOf(row) };
    return [
      ...namesOf(row.calls).map((call) => ({ ...own, call, isUndo: false })),
      ...namesOf(row.undo).map((call) => ({ ...own, call, isUndo: true })),
    ];
  });
  return Map.groupBy(listed, ({ row, call }) => `${row.service}:${call}`);
});

const namesOf = (calls = ""): string[] => calls.split(" ").filter(Boolean);

const conditionOf = (row: CallRow): Condition =>
  row.condition ?? condition(`${row.service}:${namesOf(row.calls)[0]}`, { grades: gradesOf(row), ends: endsOf(row) });

/** The severity of the root user's own call that is worth `severity` from anybody else. */
export const byRoot = (row: CallRow, severity: ProblemSeverity): ProblemSeverity => atLeast(row.root ?? 4, severity);

/** The grades of a row, those that only the root user's call has among them. */
const gradesOf = (row: CallRow): Grades => ({ ...rootGradesOf(row), ...ownGradesOf(row) });

const severitiesOf = ({ severity, moreGrades = [] }: CallRow): ProblemSeverity[] => [severity, ...moreGrades];

const ownGradesOf = (row: CallRow): Grades =>
  Object.fromEntries(severitiesOf(row).map((severity) => [severity, `endangers ${row.area}`]));

const rootGradesOf = (row: CallRow): Grades =>
  Object.fromEntries(severitiesOf(row).map((severity) => [byRoot(row, severity), "done by the root user"]));

const endsOf = (row: CallRow): string | undefined =>
  row.undo || row.together
    ? "the call that undoes it on the same resource, such as StartLogging after StopLogging"
    : undefined;

/**
 * The conditions of all rows, summed up for the documents: one for each service, named by what the names of its rows'
 * conditions begin with, and those that other formatters share. A grade means the same in all of them, so that the
 * documents print it once.
 */
export function listedConditions(): Condition[] {
  const meanings = meaningsOf(callRows);
  const byName = Map.groupBy(callRows, (row) => row.condition?.name ?? row.service);
  return [...byName].map(([name, rows]) => {
    const own = Object.fromEntries(rows.flatMap(severitiesOf).map((severity) => [severity, meanings.get(severity)]));
    const grades: Grades = Object.assign({}, ...rows.map(rootGradesOf), own);
    return condition(name, { grades, ends: rows.map(endsOf).find(Boolean) });
  });
}

/** What the calls of each severity endanger. */
function meaningsOf(rows: readonly CallRow[]): ReadonlyMap<ProblemSeverity, string> {
  const pairs = rows.flatMap((row) => severitiesOf(row).map((severity) => ({ severity, area: row.area })));
  const bySeverity = Map.groupBy(pairs, ({ severity }) => severity);
  return new Map(
    [...bySeverity].map(([severity, group]) => [
      severity,
      `endangers ${[...new Set(group.map(({ area }) => area))].join(", ")}`,
    ]),
  );
}
