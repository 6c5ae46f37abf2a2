import type { Change, RowDetails } from "../workshop.ts";
import { ask, byId, bytesUsed, type Child, fill, fullTime, h, jsonBox, linkTo, severityBadge } from "./dom.ts";

/** The pane beside the rows, which shows all that is known of one. */
export class DetailsPane {
  private readonly element = byId("row-details");
  /** The identifier of the row that is shown. */
  private open: string | undefined;
  private readonly onOpen: (identifier: string | undefined, previous: string | undefined) => void;
  private readonly onFault: (error: Error) => void;

  constructor(onOpen: DetailsPane["onOpen"], onFault: DetailsPane["onFault"]) {
    this.onOpen = onOpen;
    this.onFault = onFault;
    this.element.addEventListener("keydown", (event) => event.key === "Escape" && this.hide());
  }

  get shown(): string | undefined {
    return this.open;
  }

  focus(): void {
    this.element.focus();
  }

  async show(identifier: string): Promise<void> {
    const { element } = this;
    this.setOpen(identifier);
    const scrolled = element.dataset.row === identifier ? element.scrollTop : 0;
    let details: RowDetails;
    try {
      details = await ask<RowDetails>(`row?identifier=${encodeURIComponent(identifier)}`);
    } catch (error) {
      if (this.open !== identifier) return;
      fill(element, this.top("Row"), h("p", { class: "note" }, (error as Error).message));
      element.hidden = false;
      return;
    }
    if (this.open !== identifier) return;
    element.dataset.row = identifier;
    fill(element, ...this.contentOf(details));
    element.hidden = false;
    element.scrollTop = scrolled;
  }

  /** Shows the row anew where a change concerns it. */
  update(change: Change): void {
    const { open } = this;
    if (open === undefined) return;
    const isTouched =
      change.all || change.gone.includes(open) || change.rows.some(({ identifier }) => identifier === open);
    if (isTouched) this.show(open).catch(this.onFault);
  }

  private hide(): void {
    this.element.hidden = true;
    this.setOpen(undefined);
  }

  private setOpen(identifier: string | undefined): void {
    const previous = this.open;
    this.open = identifier;
    this.onOpen(identifier, previous);
  }

  private top(title: string): HTMLElement {
    const onclick = (): void => this.hide();
    return h(
      "div",
      { class: "top" },
      h("h2", {}, title),
      h("button", { type: "button", "aria-label": "Close", title: "Close (Esc)", onclick }, "✕"),
    );
  }

  private contentOf({ row, message, event, ...details }: RowDetails): HTMLElement[] {
    const { link, ...others } = message;
    const remove = (): void => {
      ask("remove", { identifier: row.identifier }).then(() => this.hide(), this.onFault);
    };
    return [
      this.top(row.node),
      h(
        "div",
        { class: `card s${row.severity}` },
        h("p", {}, severityBadge(row.severity)),
        h("h3", { class: "summary" }, row.summary),
      ),
      facts({ row, message, ...details }),
      h("h3", {}, "Last message"),
      jsonBox("Last message", link === undefined ? others : { ...others, link }),
      h("h3", {}, "Event"),
      event === undefined
        ? h("p", { class: "note" }, "Not known: the message came straight to the API, or its event from elsewhere.")
        : jsonBox("Event", event),
      h("p", { class: "actions" }, h("button", { type: "button", onclick: remove }, "Delete row")),
    ];
  }
}

function facts({ row, message, bytes, formatter, cleared }: RowDetails): HTMLElement {
  const { link } = message;
  const entries: [name: string, value: Child][] = [
    ["Tag", row.tag],
    ["Happened", row.happened !== undefined && fullTime(row.happened)],
    ["Tally", `${row.tally.toLocaleString("en")}, first ${fullTime(row.first)}, last ${fullTime(row.last)}`],
    ["Cleared by", cleared],
    ["Size", bytesUsed(bytes)],
    ["Link", typeof link === "string" && linkTo(link)],
    ["Formatter", formatter && `${formatter.file ?? formatter.source}: ${formatter.detailType}. ${formatter.means}.`],
    ["Severity rule", formatter?.severity],
  ];
  return h("dl", {}, ...entries.flatMap(([name, value]) => (value ? [h("dt", {}, name), h("dd", {}, value)] : [])));
}
