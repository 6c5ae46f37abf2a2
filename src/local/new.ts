import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isFields, parseEvent } from "../event.ts";
import { registry } from "../formatters/registry.ts";
import { predicate, sentence, slug, soundsBad, words } from "../grammar/words.ts";
import { Failure, readJson, runCommand, say, UsageError } from "./cli.ts";
import { type FormatterFile, fileOf, formatterFiles } from "./formatter-files.ts";
import { sampleHome, samplePath } from "./samples.ts";
import { sanitise } from "./sanitise.ts";
import { root } from "./template.ts";

const usage = `npm run new -- SOURCE "DETAIL-TYPE" [-e FILE] [--name CASE]   scaffold a formatter

Writes the formatter to src/formatters/<service>.ts, registers its source, and writes a sample and its expected messages.

  SOURCE        such as aws.batch
  DETAIL-TYPE   such as "Batch Job State Change"; with -e, both default to the event's own
  -e FILE       an event to start from; the sample is this event without account ids, names and secrets
  --name CASE   the sample's name within its service`;

/** What a formatter is generated from. */
export interface Scaffold {
  readonly source: string;
  readonly detailType: string;
  /** `Batch job` of `Batch Job State Change`. */
  readonly thing: string;
  /** What happened, where the event has no state: `failed` of `Transformation Failed`. */
  readonly outcome: string;
  /** The paths of the thing's name and of its state. */
  readonly name: string;
  readonly state: string | undefined;
  readonly event: unknown;
}

interface Code {
  readonly code: string;
  /** The declaration of the condition, before the formatters' export. */
  readonly declaration?: string;
  readonly imports: readonly string[];
}

/** The code of a formatter: a row of states where the event has a state, else a `formatter` with a condition. */
const codeOf = (scaffold: Scaffold): Code =>
  scaffold.state
    ? {
        code: `states(${JSON.stringify(scaffold.source)}, [${rowOf(scaffold)}])`,
        imports: ['import { states } from "../grammar/states.ts";'],
      }
    : formatterOf(scaffold);

function rowOf({ detailType, thing, name, state }: Scaffold): string {
  return `{
      detailType: ${JSON.stringify(detailType)},
      means: ${JSON.stringify(`${thing} changed its state`)},
      thing: ${JSON.stringify(thing)},
      name: ${JSON.stringify(name)},${state === "detail.state" ? "" : `\n      state: ${JSON.stringify(state)},`}
      problems: { failed: 3 },
      ends: ["succeeded"],
    }`;
}

function formatterOf({ source, detailType, thing, outcome, name }: Scaffold): Code {
  const field = JSON.stringify(name.replace(/^detail\./, ""));
  const condition = `${variableOf(slug(thing))}Condition`;
  const grade = soundsBad(outcome) ? 3 : 2;
  const key = JSON.stringify(`${serviceOf(source)}:${slug(thing)}`);
  const code = `formatter({
    source: ${JSON.stringify(source)},
    detailType: ${JSON.stringify(detailType)},
    means: ${JSON.stringify(`${thing} ${outcome}`)},
    conditions: [${condition}],
    detail: () => z.object({ ${field}: text }),
    format: ({ ${field}: name }, event) =>
      ${condition}.raise(${grade}, {
        of: name,
        node: name ?? accountRegion(event),
        thing: ${JSON.stringify(thing)},
        name,
        outcome: ${JSON.stringify(outcome)},
      }),
  })`;
  return {
    code,
    declaration: `const ${condition} = condition(${key}, {\n  grades: { ${grade}: ${JSON.stringify(outcome)} },\n});\n\n`,
    imports: [
      'import { condition } from "../condition.ts";',
      'import * as z from "zod";',
      'import { accountRegion, text } from "../grammar/fields.ts";',
      'import { formatter } from "../grammar/formatter.ts";',
    ],
  };
}

const serviceOf = (source: string): string => slug(source.replace(/^aws\.(?:partner\/)?/, ""));
const variableOf = (service: string): string =>
  service.replace(/^\d+/, "").replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()) || "service";

/** Adds a formatter to the text of a file that exports others under `name`. */
export function withFormatter(text: string, name: string, scaffold: Scaffold): string {
  const { before, head, value, after } = exportOf(text, name);
  const isRow =
    scaffold.state !== undefined &&
    value.startsWith(`states(${JSON.stringify(scaffold.source)}, [`) &&
    /\n\s*\]\)$/.test(value);
  if (isRow) return `${before}${head}${value.replace(/,?\s*\]\)$/, `,\n${rowOf(scaffold)},\n])`)};\n${after}`;
  const { code, declaration = "", imports } = codeOf(scaffold);
  const list = /^\[[\s\S]*\]\.flat\(\)$/.test(value)
    ? value.replace(/,?\s*\]\.flat\(\)$/, `,\n${code},\n].flat()`)
    : `[\n${value},\n${code},\n].flat()`;
  return imports.reduce(withImport, `${before}${declaration}${head}${list};\n${after}`);
}

/** The statement `export const NAME = () => VALUE;` of a file: its beginning and its value, and the text around it. */
function exportOf(text: string, name: string): Record<"before" | "head" | "value" | "after", string> {
  const start = text.search(new RegExp(`^export const ${name} = \\(\\) =>`, "m"));
  const lines = text.slice(start).split("\n");
  const last = lines[0]?.endsWith(";")
    ? 0
    : lines.findIndex((line, index) => index > 0 && /^ {0,2}[^ ].*;$/.test(line));
  if (start < 0 || last < 0) throw new Failure(`src/formatters has an export ${name} that this command cannot read.`);
  const statement = lines.slice(0, last + 1).join("\n");
  const head = /^export const \w+ = \(\) =>\s*/.exec(statement)?.[0] ?? "";
  return {
    before: text.slice(0, start),
    head,
    value: statement.slice(head.length, -1),
    after: lines.slice(last + 1).join("\n"),
  };
}

/** Adds an import to `text`, or its names to an import from the same file. */
function withImport(text: string, line: string): string {
  const [, names, from] = /^import \{ (.*) \} from (".*");$/.exec(line) ?? [];
  if (text.includes(line)) return text;
  const existing = from && new RegExp(`^import \\{([^}]*)\\} from ${from.replace(/[./]/g, "\\$&")};$`, "m").exec(text);
  if (!existing || !names) return `${line}\n${text}`;
  const all = new Set(
    [...(existing[1] ?? "").split(","), ...names.split(",")].map((name) => name.trim()).filter(Boolean),
  );
  return text.replace(existing[0], `import { ${[...all].join(", ")} } from ${from};`);
}

/** Adds a file, whose formatters are of `source`, to the text of registry.ts. */
export function registered(text: string, source: string, file: string, name: string): string {
  const list = /(export const formattersBySource: FormattersBySource = \{\n)([\s\S]*?)(\n\};)/;
  const lines = list.exec(text)?.[2]?.split("\n");
  if (!lines) throw new Failure("src/formatters/registry.ts has no list of formattersBySource to add to.");
  const sourceOf = (line: string): string => line.replace(/^\s*"?|"?: \[.*$/g, "");
  const all = [...lines, `  ${JSON.stringify(source)}: [${name}],`].sort((a, b) =>
    sourceOf(a) < sourceOf(b) ? -1 : 1,
  );
  const sources = text.replace(list, (_, before, _lines, after) => `${before}${all.join("\n")}${after}`);
  return `import { ${name} } from "./${file}.ts";\n${sources}`;
}

/** Guesses thing, name and state from the detail-type and the fields of the event. */
function scaffoldOf(source: string, detailType: string, event: unknown): Scaffold {
  const parts = partsOf(detailType);
  if (event === undefined) {
    const detail = { name: `prod-${slug(parts.thing)}-1`, state: "FAILED" };
    const example = { ...envelope(source, detailType), resources: [], detail };
    return { ...parts, source, detailType, name: "detail.name", state: "detail.state", event: example };
  }
  const paths = textPaths(isFields(event) && isFields(event.detail) ? event.detail : {}, "detail");
  const state = paths.find((field) => /\.(?:current|new)?-?(?:state|status)(?:[.-]?(?:value|name))?$/i.test(field));
  const names = paths.filter(
    (field) => !/(?:account|request|event|user|principal|owner|correlation)-?_?(?:id|name|arn)$/i.test(field),
  );
  const name =
    names.find((field) => field !== state && /name$/i.test(field)) ??
    names.find((field) => /(?:id|identifier)$/i.test(field)) ??
    names.find((field) => /arn$/i.test(field)) ??
    (state ? "resources.0" : (paths[0] ?? "detail.name"));
  return { ...parts, source, detailType, name, state, event: sanitise(event) };
}

/** The thing of a detail-type, without `State Change` and the like, and the participle that it ends with. */
function partsOf(detailType: string): Pick<Scaffold, "thing" | "outcome"> {
  const all = words(detailType);
  const [, subject, participle] = /^(.+) (\w+ed)$/.exec(all) ?? [];
  const kept = (subject ?? all)
    .replace(/\b(?:state|status)?[ -]?changed?\b|\b(?:state|status|notifications?|events?|updates?)\b/g, "")
    .replace(/\s+/g, " ")
    .trim();
  return { thing: sentence(kept || all), outcome: participle ? predicate(participle) : "was reported" };
}

/** The dotted paths of the strings in `value`, three levels deep, upper levels first. */
function textPaths(value: Readonly<Record<string, unknown>>, prefix: string, depth = 3): string[] {
  const entries = Object.entries(value).filter(([key]) => !key.includes("."));
  return [
    ...entries.flatMap(([key, inner]) => (typeof inner === "string" ? [`${prefix}.${key}`] : [])),
    ...entries.flatMap(([key, inner]) =>
      isFields(inner) && depth > 1 ? textPaths(inner, `${prefix}.${key}`, depth - 1) : [],
    ),
  ];
}

const envelope = (source: string, detailType: string) => ({
  version: "0",
  id: "3f0c2d64-9a41-4f0e-8f5b-6d1f2c7b9e10",
  "detail-type": detailType,
  source,
  ...sampleHome,
  time: "2026-03-14T03:02:11Z",
});

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  say(`  ${path.relative(root, file)}`);
}

/** Where the formatter and its sample go. */
interface Target {
  /** The name of the file in src/formatters, which is also the samples' folder. */
  readonly service: string;
  /** The file that has the source's formatters already. */
  readonly existing: FormatterFile | undefined;
  readonly sample: string;
}

/** @throws {Failure} where the formatter, the file or the sample exists already */
async function targetOf(source: string, detailType: string, sampleName: string | undefined): Promise<Target> {
  const files = await formatterFiles();
  const event = parseEvent({ source, "detail-type": detailType }, sampleHome);
  const known = event && registry.find(event);
  if (known) {
    const file = fileOf(known, files) ?? "src/formatters";
    throw new Failure(`${file} already has a formatter for ${source} "${detailType}".`);
  }
  const existing = files.find(({ formatters }) => formatters.some((formatter) => formatter.source === source));
  const service = existing ? path.basename(existing.file, ".ts") : serviceOf(source);
  if (!existing && existsSync(fileIn(service))) {
    throw new Failure(`src/formatters/${service}.ts already exists, for another source.`);
  }
  const sample = `${service}/${slug(sampleName ?? detailType)}`;
  if (existsSync(samplePath(sample))) throw new Failure(`The sample ${sample} already exists: give another --name.`);
  return { service, existing, sample };
}

const fileIn = (service: string): string => path.join(root, "src/formatters", `${service}.ts`);

/** Writes the formatter and, for a new source, its registration. @returns the files that changed */
function writeFormatter(scaffold: Scaffold, { service, existing }: Target): string[] {
  const file = fileIn(service);
  if (existing) {
    write(file, withFormatter(readFileSync(file, "utf8"), existing.name, scaffold));
    return [file];
  }
  const { code, declaration = "", imports } = codeOf(scaffold);
  const name = variableOf(service);
  write(file, `${imports.join("\n")}\n\n${declaration}export const ${name} = () => ${code};\n`);
  const registryFile = fileIn("registry");
  write(registryFile, registered(readFileSync(registryFile, "utf8"), scaffold.source, service, name));
  return [file, registryFile];
}

async function create(source: string, detailType: string, event: unknown, name: string | undefined): Promise<number> {
  const target = await targetOf(source, detailType, name);
  const scaffold = scaffoldOf(source, detailType, event);
  say("Written:");
  const changed = writeFormatter(scaffold, target);
  write(samplePath(target.sample), `${JSON.stringify(scaffold.event, null, 2)}\n`);
  execFileSync(path.join(root, "node_modules/.bin/biome"), ["check", "--write", "--log-level=error", ...changed], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  say(`  test/expected/${target.sample}.json\n`);
  const expect = path.join(import.meta.dirname, "expect.ts");
  execFileSync(process.execPath, [expect, target.sample], { cwd: root, stdio: "inherit" });
  say(`
Next, read docs/messages.md and correct the parts, grades and ends in src/formatters/${target.service}.ts.
Then run npm run expect -- ${target.sample} and read the message. npm run console shows it whenever you save.`);
  return 0;
}

if (import.meta.main) {
  await runCommand({
    usage,
    options: { event: { type: "string", short: "e" }, name: { type: "string" } },
    run: async ({ event: file, name }, [source, detailType, ...more]) => {
      const event = file === undefined ? undefined : readJson(file);
      const parsed = event === undefined ? undefined : parseEvent(event, sampleHome);
      if (event !== undefined && !parsed) {
        throw new Failure(`${file} is not an EventBridge event: it has neither a source nor a detail-type.`);
      }
      const [from, type] = [source ?? parsed?.source, detailType ?? parsed?.detailType];
      if (!from || !type || more.length > 0) throw new UsageError("Give a source and, in quotes, a detail-type.");
      if (parsed && (parsed.source !== from || parsed.detailType !== type)) {
        throw new UsageError(`The event is of ${parsed.source} "${parsed.detailType}".`);
      }
      if (!/^[\w.@/-]+$/.test(from) || !serviceOf(from)) {
        throw new UsageError(`${from} is no source, such as aws.batch.`);
      }
      if (/[\u0000-\u001f]/.test(type) || !slug(type)) throw new UsageError("The detail-type should be words.");
      return create(from, type, event, name);
    },
  });
}
