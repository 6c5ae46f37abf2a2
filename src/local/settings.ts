import { existsSync } from "node:fs";
import path from "node:path";
import settingsFile from "../../settings.json" with { type: "json" };
import { type Config, ConfigError, policyOf, readConfig } from "../config.ts";
import { isFields } from "../event.ts";
import type { Policy } from "../message.ts";
import { readSettings } from "../settings.ts";
import { Failure, readJson, say } from "./cli.ts";

export type Variables = Readonly<Record<string, string>>;

/** The tracked file keeps its placeholders. Git ignores the local file, which is read instead. */
const trackedName = "env.json";
const localName = "env.local.json";

/**
 * The variables that `sam local invoke --env-vars FILE` gives to the function: those of `Parameters`, overridden by those
 * of `Events2PantherFunction`. An env.local.json is read instead of an env.json in the same folder.
 * @throws {Failure} also if a variable still has a placeholder such as `<PANTHER_API_TOKEN>`
 */
export function readVariables(trackedFile: string): Variables {
  const file = localFile(trackedFile);
  if (file !== trackedFile) say(`Reading ${file} instead of ${trackedFile}.`);
  const content = readJson(file);
  const blocks = isFields(content) ? [content.Parameters, content.Events2PantherFunction].filter(isFields) : [];
  const variables = Object.fromEntries(
    blocks.flatMap((block) => Object.entries(block).map(([name, value]) => [name, String(value)])),
  );
  if (Object.keys(variables).length === 0) {
    throw new Failure(`${file} should hold {"Parameters": {"API_URL": "https://…", "API_TOKEN": "…"}}.`);
  }
  refusePlaceholders(variables, file);
  return variables;
}

const siblingOf = (file: string): string => path.join(path.dirname(file), localName);

const localFile = (file: string): string =>
  path.basename(file) === trackedName && existsSync(siblingOf(file)) ? siblingOf(file) : file;

function refusePlaceholders(variables: Variables, file: string): void {
  for (const [name, value] of Object.entries(variables)) {
    const [placeholder] = /<[^<>]+>/.exec(value) ?? [];
    if (!placeholder) continue;
    const remedy =
      path.basename(file) === trackedName
        ? `copy ${file} to ${siblingOf(file)} and put your values there (git ignores it)`
        : "put your value there";
    throw new Failure(`${file} still has the placeholder ${placeholder} in ${name}: ${remedy}.`);
  }
}

/** The policy of settings.json, which is also bundled into the function. */
export const trackedPolicy = (): Policy => policyOf(readSettings(settingsFile));

/** @throws {Failure} if a setting is missing or malformed, with the function's own message */
export function configOf(variables: Readonly<Record<string, string | undefined>>): Config {
  try {
    return readConfig(variables);
  } catch (error) {
    throw error instanceof ConfigError ? new Failure(error.message) : error;
  }
}
