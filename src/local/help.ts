import { readFileSync } from "node:fs";
import path from "node:path";
import { paint, runCommand } from "./cli.ts";
import { root } from "./template.ts";

/** Every command of package.json, in the order in which a newcomer meets them. */
export const commands = {
  "See it work": {
    start: "send every sample through the handler to a console on this machine, and show the rows",
    test: "run the tests",
  },
  "Write a formatter": {
    console: "the local console and the gallery of samples, in a browser",
    new: "begin a formatter: its file, a sample and its line in the registry",
    invoke: "run one event through the handler as Lambda runs it, and show its messages",
    expect: "write the expected messages of samples, to be read before they are committed",
    docs: "write what is generated of the documents, and settings.schema.json",
  },
  "Bring events home, and send again": {
    send: "send one test message to the console, and explain its answer",
    pull: "fetch the events that had no formatter, or failed, as sanitised samples",
    replay: "send events again: files, logged events, dead letters",
  },
  "VPC logs": {
    vpclogs: "read VPC Flow Logs and Resolver query logs on this machine, and show what they would report",
  },
  "Keep the house": {
    build: "build dist/handler.mjs as `sam build` does",
    types: "check the types",
    lint: "check style and imports",
    bench: "measure the handler",
    "bench:vpclogs": "measure the reader of VPC logs",
    "bench:lambda": "read the largest log file with a Lambda function's memory and share of a processor",
    fuzz: "send generated events through the handler for longer than the tests do",
    drill: "prove that no event is lost while the console is down",
    e2e: "deploy to a local AWS with the SAM CLI, and play every way of an event",
    patterns: "ask AWS's own engine about event patterns",
    help: "this list",
  },
} as const satisfies Record<string, Record<string, string>>;

const usage = "npm run help   list the commands";

/** The list, with the scripts that have no line here at its end, so that none is hidden. */
export function listing(scripts: readonly string[]): string {
  const groups: [string, Record<string, string>][] = Object.entries(commands);
  const listed = new Set(groups.flatMap(([, lines]) => Object.keys(lines)));
  const others = scripts.filter((script) => !listed.has(script));
  if (others.length > 0) groups.push(["Others", Object.fromEntries(others.map((script) => [script, ""]))]);
  const call = (script: string): string => (/^(?:start|test)$/.test(script) ? `npm ${script}` : `npm run ${script}`);
  const width = Math.max(...scripts.map((script) => call(script).length));
  return groups
    .map(([heading, lines]) => {
      const shown = Object.entries(lines).filter(([script]) => scripts.includes(script));
      return [
        paint("bold", heading),
        ...shown.map(([script, line]) => `  ${call(script).padEnd(width)}  ${line}`.trimEnd()),
      ].join("\n");
    })
    .join("\n\n");
}

/** Scripts that npm runs by itself. */
const lifecycle = new Set(["preinstall", "install", "postinstall", "prepare"]);

/** The commands of package.json. */
export const scriptsOf = (): string[] => {
  const read = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
  return Object.keys(read.scripts).filter((script) => !lifecycle.has(script));
};

if (import.meta.main) {
  await runCommand({
    usage,
    options: {},
    run: async () => {
      console.log(listing(scriptsOf()));
      console.log("\nArguments go behind two dashes: npm run invoke -- events/ec2/instance-stopped.json");
      console.log("Each tells more with --help: npm run pull -- --help");
      return 0;
    },
  });
}
