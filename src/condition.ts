import type { NoticeFields, Problem, ProblemSeverity, Recovery } from "./notice.ts";

/** What each severity at which a condition can be raised means, as the documents print it. */
export type Grades = Readonly<Partial<Record<ProblemSeverity, string>>>;

/** What a notice says besides its condition and its severity. */
export interface Statement extends Omit<NoticeFields, "condition"> {
  /**
   * What the condition is about: an ARN, a name or an id, equal for the problem and its recovery, and free of times,
   * event ids and counts. Absent where the event names nothing.
   */
  readonly of: string | undefined;
}

/**
 * Something that can be the matter with a thing, at one or more grades. Each severity is stated here, once: what raises
 * the condition, what clears it and the documents all use it.
 */
export interface Condition<Grade extends ProblemSeverity = ProblemSeverity> {
  /** Such as `acm:certificate`; with `of` it makes the row's identity. */
  readonly name: string;
  readonly grades: Grades;
  /** What ends it, as the documents print it; absent where only a person knows. */
  readonly ends?: string | undefined;
  /** The thing has the condition, at this grade. */
  raise(grade: Grade, statement: Statement): Problem;
  /** The thing no longer has the condition, at whatever grade it had it. */
  clear(statement: Statement): Recovery;
}

/** A condition with the grades at which it can be raised; `raise` accepts no other. */
export function condition<const G extends Grades>(
  name: string,
  { grades, ends }: { readonly grades: G; readonly ends?: string | undefined },
): Condition<Extract<keyof G, ProblemSeverity>> {
  const severities = Object.keys(grades).map((grade) => Number(grade) as ProblemSeverity);
  return {
    name,
    grades,
    ends,
    raise: (severity, statement) => ({ ...fieldsOf(name, statement), severity }),
    clear: (statement) => ({ ...fieldsOf(name, statement), severity: 0, clears: severities }),
  };
}

/** Something happened that nothing can end: severity 1. */
export const note = (name: string, statement: Statement): Problem => ({ ...fieldsOf(name, statement), severity: 1 });

const fieldsOf = (name: string, { of, ...fields }: Statement): NoticeFields => ({
  ...fields,
  condition: `${name}:${of ?? "any"}`,
});
