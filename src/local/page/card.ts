import type { PantherMessage } from "../../message.ts";
import type { Rendered, Shown } from "../gallery.ts";
import { bytesUsed, type Child, h, linkTo, severityBadge } from "./dom.ts";

type Message = Partial<PantherMessage>;

/** Messages as cards, each beside the one that is expected in its place, and what is known of their formatter. */
export function messageCards({ given, formatter }: Rendered, expected?: Shown["expected"]): Child[] {
  const isCompared = expected !== undefined;
  const count = Math.max(given.messages.length, expected?.messages.length ?? 0);
  const cards = Array.from({ length: count }, (_, index) =>
    card(given.messages[index] ?? {}, isCompared ? (expected.messages[index] ?? {}) : undefined),
  );
  const dropped = (given.dropped ?? []).join(", ");
  const droppedBefore = isCompared ? (expected.dropped ?? []).join(", ") : undefined;
  return [
    ...cards,
    (dropped !== "" || Boolean(droppedBefore)) &&
      h("p", { class: "note" }, "Not sent: ", ...difference(dropped, droppedBefore)),
    h("p", { class: "note" }, ...formatterNote(given.unformatted, formatter)),
  ];
}

function formatterNote(unformatted: string | undefined, formatter: Rendered["formatter"]): Child[] {
  if (unformatted === "no formatter") {
    return ["There is no formatter for this source and detail-type: this is the message of the fallback."];
  }
  if (unformatted) return [`Its formatter failed (${unformatted}): this is the message of the fallback.`];
  if (!formatter) return [];
  const { file = "", means, severity, clears } = formatter;
  return [
    h("span", {}, h("code", {}, file), ` ${means}. Severity: ${severity}.`),
    clears !== undefined && ` Cleared by ${clears}.`,
  ];
}

const listedFields = [
  "tag",
  "identifier",
  "external_id",
  "account",
  "region",
  "source",
  "detail_type",
  "time",
] as const;

function card(message: Message, expected: Message | undefined): HTMLElement {
  const text = (field: keyof Message): Child[] =>
    difference(String(message[field] ?? ""), expected && String(expected[field] ?? ""));
  const isListed = (field: keyof Message): boolean => message[field] !== undefined || expected?.[field] !== undefined;
  const link = isSame("link", message, expected) ? [linkTo(String(message.link))] : text("link");
  return h(
    "div",
    { class: `card s${message.severity ?? expected?.severity}` },
    h("p", {}, ...severityBadges(message, expected), h("span", { class: "node" }, ...text("node"))),
    h("h3", { class: "summary" }, ...text("summary")),
    h(
      "dl",
      {},
      ...listedFields.filter(isListed).flatMap((field) => [h("dt", {}, field), h("dd", {}, ...text(field))]),
      ...(isListed("link") ? [h("dt", {}, "link"), h("dd", {}, ...link)] : []),
      h("dt", {}, "size"),
      h("dd", {}, bytesUsed(new TextEncoder().encode(JSON.stringify({ event: message })).length)),
    ),
  );
}

/** The badge of the severity, and the one that is expected in its place. */
function severityBadges(message: Message, expected: Message | undefined): Child[] {
  const [severity, before] = [message.severity, expected?.severity];
  if (isSame("severity", message, expected)) return [severityBadge(severity ?? 0)];
  return [
    before !== undefined && h("del", {}, severityBadge(before)),
    severity !== undefined && h("ins", {}, severityBadge(severity)),
  ];
}

const isSame = (field: keyof Message, message: Message, expected: Message | undefined): boolean =>
  expected === undefined || message[field] === expected[field];

/** `given`, with what it lacks of `expected` struck out and what it has besides marked, word by word. */
function difference(given: string, expected: string | undefined): Child[] {
  if (expected === undefined || given === expected) return [given];
  const [now, then] = [wordsOf(given), wordsOf(expected)];
  let head = 0;
  while (head < Math.min(now.length, then.length) && now[head] === then[head]) head++;
  let suffixLength = 0;
  while (
    suffixLength < Math.min(now.length, then.length) - head &&
    now.at(-1 - suffixLength) === then.at(-1 - suffixLength)
  )
    suffixLength++;
  const middle = (words: readonly string[]): string => words.slice(head, words.length - suffixLength).join("");
  return [
    now.slice(0, head).join(""),
    middle(then) !== "" && h("del", {}, middle(then)),
    middle(now) !== "" && h("ins", {}, middle(now)),
    now.slice(now.length - suffixLength).join(""),
  ];
}

const wordsOf = (text: string): readonly string[] => text.match(/\s+|[\w.]+|[^\w\s]/g) ?? [];
