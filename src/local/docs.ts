import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs, stripVTControlCharacters } from "node:util";
import * as z from "zod";
import { parseEvent } from "../event.ts";
import { endsOf, type Formatter, gradesOf } from "../formatters/formatter.ts";
import { registry } from "../formatters/registry.ts";
import type { PantherMessage } from "../message.ts";
import { compilePattern } from "../patterns/compile.ts";
import { describeSettings } from "../settings.ts";
import type { AcceptedEvent } from "./contract.ts";
import { createRows } from "./rows.ts";
import { readExpectation, readSample, sampleHome, sampleNames } from "./samples.ts";
import { tableOf } from "./table.ts";
import { root, rulePatterns } from "./template.ts";

const usage = `npm run docs [-- --check]   write what is generated: docs/events.md and the README's tables from the formatters and
                            their samples, settings.schema.json and the table of docs/settings.md from the settings

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

interface Shown {
  readonly name: string;
  readonly severity: number;
  readonly summary: string;
  readonly isLetThrough: boolean;
}

/** The samples of each formatter, the gravest message first. */
function shownBy(): Map<Formatter, Shown[]> {
  const shown = new Map<Formatter, Shown[]>();
  const isLetThrough = eventRules();
  for (const name of sampleNames()) {
    const sample = readSample(name).event;
    const event = parseEvent(sample, sampleHome);
    const formatter = event && registry.find(event);
    if (!formatter) continue;
    const { severity, summary } = readExpectation(name)?.messages[0] ?? { severity: -1, summary: "" };
    const entry = { name, severity, summary, isLetThrough: isLetThrough(sample) };
    shown.set(formatter, [...(shown.get(formatter) ?? []), entry]);
  }
  for (const list of shown.values()) list.sort((a, b) => b.severity - a.severity || a.name.localeCompare(b.name));
  return shown;
}

/** Whether a rule of template.yaml hands an event to the function; the rule VpcLogs takes log files only. */
function eventRules(): (event: unknown) => boolean {
  const { AllEvents, Health } = rulePatterns();
  const patterns = [AllEvents, Health].map((pattern) => compilePattern(pattern));
  return (event) => patterns.some((pattern) => pattern.matches(event));
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

const tableRow = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** docs/events.md: a section for each source, a row for each of its event types. */
export function gallery(): string {
  const shown = shownBy();
  const formatters = registry.all();
  const sources = [...new Set(formatters.map(({ source }) => source))].sort((a, b) => a.localeCompare(b));
  const sections = sources.map((source) => {
    const rows = formatters
      .filter((formatter) => formatter.source === source)
      .sort((a, b) => a.detailType.localeCompare(b.detailType))
      .map((formatter) => eventTypeRow(formatter, shown.get(formatter) ?? []));
    const title = source === "*" ? "Any source" : source;
    return `## ${title}\n\n| detail-type | what it means | severity | cleared by | example |\n| --- | --- | --- | --- | --- |\n${rows.join("\n")}\n`;
  });
  return `# Every event type that has words of its own

${formatters.length} event types of ${sources.length - 1} sources. Every other event is told of by the fallback: its type, the thing and the state that it
names, at severity 1, or 2 where it speaks of a failure. Severities: 0 clear, 1 indeterminate, 2 warning, 3 minor,
4 major, 5 critical. The column *severity* has the grades of the condition that a type is about; types that share a
condition have the same. *Else 1* means a state that is not named; where its words say that something failed, it is the
lowest of the severities before it. What *a person* clears, no event says the end of. This page is written by
\`npm run docs\` from the formatters' conditions and their samples.

The rules of template.yaml leave out a type marked *(not by default)*: to let it through, remove it from the list in the
pattern of \`AllEvents\`.

${sections.join("\n")}`;
}

function eventTypeRow(formatter: Formatter, samples: readonly Shown[]): string {
  const [example] = samples;
  const mark = samples.some(({ isLetThrough }) => isLetThrough) ? "" : " (not by default)";
  const severity = example?.severity ?? 0;
  const cells = [
    `${formatter.detailType}${mark}`,
    formatter.means,
    gradesOf(formatter) ?? String(Math.max(severity, 0)),
    endsOf(formatter) ?? (severity > 1 ? "a person" : "–"),
  ];
  return tableRow([...cells.map(cell), example ? exampleCell(example) : ""]);
}

function exampleCell({ name, severity, summary }: Shown): string {
  const message = severity >= 0 ? `**${severity}** ${cell(summary)}` : "(nothing, unless asked)";
  return `${message} ([sample](../events/${name}.json))`;
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
  return between(
    between(text, "table", `\`\`\`text\n${table.replace(/ +$/gm, "")}\n\`\`\``),
    "top",
    ["| source | detail-type | a message |", "| --- | --- | --- |", ...list].join("\n"),
  );
}

/** A text, what stands between `<!-- name -->` and `<!-- /name -->` replaced. */
const between = (text: string, name: string, written: string): string =>
  text.replace(
    new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(?=<!-- /${name} -->)`),
    (_, start: string) => `${start}${written}\n`,
  );

function exampleOf(name: string): { message: PantherMessage } {
  const message = readExpectation(name)?.messages[0];
  if (!message) throw new Error(`${name} has no expected message, and the README shows it.`);
  return { message };
}

/** docs/settings.md, its table written anew. */
export function settingsPage(text: string): string {
  const headings = ["setting", "variable", "default", "what it should be", "description"];
  const rows = describeSettings().map(({ name, variable, value, expected, description }) => {
    const example = JSON.stringify(value).replaceAll('","', '", "');
    return [`\`${name}\``, `\`${variable}\``, `\`${example}\``, expected, description].map(cell);
  });
  return between(text, "settings", [headings, headings.map(() => "---"), ...rows].map(tableRow).join("\n"));
}

/** settings.schema.json, in Biome's format. */
export function settingsSchema(): string {
  const settings = describeSettings().map(({ name, value, description, check }) => {
    const { $schema: _, ...schema } = z.toJSONSchema(check, { io: "input" });
    return [name, { description, ...schema, default: value }];
  });
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "The settings of AWS-Events2Panther",
    type: "object",
    properties: { $schema: { type: "string" }, ...Object.fromEntries(settings) },
    additionalProperties: false,
  };
  return `${onOneLine(JSON.stringify(schema, null, 2))}\n`;
}

/** JSON whose lists without objects stand on one line where 120 columns allow it. */
const onOneLine = (json: string): string =>
  json.replace(/^(.*)\[\n\s+([^[\]{}]*?)\n\s+(\].*)$/gm, (list, before: string, items: string, after: string) => {
    const line = `${before}[${items.replace(/\n\s+/g, " ")}${after}`;
    return line.length > 120 ? list : line;
  });

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
    const read = (file: string): string => readFileSync(path.join(root, file), "utf8");
    written("docs/events.md", gallery());
    written("README.md", readme(read("README.md")));
    written("docs/settings.md", settingsPage(read("docs/settings.md")));
    written("settings.schema.json", settingsSchema());
  }
}
