import type { ListedRow } from "../workshop.ts";
import { byId, contains, fill, h, severities } from "./dom.ts";

/** The bar above the rows: severities, source and text. */
export class RowFilter {
  private readonly wanted = new Set<number>();
  private readonly source = byId<HTMLSelectElement>("source");
  private readonly text = byId<HTMLInputElement>("text");
  private readonly reset = byId("reset");
  private readonly onChange: () => void;
  private readonly toggles = severities.map((name, severity) => this.newToggle(name, severity));

  constructor(onChange: () => void) {
    this.onChange = onChange;
    fill(byId("severities"), ...this.toggles.toReversed().map(({ button }) => button));
    this.source.addEventListener("change", onChange);
    this.text.addEventListener("input", onChange);
    byId("filters").addEventListener("submit", (event) => event.preventDefault());
    this.reset.addEventListener("click", () => this.clear());
  }

  matches({ severity, source, node, tag, summary }: ListedRow): boolean {
    const text = this.text.value.trim();
    return (
      (this.wanted.size === 0 || this.wanted.has(severity)) &&
      (this.source.value === "" || source === this.source.value) &&
      (text === "" || contains([node, tag, summary], text))
    );
  }

  get isActive(): boolean {
    return this.wanted.size > 0 || this.source.value !== "" || this.text.value.trim() !== "";
  }

  /** Shows how many rows each severity and source has. */
  showCounts(rows: Iterable<ListedRow>): void {
    const bySeverity = severities.map(() => 0);
    const bySource = new Map<string, number>();
    for (const { severity, source } of rows) {
      bySeverity[severity] = (bySeverity[severity] ?? 0) + 1;
      if (source) bySource.set(source, (bySource.get(source) ?? 0) + 1);
    }
    for (const [severity, { count, button }] of this.toggles.entries()) {
      fill(count, (bySeverity[severity] ?? 0).toLocaleString("en"));
      button.classList.toggle("zero", bySeverity[severity] === 0);
    }
    this.reset.hidden = !this.isActive;
    this.showSources(bySource);
  }

  private showSources(counts: Map<string, number>): void {
    const { source } = this;
    const chosen = source.value;
    if (chosen && !counts.has(chosen)) counts.set(chosen, 0);
    const names = [...counts].sort(([a], [b]) => a.localeCompare(b));
    const labels = names.map(([name, count]) => `${name} (${count})`);
    if (labels.join() === source.dataset.labels) return;
    source.dataset.labels = labels.join();
    fill(
      source,
      h("option", { value: "" }, "All sources"),
      ...names.map(([name], index) => h("option", { value: name }, labels[index])),
    );
    source.value = chosen;
  }

  private newToggle(name: string, severity: number): { button: HTMLElement; count: HTMLElement } {
    const count = h("span", { class: "count" });
    const onclick = (): void => {
      if (!this.wanted.delete(severity)) this.wanted.add(severity);
      button.setAttribute("aria-pressed", String(this.wanted.has(severity)));
      this.onChange();
    };
    const button = h(
      "button",
      { type: "button", class: `toggle s${severity}`, "aria-pressed": "false", onclick },
      h("b", {}, severity),
      ` ${name} `,
      count,
    );
    return { button, count };
  }

  private clear(): void {
    this.wanted.clear();
    for (const { button } of this.toggles) button.setAttribute("aria-pressed", "false");
    [this.source.value, this.text.value] = ["", ""];
    this.onChange();
    this.text.focus();
  }
}
