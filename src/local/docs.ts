import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { parseEvent } from "../event.ts";
import type { Formatter } from "../formatters/formatter.ts";
import { registry } from "../formatters/registry.ts";
import type { PantherMessage } from "../message.ts";
import type { AcceptedEvent } from "./contract.ts";
import { createRows } from "./rows.ts";
import { readExpectation, readSample, sampleHome, sampleNames } from "./samples.ts";
import { tableOf } from "./table.ts";
import { root } from "./template.ts";

const usage = `npm run docs [-- --check]   write docs/events.md, and the README's tables, from the formatters and their samples

  --check   write nothing; fail where they are out of date`;

/** The samples of the event types that matter most, which the README shows. */
const topTen = [
  "cloudwatch/alarm",
  "health/issue-of-the-account",
  "guardduty/finding-high",
  "securityhub/control-failed",
  "signin/root-without-mfa",
  "cloudtrail/trail-stopped",
  "rds/instance-storage-full",
  "ec2/instance-stopped",
  "acm/expires-within-3-days",
  "backup/job-failed",
];

/** The samples of each formatter, the gravest message first. */
function shownBy(): Map<Formatter, { name: string; severity: number; summary: string }[]> {
  const shown = new Map<Formatter, { name: string; severity: number; summary: string }[]>();
  for (const name of sampleNames()) {
    const event = parseEvent(readSample(name).event, sampleHome);
    const formatter = event && registry.find(event);
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
  const formatters = registry.all();
  const sources = [...new Set(formatters.map(({ source }) => source))].sort((a, b) => a.localeCompare(b));
  const sections = sources.map((source) => {
    const rows = formatters
      .filter((formatter) => formatter.source === source)
      .sort((a, b) => a.detailType.localeCompare(b.detailType))
      .map((formatter) => {
        const [example] = shown.get(formatter) ?? [];
        const raises = (example?.severity ?? 0) > 1;
        const said = example
          ? `${example.severity >= 0 ? `**${example.severity}** ${cell(example.summary)}` : "(nothing, unless asked)"} ([sample](../events/${example.name}.json))`
          : "";
        const { detailType, means, severity, clears } = formatter;
        return `| ${cell(detailType)} | ${cell(means)} | ${cell(severity)} | ${cell(clears ?? (raises ? "a person" : "–"))} | ${said} |`;
      });
    const title = source === "*" ? "Any source" : source;
    return `## ${title}\n\n| detail-type | what it means | severity | cleared by | example |\n| --- | --- | --- | --- | --- |\n${rows.join("\n")}\n`;
  });
  return `# Every event type that has words of its own

${formatters.length} event types of ${sources.length - 1} sources. Every other event is told of by the fallback: its type, the thing and the state that it
names, at severity 1, or 2 where it speaks of a failure. Severities: 0 clear, 1 indeterminate, 2 warning, 3 minor,
4 major, 5 critical. *Else 1* means a state that is not named; where its words tell a failure all the same, it is the
least of the severities before it. What *a person* clears, no event tells the end of. This page is written by
\`npm run docs\` from the formatters and their samples.

${sections.join("\n")}`;
}

/** The README, its tables between `<!-- name -->` and `<!-- /name -->` written anew. */
export function readme(text: string): string {
  const shown = topTen.map((name) => ({ name, ...exampleOf(name) }));
  const rows = createRows();
  for (const { message } of shown) rows.take(message as unknown as AcceptedEvent);
  const table = stripVTControlCharacters(
    tableOf(
      rows.all().sort((a, b) => b.severity - a.severity),
      150,
    ),
  );
  const list = shown.map(
    ({ name, message }) =>
      `| ${cell(message.source)} | ${cell(message.detail_type)} | **${message.severity}** ${cell(message.summary)} ([sample](events/${name}.json)) |`,
  );
  const between = (from: string, name: string, written: string): string =>
    from.replace(
      new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(?=<!-- /${name} -->)`),
      (_, start: string) => `${start}${written}\n`,
    );
  return between(
    between(text, "table", `\`\`\`text\n${table.replace(/ +$/gm, "")}\n\`\`\``),
    "top",
    ["| source | detail-type | a message |", "| --- | --- | --- |", ...list].join("\n"),
  );
}

function exampleOf(name: string): { message: PantherMessage } {
  const message = readExpectation(name)?.messages[0];
  if (!message) throw new Error(`${name} has no expected message, and the README shows it.`);
  return { message };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { check: { type: "boolean" }, help: { type: "boolean", short: "h" } } });
  const written = (file: string, text: string): void => {
    const target = path.join(root, file);
    const now = existsSync(target) ? readFileSync(target, "utf8") : "";
    if (now === text) return;
    if (!values.check) writeFileSync(target, text);
    else {
      console.error(`${file} is out of date: run npm run docs and commit what it writes.`);
      process.exitCode = 1;
    }
  };
  if (values.help) console.log(usage);
  else {
    written("docs/events.md", gallery());
    written("README.md", readme(readFileSync(path.join(root, "README.md"), "utf8")));
  }
}
