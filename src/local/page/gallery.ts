import type { Outcome } from "../../forward/forward.ts";
import type { Accepted, Rendered, Shown } from "../gallery.ts";
import type { Result } from "../runtime.ts";
import type { Setting } from "../workshop.ts";
import { messageCards } from "./card.ts";
import { arrowKeys, ask, byId, type Child, contains, fill, h, jsonBox, severityBadge } from "./dom.ts";
import { PasteBox } from "./paste.ts";

/** The view of the samples and their messages. */
export class GalleryView {
  private samples: readonly Shown[] = [];
  /** The samples as JSON, to find those that changed. */
  private known = new Map<string, string>();
  /** The name of the sample that is shown. */
  private open: string | undefined;
  private canDeliver = false;
  private readonly list = byId("samples");
  private readonly details = byId("sample-details");
  private readonly search = byId<HTMLInputElement>("gallery-text");
  private readonly onlyDifferent = byId<HTMLInputElement>("only-different");
  private readonly box = new PasteBox((name) => this.show(name));
  private readonly updateFocus: () => void;

  constructor() {
    this.search.addEventListener("input", () => this.draw());
    this.onlyDifferent.addEventListener("change", () => this.draw());
    byId("gallery-filters").addEventListener("submit", (event) => event.preventDefault());
    byId("paste").addEventListener("click", () => this.paste());
    this.updateFocus = arrowKeys(this.list, "button");
    this.details.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.list.querySelector<HTMLElement>(this.open === undefined ? "button" : '[aria-current="true"]')?.focus();
    });
    fill(this.details, this.box.element);
  }

  /** Reads all samples anew, since something changed on disk. */
  refresh(): void {
    void this.reload();
  }

  set({ deliver }: Setting): void {
    this.canDeliver = deliver;
  }

  /** Shows the box for an event, with `text` in it. */
  paste(text?: string): void {
    this.open = undefined;
    this.mark();
    if (!this.box.element.isConnected) fill(this.details, this.box.element);
    if (text !== undefined) this.box.set(text);
    this.box.focus();
  }

  private async reload(): Promise<void> {
    const answer = await ask<{ samples: Shown[]; broken?: string }>("gallery").catch((error: Error) => ({
      samples: this.samples,
      broken: error.message,
    }));
    this.samples = answer.samples;
    showBroken(answer.broken);
    const before = this.known;
    this.known = new Map(this.samples.map((sample) => [sample.name, JSON.stringify(sample)]));
    const isChanged = (name: string): boolean => before.get(name) !== this.known.get(name);
    this.draw();
    if (before.size > 0) {
      for (const button of this.list.querySelectorAll<HTMLElement>("button")) {
        if (isChanged(button.dataset.sample ?? "")) button.classList.add("flash");
      }
    }
    if (this.open !== undefined && isChanged(this.open)) this.show(this.open);
    this.box.refresh();
  }

  private draw(): void {
    const wanted = this.search.value.trim();
    const matches = this.samples.filter(
      (sample) =>
        (!this.onlyDifferent.checked || verdict(sample) !== undefined) &&
        (wanted === "" || contains(textsOf(sample), wanted)),
    );
    const services = Map.groupBy(matches, ({ name }) => name.split("/")[0] ?? "");
    const focused = document.activeElement?.getAttribute("data-sample");
    const none = this.onlyDifferent.checked ? "Nothing differs from its expectation." : "No sample matches.";
    fill(
      this.list,
      ...[...services].flatMap(([service, samples]) => [
        h("h2", {}, service, " ", h("span", { class: "count" }, samples.length)),
        ...samples.map((sample) => listItem(sample, () => this.show(sample.name, true))),
      ]),
      matches.length === 0 && h("p", { class: "empty" }, none),
    );
    this.mark();
    this.updateFocus();
    if (focused) {
      this.list.querySelector<HTMLElement>(`[data-sample="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    }
    this.drawCounts(matches.length);
  }

  private drawCounts(matches: number): void {
    const count = this.samples.length;
    const different = this.samples.filter((sample) => verdict(sample) !== undefined).length;
    const texts = [
      matches < count && `${matches} of ${count} samples`,
      different > 0 ? `${different} differ from what is expected` : count > 0 && "all as expected",
    ];
    fill(byId("gallery-count"), count);
    fill(byId("gallery-shown"), texts.filter(Boolean).join(", "));
  }

  private mark(): void {
    for (const button of this.list.querySelectorAll("button")) {
      if (button.dataset.sample === this.open) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  /** @param isChosen whether a person chose it, who then wants to see it */
  private show(name: string, isChosen = false): void {
    const sample = this.samples.find((sample) => sample.name === name);
    if (!sample) {
      if (this.open === name) this.paste();
      return;
    }
    const { details } = this;
    const scrolled = this.open === name ? details.scrollTop : 0;
    this.open = name;
    this.mark();
    const content = "error" in sample ? [h("p", { class: "fault" }, sample.error)] : this.contentOf(sample);
    fill(details, h("h2", {}, name), ...content);
    details.scrollTop = scrolled;
    if (isChosen && matchMedia("(max-width: 60rem)").matches) details.scrollIntoView();
  }

  private contentOf(sample: Rendered & { name: string; expected?: Shown["expected"] }): Child[] {
    const note = h("output");
    const text = JSON.stringify(sample.event, null, 2);
    const accept = async (): Promise<string> => {
      const { files } = await ask<Accepted>("accept", { name: sample.name });
      return `Written: ${files.join(", ")}`;
    };
    return [
      ...messageCards(sample, sample.expected),
      h(
        "p",
        { class: "actions" },
        verdict(sample) !== undefined && actionButton("Accept as the expectation", note, accept),
        this.canDeliver && actionButton("Send to the console", note, () => deliver(text)),
        h("button", { type: "button", onclick: () => this.paste(text) }, "Change a copy"),
        note,
      ),
      h("h3", {}, "Event"),
      jsonBox("Event", sample.event),
    ];
  }
}

/** A button whose action says in `note` what came of it. */
function actionButton(label: string, note: HTMLElement, action: () => Promise<string>): HTMLElement {
  const onclick = (): void => {
    fill(note, "…");
    action().then(
      (text) => fill(note, text),
      (error: Error) => fill(note, error.message),
    );
  };
  return h("button", { type: "button", onclick }, label);
}

async function deliver(text: string): Promise<string> {
  const result = await ask<Result>("deliver", { text });
  if ("error" in result) return `The function failed: ${result.error.errorType}: ${result.error.errorMessage}`;
  const { dropped = [] } = result.value as Partial<Outcome>;
  return dropped.length > 0 ? `Not sent: ${dropped.join(", ")}.` : "Sent through the function.";
}

/** Shows why the formatters on disk do not load, if they do not. */
function showBroken(reason: string | undefined): void {
  const element = byId("broken");
  element.hidden = reason === undefined;
  fill(
    element,
    h("strong", {}, "The formatters on disk do not load; the messages come from the last that did. "),
    h("pre", {}, reason),
  );
}

function listItem(sample: Shown, onclick: () => void): HTMLElement {
  const mark = verdict(sample);
  return h(
    "button",
    { type: "button", class: "sample", tabindex: -1, "data-sample": sample.name, onclick },
    h("span", { class: "name" }, sample.name.split("/").slice(1).join("/"), mark && h("mark", {}, mark)),
    h("span", { class: "lines" }, ...linesOf(sample)),
  );
}

function linesOf(sample: Shown): HTMLElement[] {
  if ("error" in sample) {
    return [h("span", { class: "line" }, h("span", { class: "badge fault" }, "fault"), h("span", {}, sample.error))];
  }
  const { messages, dropped = [] } = sample.given;
  if (messages.length === 0) return [h("span", { class: "line muted" }, `not sent: ${dropped.join(", ")}`)];
  return messages.map(({ severity, node, summary }) =>
    h(
      "span",
      { class: "line" },
      severityBadge(severity),
      !summary.toLowerCase().includes(node.toLowerCase()) && h("span", { class: "node" }, node),
      h("span", {}, summary),
    ),
  );
}

/** How a sample differs from what is expected of it, if it does. */
function verdict(sample: Shown): string | undefined {
  if ("error" in sample) return "fault";
  if (!sample.expected) return "no expectation";
  return same(expectable(sample.given), expectable(sample.expected)) ? undefined : "differs";
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Key order and what no expectation holds do not count. */
const expectable = ({ messages, dropped }: { messages: readonly object[]; dropped?: readonly string[] }) => ({
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
