import { type Condition, condition, type Grades, note } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import type { Noise, Notice, ProblemSeverity } from "../notice.ts";
import { at, first, place, type Read } from "./fields.ts";
import { type Formatter, UnexpectedPayload } from "./formatter.ts";
import { clause, predicate, sameState, sentence, slug, soundsBad, words } from "./words.ts";

/** A job or resource that changes state, as a row: most of AWS's event types are one. */
export interface StateRow {
  /**
   * The detail-type; several where they are alike. As a record, the detail-type itself tells the state:
   * `{ "EKS Addon Health Degraded": "degraded", "EKS Addon Health Restored": "restored" }`.
   */
  readonly detailType: string | readonly string[] | Readonly<Record<string, string>>;
  readonly means: string;
  /** What it is, as the sentence begins: `Batch job`. */
  readonly thing: string;
  /** Its name, as the sentence goes on: the first of these that is there. */
  readonly name: string | Read | readonly (string | Read)[];
  /** The monitored thing where it is not what has the name. */
  readonly node?: string | Read | readonly (string | Read)[];
  /** The condition's key where the name does not tell things apart. */
  readonly key?: string | Read;
  /**
   * The condition's name after the source's, where `thing` does not tell rows apart; rows of one condition share their
   * grades. Or the condition itself, where other files raise or clear it too.
   */
  readonly condition?: string | Condition;
  readonly state?: string | Read | readonly (string | Read)[];
  /** Severity by state, compared without case, `_`, `-` and spaces. */
  readonly problems: Readonly<Record<string, ProblemSeverity>>;
  /** The severity of every other state; where absent, 1, or the least of `problems` where the state's words tell a failure. */
  readonly otherwise?: ProblemSeverity;
  /** The states that end each of `problems`, and those of other rows of the same condition. */
  readonly ends?: readonly string[];
  readonly noise?: Readonly<Record<string, Noise>>;
  /** How a state is said where `predicate` would say it badly. */
  readonly says?: Readonly<Record<string, string>>;
  /** Where it is, put behind the state: a Read that gives ` on queue x`. */
  readonly where?: Read;
  /** Why, put behind a colon, for problems only: stable words, no ids, no times. */
  readonly reason?: string | Read | readonly (string | Read)[];
  readonly link?: Read;
}

const reader = (from: StateRow["name"]): Read => (Array.isArray(from) ? first(...from) : first(from as string | Read));

const byState = <Value>(table: Readonly<Record<string, Value>> = {}): Map<string, Value> =>
  new Map(Object.entries(table).map(([state, value]) => [sameState(state), value]));

/** The formatters of a source whose event types are rows. */
export function states(source: string, rows: readonly StateRow[]): Formatter[] {
  const byName = Map.groupBy(rows, (row) => nameOf(source, row));
  const shared = new Map([...byName].map(([name, group]) => [name, conditionOf(name, group)]));
  return rows.flatMap((row) => stateFormatters(source, row, shared.get(nameOf(source, row)) as Condition));
}

const nameOf = (source: string, { condition, thing }: StateRow): string =>
  typeof condition === "object" ? condition.name : `${slug(source.replace(/^aws\./, ""))}:${condition ?? slug(thing)}`;

/** The condition of rows that share a name: the grades of all of them, and what ends it. */
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

/** What a row raises of the condition that it shares, as docs/events.md prints it. */
function documentedGrades(row: StateRow): Grades {
  const grades = gradesOf([row]);
  return Object.keys(grades).length > 0 && (row.otherwise ?? 1) === 1 ? { ...grades, 1: "else" } : grades;
}

/** What a row raises where the detail-type tells the state. */
function gradeOf({ problems, ends = [], otherwise = 1 }: StateRow, state: string): Grades {
  if (ends.some((ending) => sameState(ending) === sameState(state))) return {};
  const grade = byState(problems).get(sameState(state)) ?? otherwise;
  return grade > 1 ? { [grade]: "" } : {};
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

/** The detail-types of a row that tell the state themselves, with that state. */
const fixedStatesOf = ({ detailType }: StateRow): Readonly<Record<string, string>> | undefined =>
  typeof detailType === "object" && !Array.isArray(detailType)
    ? (detailType as Readonly<Record<string, string>>)
    : undefined;

const detailTypesOf = (row: StateRow): readonly string[] =>
  Object.keys(fixedStatesOf(row) ?? {}).concat(fixedStatesOf(row) ? [] : ([row.detailType].flat() as string[]));

function stateFormatters(source: string, row: StateRow, shared: Condition): Formatter[] {
  let format: Formatter["format"] | undefined;
  const fixed = fixedStatesOf(row);
  return detailTypesOf(row).map((detailType) => ({
    source,
    detailType,
    means: row.means,
    conditions: [{ ...shared, grades: fixed ? gradeOf(row, fixed[detailType] ?? "") : documentedGrades(row) }],
    format: (event) => {
      format ??= stateFormat(row, shared);
      return format(event);
    },
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
  const says = byState(row.says);
  const least = Math.min(...Object.keys(shared.grades).map(Number), 5) as ProblemSeverity;
  const hasGrades = Object.keys(shared.grades).length > 0;
  const unlisted = (text: string): ProblemSeverity =>
    row.otherwise ?? (hasGrades && soundsBad(words(text).toLowerCase()) ? least : 1);

  return (event: AwsEvent): readonly Notice[] => {
    const current = fixedStates ? fixedStates.get(sameState(event.detailType)) : state(event);
    if (!current) throw new UnexpectedPayload("it has no state");
    const compared = sameState(current);
    const severity = ends.has(compared) ? 0 : (problems.get(compared) ?? unlisted(current));
    const called = name(event);
    const reason = severity > 1 && row.reason ? reader(row.reason)(event) : undefined;
    const of = key(event) ?? called ?? "any";
    const statement = {
      of,
      node: node(event) ?? called ?? place(event),
      summary:
        sentence([row.thing, called, says.get(compared) ?? predicate(current)].filter(Boolean).join(" ")) +
        (row.where?.(event) ?? "") +
        clause(": ", reason),
      noise: noise.get(compared),
      link: row.link?.(event),
    };
    if (severity === 0) return [shared.clear(statement)];
    return [
      severity === 1 ? note(shared.name, { ...statement, of: `${of}:${compared}` }) : shared.raise(severity, statement),
    ];
  };
}

/** `creation of private CA` of `Creation of private CA`; a name such as `Batch job` keeps its capital. */
const withinSentence = (thing: string): string =>
  / (?:of|by) /.test(thing) ? thing.charAt(0).toLowerCase() + thing.slice(1) : thing;

/** ` on queue prod` where there is a value: a `where` of a row. */
export const behind =
  (words: string, path: string | Read): Read =>
  (event) => {
    const value = (typeof path === "string" ? at(path) : path)(event);
    return value ? ` ${words} ${value}` : "";
  };
