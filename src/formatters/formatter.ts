import type * as z from "zod";
import type { AwsEvent } from "../event.ts";
import type { Notice } from "../notice.ts";

/** Says what one event type means. Pure: no I/O, no clock, no environment, no logging. */
export interface Formatter {
  /** The event's source, or `*` for any. */
  readonly source: string;
  readonly detailType: string;
  /** What it tells an operator, for docs/events.md. */
  readonly means: string;
  /** The rule of its severity, for docs/events.md. */
  readonly severity: string;
  /** What clears what it raises, for docs/events.md. */
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
  const { source, means, severity, clears } = definition;
  return [definition.detailType].flat().map((detailType) => ({ source, detailType, means, severity, clears, format }));
}
