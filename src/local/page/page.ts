import type { Change, Setting } from "../workshop.ts";
import { ConsoleView } from "./console.ts";
import { byId, fill } from "./dom.ts";
import { GalleryView } from "./gallery.ts";

const views = ["console", "gallery"] as const;
type View = (typeof views)[number];

const tabs = views.map((view) => byId(`tab-${view}`));

function choose(view: View): void {
  for (const [index, name] of views.entries()) {
    const chosen = name === view;
    tabs[index]?.setAttribute("aria-selected", String(chosen));
    tabs[index]?.setAttribute("tabindex", chosen ? "0" : "-1");
    byId(`view-${name}`).hidden = !chosen;
  }
}

const viewOfAddress = (): View => (location.hash === "#gallery" ? "gallery" : "console");
for (const [index, tab] of tabs.entries()) {
  tab.addEventListener("click", () => {
    location.hash = views[index] ?? "";
  });
  tab.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    tabs[1 - index]?.focus();
    tabs[1 - index]?.click();
  });
}
addEventListener("hashchange", () => choose(viewOfAddress()));
choose(viewOfAddress());

addEventListener("keydown", (event) => {
  const typing = (event.target as Element).closest?.("input, textarea, select");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  byId(viewOfAddress() === "console" ? "text" : "gallery-text").focus();
});

const theme = byId<HTMLSelectElement>("theme");
const applyTheme = (): void => {
  document.documentElement.dataset.theme = theme.value;
};
theme.value = localStorage.getItem("theme") ?? "";
theme.addEventListener("change", () => {
  localStorage.setItem("theme", theme.value);
  applyTheme();
});
applyTheme();

const rows = new ConsoleView();
const gallery = new GalleryView();

const connection = byId("connection");
const showConnection = (isLive: boolean): void => {
  connection.classList.toggle("on", isLive);
  fill(byId("connection-text"), isLive ? "Live" : "Not connected, trying again");
};

const stream = new EventSource("/workshop/stream");
stream.addEventListener("error", () => showConnection(false));
stream.addEventListener("setting", ({ data }) => {
  const setting = JSON.parse(data) as Setting;
  showConnection(true);
  rows.set(setting);
  gallery.set(setting);
  byId("tab-gallery").hidden = !setting.gallery;
  if (setting.gallery) gallery.refresh();
});
stream.addEventListener("rows", ({ data }) => rows.change(JSON.parse(data) as Change));
stream.addEventListener("gallery", () => gallery.refresh());
