/** The console's scale: 0 clear, 1 indeterminate, 2 warning, 3 minor, 4 major, 5 critical. */
export type Severity = 0 | ProblemSeverity;
export type ProblemSeverity = 1 | 2 | 3 | 4 | 5;

/**
 * Kinds of notices that few users want. The setting `drop` lists those that are not sent: `duplicate` repeats another
 * event, `passed` is a check that passed and clears nothing, `progress` is a step before an end that is reported,
 * `read-only` is an API call that changed nothing, `sample` is a generated finding, `target-tracking` is an alarm that
 * only controls auto scaling.
 */
export const noiseKinds = ["duplicate", "passed", "progress", "read-only", "sample", "target-tracking"] as const;
export type Noise = (typeof noiseKinds)[number];

/** Who caused an event, and from where. */
export interface Actor {
  /** A person, a role or a service: `alice`, `root`, `AWS service autoscaling`. */
  readonly name?: string | undefined;
  /** An IP address or a host. */
  readonly address?: string | undefined;
  /** The actor's account, if it is not the event's. */
  readonly account?: string | undefined;
  /** The API call, such as `rds:DeleteDBInstance`, or the source of an event without a formatter. */
  readonly via?: string | undefined;
}

/** The parts of the sentence `thing name outcome context: reason (by actor)`, which sentence.ts composes. */
export interface SentenceParts {
  /** The kind of thing, as the sentence begins: `ACM certificate`. */
  readonly thing: string;
  /** Its name or id; absent where the event names none. */
  readonly name?: string | undefined;
  /** What happened to it: `expired`, `is stopped`; with `: ` in front where it is no predicate. */
  readonly outcome: string;
  /** Where or with what, after the outcome: `in cluster prod`. */
  readonly context?: string | undefined;
  /** Why. */
  readonly reason?: string | undefined;
  readonly actor?: Actor | undefined;
}

/** The fields of a notice besides its severity. */
export interface NoticeFields extends SentenceParts {
  /** The monitored thing: an instance, a database, a bucket; never empty. */
  readonly node: string;
  /**
   * Which condition of which thing, such as `rds:failover:prod-db`: equal for every event about it, without times, event
   * ids, counts, reasons and actors. Account and region are added to it later.
   */
  readonly condition: string;
  /** The console's grouping tag; the detail-type where absent. */
  readonly tag?: string | undefined;
  /** The URL of a page in the AWS console. */
  readonly link?: string | undefined;
  readonly noise?: Noise | undefined;
}

/** A condition was raised, or something happened. */
export interface Problem extends NoticeFields {
  readonly severity: ProblemSeverity;
}

/** A condition ended, at any severity. */
export interface Recovery extends NoticeFields {
  readonly severity: 0;
  /** The highest grade of the condition. Below the minimum severity, the console has no row to clear. */
  readonly worst: ProblemSeverity;
}

/** What a formatter makes of an event; `message.ts` turns it into a message. */
export type Notice = Problem | Recovery;

/** The severities at which a condition can be raised, and what they mean, for the documents. */
export type Grades = Readonly<Partial<Record<ProblemSeverity, string>>>;

/** The fields of a notice besides its condition and severity. */
export interface Statement extends Omit<NoticeFields, "condition"> {
  /**
   * What the condition is about: an ARN, a name or an id, equal for the problem and its recovery, and free of times,
   * event ids and counts. Absent where the event names nothing.
   */
  readonly of: string | undefined;
}

/**
 * Something that can be wrong with a thing, at one or more severities (grades). They are defined here only: the code that
 * raises the condition, the code that clears it and the documents all use them.
 */
export interface Condition<Grade extends ProblemSeverity = ProblemSeverity> {
  /** Such as `acm:certificate`; together with `of` the identity of a row. */
  readonly name: string;
  readonly grades: Grades;
  /** What ends it, for the documents; absent where no event does. */
  readonly ends?: string | undefined;
  /** The thing has the condition, at this grade. */
  raise(grade: Grade, statement: Statement): Problem;
  /** The thing no longer has the condition, at any grade. */
  clear(statement: Statement): Recovery;
}

/** A condition with the grades at which it can be raised; `raise` accepts no other. */
export function condition<const G extends Grades>(
  name: string,
  { grades, ends }: { readonly grades: G; readonly ends?: string | undefined },
): Condition<Extract<keyof G, ProblemSeverity>> {
  const worst = Math.max(1, ...Object.keys(grades).map(Number)) as ProblemSeverity;
  return {
    name,
    grades,
    ends,
    raise: (severity, statement) => ({ ...fieldsOf(name, statement), severity }),
    clear: (statement) => ({ ...fieldsOf(name, statement), severity: 0, worst }),
  };
}

/** Something happened that does not end: severity 1. */
export const note = (name: string, statement: Statement): Problem => ({ ...fieldsOf(name, statement), severity: 1 });

const fieldsOf = (name: string, { of, ...fields }: Statement): NoticeFields => ({
  ...fields,
  condition: `${name}:${of ?? "any"}`,
});
