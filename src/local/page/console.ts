import type { Change, ListedRow, Setting } from "../workshop.ts";
import { DetailsPane } from "./details.ts";
import { arrowKeys, ask, byId, fill, fullTime, h, severityBadge } from "./dom.ts";
import { RowFilter } from "./filter.ts";

// The console's rows: all are kept, and as many drawn as were scrolled to, so that ten thousand cost no more than a few
// hundred.

const pageSize = 200;

interface DrawnRow {
  readonly element: HTMLTableRowElement;
  readonly button: HTMLButtonElement;
  readonly cells: Readonly<Record<"severity" | "node" | "tag" | "tally" | "first" | "last", HTMLElement>>;
  row: ListedRow | undefined;
}

/** The view of the console's rows. */
export class ConsoleView {
  private readonly rows = new Map<string, ListedRow>();
  private readonly drawn = new Map<string, DrawnRow>();
  private readonly body = byId("rows-body");
  private readonly more = byId("more");
  private readonly empty = byId("empty");
  private readonly filter = new RowFilter(() => this.restart());
  private readonly details: DetailsPane;
  private readonly updateFocus: () => void;
  private maxDrawn = pageSize;
  private isWaiting = false;

  constructor() {
    this.details = new DetailsPane((open, previous) => this.mark(open, previous), showFault);
    this.updateFocus = arrowKeys(this.body, "button");
    const showMore = (): void => {
      this.maxDrawn += pageSize;
      this.draw();
    };
    this.more.addEventListener("click", showMore);
    new IntersectionObserver(([seen]) => seen?.isIntersecting && showMore(), {
      root: byId("rows-list"),
      rootMargin: "400px",
    }).observe(this.more);
    byId("remove-all").addEventListener("click", () => {
      if (confirm(`Delete all ${this.rows.size} rows of this console?`)) ask("remove", {}).catch(showFault);
    });
    this.body.addEventListener("click", (event) => {
      const identifier = (event.target as Element).closest("tr")?.dataset.row;
      if (identifier === undefined) return;
      // A click of the keyboard has no pointer: its user goes on in the details.
      const isKeyboard = (event as PointerEvent).detail === 0;
      this.details.show(identifier).then(() => isKeyboard && this.details.focus(), showFault);
    });
  }

  change(change: Change): void {
    if (change.all) this.rows.clear();
    for (const row of change.rows) this.rows.set(row.identifier, row);
    for (const identifier of change.gone) this.rows.delete(identifier);
    this.details.update(change);
    this.drawSoon();
  }

  set({ api, token }: Setting): void {
    fill(this.empty, h("p", { id: "no-match" }, "No row matches the filter."), howTo(api, token));
    this.draw();
  }

  private restart(): void {
    this.maxDrawn = pageSize;
    this.draw();
  }

  private drawSoon(): void {
    if (this.isWaiting) return;
    this.isWaiting = true;
    requestAnimationFrame(() => {
      this.isWaiting = false;
      this.draw();
    });
  }

  /** Makes the table show what `rows` and the filter say, touching only what differs. */
  private draw(): void {
    const matches = [...this.rows.values()].filter((row) => this.filter.matches(row));
    matches.sort((a, b) => b.order - a.order);
    this.drawRows(matches.slice(0, this.maxDrawn));
    this.updateFocus();

    const left = Math.max(0, matches.length - this.maxDrawn);
    this.more.hidden = left === 0;
    fill(this.more, `Show ${Math.min(pageSize, left)} more of ${left.toLocaleString("en")}`);
    const total = this.rows.size.toLocaleString("en");
    fill(byId("shown"), this.filter.isActive ? `${matches.length.toLocaleString("en")} of ${total} rows` : "");
    fill(byId("console-count"), total);
    byId("remove-all").hidden = this.rows.size === 0;
    this.empty.hidden = matches.length > 0;
    this.body.parentElement?.classList.toggle("none", matches.length === 0);
    byId("no-match").hidden = this.rows.size === 0;
    byId("how-to").hidden = this.rows.size > 0;
    this.filter.showCounts(this.rows.values());
  }

  private drawRows(visible: readonly ListedRow[]): void {
    const kept = new Set(visible.map(({ identifier }) => identifier));
    for (const [identifier, { element }] of this.drawn) {
      if (kept.has(identifier)) continue;
      element.remove();
      this.drawn.delete(identifier);
    }
    const focused = document.activeElement;
    let next: Element | null = this.body.firstElementChild;
    for (const row of visible) {
      const element = this.drawRow(row);
      if (element === next) next = next.nextElementSibling;
      else this.body.insertBefore(element, next);
    }
    // An element that is moved loses the focus.
    if (focused instanceof HTMLElement && focused !== document.activeElement) focused.focus({ preventScroll: true });
  }

  private drawRow(row: ListedRow): HTMLTableRowElement {
    let drawn = this.drawn.get(row.identifier);
    if (drawn?.row === row) return drawn.element;
    if (!drawn) {
      drawn = emptyRow(row.identifier);
      if (row.identifier === this.details.shown) drawn.element.setAttribute("aria-current", "true");
      this.drawn.set(row.identifier, drawn);
    }
    update(drawn, row);
    return drawn.element;
  }

  /** Marks the row in the details; the focus goes back to it when they are closed. */
  private mark(open: string | undefined, previous: string | undefined): void {
    for (const [identifier, { element }] of this.drawn) {
      if (identifier === open) element.setAttribute("aria-current", "true");
      else element.removeAttribute("aria-current");
    }
    if (open === undefined && previous !== undefined) this.drawn.get(previous)?.button.focus();
  }
}

function emptyRow(identifier: string): DrawnRow {
  const cell = (name: string): HTMLElement => h("td", { class: name });
  const cells = {
    severity: cell("severity"),
    node: cell("node"),
    tag: cell("tag"),
    tally: cell("tally"),
    first: cell("time first"),
    last: cell("time"),
  };
  const button = h("button", { type: "button", tabindex: -1 });
  const { severity, node, tag, tally, first, last } = cells;
  const summary = h("td", { class: "summary" }, button);
  const element = h("tr", { "data-row": identifier }, severity, node, tag, summary, tally, first, last);
  return { element, button, cells, row: undefined };
}

function update(drawn: DrawnRow, row: ListedRow): void {
  const { element, button, cells, row: before } = drawn;
  drawn.row = row;
  element.className = `s${row.severity}`;
  if (row.severity !== before?.severity) fill(cells.severity, severityBadge(row.severity));
  for (const [cell, text] of [
    [cells.node, row.node],
    [cells.tag, row.tag],
    [button, row.summary],
    [cells.tally, row.tally.toLocaleString("en")],
  ] as const) {
    if (cell.textContent === text) continue;
    cell.textContent = text;
    if (cell !== cells.tally) cell.title = text;
  }
  fill(cells.first, time(row.first));
  fill(cells.last, time(row.last));
  if (before && before.tally !== row.tally) flash(element);
}

/** How to send a message to this console. */
const howTo = (api: string, token: string): HTMLElement =>
  h(
    "div",
    { id: "how-to", class: "how-to" },
    h("h2", {}, "No rows"),
    h("p", {}, "Whatever reaches this console's API appears here. Send it a message:"),
    h(
      "pre",
      { tabindex: 0 },
      `curl -H 'Content-Type: application/json' -H 'X-Api-Token: ${token}' \\\n  -d '{"event":{"node":"web1","tag":"Test","summary":"Hello","severity":2}}' \\\n  ${api}`,
    ),
    h("p", {}, "or a sample through the function, in a container:"),
    h("pre", { tabindex: 0 }, "sam local invoke -e events/ec2/instance-stopped.json --env-vars env.local.json"),
  );

function showFault(error: Error): void {
  fill(byId("shown"), error.message);
}

function flash(element: HTMLElement): void {
  element.classList.remove("flash");
  requestAnimationFrame(() => element.classList.add("flash"));
}

/** The time of day, or the date where it is another. */
function time(milliseconds: number): HTMLElement {
  const full = fullTime(milliseconds);
  const isToday = full.slice(0, 10) === fullTime(Date.now()).slice(0, 10);
  return h(
    "time",
    { datetime: new Date(milliseconds).toISOString(), title: full },
    isToday ? full.slice(11) : full.slice(0, 10),
  );
}
