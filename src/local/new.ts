import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isFields, parseEvent } from "../event.ts";
import { registry } from "../formatters/registry.ts";
import { sentence, slug, words } from "../formatters/words.ts";
import { Failure, readJson, runCommand, say, UsageError } from "./cli.ts";
import { type FormatterFile, fileOf, formatterFiles } from "./formatter-files.ts";
import { sampleHome, samplePath } from "./samples.ts";
import { sanitise } from "./sanitise.ts";
import { root } from "./template.ts";

const usage = `npm run new -- SOURCE "DETAIL-TYPE" [-e FILE] [--name CASE]   begin a formatter

Writes the formatter, to src/formatters/<service>.ts and into the registry, a sample, and what it is expected to give.

  SOURCE        such as aws.batch
  DETAIL-TYPE   such as "Batch Job State Change"; with -e, both are the event's own where they are left out
  -e FILE       an event to begin from; what tells whose it is is replaced in the sample
  --name CASE   the sample's name within its service`;

/** What a formatter is begun from. */
interface Beginning {
  readonly source: string;
  readonly detailType: string;
  /** `Batch job`, of `Batch Job State Change`. */
  readonly thing: string;
  /** Where in the event the name of the thing and its state stand. */
  readonly name: string;
  readonly state: string | undefined;
  readonly event: unknown;
}

interface Code {
  readonly code: string;
  /** What stands before the formatters' export: the condition. */
  readonly before?: string;
  readonly imports: readonly string[];
}

/** A formatter's code: a row where the event has a state, else a `formatter({…})` of what there is. */
function codeOf({ detailType, thing, name, state }: Beginning, source?: string): Code {
  const [means, said] = [JSON.stringify(`${thing} changed its state`), JSON.stringify(detailType)];
  if (state) {
    const row = `{
      detailType: ${said},
      means: ${means},
      thing: ${JSON.stringify(thing)},
      name: ${JSON.stringify(name)},${state === "detail.state" ? "" : `\n      state: ${JSON.stringify(state)},`}
      problems: { failed: 3 },
      ends: ["succeeded"],
    }`;
    return source
      ? { code: `states(${JSON.stringify(source)}, [${row}])`, imports: [statesImport] }
      : { code: row, imports: [] };
  }
  const key = name.replace(/^detail\./, "");
  const matter = `${variableOf(slug(thing))}Condition`;
  const code = `formatter({
    source: ${JSON.stringify(source)},
    detailType: ${said},
    means: ${JSON.stringify(`${thing}: say what it tells an operator`)},
    conditions: [${matter}],
    detail: () => z.object({ ${JSON.stringify(key)}: text }),
    format: ({ ${JSON.stringify(key)}: name }, event) =>
      ${matter}.raise(2, { of: name, node: name ?? place(event), summary: ["${thing}", name].filter(Boolean).join(" ") }),
  })`;
  return {
    code,
    before: `const ${matter} = condition(${JSON.stringify(slug(thing))}, { grades: { 2: "say what it means" } });\n\n`,
    imports: [
      'import { condition } from "../condition.ts";',
      'import * as z from "zod";',
      'import { place, text } from "./fields.ts";',
      'import { formatter } from "./formatter.ts";',
    ],
  };
}

const statesImport = 'import { states } from "./states.ts";';
const serviceOf = (source: string): string => slug(source.replace(/^aws\.(?:partner\/)?/, ""));
const variableOf = (service: string): string =>
  service.replace(/^\d+/, "").replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()) || "service";

/** Adds a formatter to the text of a file that exports others under `name`. */
export function added(text: string, name: string, beginning: Beginning): string {
  const start = text.search(new RegExp(`^export const ${name} = \\(\\) =>`, "m"));
  const lines = text.slice(start).split("\n");
  const last = lines[0]?.endsWith(";")
    ? 0
    : lines.findIndex((line, index) => index > 0 && /^ {0,2}[^ ].*;$/.test(line));
  if (start < 0 || last < 0) throw new Failure(`src/formatters has an export ${name} that this command cannot read.`);
  const statement = lines.slice(0, last + 1).join("\n");
  const rest = lines.slice(last + 1).join("\n");
  const head = /^export const \w+ = \(\) =>\s*/.exec(statement)?.[0] ?? "";
  const value = statement.slice(head.length, -1);
  const { source } = beginning;
  const ofRows = value.startsWith(`states(${JSON.stringify(source)}, [`) && /\n\s*\]\)$/.test(value);
  const row = ofRows && beginning.state ? codeOf(beginning) : undefined;
  const { code, before = "", imports } = row ?? codeOf(beginning, source);
  const grown = row
    ? value.replace(/,?\s*\]\)$/, `,\n${code},\n])`)
    : /^\[[\s\S]*\]\.flat\(\)$/.test(value)
      ? value.replace(/,?\s*\]\.flat\(\)$/, `,\n${code},\n].flat()`)
      : `[\n${value},\n${code},\n].flat()`;
  return [...imports].reduce(imported, `${text.slice(0, start)}${before}${head}${grown};\n${rest}`);
}

/** `text` with an import of its own, or its names in the one there is. */
function imported(text: string, line: string): string {
  const [, names, from] = /^import \{ (.*) \} from (".*");$/.exec(line) ?? [];
  if (text.includes(line)) return text;
  const before = from && new RegExp(`^import \\{([^}]*)\\} from ${from.replace(/[./]/g, "\\$&")};$`, "m").exec(text);
  if (!before || !names) return `${line}\n${text}`;
  const all = new Set(
    [...(before[1] ?? "").split(","), ...names.split(",")].map((name) => name.trim()).filter(Boolean),
  );
  return text.replace(before[0], `import { ${[...all].join(", ")} } from ${from};`);
}

/** registry.ts with one more file, which speaks for `source`. */
export function registered(text: string, source: string, file: string, name: string): string {
  const list = /(export const rooms: Rooms = \{\n)([\s\S]*?)(\n\};)/;
  const lines = list.exec(text)?.[2]?.split("\n");
  if (!lines) throw new Failure("src/formatters/registry.ts has no list of rooms to add to.");
  const sourceOf = (line: string): string => line.replace(/^\s*"?|"?: \[.*$/g, "");
  const all = [...lines, `  ${JSON.stringify(source)}: [${name}],`].sort((a, b) =>
    sourceOf(a) < sourceOf(b) ? -1 : 1,
  );
  return `import { ${name} } from "./${file}.ts";\n${text.replace(list, (_, before, _lines, after) => `${before}${all.join("\n")}${after}`)}`;
}

/** What the event type is about, as far as its names tell. */
function begin(source: string, detailType: string, given: unknown): Beginning {
  const said = words(detailType)
    .replace(/\b(?:state|status)?[ -]?changed?\b|\b(?:state|status|notifications?|events?|updates?)\b/g, "")
    .replace(/\s+/g, " ")
    .trim();
  const thing = sentence(said || words(detailType));
  if (given === undefined) {
    const detail = { name: `prod-${slug(thing)}-1`, state: "FAILED" };
    const event = { ...envelope(source, detailType), resources: [], detail };
    return { source, detailType, thing, name: "detail.name", state: "detail.state", event };
  }
  const fields = leaves(isFields(given) && isFields(given.detail) ? given.detail : {}, "detail");
  const find = (keys: RegExp): string | undefined => fields.find((field) => keys.test(field));
  const state = find(/\.(?:current|new)?-?(?:state|status)(?:[.-]?(?:value|name))?$/i);
  const named = fields.filter(
    (field) => !/(?:account|request|event|user|principal|owner|correlation)-?_?(?:id|name|arn)$/i.test(field),
  );
  const name =
    named.find((field) => field !== state && /name$/i.test(field)) ??
    named.find((field) => /(?:id|identifier)$/i.test(field)) ??
    named.find((field) => /arn$/i.test(field)) ??
    (state ? "resources.0" : (fields[0] ?? "detail.name"));
  return { source, detailType, thing, name, state, event: sanitise(given) };
}

/** The dotted paths of the texts in `value`, three levels deep, upper levels first. */
function leaves(value: Readonly<Record<string, unknown>>, at: string, depth = 3): string[] {
  const entries = Object.entries(value).filter(([key]) => !key.includes("."));
  return [
    ...entries.flatMap(([key, inner]) => (typeof inner === "string" ? [`${at}.${key}`] : [])),
    ...entries.flatMap(([key, inner]) =>
      isFields(inner) && depth > 1 ? leaves(inner, `${at}.${key}`, depth - 1) : [],
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

async function create(source: string, detailType: string, given: unknown, called: string | undefined): Promise<number> {
  const parsed = parseEvent({ source, "detail-type": detailType }, sampleHome);
  const existing: FormatterFile[] = await formatterFiles();
  const known = parsed && registry.find(parsed);
  if (known) {
    const where = fileOf(known, existing) ?? "src/formatters";
    throw new Failure(`${where} has a formatter for ${source} "${detailType}" already.`);
  }
  const beginning = begin(source, detailType, given);
  const home = existing.find(({ formatters }) => formatters.some((formatter) => formatter.source === source));
  const service = home ? path.basename(home.file, ".ts") : serviceOf(source);
  const file = path.join(root, "src/formatters", `${service}.ts`);
  if (!home && existsSync(file))
    throw new Failure(`src/formatters/${service}.ts is there already, for another source.`);
  const name = `${service}/${slug(called ?? detailType)}`;
  if (existsSync(samplePath(name))) throw new Failure(`There is a sample ${name} already: give another --name.`);

  say("Written:");
  const changed = [file];
  if (home) write(file, added(readFileSync(file, "utf8"), home.name, beginning));
  else {
    const { code, before = "", imports } = codeOf(beginning, source);
    const registryFile = path.join(root, "src/formatters/registry.ts");
    const variable = variableOf(service);
    const value = beginning.state ? code : `[\n${code},\n].flat()`;
    write(file, `${imports.join("\n")}\n\n${before}export const ${variable} = () => ${value};\n`);
    write(registryFile, registered(readFileSync(registryFile, "utf8"), source, service, variable));
    changed.push(registryFile);
  }
  write(samplePath(name), `${JSON.stringify(beginning.event, null, 2)}\n`);
  const shell = process.platform === "win32";
  execFileSync(path.join(root, "node_modules/.bin/biome"), ["check", "--write", "--log-level=error", ...changed], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    shell,
  });
  say(`  test/expected/${name}.json\n`);
  execFileSync(process.execPath, [path.join(import.meta.dirname, "expect.ts"), name], { cwd: root, stdio: "inherit" });
  say(`
Now say it well: read docs/messages.md, correct thing, name, states and severities in src/formatters/${service}.ts,
and the sample where it is not in AWS's shape; then npm run expect -- ${name}, and read its line.
npm run console shows it as you write.`);
  return 0;
}

if (import.meta.main) {
  await runCommand({
    usage,
    options: { event: { type: "string", short: "e" }, name: { type: "string" } },
    run: async ({ event: file, name }, [source, detailType, ...more]) => {
      const given = file === undefined ? undefined : readJson(file);
      const parsed = given === undefined ? undefined : parseEvent(given, sampleHome);
      if (given !== undefined && !parsed) {
        throw new Failure(`${file} is no EventBridge event: it has neither a source nor a detail-type.`);
      }
      const [from, type] = [source ?? parsed?.source, detailType ?? parsed?.detailType];
      if (!from || !type || more.length > 0) throw new UsageError("It takes a source and, in quotes, a detail-type.");
      if (parsed && (parsed.source !== from || parsed.detailType !== type)) {
        throw new UsageError(`The event is of ${parsed.source} "${parsed.detailType}".`);
      }
      if (!/^[\w.@/-]+$/.test(from) || !serviceOf(from))
        throw new UsageError(`${from} is no source, such as aws.batch.`);
      if (/[\u0000-\u001f]/.test(type) || !slug(type)) throw new UsageError("The detail-type should be words.");
      return create(from, type, given, name);
    },
  });
}
