import type { Notice } from "./condition.ts";
import type { AwsEvent } from "./event.ts";
import { fallback } from "./grammar/fallback.ts";
import type { Registry } from "./grammar/registry.ts";

export interface Routed {
  readonly notices: readonly Notice[];
  /** Why the notice is the fallback's: there is no formatter, or the formatter failed. */
  readonly unformatted?: "no formatter" | Error;
}

/** The notices of an event: its formatter's, or the fallback's where there is none or it fails. Never throws. */
export function route(event: AwsEvent, registry: Registry): Routed {
  const formatter = registry.find(event);
  if (!formatter) return { notices: [fallback(event)], unformatted: "no formatter" };
  try {
    return { notices: formatter.format(event) };
  } catch (error) {
    return { notices: [fallback(event)], unformatted: error instanceof Error ? error : new Error(String(error)) };
  }
}
