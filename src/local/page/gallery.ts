import type { Outcome } from "../../forward.ts";
import type { PantherMessage } from "../../message.ts";
import type { Accepted, Rendered, Shown } from "../gallery.ts";
import type { Result } from "../runtime.ts";
import type { Setting } from "../workshop.ts";
import {
  arrowKeys,
  ask,
  byId,
  bytesUsed,
  type Child,
  contains,
  fill,
  h,
  jsonBox,
  linkTo,
  severityBadge,
} from "./dom.ts";

export interface GalleryView {
  /** Reads all samples anew, for something changed on disk. */
  refresh(): void;
  set(setting: Setting): void;
  paste(): void;
}

type Message = Partial<PantherMessage>;

export function galleryView(): GalleryView {
  let samples: readonly Shown[] = [];
  let known = new Map<string, string>();
  let open: string | undefined;
  let canDeliver = false;
  const list = byId("samples");
  const details = byId("sample-details");
  const search = byId<HTMLInputElement>("gallery-text");
  const onlyDifferent = byId<HTMLInputElement>("only-different");
  const box = pasteBox();

  search.addEventListener("input", draw);
  onlyDifferent.addEventListener("change", draw);
  byId("gallery-filters").addEventListener("submit", (event) => event.preventDefault());
  byId("paste").addEventListener("click", () => paste());
  const roving = arrowKeys(list, "button");
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    list.querySelector<HTMLElement>(open === undefined ? "button" : '[aria-current="true"]')?.focus();
  });

  function paste(text?: string): void {
    open = undefined;
    mark();
    if (!details.contains(box.element)) fill(details, box.element);
    if (text !== undefined) box.set(text);
    box.focus();
  }

  function draw(): void {
    const wanted = search.value.trim();
    const matches = samples.filter(
      (sample) =>
        (!onlyDifferent.checked || verdict(sample) !== undefined) &&
        (wanted === "" || contains(textsOf(sample), wanted)),
    );
    const services = Map.groupBy(matches, ({ name }) => name.split("/")[0] ?? "");
    const focused = document.activeElement?.getAttribute("data-sample");
    fill(
      list,
      ...[...services].flatMap(([service, shown]) => [
        h("h2", {}, service, " ", h("span", { class: "count" }, shown.length)),
        ...shown.map(item),
      ]),
      matches.length === 0 &&
        h(
          "p",
          { class: "empty" },
          onlyDifferent.checked ? "Nothing differs from its expectation." : "No sample matches.",
        ),
    );
    mark();
    roving();
    if (focused)
      list.querySelector<HTMLElement>(`[data-sample="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    const different = samples.filter((sample) => verdict(sample) !== undefined).length;
    fill(byId("gallery-count"), samples.length);
    fill(
      byId("gallery-shown"),
      [
        matches.length < samples.length && `${matches.length} of ${samples.length} samples`,
        different > 0 ? `${different} differ from what is expected` : samples.length > 0 && "all as expected",
      ]
        .filter(Boolean)
        .join(", "),
    );
  }

  function item(sample: Shown): HTMLElement {
    const said = verdict(sample);
    const lines =
      "error" in sample
        ? [h("span", { class: "line" }, h("span", { class: "badge fault" }, "fault"), h("span", {}, sample.error))]
        : sample.given.messages.map(({ severity, node, summary }) =>
            h(
              "span",
              { class: "line" },
              severityBadge(severity),
              !summary.toLowerCase().includes(node.toLowerCase()) && h("span", { class: "node" }, node),
              h("span", {}, summary),
            ),
          );
    const dropped = "given" in sample && sample.given.messages.length === 0;
    return h(
      "button",
      {
        type: "button",
        class: "sample",
        tabindex: -1,
        "data-sample": sample.name,
        onclick: () => show(sample.name, true),
      },
      h("span", { class: "name" }, sample.name.split("/").slice(1).join("/"), said && h("mark", {}, said)),
      h(
        "span",
        { class: "lines" },
        ...lines,
        dropped && h("span", { class: "line muted" }, `not sent: ${sample.given.dropped?.join(", ")}`),
      ),
    );
  }

  function mark(): void {
    for (const button of list.querySelectorAll("button")) {
      if (button.dataset.sample === open) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  function show(name: string, chosen = false): void {
    const sample = samples.find((sample) => sample.name === name);
    if (!sample) {
      if (open === name) paste();
      return;
    }
    const scrolled = open === name ? details.scrollTop : 0;
    open = name;
    mark();
    fill(details, h("h2", {}, name), ...("error" in sample ? [reason(sample.error)] : shownSample(sample)));
    details.scrollTop = scrolled;
    if (chosen && matchMedia("(max-width: 60rem)").matches) details.scrollIntoView();
  }

  function shownSample(sample: Rendered & { name: string; expected?: Shown["expected"] }): Child[] {
    const said = verdict(sample);
    const note = h("output");
    const act = (label: string, action: () => Promise<string>): HTMLElement =>
      h(
        "button",
        {
          type: "button",
          onclick: () => {
            fill(note, "…");
            action().then(
              (text) => fill(note, text),
              (error: Error) => fill(note, error.message),
            );
          },
        },
        label,
      );
    const text = JSON.stringify(sample.event, null, 2);
    return [
      ...messageCards(sample, sample.expected),
      h(
        "p",
        { class: "actions" },
        said !== undefined &&
          act("Accept as the expectation", async () => {
            const { files } = await ask<Accepted>("accept", { name: sample.name });
            return `Written: ${files.join(", ")}`;
          }),
        canDeliver &&
          act("Send to the console", async () => {
            const result = await ask<Result>("deliver", { text });
            if ("error" in result)
              return `The function failed: ${result.error.errorType}: ${result.error.errorMessage}`;
            const { dropped = [] } = result.value as Partial<Outcome>;
            return dropped.length > 0 ? `Not sent: ${dropped.join(", ")}.` : "Sent through the function.";
          }),
        h("button", { type: "button", onclick: () => paste(text) }, "Change a copy"),
        note,
      ),
      h("h3", {}, "Event"),
      jsonBox("Event", sample.event),
    ];
  }

  async function refresh(): Promise<void> {
    const answer = await ask<{ samples: Shown[]; broken?: string }>("gallery").catch((error: Error) => ({
      samples,
      broken: error.message,
    }));
    samples = answer.samples;
    const broken = byId("broken");
    broken.hidden = answer.broken === undefined;
    fill(
      broken,
      h("strong", {}, "The formatters on disk do not load; what you see comes from the last that did. "),
      h("pre", {}, answer.broken),
    );
    const before = known;
    known = new Map(samples.map((sample) => [sample.name, JSON.stringify(sample)]));
    draw();
    if (before.size > 0) {
      for (const button of list.querySelectorAll<HTMLElement>("button")) {
        const name = button.dataset.sample ?? "";
        if (before.get(name) !== known.get(name)) button.classList.add("flash");
      }
    }
    if (open !== undefined && before.get(open) !== known.get(open)) show(open);
    box.refresh();
  }

  /** The box for an event that is no sample yet. */
  function pasteBox(): { element: HTMLElement; set(text: string): void; focus(): void; refresh(): void } {
    const area = h("textarea", {
      id: "event",
      rows: 11,
      spellcheck: "false",
      autocomplete: "off",
      "aria-describedby": "event-fault",
      placeholder: '{\n  "source": "aws.ec2",\n  "detail-type": "…",\n  "detail": { … }\n}',
    });
    const fault = h("p", { id: "event-fault", class: "fault", role: "alert" });
    const name = h("input", {
      id: "sample-name",
      autocomplete: "off",
      spellcheck: "false",
      "aria-describedby": "name-fault",
    });
    const nameFault = h("span", { id: "name-fault", class: "fault", role: "alert" });
    const done = h("output", { class: "note" });
    const result = h("div");
    const sanitised = h("input", { type: "checkbox", checked: true });
    const save = h("button", { type: "submit", class: "primary" }, "Save as a sample");
    const form = h(
      "form",
      { class: "actions", hidden: true },
      h("label", { for: "sample-name" }, "Name "),
      name,
      save,
      h("label", { class: "check" }, sanitised, " Replace account ids, keys, names and addresses"),
      nameFault,
    );
    let timer: ReturnType<typeof setTimeout> | undefined;
    let asked = 0;
    let suggested = "";

    const render = async (): Promise<void> => {
      const number = ++asked;
      const { value: text } = area;
      if (text.trim() === "") {
        fill(fault);
        fill(result);
        form.hidden = true;
        area.removeAttribute("aria-invalid");
        return;
      }
      try {
        const rendered = await ask<Rendered & { suggestion: string }>("render", { text });
        if (number !== asked) return;
        fill(fault);
        area.removeAttribute("aria-invalid");
        if (name.value === suggested || name.value === "") name.value = rendered.suggestion;
        suggested = rendered.suggestion;
        fill(result, ...messageCards(rendered));
        form.hidden = false;
      } catch (error) {
        if (number !== asked) return;
        fill(fault, (error as Error).message);
        area.setAttribute("aria-invalid", "true");
        fill(result);
        form.hidden = true;
      }
    };
    const soon = (): void => {
      fill(done);
      clearTimeout(timer);
      timer = setTimeout(render, 120);
    };
    area.addEventListener("input", soon);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      fill(nameFault);
      try {
        const accepted = await ask<Accepted>("accept", {
          name: name.value.trim(),
          text: area.value,
          asPasted: !sanitised.checked,
        });
        fill(done, `Written: ${accepted.files.join(", ")}. Read it before you commit it: `);
        done.append(h("button", { type: "button", class: "plain", onclick: () => show(accepted.name) }, accepted.name));
        name.removeAttribute("aria-invalid");
        await render();
      } catch (error) {
        fill(nameFault, (error as Error).message);
        name.setAttribute("aria-invalid", "true");
      }
    });
    name.addEventListener("input", () => fill(nameFault));

    const element = h(
      "div",
      { class: "paste" },
      h("h2", {}, "An event and its message"),
      h("label", { for: "event" }, "Paste any event's JSON, as EventBridge sends it"),
      area,
      fault,
      form,
      done,
      result,
    );
    return {
      element,
      set(text) {
        area.value = text;
        name.value = "";
        soon();
      },
      focus: () => area.focus(),
      refresh: () => {
        if (details.contains(element) && area.value.trim() !== "") soon();
      },
    };
  }

  fill(details, box.element);
  return {
    refresh: () => void refresh(),
    set({ deliver }) {
      canDeliver = deliver;
    },
    paste: () => paste(),
  };
}

const reason = (text: string): HTMLElement => h("p", { class: "fault" }, text);

/** What is to be said of a sample in the list, if anything. */
function verdict(sample: Shown): string | undefined {
  if ("error" in sample) return "fault";
  if (!sample.expected) return "no expectation";
  return same(expectable(sample.given), expectable(sample.expected)) ? undefined : "differs";
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Key order and what no expectation holds do not count. */
const expectable = ({ messages, dropped }: { messages: readonly Message[]; dropped?: readonly string[] }) => ({
  messages: messages.map((message) => Object.entries(message).sort(([a], [b]) => (a < b ? -1 : 1))),
  dropped: dropped ?? [],
});

const textsOf = (sample: Shown): string[] =>
  "error" in sample
    ? [sample.name, sample.error]
    : [
        sample.name,
        ...sample.given.messages.flatMap(({ node, tag, summary, detail_type }) => [node, tag, summary, detail_type]),
      ];

/** Messages as cards, each beside the one that is expected in its place. */
function messageCards({ given, formatter }: Rendered, expected?: Shown["expected"]): Child[] {
  const compared = expected !== undefined;
  const count = Math.max(given.messages.length, expected?.messages.length ?? 0);
  const cards = Array.from({ length: count }, (_, index) =>
    card(given.messages[index] ?? {}, compared ? (expected.messages[index] ?? {}) : undefined),
  );
  const dropped = (given.dropped ?? []).join(", ");
  const droppedBefore = (expected?.dropped ?? []).join(", ");
  return [
    ...cards,
    (dropped || (compared && droppedBefore)) &&
      h("p", { class: "note" }, "Not sent: ", ...difference(dropped, compared ? droppedBefore : undefined)),
    h(
      "p",
      { class: "note" },
      given.unformatted
        ? given.unformatted === "no formatter"
          ? "No formatter speaks for this source and detail-type: this is what the fallback makes of it."
          : `Its formatter failed (${given.unformatted}): this is what the fallback makes of it.`
        : formatter &&
            h("span", {}, h("code", {}, formatter.file ?? ""), ` ${formatter.means}. Severity: ${formatter.severity}.`),
      formatter?.clears !== undefined && ` Cleared by ${formatter.clears}.`,
    ),
  ] as Child[];
}

function card(message: Message, expected: Message | undefined): HTMLElement {
  const text = (field: keyof Message): Child[] =>
    difference(String(message[field] ?? ""), expected && String(expected[field] ?? ""));
  const changed = (field: keyof Message): boolean => expected !== undefined && message[field] !== expected[field];
  const [severity, before] = [message.severity, expected?.severity];
  const others = (["tag", "identifier", "external_id", "account", "region", "source", "detail_type"] as const).filter(
    (field) => message[field] !== undefined || expected?.[field] !== undefined,
  );
  return h(
    "div",
    { class: `card s${severity ?? before}` },
    h(
      "p",
      {},
      ...(changed("severity")
        ? [
            before !== undefined && h("del", {}, severityBadge(before)),
            severity !== undefined && h("ins", {}, severityBadge(severity)),
          ]
        : [severityBadge(severity ?? 0)]),
      h("span", { class: "node" }, ...text("node")),
    ),
    h("h3", { class: "summary" }, ...text("summary")),
    h(
      "dl",
      {},
      ...others.flatMap((field) => [h("dt", {}, field), h("dd", {}, ...text(field))]),
      ...(message.link || expected?.link
        ? [h("dt", {}, "link"), h("dd", {}, ...(changed("link") ? text("link") : [linkTo(String(message.link))]))]
        : []),
      h("dt", {}, "size"),
      h("dd", {}, bytesUsed(new TextEncoder().encode(JSON.stringify({ event: message })).length)),
    ),
  );
}

/** `given`, with what it lacks of `expected` struck out and what it has besides marked, word by word. */
function difference(given: string, expected: string | undefined): Child[] {
  if (expected === undefined || given === expected) return [given];
  const [now, then] = [wordsOf(given), wordsOf(expected)];
  let head = 0;
  while (head < Math.min(now.length, then.length) && now[head] === then[head]) head++;
  let tail = 0;
  while (tail < Math.min(now.length, then.length) - head && now.at(-1 - tail) === then.at(-1 - tail)) tail++;
  const middle = (words: readonly string[]): string => words.slice(head, words.length - tail).join("");
  return [
    now.slice(0, head).join(""),
    middle(then) !== "" && h("del", {}, middle(then)),
    middle(now) !== "" && h("ins", {}, middle(now)),
    now.slice(now.length - tail).join(""),
  ];
}

const wordsOf = (text: string): readonly string[] => text.match(/\s+|[\w.]+|[^\w\s]/g) ?? [];
