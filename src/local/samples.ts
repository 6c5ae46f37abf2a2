import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { policyOf } from "../config.ts";
import { parseEvent } from "../event.ts";
import type { Registry } from "../grammar/registry.ts";
import { compose, type PantherMessage } from "../message.ts";
import { route } from "../route.ts";
import { readSettings } from "../settings.ts";
import { root } from "./template.ts";

/** A sample of events/; its name is the path without the extension: `ec2/instance-stopped`. */
export interface Sample {
  readonly name: string;
  readonly event: unknown;
}

/** The result of a sample, as in test/expected/. */
export interface Expectation {
  readonly messages: readonly PantherMessage[];
  /** Why there are no messages, or fewer. */
  readonly dropped?: readonly string[];
}

/** The account and region of the forwarder for the samples. */
export const sampleHome = { account: "111122223333", region: "eu-west-1" };

/** The policy of the default settings. */
export const defaultPolicy = policyOf(readSettings({}));

export const samplePath = (name: string): string => path.join(root, "events", `${name}.json`);
export const expectationPath = (name: string): string => path.join(root, "test/expected", `${name}.json`);

const namesIn = (folder: string): string[] =>
  globSync("**/*.json", { cwd: path.join(root, folder) })
    .map((file) =>
      file
        .split(path.sep)
        .join("/")
        .replace(/\.json$/, ""),
    )
    .sort();

export const sampleNames = (): string[] => namesIn("events");
export const expectationNames = (): string[] => namesIn("test/expected");

export const readSample = (name: string): Sample => ({
  name,
  event: JSON.parse(readFileSync(samplePath(name), "utf8")),
});

export function readExpectation(name: string): Expectation | undefined {
  const file = expectationPath(name);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Expectation) : undefined;
}

/** The messages that `event` gives. */
export function render(
  event: unknown,
  registry: Registry,
  policy = defaultPolicy,
): Expectation & { unformatted?: string } {
  const parsed = parseEvent(event, sampleHome);
  if (!parsed) throw new Error("This is not an EventBridge event: it has neither a source nor a detail-type.");
  const { notices, unformatted } = route(parsed, registry);
  const { messages, dropped } = compose(notices, parsed, policy);
  return {
    messages,
    ...(dropped.length > 0 && { dropped }),
    ...(unformatted && { unformatted: unformatted === "no formatter" ? unformatted : unformatted.message }),
  };
}

/** Writes the expected messages of a sample, for review and commit. */
export function writeExpectation(name: string, { messages, dropped }: Expectation): void {
  const file = expectationPath(name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ messages, ...(dropped && { dropped }) }, null, 2)}\n`);
}
