import type { Change, ListedRow, RowDetails, Setting } from "../workshop.ts";
import {
  arrowKeys,
  ask,
  byId,
  bytesUsed,
  contains,
  fill,
  h,
  jsonBox,
  linkTo,
  severities,
  severityBadge,
} from "./dom.ts";

// The console's rows: all are kept, and as many drawn as were scrolled to, so that ten thousand cost no more than a few
// hundred.

const page = 200;

interface Drawn {
  readonly element: HTMLTableRowElement;
  readonly button: HTMLButtonElement;
  readonly cells: Readonly<Record<"severity" | "node" | "tag" | "tally" | "first" | "last", HTMLElement>>;
  row: ListedRow | undefined;
}

export interface ConsoleView {
  change(change: Change): void;
  set(setting: Setting): void;
}

export function consoleView(): ConsoleView {
  const rows = new Map<string, ListedRow>();
  const drawn = new Map<string, Drawn>();
  const [body, more, empty] = [byId("rows-body"), byId("more"), byId("empty")];
  const [source, text, reset] = [byId<HTMLSelectElement>("source"), byId<HTMLInputElement>("text"), byId("reset")];
  const details = byId("row-details");
  const wanted = new Set<number>();
  let most = page;
  let open: string | undefined;
  let waiting = false;

  const toggles = severities.map((name, severity) => {
    const count = h("span", { class: "count" });
    const button = h(
      "button",
      {
        type: "button",
        class: `toggle s${severity}`,
        "aria-pressed": "false",
        onclick: () => {
          if (!wanted.delete(severity)) wanted.add(severity);
          button.setAttribute("aria-pressed", String(wanted.has(severity)));
          restart();
        },
      },
      h("b", {}, severity),
      ` ${name} `,
      count,
    );
    return { button, count };
  });
  fill(byId("severities"), ...toggles.toReversed().map(({ button }) => button));

  const restart = (): void => {
    most = page;
    draw();
  };
  source.addEventListener("change", restart);
  text.addEventListener("input", restart);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  reset.addEventListener("click", () => {
    wanted.clear();
    for (const { button } of toggles) button.setAttribute("aria-pressed", "false");
    [source.value, text.value] = ["", ""];
    restart();
    text.focus();
  });
  const showMore = (): void => {
    most += page;
    draw();
  };
  more.addEventListener("click", showMore);
  new IntersectionObserver(([seen]) => seen?.isIntersecting && showMore(), {
    root: byId("rows-list"),
    rootMargin: "400px",
  }).observe(more);
  byId("remove-all").addEventListener("click", () => {
    if (confirm(`Delete all ${rows.size} rows of this console?`)) ask("remove", {}).catch(tellFault);
  });

  const roving = arrowKeys(body, "button");
  body.addEventListener("click", (event) => {
    const row = (event.target as Element).closest("tr");
    // A click of the keyboard has no pointer: its user goes on in the details.
    const focused = (event as PointerEvent).detail === 0;
    show(row?.dataset.row).then(() => focused && details.focus(), tellFault);
  });
  details.addEventListener("keydown", (event) => event.key === "Escape" && hide());

  function later(): void {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  }

  /** Brings the table to what `rows` and the filters say, touching only what differs. */
  function draw(): void {
    const matches = [...rows.values()].filter(
      (row) =>
        (wanted.size === 0 || wanted.has(row.severity)) &&
        (source.value === "" || row.source === source.value) &&
        (text.value.trim() === "" || contains([row.node, row.tag, row.summary], text.value.trim())),
    );
    matches.sort((a, b) => b.order - a.order);
    const visible = matches.slice(0, most);

    const kept = new Set(visible.map(({ identifier }) => identifier));
    for (const [identifier, { element }] of drawn) {
      if (kept.has(identifier)) continue;
      element.remove();
      drawn.delete(identifier);
    }
    const focused = document.activeElement;
    let at: Element | null = body.firstElementChild;
    for (const row of visible) {
      const element = drawnRow(row);
      if (element === at) at = at.nextElementSibling;
      else body.insertBefore(element, at);
    }
    // An element that is moved loses the focus.
    if (focused instanceof HTMLElement && focused !== document.activeElement) focused.focus({ preventScroll: true });
    roving();

    const left = matches.length - visible.length;
    more.hidden = left <= 0;
    fill(more, `Show ${Math.min(page, left)} more of ${left.toLocaleString("en")}`);
    const filtered = wanted.size > 0 || source.value !== "" || text.value.trim() !== "";
    reset.hidden = !filtered;
    const total = rows.size.toLocaleString("en");
    fill(byId("shown"), filtered ? `${matches.length.toLocaleString("en")} of ${total} rows` : "");
    fill(byId("console-count"), total);
    byId("remove-all").hidden = rows.size === 0;
    empty.hidden = matches.length > 0;
    body.parentElement?.classList.toggle("none", matches.length === 0);
    byId("no-match").hidden = rows.size === 0;
    byId("how-to").hidden = rows.size > 0;
    drawCounts();
  }

  function drawnRow(row: ListedRow): HTMLTableRowElement {
    let entry = drawn.get(row.identifier);
    if (entry?.row === row) return entry.element;
    if (!entry) {
      entry = emptyRow(row.identifier);
      drawn.set(row.identifier, entry);
    }
    const { element, button, cells, row: before } = entry;
    entry.row = row;
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
    return element;
  }

  function emptyRow(identifier: string): Drawn {
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
    if (identifier === open) element.setAttribute("aria-current", "true");
    return { element, button, cells, row: undefined };
  }

  function drawCounts(): void {
    const bySeverity = severities.map(() => 0);
    const bySource = new Map<string, number>();
    for (const { severity, source } of rows.values()) {
      bySeverity[severity] = (bySeverity[severity] ?? 0) + 1;
      if (source) bySource.set(source, (bySource.get(source) ?? 0) + 1);
    }
    for (const [severity, { count, button }] of toggles.entries()) {
      fill(count, (bySeverity[severity] ?? 0).toLocaleString("en"));
      button.classList.toggle("zero", bySeverity[severity] === 0);
    }
    const chosen = source.value;
    if (chosen && !bySource.has(chosen)) bySource.set(chosen, 0);
    const names = [...bySource].sort(([a], [b]) => a.localeCompare(b));
    const said = names.map(([name, count]) => `${name} (${count})`);
    if (said.join() === source.dataset.said) return;
    source.dataset.said = said.join();
    fill(
      source,
      h("option", { value: "" }, "All sources"),
      ...names.map(([name], index) => h("option", { value: name }, said[index])),
    );
    source.value = chosen;
  }

  async function show(identifier: string | undefined): Promise<void> {
    if (identifier === undefined) return;
    open = identifier;
    mark(identifier);
    const scrolled = details.dataset.row === identifier ? details.scrollTop : 0;
    let found: RowDetails;
    try {
      found = await ask<RowDetails>(`row?identifier=${encodeURIComponent(identifier)}`);
    } catch (error) {
      if (open !== identifier) return;
      fill(details, topOf("Row"), h("p", { class: "note" }, (error as Error).message));
      details.hidden = false;
      return;
    }
    if (open !== identifier) return;
    details.dataset.row = identifier;
    fill(details, ...detailsOf(found));
    details.hidden = false;
    details.scrollTop = scrolled;
  }

  function hide(): void {
    const closed = open;
    open = undefined;
    details.hidden = true;
    mark(undefined);
    if (closed !== undefined) drawn.get(closed)?.button.focus();
  }

  function mark(identifier: string | undefined): void {
    for (const [name, { element }] of drawn) {
      if (name === identifier) element.setAttribute("aria-current", "true");
      else element.removeAttribute("aria-current");
    }
  }

  const topOf = (title: string): HTMLElement =>
    h(
      "div",
      { class: "top" },
      h("h2", {}, title),
      h("button", { type: "button", "aria-label": "Close", title: "Close (Esc)", onclick: hide }, "✕"),
    );

  function detailsOf({ row, message, bytes, event, formatter, cleared }: RowDetails): HTMLElement[] {
    const { link, ...shown } = message;
    return [
      topOf(row.node),
      h(
        "div",
        { class: `card s${row.severity}` },
        h("p", {}, severityBadge(row.severity)),
        h("h3", { class: "summary" }, row.summary),
      ),
      h(
        "dl",
        {},
        ...[
          ["Tag", row.tag],
          ["Tally", `${row.tally.toLocaleString("en")}, first ${fullTime(row.first)}, last ${fullTime(row.last)}`],
          ["Cleared by", cleared],
          ["Size", bytesUsed(bytes)],
          ["Link", typeof link === "string" && linkTo(link)],
          [
            "Formatter",
            formatter && `${formatter.file ?? formatter.source}: ${formatter.detailType}. ${formatter.means}.`,
          ],
          ["Severity rule", formatter?.severity],
        ].flatMap(([name, value]) => (value ? [h("dt", {}, name as string), h("dd", {}, value as string)] : [])),
      ),
      h("h3", {}, "Last message"),
      jsonBox("Last message", link === undefined ? shown : { ...shown, link }),
      h("h3", {}, "Event"),
      event === undefined
        ? h("p", { class: "note" }, "Not known: the message came straight to the API, or its event from elsewhere.")
        : jsonBox("Event", event),
      h(
        "p",
        { class: "actions" },
        h(
          "button",
          {
            type: "button",
            onclick: () => {
              ask("remove", { identifier: row.identifier }).then(hide, tellFault);
            },
          },
          "Delete row",
        ),
      ),
    ];
  }

  function tellFault(error: Error): void {
    fill(byId("shown"), error.message);
  }

  return {
    change(change) {
      if (change.all) rows.clear();
      for (const row of change.rows) rows.set(row.identifier, row);
      for (const identifier of change.gone) rows.delete(identifier);
      if (open !== undefined && (change.all || touches(change, open))) show(open).catch(tellFault);
      later();
    },
    set({ api, token }) {
      fill(
        empty,
        h("p", { id: "no-match" }, "No row matches the filter."),
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
        ),
      );
      draw();
    },
  };
}

const touches = (change: Change, identifier: string): boolean =>
  change.gone.includes(identifier) || change.rows.some((row) => row.identifier === identifier);

export function flash(element: HTMLElement): void {
  element.classList.remove("flash");
  requestAnimationFrame(() => element.classList.add("flash"));
}

const two = (count: number): string => String(count).padStart(2, "0");

const fullTime = (milliseconds: number): string => {
  const at = new Date(milliseconds);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
};

/** The time of day, or the date where it is another. */
function time(milliseconds: number): HTMLElement {
  const full = fullTime(milliseconds);
  const today = full.slice(0, 10) === fullTime(Date.now()).slice(0, 10);
  return h(
    "time",
    { datetime: new Date(milliseconds).toISOString(), title: full },
    today ? full.slice(11) : full.slice(0, 10),
  );
}
