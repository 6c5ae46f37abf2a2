import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { parseEvent } from "../event.ts";
import type { Formatter } from "../formatters/formatter.ts";
import { formatters, registry } from "../formatters/registry.ts";
import { formatterOf } from "../route.ts";
import { readExpectation, readSample, sampleHome, sampleNames } from "./samples.ts";
import { root } from "./template.ts";

const usage = `npm run docs [-- --check]   write docs/events.md from the formatters and their samples

  --check   write nothing; fail where it is out of date`;

const file = path.join(root, "docs/events.md");

/** The samples of each formatter, the gravest message first. */
function shownBy(): Map<Formatter, { name: string; severity: number; summary: string }[]> {
  const shown = new Map<Formatter, { name: string; severity: number; summary: string }[]>();
  for (const name of sampleNames()) {
    const event = parseEvent(readSample(name).event, sampleHome);
    const formatter = event && formatterOf(event, registry);
    const message = readExpectation(name)?.messages[0];
    if (!formatter) continue;
    const { severity, summary } = message ?? { severity: -1, summary: "" };
    shown.set(formatter, [...(shown.get(formatter) ?? []), { name, severity, summary }]);
  }
  for (const list of shown.values()) list.sort((a, b) => b.severity - a.severity || a.name.localeCompare(b.name));
  return shown;
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** docs/events.md: a section for each source, a row for each of its event types. */
export function gallery(): string {
  const shown = shownBy();
  const sources = [...new Set(formatters.map(({ source }) => source))].sort((a, b) => a.localeCompare(b));
  const sections = sources.map((source) => {
    const rows = formatters
      .filter((formatter) => formatter.source === source)
      .sort((a, b) => a.detailType.localeCompare(b.detailType))
      .map((formatter) => {
        const [example] = shown.get(formatter) ?? [];
        const said = example
          ? `${example.severity >= 0 ? `**${example.severity}** ${cell(example.summary)}` : "(nothing, unless asked)"} ([sample](../events/${example.name}.json))`
          : "";
        const { detailType, means, severity, clears } = formatter;
        return `| ${cell(detailType)} | ${cell(means)} | ${cell(severity)} | ${cell(clears ?? "")} | ${said} |`;
      });
    const title = source === "*" ? "Any source" : source;
    return `## ${title}\n\n| detail-type | what it means | severity | cleared by | example |\n| --- | --- | --- | --- | --- |\n${rows.join("\n")}\n`;
  });
  return `# Every event type that has words of its own

${formatters.length} event types of ${sources.length - 1} sources. Every other event is told of by the fallback: its type, the thing and the state that it
names, at severity 1, or 2 where it speaks of a failure. Severities: 0 clear, 1 indeterminate, 2 warning, 3 minor,
4 major, 5 critical. This page is written by \`npm run docs\` from the formatters and their samples.

${sections.join("\n")}`;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { check: { type: "boolean" }, help: { type: "boolean", short: "h" } } });
  if (values.help) console.log(usage);
  else if (!values.check) writeFileSync(file, gallery());
  else if (readFileSync(file, "utf8") !== gallery()) {
    console.error("docs/events.md is out of date: run npm run docs and commit what it writes.");
    process.exitCode = 1;
  }
}
