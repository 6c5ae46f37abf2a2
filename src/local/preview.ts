import { messagesOf, payloadsIn, payloadsOf } from "../forward/input.ts";
import type { PantherMessage, Policy } from "../message.ts";
import type { AcceptedEvent } from "./contract.ts";
import { createRows } from "./rows.ts";
import { render } from "./samples.ts";
import { trackedPolicy } from "./settings.ts";
import { tableOf } from "./table.ts";

/**
 * The events that an invocation's input holds: itself, what an on-failure record wraps, or a queue's batch of these.
 * @throws where one is no event.
 */
export const eventsIn = (input: unknown): unknown[] =>
  messagesOf(input)?.flatMap(({ body }) => {
    const read = payloadsIn(body);
    if ("unreadable" in read) throw new Error(read.unreadable);
    return [...read.payloads];
  }) ?? [...payloadsOf(input)];

export interface Preview {
  readonly messages: readonly PantherMessage[];
  /** Further remarks for the reader, each once. */
  readonly remarks: readonly string[];
}

/** The messages of events under settings.json, each with what dropped the others, without a handler or a console. */
export async function preview(events: readonly unknown[], policy: Policy = trackedPolicy()): Promise<Preview> {
  // Loaded when needed: a formatter that is half written stops no other command.
  const { registry } = await import("../formatters/registry.ts");
  const rendered = events.map((event) => render(event, registry, policy));
  return {
    messages: rendered.flatMap(({ messages }) => messages),
    remarks: [
      ...new Set(
        rendered.flatMap(({ unformatted, dropped }) => [
          ...(unformatted === "no formatter"
            ? ["There is no formatter for the event: the fallback speaks."]
            : unformatted
              ? [`The formatter failed (${unformatted}): the fallback speaks.`]
              : []),
          ...(dropped ?? []).map(becauseOf),
        ]),
      ),
    ],
  };
}

/** Why a notice gave no message, in words. */
export const becauseOf = (reason: string): string =>
  reason === "severity"
    ? "Not sent: less severe than minSeverity."
    : reason === "nothing-to-clear"
      ? "Not sent: what it clears was less severe than minSeverity."
      : reason === "repeated"
        ? "Sent once: the event says the same thing several times."
        : `Not sent: ${reason} (the setting drop names it, or the forwarder caused it itself).`;

/** Messages as the rows that a console makes of them. */
export function messagesTable(messages: readonly PantherMessage[]): string {
  const rows = createRows();
  for (const message of messages) rows.add(message as AcceptedEvent & PantherMessage);
  return tableOf(rows.all());
}
