import { existsSync } from "node:fs";
import path from "node:path";
import settingsFile from "../../settings.json" with { type: "json" };
import { type Config, ConfigError, policyOf, readConfig } from "../config.ts";
import { isFields } from "../event.ts";
import type { Policy } from "../message.ts";
import { readSettings } from "../settings.ts";
import { Failure, readJson, say } from "./cli.ts";

export type Variables = Readonly<Record<string, string>>;

/** The tracked file keeps its placeholders; git ignores the one of the same folder that is read instead. */
const trackedName = "env.json";
const localName = "env.local.json";

/**
 * The variables that `sam local invoke --env-vars FILE` gives the function: those of `Parameters`, and over them those of
 * `Events2PantherFunction`. Instead of an env.json, an env.local.json of the same folder is read.
 * @throws {Failure} also where a placeholder such as `<PANTHER_API_TOKEN>` still stands in one.
 */
export function readVariables(named: string): Variables {
  const file = localOf(named);
  if (file !== named) say(`Reading ${file} instead of ${named}.`);
  const read = readJson(file);
  const blocks = isFields(read) ? [read.Parameters, read.Events2PantherFunction].filter(isFields) : [];
  const variables = Object.fromEntries(
    blocks.flatMap((block) => Object.entries(block).map(([name, value]) => [name, String(value)])),
  );
  if (Object.keys(variables).length === 0) {
    throw new Failure(`${file} should hold {"Parameters": {"API_URL": "https://…", "API_TOKEN": "…"}}.`);
  }
  refusePlaceholders(variables, file);
  return variables;
}

const beside = (file: string): string => path.join(path.dirname(file), localName);

const localOf = (file: string): string =>
  path.basename(file) === trackedName && existsSync(beside(file)) ? beside(file) : file;

function refusePlaceholders(variables: Variables, file: string): void {
  for (const [name, value] of Object.entries(variables)) {
    const [placeholder] = /<[^<>]+>/.exec(value) ?? [];
    if (!placeholder) continue;
    const remedy =
      path.basename(file) === trackedName
        ? `copy ${file} to ${beside(file)} and put your values there (git ignores it)`
        : "put your value there";
    throw new Failure(`${file} still has the placeholder ${placeholder} in ${name}: ${remedy}.`);
  }
}

/** The policy of the tracked settings.json, which the function that is built here has too. */
export const trackedPolicy = (): Policy => policyOf(readSettings(settingsFile));

/** @throws {Failure} where a setting is missing or malformed, in the words of the function itself. */
export function configOf(variables: Readonly<Record<string, string | undefined>>): Config {
  try {
    return readConfig(variables);
  } catch (error) {
    throw error instanceof ConfigError ? new Failure(error.message) : error;
  }
}
