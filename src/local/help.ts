import { readFileSync } from "node:fs";
import path from "node:path";
import { paint, runCommand } from "./cli.ts";
import { root } from "./template.ts";

/** The commands of package.json, in the order in which a newcomer needs them. */
export const commands = {
  "See it work": {
    start: "send every sample through the handler to a local console, and show the rows",
    test: "run the tests",
  },
  "Write a formatter": {
    console: "the local console and the gallery of samples, in a browser",
    new: "create a formatter: its file, a sample and its line in the registry",
    invoke: "run one event through the handler as Lambda runs it, and show its messages",
    expect: "write the expected messages of samples; read them before you commit them",
    docs: "write the generated parts of the documents, and settings.schema.json",
  },
  "Fetch events, and send again": {
    send: "send one test message to the console, and explain its response",
    pull: "save events that had no formatter, or failed, as sanitised samples",
    replay: "send events again: files, logged events, dead letters",
  },
  "VPC logs": {
    vpclogs: "read VPC Flow Logs and Resolver query logs on this machine, and show the findings",
  },
  "Check and build": {
    build: "build dist/handler.mjs as `sam build` does",
    types: "check the types",
    lint: "check style and imports",
    bench: "measure the handler",
    "bench:vpclogs": "measure the reader of VPC logs",
    "bench:lambda": "read the largest log file with a Lambda function's memory and share of a processor",
    fuzz: "send a million generated hostile events through the forwarder",
    drill: "check that no event is lost while the console is down",
    "test:console": "send every sample, and an outage, to a real console, and compare its rows",
    e2e: "deploy to a local AWS with the SAM CLI, and test every path of an event",
    mutate: "change grades and remove clears in a copy, and check that the tests fail",
    patterns: "compare event patterns with AWS's own engine",
    help: "this list",
  },
} as const satisfies Record<string, Record<string, string>>;

const usage = "npm run help   list the commands";

/** The list of commands; scripts without a description come last. */
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

/** Scripts that npm runs automatically. */
const lifecycle = new Set(["preinstall", "install", "postinstall", "prepare"]);

/** The commands of package.json. */
export const scriptsOf = (): string[] => {
  const { scripts } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  return Object.keys(scripts).filter((script) => !lifecycle.has(script));
};

if (import.meta.main) {
  await runCommand({
    usage,
    options: {},
    run: async () => {
      console.log(listing(scriptsOf()));
      console.log("\nArguments follow two dashes: npm run invoke -- events/ec2/instance-stopped.json");
      console.log("--help describes a command: npm run pull -- --help");
      return 0;
    },
  });
}
