import type { Notice } from "../../src/condition.ts";
import { type AwsEvent, parseEvent } from "../../src/event.ts";
import { registry } from "../../src/formatters/registry.ts";
import type { Formatter } from "../../src/grammar/formatter.ts";
import { readSample, sampleHome, sampleNames } from "../../src/local/samples.ts";
import { route } from "../../src/route.ts";

/** A sample, what formats it and what is stated of it. */
export interface Stated {
  readonly name: string;
  readonly event: AwsEvent;
  /** Absent where the fallback speaks. */
  readonly formatter: Formatter | undefined;
  readonly notices: readonly Notice[];
}

/** Every sample of events/. */
export const stated: readonly Stated[] = sampleNames().map((name) => {
  const event = parseEvent(readSample(name).event, sampleHome);
  if (!event) throw new Error(`${name} is no event`);
  return { name, event, formatter: registry.find(event), notices: route(event, registry).notices };
});

/** The notices of all samples, each with its sample. */
export const notices = stated.flatMap((sample) => sample.notices.map((notice) => ({ ...sample, notice })));
