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
  /** The condition's kind where rows share one, or `thing` does not tell them apart. */
  readonly condition?: string;
  readonly state?: string | Read | readonly (string | Read)[];
  /** Severity by state, compared without case, `_`, `-` and spaces. */
  readonly problems: Readonly<Record<string, ProblemSeverity>>;
  /** The severity of every other state; where absent, 1, or the least of `problems` where the state's words tell a failure. */
  readonly otherwise?: ProblemSeverity;
  /** The states that end each of `problems`. */
  readonly clears?: readonly string[];
  /** What ends `problems` where another event type does, for docs/events.md. */
  readonly clearedBy?: string;
  /** Further severities that a recovery must clear, since another row raises them on the same condition. */
  readonly alsoClears?: readonly ProblemSeverity[];
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
export const states = (source: string, rows: readonly StateRow[]): Formatter[] =>
  rows.flatMap((row) => stateFormatters(source, row));

function stateFormatters(source: string, row: StateRow): Formatter[] {
  const fixed =
    typeof row.detailType === "object" && !Array.isArray(row.detailType)
      ? (row.detailType as Readonly<Record<string, string>>)
      : undefined;
  const detailTypes = fixed ? Object.keys(fixed) : ([row.detailType].flat() as string[]);
  let format: Formatter["format"] | undefined;
  return detailTypes.map((detailType) => ({
    source,
    detailType,
    means: row.means,
    ...inWords(row, fixed, fixed?.[detailType]),
    format: (event) => {
      format ??= stateFormat(source, row, fixed);
      return format(event);
    },
  }));
}

function stateFormat(
  source: string,
  row: StateRow,
  fixed: Readonly<Record<string, string>> | undefined,
): Formatter["format"] {
  const [name, node, key, state] = [
    reader(row.name),
    reader(row.node ?? row.name),
    reader(row.key ?? row.name),
    reader(row.state ?? "detail.state"),
  ];
  const fixedStates = fixed && byState(fixed);
  const problems = byState(row.problems);
  const recovered = new Set(row.clears?.map(sameState));
  const noise = byState(row.noise);
  const says = byState(row.says);
  const clears = [...new Set([...Object.values(row.problems), row.otherwise ?? 1, ...(row.alsoClears ?? [])])]
    .filter((s) => s > 1)
    .sort();
  const unlisted = (said: string): ProblemSeverity =>
    row.otherwise ?? (soundsBad(words(said).toLowerCase()) ? ((clears[0] as ProblemSeverity | undefined) ?? 1) : 1);
  const kind = `${slug(source.replace(/^aws\./, ""))}:${row.condition ?? slug(row.thing)}`;

  return (event: AwsEvent): readonly Notice[] => {
    const said = fixedStates ? fixedStates.get(sameState(event.detailType)) : state(event);
    if (!said) throw new UnexpectedPayload("it tells no state");
    const compared = sameState(said);
    const severity = recovered.has(compared) ? 0 : (problems.get(compared) ?? unlisted(said));
    const called = name(event);
    const reason = severity > 1 && row.reason ? reader(row.reason)(event) : undefined;
    const common = {
      node: node(event) ?? called ?? place(event),
      summary:
        sentence([row.thing, called, says.get(compared) ?? predicate(said)].filter(Boolean).join(" ")) +
        (row.where?.(event) ?? "") +
        clause(": ", reason),
      condition: `${kind}:${key(event) ?? called ?? "any"}`,
      noise: noise.get(compared),
      link: row.link?.(event),
    };
    return severity === 0
      ? [{ ...common, severity, clears: clears as ProblemSeverity[] }]
      : [{ ...common, condition: severity === 1 ? `${common.condition}:${compared}` : common.condition, severity }];
  };
}

/** The rule of a row for docs/events.md; what raises nothing has nothing to clear. `said` where the detail-type tells the state. */
function inWords(
  row: StateRow,
  fixed: Readonly<Record<string, string>> | undefined,
  said: string | undefined,
): Pick<Formatter, "severity" | "clears"> {
  const ends = row.clears ?? [];
  const otherwise = row.otherwise ?? 1;
  if (fixed && said !== undefined) {
    const ending = new Set(ends.map(sameState));
    const severity = ending.has(sameState(said)) ? 0 : (byState(row.problems).get(sameState(said)) ?? otherwise);
    const endings = Object.keys(fixed).filter((detailType) => ending.has(sameState(fixed[detailType] ?? "")));
    return { severity: String(severity), clears: severity > 1 ? endings.join(", ") || row.clearedBy : undefined };
  }
  const grades = [...new Set(Object.values(row.problems))].sort((a, b) => b - a);
  const raised = grades.map((grade) => {
    const raising = Object.keys(row.problems).filter((state) => row.problems[state] === grade);
    return `${raising.join(", ")} ${grade}`;
  });
  const over = ends.length > 0 ? [`${ends.join(", ")} 0`] : [];
  const raises = Math.max(otherwise, ...Object.values(row.problems)) > 1;
  return {
    severity: [...raised, ...over, raised.length > 0 ? `else ${otherwise}` : String(otherwise)].join("; "),
    clears: raises && ends.length > 0 ? `${ends.join(", ")} of the same ${amidSentence(row.thing)}` : row.clearedBy,
  };
}

/** `creation of private CA` of `Creation of private CA`; a name such as `Batch job` keeps its capital. */
const amidSentence = (thing: string): string =>
  / (?:of|by) /.test(thing) ? thing.charAt(0).toLowerCase() + thing.slice(1) : thing;

/** ` on queue prod` where there is a value: a `where` of a row. */
export const behind =
  (words: string, path: string | Read): Read =>
  (event) => {
    const value = (typeof path === "string" ? at(path) : path)(event);
    return value ? ` ${words} ${value}` : "";
  };
