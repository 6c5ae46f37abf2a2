/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

export type Child = Node | string | number | false | undefined;

/**
 * An element. Children that are not nodes become text, whatever is in them: the page never parses markup.
 */
export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Readonly<Record<string, string | number | boolean | ((event: Event) => void) | undefined>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== undefined && value !== false) element.setAttribute(key, String(value));
  }
  fill(element, ...children);
  return element;
}

export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren(...children.filter((child) => child !== false && child !== undefined).map(asNode));
}

const asNode = (child: Child): Node | string => (child instanceof Node ? child : String(child));

/** The element that index.html gives this id. */
export function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}`);
  return element as Type;
}

export const severities = ["clear", "indeterminate", "warning", "minor", "major", "critical"] as const;

export const severityBadge = (severity: number): HTMLElement =>
  h("span", { class: `badge s${severity}` }, h("b", {}, severity), h("span", {}, ` ${severities[severity] ?? ""}`));

/** JSON as the page shows it: indented, in a box that scrolls and can be reached by keyboard. */
export const jsonBox = (label: string, value: unknown): HTMLElement =>
  h("pre", { tabindex: 0, role: "region", "aria-label": label }, JSON.stringify(value, null, 2));

/** A link only where it is one of the web's; any program may have sent the message. */
export const linkTo = (address: string): HTMLElement =>
  /^https:\/\//.test(address)
    ? h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address)
    : h("span", {}, address);

export const bytesUsed = (bytes: number): HTMLElement =>
  h(
    "span",
    { class: "bytes" },
    h("meter", { min: 0, max: 4096, high: 3500, value: bytes, "aria-label": "Bytes used" }),
    ` ${bytes.toLocaleString("en")} of 4,096 bytes`,
  );

const twoDigits = (count: number): string => String(count).padStart(2, "0");

/** `2026-11-24 10:12:05`, in local time. */
export function fullTime(milliseconds: number): string {
  const at = new Date(milliseconds);
  const date = `${at.getFullYear()}-${twoDigits(at.getMonth() + 1)}-${twoDigits(at.getDate())}`;
  return `${date} ${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}:${twoDigits(at.getSeconds())}`;
}

/** Asks the workshop. @throws with its reason where it refuses */
export async function ask<Value>(path: string, body?: Readonly<Record<string, unknown>>): Promise<Value> {
  const response = await fetch(`/workshop/${path}`, {
    ...(body && {
      method: "POST",
      headers: { "content-type": "application/json", "x-workshop": "page" },
      body: JSON.stringify(body),
    }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer as Value;
}

/** Whether every word of `search` is in one of `texts`. */
export function contains(texts: readonly string[], search: string): boolean {
  const all = texts.join("\n").toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

/**
 * Makes what `selector` finds in `list` one stop of the Tab key, within which up, down, Home and End move the focus.
 * Call what it returns when the list has changed.
 */
export function arrowKeys(list: HTMLElement, selector: string): () => void {
  const items = (): HTMLElement[] => [...list.querySelectorAll<HTMLElement>(selector)];
  const stop = (item: HTMLElement | undefined): void => {
    for (const other of list.querySelectorAll(`${selector}[tabindex="0"]`)) other.setAttribute("tabindex", "-1");
    item?.setAttribute("tabindex", "0");
  };
  list.addEventListener("focusin", (event) => {
    stop((event.target as Element).closest<HTMLElement>(selector) ?? undefined);
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    const from = (event.target as Element).closest<HTMLElement>(selector);
    if (step === undefined || !from) return;
    const all = items();
    all[Math.min(all.length - 1, Math.max(0, all.indexOf(from) + step))]?.focus();
    event.preventDefault();
  });
  return () => {
    if (!list.querySelector(`${selector}[tabindex="0"]`)) stop(items()[0]);
  };
}
