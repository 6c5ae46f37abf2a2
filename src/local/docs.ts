import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs, stripVTControlCharacters } from "node:util";
import * as z from "zod";
import type { Condition } from "../condition.ts";
import { parseEvent } from "../event.ts";
import { callConditions, unlistedConditions } from "../formatters/cloudtrail/call.ts";
import { callRows } from "../formatters/cloudtrail/calls.ts";
import type { CallRow } from "../formatters/cloudtrail/row.ts";
import { registry } from "../formatters/registry.ts";
import { endsOf, type Formatter } from "../grammar/formatter.ts";
import type { PantherMessage } from "../message.ts";
import { compilePattern } from "../patterns/compile.ts";
import { sensitivePorts } from "../ports.ts";
import { describeSettings } from "../settings.ts";
import { type FlowKind, flowKinds, logConditions } from "../vpclogs/kinds.ts";
import { limits, thresholds } from "../vpclogs/thresholds.ts";
import type { AcceptedEvent } from "./contract.ts";
import { createRows } from "./rows.ts";
import { readExpectation, readSample, sampleHome, sampleNames } from "./samples.ts";
import { tableOf } from "./table.ts";
import { root, rulePatterns } from "./template.ts";

const usage = `npm run docs [-- --check]   write the generated documents and tables: docs/events.md and the README's tables from
                            formatters and samples, docs/cloudtrail.md from the graded API calls, the tables of
                            docs/vpc-logs.md from the findings, settings.schema.json and the table of docs/settings.md
                            from the settings

  --check   write nothing; fail if a file is out of date`;

/** The samples of the event types that matter most, for the README. */
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

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

const tableRow = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

const markdownTable = (headings: readonly string[], rows: readonly (readonly string[])[]): string =>
  [headings, headings.map(() => "---"), ...rows].map(tableRow).join("\n");

const code = (text: string): string => `\`${text}\``;

/** `text`, with what is between `<!-- name -->` and `<!-- /name -->` replaced. */
function replaceBetween(text: string, name: string, content: string): string {
  const marked = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(?=<!-- /${name} -->)`);
  if (!marked.test(text)) throw new Error(`The document has no markers <!-- ${name} --> and <!-- /${name} -->.`);
  return text.replace(marked, (_, start: string) => `${start}${content}\n`);
}

const messageOf = (sample: string): PantherMessage | undefined => readExpectation(sample)?.messages[0];

/** A sample of an event type. */
interface Example {
  readonly name: string;
  /** The first message of the sample; absent where the settings drop it by default. */
  readonly message: PantherMessage | undefined;
  /** Whether a rule of template.yaml passes the event to the function. */
  readonly isDelivered: boolean;
}

/** The samples of each formatter, the highest severity first. */
function examplesByFormatter(): ReadonlyMap<Formatter, Example[]> {
  const isDelivered = eventRules();
  const examples = sampleNames().flatMap((name) => {
    const { event } = readSample(name);
    const parsed = parseEvent(event, sampleHome);
    const formatter = parsed && registry.find(parsed);
    return formatter ? [{ formatter, name, message: messageOf(name), isDelivered: isDelivered(event) }] : [];
  });
  const severityOf = ({ message }: Example): number => message?.severity ?? -1;
  examples.sort((a, b) => severityOf(b) - severityOf(a) || a.name.localeCompare(b.name));
  return Map.groupBy(examples, ({ formatter }) => formatter);
}

/** Whether a rule of template.yaml passes an event to the function; the rule VpcLogs passes log files only. */
function eventRules(): (event: unknown) => boolean {
  const { AllEvents, Health } = rulePatterns();
  const patterns = [AllEvents, Health].map((pattern) => compilePattern(pattern));
  return (event) => patterns.some((pattern) => pattern.matches(event));
}

/** docs/events.md: a section for each source, a row for each of its event types. */
export function gallery(): string {
  const formatters = registry.all();
  const examples = examplesByFormatter();
  const bySource = Map.groupBy(formatters, ({ source }) => source);
  const sources = [...bySource.keys()].sort((a, b) => a.localeCompare(b));
  const sections = sources.map((source) => {
    const rows = (bySource.get(source) ?? [])
      .toSorted((a, b) => a.detailType.localeCompare(b.detailType))
      .map((formatter) => eventTypeRow(formatter, examples.get(formatter) ?? []));
    const table = markdownTable(["detail-type", "what it means", "severity", "cleared by", "example"], rows);
    return `## ${source === "*" ? "Any source" : source}\n\n${table}\n`;
  });
  return `${eventsIntroduction(formatters.length, sources.length - 1)}\n${sections.join("\n")}`;
}

const eventsIntroduction = (types: number, sources: number): string => `# Event types

${types} event types of ${sources} sources have a formatter. Every other event, custom and partner events included, goes
through the fallback, which finds the type, the thing and its state: severity 2 if they report a failure, else 1.

- **severity**: 0 clear, 1 indeterminate, 2 warning, 3 minor, 4 major, 5 critical. Each severity of 2 or more is a grade
  of a *condition*, something that can be wrong with a thing. The column lists the grades of the conditions that a type
  raises, and what raises each. Types that share a condition can show the same grades.
- **No grade named**: the message is a *note*, something that happened and that nothing ends. Its severity is 1, or the
  condition's lowest grade if the event's state reports a failure. A type without grades has the severity of its
  samples: 1 for a note, 0 for a recovery.
- **cleared by**: the event that ends the condition, at whatever grade it was raised. *a person*: AWS sends no event when
  it ends. *–*: nothing to clear. [clearing.md](clearing.md) has the details.
- **(not by default)**: no rule of template.yaml matches the type. To receive it, remove it from the list in the pattern
  of \`AllEvents\`.

\`npm run docs\` generates this page from the formatters, their conditions and their samples.
`;

function eventTypeRow(formatter: Formatter, examples: readonly Example[]): string[] {
  const [example] = examples;
  const mark = examples.some(({ isDelivered }) => isDelivered) ? "" : " (not by default)";
  const type = cell(`${formatter.detailType}${mark}`);
  const cells = [type, cell(formatter.means), severityCell(formatter, examples), clearedCell(formatter)];
  return [...cells, example ? exampleCell(example) : ""];
}

function severityCell(formatter: Formatter, examples: readonly Example[]): string {
  const { conditions = [] } = formatter;
  if (conditions === callConditions()) {
    const grades = gradesOf(conditions).map(([grade]) => grade);
    return `${grades.at(-1)} to ${grades[0]}, by the call: [cloudtrail.md](cloudtrail.md)`;
  }
  const severities = new Set(examples.map(({ message }) => message?.severity ?? 1));
  return gradesCell(conditions) || [...severities].sort((a, b) => b - a).join(", ") || "1";
}

/** The grades of conditions, a line for each: `5: expired`, `3: 15 days left`. */
const gradesCell = (conditions: readonly Condition<never>[]): string =>
  gradesOf(conditions)
    .map(([grade, text]) => `${grade}: ${cell(text)}`)
    .join("<br>");

/** Each grade of conditions with what raises it, the highest first. */
function gradesOf(conditions: readonly Condition<never>[]): [grade: string, text: string][] {
  const grades = conditions.flatMap((condition) => Object.entries(condition.grades));
  return [...Map.groupBy(grades, ([grade]) => grade)]
    .sort(([a], [b]) => Number(b) - Number(a))
    .map(([grade, group]) => [grade, [...new Set(group.map(([, text]) => text))].join("; ")]);
}

const clearedCell = (formatter: Formatter): string =>
  cell(endsOf(formatter) ?? (gradesOf(formatter.conditions ?? []).length > 0 ? "a person" : "–"));

function exampleCell({ name, message }: Example): string {
  const text = message ? `**${message.severity}** ${cell(message.summary)}` : "(dropped by default)";
  return `${text} ([sample](../events/${name}.json))`;
}

/** docs/cloudtrail.md: the API calls that have a grade by their name, and what clears each. */
export function cloudTrailPage(): string {
  const areas = [...Map.groupBy(callRows, ({ area }) => area)].map(
    ([area, rows]) => `## ${area.charAt(0).toUpperCase()}${area.slice(1)}\n\n${callTable(rows)}\n`,
  );
  return `# Severities of API calls

How the event type *AWS API Call via CloudTrail* is graded. \`npm run docs\` generates this page from
src/formatters/cloudtrail/calls.ts and the conditions beside it.

## Every call

${markdownTable(["severity", "when"], [...gradesOf(unlistedConditions), ["1", "any other call, unless it is listed below"]])}

- Calls that only read are dropped by default: the setting \`drop\` in [settings.md](settings.md).
- A listed call of the root user has at least severity 4.
- *by the request*: the request's parameters decide, such as who a snapshot is shared with; the message says why. A
  request without risk has severity 1.
- *people only*: severity 1 if an AWS service makes the call.
- A call ends a condition only if the named parameters have the same values. *a person*: no call ends it.
- Sensitive ports of security groups are the [ports of VPC logs](vpc-logs.md#sensitive-ports).

${areas.join("\n")}`;
}

/** The calls of an area, one row for those of a service that are graded and cleared alike. */
function callTable(rows: readonly CallRow[]): string {
  const alike = Map.groupBy(rows, (row) => [row.service, callSeverity(row), callEnd(row)].join("\n"));
  const cells = [...alike].map(([key, group]) => {
    const [service = "", ...others] = key.split("\n");
    return [service, group.map(({ calls }) => codes(calls, ", ")).join(", "), ...others];
  });
  return markdownTable(["service", "calls", "severity", "cleared by"], cells);
}

function callSeverity({ severity, moreGrades = [], gradeBy, root: rootSeverity, people }: CallRow): string {
  const severities = [severity, ...moreGrades].sort().join(", ");
  const notes = [gradeBy && "by the request", rootSeverity && `root user ${rootSeverity}`, people && "people only"];
  return [severities, ...notes.filter(Boolean)].join("; ");
}

function callEnd({ undo, on, and, together }: CallRow): string {
  if (together) return "one of these calls, if its request reverses it";
  if (!undo) return "a person";
  const same = [on && codes(on, " or "), and && code(and)].filter(Boolean).join(" and ");
  return `${codes(undo, ", ")}${same && ` with the same ${same}`}`;
}

/** Names that are separated by spaces, as code. */
const codes = (names: string, separator: string): string => names.split(" ").map(code).join(separator);

/** What the table of findings prints besides a condition's grades. */
interface FindingDetails {
  /** What one file must hold. */
  readonly threshold: string;
  /** What the console has one row for. */
  readonly row: string;
  /** What raises a note of severity 1. */
  readonly note?: string;
}

const log = "flow log or VPC";
const host = "instance or address";

/** By the name of the condition or the note. */
const findingDetails: Readonly<Record<string, FindingDetails>> = {
  "vpc-flow:port-scan": { threshold: `${thresholds.scannedPorts} ports of one host`, row: "source and VPC" },
  "vpc-flow:sweep": { threshold: `${thresholds.sweptHosts} hosts on one port`, row: "source and port" },
  "vpc-flow:open-port": { threshold: "1 accepted connection", row: "interface and port" },
  "vpc-flow:refused": {
    threshold: `${thresholds.refusedPackets} rejected TCP or UDP packets`,
    row: "source, destination and port",
  },
  "vpc-flow:reject-burst": {
    threshold: `${thresholds.rejectBurst} rejected flows`,
    row: "interface",
    note: "an interface refuses a burst of traffic from the internet",
  },
  "vpc-flow:dns-bypass": { threshold: "1 accepted flow to port 53 or 853", row: "interface" },
  "vpc-flow:skipdata": {
    threshold: `${thresholds.repeatedSkips} gaps (SKIPDATA); 1 gap for severity 1`,
    row: "interface",
    note: "AWS lost records of an interface",
  },
  "vpc-dns:firewall": { threshold: "1 lookup", row: `${host}, rule group, registered domain` },
  "vpc-dns:mining": { threshold: "1 lookup of a pool's domain or a name below it", row: host },
  "vpc-dns:rebinding": { threshold: "1 answer with 169.254.169.254 or fd00:ec2::254", row: `${host}, name` },
  "vpc-dns:nxdomain": { threshold: `${thresholds.nxdomains} lookups below public domains`, row: host },
  "vpc-dns:tunnel": {
    threshold:
      `${thresholds.tunnelNames} names, ${thresholds.tunnelLength} characters long on average ` +
      `or ${thresholds.tunnelTxtShare * 100} % of the lookups for TXT or NULL`,
    row: `${host}, registered domain`,
  },
  "vpc-log:unreadable": { threshold: "1 file", row: `${log}, cause` },
  "vpc-log:alien": { threshold: "no line readable", row: log },
  "vpc-log:malformed": { threshold: "1 line", row: log },
  "vpc-log:empty": { threshold: "1 file", row: log },
  "vpc-log:more": {
    threshold: `more than ${thresholds.messages} messages of a finding`,
    row: `${log}, finding`,
    note: "the worst is 1",
  },
  "vpc-log:limits": {
    threshold: `${limits.dnsSources.toLocaleString("en")} to ${limits.probes.toLocaleString("en")} keys, by the finding`,
    row: log,
    note: "a file has more distinct keys than are counted",
  },
};

/** docs/vpc-logs.md, its tables of findings and ports renewed. */
export const vpcLogsPage = (text: string): string =>
  replaceBetween(replaceBetween(text, "findings", `${findingsTable()}\n\n${columnsTable()}`), "ports", portsTable());

function findingsTable(): string {
  const conditions = new Map(logConditions.map((condition) => [condition.name, condition]));
  const missing = [...conditions.keys()].filter((name) => !(name in findingDetails));
  if (missing.length > 0) throw new Error(`docs.ts has no details of ${missing.join(", ")}`);
  const rows = Object.entries(findingDetails).map(([name, { threshold, row, note }]) => {
    const found = conditions.get(name);
    const raised = [found && gradesCell([found]), note && `1: ${note}`].filter(Boolean).join("<br>");
    return [code(name), raised, threshold, row];
  });
  const headings = ["condition", "severity, and what raises it", "threshold, in one file", "one row for each"];
  return markdownTable(headings, rows);
}

function columnsTable(): string {
  const rows = Object.entries<FlowKind>(flowKinds).map(([finding, { condition, needs, uses }]) => [
    condition ? `${finding} (${code(condition.name)})` : finding,
    needs.map(code).join(", "),
    uses.map(code).join(", ") || "–",
  ]);
  return markdownTable(["finding of flow logs", "columns needed", "columns used if present"], rows);
}

function portsTable(): string {
  const bySeverity = Map.groupBy(sensitivePorts, ([, { severity }]) => severity);
  const rows = [...bySeverity]
    .sort(([a], [b]) => b - a)
    .map(([severity, ports]) => [
      String(severity),
      ports.map(([port, { name }]) => `${port} ${name.replace(/^the /, "")}`).join(", "),
    ]);
  return markdownTable(["severity", "ports"], rows);
}

/** The README, its tables renewed. */
export function readme(text: string): string {
  const examples = topTen.map((name) => ({ name, message: requiredMessage(name) }));
  const rows = createRows();
  for (const { message } of examples) rows.add(message as unknown as AcceptedEvent);
  const bySeverity = rows.all().sort((a, b) => b.severity - a.severity);
  const table = stripVTControlCharacters(tableOf(bySeverity, 150)).replace(/ +$/gm, "");
  const list = examples.map(({ name, message }) => [
    cell(message.source),
    cell(message.detail_type),
    `**${message.severity}** ${cell(message.summary)} ([sample](events/${name}.json))`,
  ]);
  return replaceBetween(
    replaceBetween(text, "table", `\`\`\`text\n${table}\n\`\`\``),
    "top",
    markdownTable(["source", "detail-type", "a message"], list),
  );
}

function requiredMessage(sample: string): PantherMessage {
  const message = messageOf(sample);
  if (!message) throw new Error(`The README needs the sample ${sample}, which has no expected message.`);
  return message;
}

/** docs/settings.md, its table renewed. */
export function settingsPage(text: string): string {
  const headings = ["setting", "variable", "default", "what it should be", "description"];
  const rows = describeSettings().map(({ name, variable, value, expected, description }) => {
    const example = JSON.stringify(value).replaceAll('","', '", "');
    return [code(name), code(variable), code(example), expected, description].map(cell);
  });
  return replaceBetween(text, "settings", markdownTable(headings, rows));
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

/** JSON with each list of plain values on one line, if the line has at most 120 columns. */
const onOneLine = (json: string): string =>
  json.replace(/^(.*)\[\n\s+([^[\]{}]*?)\n\s+(\].*)$/gm, (list, before: string, items: string, after: string) => {
    const line = `${before}[${items.replace(/\n\s+/g, " ")}${after}`;
    return line.length > 120 ? list : line;
  });

/** Every generated file, by its path: its new text, made from the present one. */
const documents: Readonly<Record<string, (text: string) => string>> = {
  "docs/events.md": gallery,
  "docs/cloudtrail.md": cloudTrailPage,
  "docs/vpc-logs.md": vpcLogsPage,
  "README.md": readme,
  "docs/settings.md": settingsPage,
  "settings.schema.json": settingsSchema,
};

/** Renews a file; with `isCheck`, only reports that it is out of date. */
function renew(file: string, generate: (text: string) => string, isCheck: boolean): void {
  const target = path.join(root, file);
  const text = existsSync(target) ? readFileSync(target, "utf8") : "";
  const renewed = generate(text);
  if (text === renewed) return;
  if (!isCheck) writeFileSync(target, renewed);
  else {
    console.error(`${file} is out of date: run npm run docs and commit the result.`);
    process.exitCode = 1;
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { check: { type: "boolean", default: false }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) console.log(usage);
  else for (const [file, generate] of Object.entries(documents)) renew(file, generate, values.check);
}
