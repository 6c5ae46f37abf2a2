import { styleText } from "node:util";
import type { Row } from "./rows.ts";

const colours = ["green", "magenta", "blue", "yellow", "redBright", "red"] as const;
const names = ["clear", "indeterminate", "warning", "minor", "major", "critical"] as const;

/** A severity in the console's colour: `4 major`. */
export const severityText = (severity: number): string =>
  styleText(colours[severity] ?? "white", `${severity} ${(names[severity] ?? "").padEnd(13)}`);

const truncate = (text: string, width: number): string =>
  (text.length > width ? `${text.slice(0, width - 1)}…` : text).padEnd(width);

/** A console's rows as lines, as wide as the terminal. */
export function tableOf(rows: readonly Row[], width = process.stdout.columns ?? 160): string {
  const [node, tag] = [26, 30];
  const summary = Math.max(40, width - node - tag - 29);
  const line = (row: Row): string =>
    `${severityText(row.severity)} ${truncate(row.node, node)} ${truncate(row.tag, tag)} ${truncate(row.summary, summary)} ${String(row.tally).padStart(5)}`;
  const header = `${"severity".padEnd(15)} ${"node".padEnd(node)} ${"tag".padEnd(tag)} ${"summary".padEnd(summary)} tally`;
  return [styleText("bold", header), ...rows.map(line)].join("\n");
}
