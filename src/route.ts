import type { AwsEvent } from "./event.ts";
import { fallback } from "./formatters/fallback.ts";
import type { Formatter } from "./formatters/formatter.ts";
import type { Notice } from "./notice.ts";

/** The files that speak for each source: what makes their formatters. */
export type Rooms = Readonly<Record<string, readonly (() => readonly Formatter[])[]>>;

export interface Registry {
  /** The formatter of an event: its source's own, else the one for its detail-type from any source. */
  find(event: Pick<AwsEvent, "source" | "detailType">): Formatter | undefined;
  /** Every formatter there is. */
  all(): readonly Formatter[];
}

/** Spelling of sources and detail-types is compared without case, and of detail-types without spaces. */
export function registryOf(rooms: Rooms): Registry {
  const makers = new Map(Object.entries(rooms).map(([source, files]) => [source.toLowerCase(), files]));
  const made = new Map<string, ReadonlyMap<string, Formatter>>();
  const keyOf = (detailType: string): string => detailType.toLowerCase().replace(/\s+/g, "");
  const room = (source: string): ReadonlyMap<string, Formatter> | undefined => {
    const files = makers.get(source);
    if (!files || made.has(source)) return made.get(source);
    const own = files.flatMap((make) => make()).filter((formatter) => formatter.source.toLowerCase() === source);
    made.set(source, new Map(own.map((formatter) => [keyOf(formatter.detailType), formatter])));
    return made.get(source);
  };
  return {
    find: ({ source, detailType }) =>
      room(source.toLowerCase())?.get(keyOf(detailType)) ?? room("*")?.get(keyOf(detailType)),
    all: () => [...makers.keys()].flatMap((source) => [...(room(source)?.values() ?? [])]),
  };
}

export interface Routed {
  readonly notices: readonly Notice[];
  /** Why the fallback spoke: there is no formatter, or the formatter failed. */
  readonly unformatted?: "no formatter" | Error;
}

/** What is to be said of an event. Never throws: where a formatter fails, the fallback speaks. */
export function route(event: AwsEvent, registry: Registry): Routed {
  const formatter = registry.find(event);
  if (!formatter) return { notices: [fallback(event)], unformatted: "no formatter" };
  try {
    return { notices: formatter.format(event) };
  } catch (error) {
    return { notices: [fallback(event)], unformatted: error instanceof Error ? error : new Error(String(error)) };
  }
}
