import type * as z from "zod";
import type { Condition, Notice } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { lazy } from "../lazy.ts";

/** Makes the notices of one event type. Pure: no I/O, no clock, no environment, no logging. */
export interface Formatter {
  /** The event's source, or `*` for any. */
  readonly source: string;
  readonly detailType: string;
  /** What the event means to an operator, for docs/events.md. */
  readonly means: string;
  /** The conditions that it can raise or clear. Their grades and ends make the columns of docs/events.md. */
  readonly conditions?: readonly Condition<never>[] | undefined;
  /**
   * The notices of an event; at least one, unless the event holds nothing.
   * @throws {UnexpectedPayload} if the event lacks what its type should have: the fallback then makes the notice.
   */
  format(event: AwsEvent): readonly Notice[];
}

/** The detail lacks a field without which there is no message of its type. */
export class UnexpectedPayload extends Error {
  override readonly name = "UnexpectedPayload";
}

type Definition<Detail extends z.ZodType> = Omit<Formatter, "format" | "detailType"> & {
  /** Several if AWS's spellings differ, or if one format fits them all. */
  readonly detailType: string | readonly string[];
  /** Builds the schema of the fields that are read, on the first event of the type. */
  readonly detail: () => Detail;
  format(detail: z.infer<Detail>, event: AwsEvent): Notice | readonly Notice[];
};

/** Formatters, one for each detail-type, that read `detail` through a schema. */
export function formatter<Detail extends z.ZodType>(definition: Definition<Detail>): Formatter[] {
  const schema = lazy(definition.detail);
  const format = (event: AwsEvent): readonly Notice[] => {
    const notices = definition.format(schema().parse(event.detail), event);
    return Array.isArray(notices) ? notices : [notices as Notice];
  };
  const { source, means, conditions } = definition;
  return [definition.detailType].flat().map((detailType) => ({ source, detailType, means, conditions, format }));
}

/** What ends the conditions that a formatter raises, for the documents; absent if nothing does. */
export function endsOf({ conditions = [] }: Formatter): string | undefined {
  const raised = conditions.filter(({ grades }) => Object.keys(grades).length > 0);
  return [...new Set(raised.flatMap(({ ends }) => ends ?? []))].join("; ") || undefined;
}

/** The severities that a formatter raises, for the documents; absent if it raises none. */
export function gradesOf({ conditions = [] }: Formatter): string | undefined {
  const grades = conditions.flatMap(({ grades }) => Object.entries(grades)).sort(([a], [b]) => Number(b) - Number(a));
  const texts = grades.map(([grade, meaning]) => [meaning, grade].filter(Boolean).join(" "));
  if (texts.length === 0) return undefined;
  return [...new Set(texts)].join("; ");
}
