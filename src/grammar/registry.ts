import type { AwsEvent } from "../event.ts";
import type { Formatter } from "./formatter.ts";

/** For each source, the functions that make its formatters. */
export type FormattersBySource = Readonly<Record<string, readonly (() => readonly Formatter[])[]>>;

export interface Registry {
  /** The formatter for an event's source and detail-type, else the one for its detail-type from any source. */
  find(event: Pick<AwsEvent, "source" | "detailType">): Formatter | undefined;
  /** All formatters. */
  all(): readonly Formatter[];
}

/** A registry that ignores the case of sources and detail-types, and spaces in detail-types. */
export function registryOf(formattersBySource: FormattersBySource): Registry {
  const makers = new Map(Object.entries(formattersBySource).map(([source, files]) => [source.toLowerCase(), files]));
  const made = new Map<string, ReadonlyMap<string, Formatter>>();
  const keyOf = (detailType: string): string => detailType.toLowerCase().replace(/\s+/g, "");
  const formattersOf = (source: string): ReadonlyMap<string, Formatter> | undefined => {
    const files = makers.get(source);
    if (!files || made.has(source)) return made.get(source);
    const own = files.flatMap((make) => make()).filter((formatter) => formatter.source.toLowerCase() === source);
    made.set(source, new Map(own.map((formatter) => [keyOf(formatter.detailType), formatter])));
    return made.get(source);
  };
  return {
    find: ({ source, detailType }) =>
      formattersOf(source.toLowerCase())?.get(keyOf(detailType)) ?? formattersOf("*")?.get(keyOf(detailType)),
    all: () => [...makers.keys()].flatMap((source) => [...(formattersOf(source)?.values() ?? [])]),
  };
}
