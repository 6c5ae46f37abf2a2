import type { Accepted, Rendered } from "../gallery.ts";
import { messageCards } from "./card.ts";
import { ask, fill, h } from "./dom.ts";

/** The box for an event that is no sample yet. */
export class PasteBox {
  readonly element: HTMLElement;
  private readonly area = h("textarea", {
    id: "event",
    rows: 11,
    spellcheck: "false",
    autocomplete: "off",
    "aria-describedby": "event-fault",
    placeholder: '{\n  "source": "aws.ec2",\n  "detail-type": "…",\n  "detail": { … }\n}',
  });
  private readonly fault = h("p", { id: "event-fault", class: "fault", role: "alert" });
  private readonly name = h("input", {
    id: "sample-name",
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": "name-fault",
  });
  private readonly nameFault = h("span", { id: "name-fault", class: "fault", role: "alert" });
  private readonly sanitized = h("input", { type: "checkbox", checked: true });
  private readonly form = this.newForm();
  private readonly done = h("output", { class: "note" });
  private readonly result = h("div");
  private readonly showSample: (name: string) => void;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private renders = 0;
  private suggested = "";

  constructor(showSample: (name: string) => void) {
    this.showSample = showSample;
    this.area.addEventListener("input", () => this.renderSoon());
    this.name.addEventListener("input", () => fill(this.nameFault));
    this.element = h(
      "div",
      { class: "paste" },
      h("h2", {}, "An event and its message"),
      h("label", { for: "event" }, "Paste any event's JSON, as EventBridge sends it"),
      this.area,
      this.fault,
      this.form,
      this.done,
      this.result,
    );
  }

  set(text: string): void {
    this.area.value = text;
    this.name.value = "";
    this.renderSoon();
  }

  focus(): void {
    this.area.focus();
  }

  refresh(): void {
    if (this.element.isConnected && this.area.value.trim() !== "") this.renderSoon();
  }

  private newForm(): HTMLFormElement {
    const form = h(
      "form",
      { class: "actions", hidden: true },
      h("label", { for: "sample-name" }, "Name "),
      this.name,
      h("button", { type: "submit", class: "primary" }, "Save as a sample"),
      h("label", { class: "check" }, this.sanitized, " Replace account ids, keys, names and addresses"),
      this.nameFault,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save().catch((error: Error) => {
        fill(this.nameFault, error.message);
        this.name.setAttribute("aria-invalid", "true");
      });
    });
    return form;
  }

  private renderSoon(): void {
    fill(this.done);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.render(), 120);
  }

  private async render(): Promise<void> {
    const number = ++this.renders;
    const { value: text } = this.area;
    if (text.trim() === "") return this.showFault();
    try {
      const rendered = await ask<Rendered & { suggestion: string }>("render", { text });
      if (number !== this.renders) return;
      fill(this.fault);
      this.area.removeAttribute("aria-invalid");
      if (this.name.value === this.suggested || this.name.value === "") this.name.value = rendered.suggestion;
      this.suggested = rendered.suggestion;
      fill(this.result, ...messageCards(rendered));
      this.form.hidden = false;
    } catch (error) {
      if (number === this.renders) this.showFault((error as Error).message);
    }
  }

  /** Shows no message, and why; without a reason the box is empty. */
  private showFault(reason?: string): void {
    fill(this.fault, reason);
    if (reason === undefined) this.area.removeAttribute("aria-invalid");
    else this.area.setAttribute("aria-invalid", "true");
    fill(this.result);
    this.form.hidden = true;
  }

  private async save(): Promise<void> {
    fill(this.nameFault);
    const accepted = await ask<Accepted>("accept", {
      name: this.name.value.trim(),
      text: this.area.value,
      asPasted: !this.sanitized.checked,
    });
    const show = (): void => this.showSample(accepted.name);
    fill(
      this.done,
      `Written: ${accepted.files.join(", ")}. Read it before you commit it: `,
      h("button", { type: "button", class: "plain", onclick: show }, accepted.name),
    );
    this.name.removeAttribute("aria-invalid");
    await this.render();
  }
}
