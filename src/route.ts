import type { AwsEvent } from "./event.ts";
import { fallback } from "./formatters/fallback.ts";
import type { Formatter } from "./formatters/formatter.ts";
import type { Notice } from "./notice.ts";

/** Finds the formatter of a source and detail-type; spelling of the detail-type is compared without case and spaces. */
export type Registry = ReadonlyMap<string, Formatter>;

const keyOf = (source: string, detailType: string): string =>
  `${source.toLowerCase()}|${detailType.toLowerCase().replace(/\s+/g, "")}`;

export const registryOf = (formatters: Iterable<Formatter>): Registry => {
  const registry = new Map<string, Formatter>();
  for (const formatter of formatters) registry.set(keyOf(formatter.source, formatter.detailType), formatter);
  return registry;
};

/** The formatter of an event: its source's own, else the one for its detail-type from any source. */
export const formatterOf = (event: AwsEvent, registry: Registry): Formatter | undefined =>
  registry.get(keyOf(event.source, event.detailType)) ?? registry.get(keyOf("*", event.detailType));

export interface Routed {
  readonly notices: readonly Notice[];
  /** Why the fallback spoke: there is no formatter, or the formatter failed. */
  readonly unformatted?: "no formatter" | Error;
}

/** What is to be said of an event. Never throws: where a formatter fails, the fallback speaks. */
export function route(event: AwsEvent, registry: Registry): Routed {
  const formatter = formatterOf(event, registry);
  if (!formatter) return { notices: [fallback(event)], unformatted: "no formatter" };
  try {
    return { notices: formatter.format(event) };
  } catch (error) {
    return { notices: [fallback(event)], unformatted: error instanceof Error ? error : new Error(String(error)) };
  }
}
