import { type Config, ConfigError, readConfig } from "../config.ts";
import { isFields } from "../event.ts";
import { Failure, readJson } from "./cli.ts";

export type Variables = Readonly<Record<string, string>>;

/**
 * The variables that `sam local invoke --env-vars FILE` gives the function: those of `Parameters`, and over them those of
 * `Events2PantherFunction`.
 * @throws {Failure} also where a placeholder such as `<PANTHER_API_TOKEN>` still stands in one.
 */
export function readVariables(file: string): Variables {
  const read = readJson(file);
  const blocks = isFields(read) ? [read.Parameters, read.Events2PantherFunction].filter(isFields) : [];
  const variables = Object.fromEntries(
    blocks.flatMap((block) => Object.entries(block).map(([name, value]) => [name, String(value)])),
  );
  if (Object.keys(variables).length === 0) {
    throw new Failure(`${file} should hold {"Parameters": {"API_URL": "https://…", "API_TOKEN": "…"}}.`);
  }
  for (const [name, value] of Object.entries(variables)) {
    const [placeholder] = /<[^<>]+>/.exec(value) ?? [];
    if (placeholder) throw new Failure(`${file} still has the placeholder ${placeholder} in ${name}: put your own in.`);
  }
  return variables;
}

/** @throws {Failure} where a setting is missing or malformed, in the words of the function itself. */
export function configOf(variables: Readonly<Record<string, string | undefined>>): Config {
  try {
    return readConfig(variables);
  } catch (error) {
    throw error instanceof ConfigError ? new Failure(error.message) : error;
  }
}
