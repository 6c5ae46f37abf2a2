import {
  type Condition,
  condition,
  type Grades,
  type Noise,
  type Notice,
  note,
  type ProblemSeverity,
} from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { lazy } from "../lazy.ts";
import { accountRegion, at, first, type Read } from "./fields.ts";
import { type Formatter, UnexpectedPayload } from "./formatter.ts";
import { predicate, sameState, slug, soundsBad, words } from "./words.ts";

/** An event type about a change of state, as a row of a table: most event types of AWS are one. */
export interface StateRow {
  /**
   * The detail-type, or several for the same row. As a record, it maps each detail-type to the state that it means:
   * `{ "EKS Addon Health Degraded": "degraded", "EKS Addon Health Restored": "restored" }`.
   */
  readonly detailType: string | readonly string[] | Readonly<Record<string, string>>;
  readonly means: string;
  /** The kind of thing, as the sentence begins: `Batch job`. */
  readonly thing: string;
  /** Its name in the sentence: the first of these that the event has. */
  readonly name: string | Read | readonly (string | Read)[];
  /** The monitored thing, if it is not the thing with the name. */
  readonly node?: string | Read | readonly (string | Read)[];
  /** What the condition is about, if the name is not unique. */
  readonly key?: string | Read;
  /**
   * The condition's name after the source's, if it is not `thing`; rows with the same name share their grades. Or the
   * condition itself, if other files raise or clear it too.
   */
  readonly condition?: string | Condition;
  readonly state?: string | Read | readonly (string | Read)[];
  /** Severity by state; case, `_`, `-` and spaces are ignored. */
  readonly problems: Readonly<Record<string, ProblemSeverity>>;
  /** The severity of other states. If absent: the condition's lowest grade if the state sounds like a failure, else 1. */
  readonly otherwise?: ProblemSeverity;
  /** The states that end the condition, at every severity. */
  readonly ends?: readonly string[];
  readonly noise?: Readonly<Record<string, Noise>>;
  /** The outcome of states for which `predicate` gives bad English. */
  readonly outcomes?: Readonly<Record<string, string>>;
  /** Where or with what: a Read that gives `on queue x`. */
  readonly context?: Read;
  /** Why, for problems only: without ids and times. */
  readonly reason?: string | Read | readonly (string | Read)[];
  readonly link?: Read;
}

const reader = (from: StateRow["name"]): Read => (Array.isArray(from) ? first(...from) : first(from as string | Read));

const byState = <Value>(table: Readonly<Record<string, Value>> = {}): Map<string, Value> =>
  new Map(Object.entries(table).map(([state, value]) => [sameState(state), value]));

/** The formatters of the rows of a source. */
export function states(source: string, rows: readonly StateRow[]): Formatter[] {
  const byName = Map.groupBy(rows, (row) => nameOf(source, row));
  const shared = new Map([...byName].map(([name, group]) => [name, conditionOf(name, group)]));
  return rows.flatMap((row) => stateFormatters(source, row, shared.get(nameOf(source, row)) as Condition));
}

const nameOf = (source: string, { condition, thing }: StateRow): string =>
  typeof condition === "object" ? condition.name : `${slug(source.replace(/^aws\./, ""))}:${condition ?? slug(thing)}`;

/** The condition of rows with the same name: the grades of all, and what ends it. */
function conditionOf(name: string, rows: readonly StateRow[]): Condition {
  const own = rows.find(({ condition }) => typeof condition === "object")?.condition as Condition | undefined;
  return own ?? condition(name, { grades: gradesOf(rows), ends: endsOf(rows) });
}

/** Which states of which rows raise each grade from 2 on. */
function gradesOf(rows: readonly StateRow[]): Grades {
  const raised = rows.flatMap(({ problems, otherwise = 1 }) => [
    ...Object.entries(problems).map(([state, severity]) => ({ state, severity })),
    ...(otherwise > 1 ? [{ state: "any other state", severity: otherwise }] : []),
  ]);
  const byGrade = Map.groupBy(raised, ({ severity }) => severity);
  byGrade.delete(1);
  return Object.fromEntries(
    [...byGrade].map(([grade, group]) => [grade, [...new Set(group.map(({ state }) => state))].join(", ")]),
  );
}

/** The grade of one detail-type that means a state. */
function gradeOf({ problems, ends = [], otherwise = 1 }: StateRow, state: string): Grades {
  if (ends.some((ending) => sameState(ending) === sameState(state))) return {};
  const grade = byState(problems).get(sameState(state)) ?? otherwise;
  return grade > 1 ? { [grade]: state } : {};
}

function endsOf(rows: readonly StateRow[]): string | undefined {
  const ending = rows.filter(({ ends = [] }) => ends.length > 0);
  const ends = ending.map((row) => {
    const types = detailTypesOf(row);
    const fixed = fixedStatesOf(row);
    const endings = row.ends?.map(sameState) ?? [];
    if (fixed) return types.filter((type) => endings.includes(sameState(fixed[type] ?? ""))).join(", ");
    const type = rows.length > 1 ? `${types[0]} with ` : "";
    return `${type}${row.ends?.join(", ")} of the same ${withinSentence(row.thing)}`;
  });
  return ends.join("; ") || undefined;
}

/** The detail-types of a row that mean a state, with that state. */
const fixedStatesOf = ({ detailType }: StateRow): Readonly<Record<string, string>> | undefined =>
  typeof detailType === "object" && !Array.isArray(detailType)
    ? (detailType as Readonly<Record<string, string>>)
    : undefined;

const detailTypesOf = (row: StateRow): readonly string[] =>
  Object.keys(fixedStatesOf(row) ?? {}).concat(fixedStatesOf(row) ? [] : ([row.detailType].flat() as string[]));

function stateFormatters(source: string, row: StateRow, shared: Condition): Formatter[] {
  const format = lazy(() => stateFormat(row, shared));
  const fixed = fixedStatesOf(row);
  return detailTypesOf(row).map((detailType) => ({
    source,
    detailType,
    means: row.means,
    conditions: [{ ...shared, grades: fixed ? gradeOf(row, fixed[detailType] ?? "") : gradesOf([row]) }],
    format: (event) => format()(event),
  }));
}

function stateFormat(row: StateRow, shared: Condition): Formatter["format"] {
  const [name, node, key, state] = [
    reader(row.name),
    reader(row.node ?? row.name),
    reader(row.key ?? row.name),
    reader(row.state ?? "detail.state"),
  ];
  const fixed = fixedStatesOf(row);
  const fixedStates = fixed && byState(fixed);
  const problems = byState(row.problems);
  const ends = new Set(row.ends?.map(sameState));
  const noise = byState(row.noise);
  const outcomes = byState(row.outcomes);
  const lowestGrade = Math.min(...Object.keys(shared.grades).map(Number), 5) as ProblemSeverity;
  const hasGrades = Object.keys(shared.grades).length > 0;
  const severityOfOther = (state: string): ProblemSeverity =>
    row.otherwise ?? (hasGrades && soundsBad(words(state).toLowerCase()) ? lowestGrade : 1);

  return (event: AwsEvent): readonly Notice[] => {
    const current = fixedStates ? fixedStates.get(sameState(event.detailType)) : state(event);
    if (!current) throw new UnexpectedPayload("it has no state");
    const normalized = sameState(current);
    const severity = ends.has(normalized) ? 0 : (problems.get(normalized) ?? severityOfOther(current));
    const thingName = name(event);
    const reason = severity > 1 && row.reason ? reader(row.reason)(event) : undefined;
    const of = key(event) ?? thingName ?? "any";
    const statement = {
      of,
      node: node(event) ?? thingName ?? accountRegion(event),
      thing: row.thing,
      name: thingName,
      outcome: outcomes.get(normalized) ?? predicate(current),
      context: row.context?.(event),
      reason,
      noise: noise.get(normalized),
      link: row.link?.(event),
    };
    if (severity === 0) return [shared.clear(statement)];
    return [
      severity === 1
        ? note(shared.name, { ...statement, of: `${of}:${normalized}` })
        : shared.raise(severity, statement),
    ];
  };
}

/** `Creation of private CA` as `creation of private CA`; a name such as `Batch job` keeps its capital. */
const withinSentence = (thing: string): string =>
  / (?:of|by) /.test(thing) ? thing.charAt(0).toLowerCase() + thing.slice(1) : thing;

/** `on queue prod` if there is a value, for the `context` of a row. */
export const suffix =
  (words: string, path: string | Read): Read =>
  (event) => {
    const value = (typeof path === "string" ? at(path) : path)(event);
    return value && `${words} ${value}`;
  };
