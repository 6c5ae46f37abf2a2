import type * as z from "zod";
import type { Condition } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import type { Notice } from "../notice.ts";

/** Says what one event type means. Pure: no I/O, no clock, no environment, no logging. */
export interface Formatter {
  /** The event's source, or `*` for any. */
  readonly source: string;
  readonly detailType: string;
  /** What it tells an operator, for docs/events.md. */
  readonly means: string;
  /** The conditions that it can raise or clear. Their grades and ends make the columns of docs/events.md. */
  readonly conditions?: readonly Condition<never>[] | undefined;
  /** The rule of its severity, for docs/events.md, where it names no conditions yet. */
  readonly severity?: string | undefined;
  /** What clears what it raises, for docs/events.md, where it names no conditions yet. */
  readonly clears?: string | undefined;
  /**
   * The notices of an event; at least one, unless the event holds nothing.
   * @throws {UnexpectedPayload} where the event is not what its detail-type promises: the fallback then speaks.
   */
  format(event: AwsEvent): readonly Notice[];
}

/** The detail lacks what a message of its type cannot do without. */
export class UnexpectedPayload extends Error {
  override readonly name = "UnexpectedPayload";
}

type Definition<Detail extends z.ZodType> = Omit<Formatter, "format" | "detailType"> & {
  /** Several where AWS's spellings differ or one sentence serves them all. */
  readonly detailType: string | readonly string[];
  /** Builds the schema of the fields that are read, on the first event of the type. */
  readonly detail: () => Detail;
  format(detail: z.infer<Detail>, event: AwsEvent): Notice | readonly Notice[];
};

/** Formatters, one a detail-type, that read `detail` through a schema which is not built before it is needed. */
export function formatter<Detail extends z.ZodType>(definition: Definition<Detail>): Formatter[] {
  let schema: Detail | undefined;
  const format = (event: AwsEvent): readonly Notice[] => {
    schema ??= definition.detail();
    const said = definition.format(schema.parse(event.detail), event);
    return Array.isArray(said) ? said : [said as Notice];
  };
  const { source, means, conditions, severity, clears } = definition;
  const described = { source, means, conditions, severity, clears };
  return [definition.detailType].flat().map((detailType) => ({ ...described, detailType, format }));
}

/** What clears what a formatter raises, as the documents print it; absent where it raises nothing, or nothing ends it. */
export function endsOf({ conditions = [], clears }: Formatter): string | undefined {
  const raised = conditions.filter(({ grades }) => Object.keys(grades).length > 0);
  return clears ?? ([...new Set(raised.flatMap(({ ends }) => ends ?? []))].join("; ") || undefined);
}

/** The severities that a formatter raises, as the documents print them; absent where it raises nothing. */
export function gradesOf({ conditions = [], severity }: Formatter): string | undefined {
  if (severity !== undefined) return severity;
  const grades = conditions.flatMap(({ grades }) => Object.entries(grades)).sort(([a], [b]) => Number(b) - Number(a));
  const texts = grades.map(([grade, meaning]) => [meaning, grade].filter(Boolean).join(" "));
  if (texts.length === 0) return undefined;
  return [...new Set(texts)].join("; ");
}
