import type { AwsEvent } from "../event.ts";
import type { Formatter } from "./formatter.ts";

/** For each source, the functions that make its formatters. */
export type FormattersBySource = Readonly<Record<string, readonly (() => readonly Formatter[])[]>>;

export interface Registry {
  /**
   * The formatter of an event: its source's own, else the one for its detail-type from any service of AWS. Sources are
   * exact: only AWS can send events whose source begins with `aws.`, and no other event may clear what AWS raised.
   */
  find(event: Pick<AwsEvent, "source" | "detailType">): Formatter | undefined;
  /** All formatters. */
  all(): readonly Formatter[];
}

/** Spelling of detail-types is compared without case and spaces. */
export function registryOf(formattersBySource: FormattersBySource): Registry {
  const makers = new Map(Object.entries(formattersBySource));
  const made = new Map<string, ReadonlyMap<string, Formatter>>();
  const keyOf = (detailType: string): string => detailType.toLowerCase().replace(/\s+/g, "");
  const formattersOf = (source: string): ReadonlyMap<string, Formatter> | undefined => {
    const files = makers.get(source);
    if (!files || made.has(source)) return made.get(source);
    const own = files.flatMap((make) => make()).filter((formatter) => formatter.source === source);
    made.set(source, new Map(own.map((formatter) => [keyOf(formatter.detailType), formatter])));
    return made.get(source);
  };
  return {
    find: ({ source, detailType }) =>
      (source === "*" ? undefined : formattersOf(source)?.get(keyOf(detailType))) ??
      (isService(source) ? formattersOf("*")?.get(keyOf(detailType)) : undefined),
    all: () => [...makers.keys()].flatMap((source) => [...(formattersOf(source)?.values() ?? [])]),
  };
}

/** A partner's events have types of its own. */
const isService = (source: string): boolean => source.startsWith("aws.") && !source.startsWith("aws.partner/");
