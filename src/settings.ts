import * as z from "zod";
import { noiseKinds } from "./condition.ts";

/**
 * Every setting: its check, its default value, the end of an error's sentence and its description. settings.schema.json
 * and the table in docs/settings.md are generated from it.
 */
const definitions = () => ({
  minSeverity: {
    check: z.int().min(0).max(5),
    value: 1,
    expected: "a whole number from 0 to 5",
    description: "The lowest severity that is sent. The clear of a problem that was sent is always sent.",
  },
  drop: {
    check: z.array(z.enum(noiseKinds)),
    value: ["duplicate", "passed", "progress", "read-only", "target-tracking"] as const,
    expected: `a list of some of ${noiseKinds.join(", ")}`,
    description: "Kinds of noise that are not sent. Add `sample` to drop sample findings.",
  },
  heartbeat: {
    check: z.boolean(),
    value: true,
    expected: "true or false",
    description: "Send a row every five minutes that proves that the forwarder and the console work.",
  },
  allowHttp: {
    check: z.boolean(),
    value: false,
    expected: "true or false",
    description: "Allow an APIUrl without TLS. The token then travels in the clear.",
  },
});

type Definitions = ReturnType<typeof definitions>;
export type SettingName = keyof Definitions;
export type Settings = { readonly [Name in SettingName]: z.infer<Definitions[Name]["check"]> };

export interface SettingDescription {
  readonly name: SettingName;
  /** The environment variable that overrides it. */
  readonly variable: string;
  readonly value: unknown;
  readonly expected: string;
  readonly description: string;
  readonly check: z.ZodType;
}

/** Every setting, in the order of the documents. */
export const describeSettings = (): SettingDescription[] =>
  Object.entries(definitions()).map(([name, definition]) => ({
    ...definition,
    name: name as SettingName,
    variable: variableOf(name),
  }));

/** `minSeverity` is overridden by `MIN_SEVERITY`. */
const variableOf = (name: string): string => name.replace(/[A-Z]/g, "_$&").toUpperCase();

/** A setting is malformed or unknown; the message is one sentence with its name and what it should be. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/**
 * The settings of a settings.json, overridden by environment variables that are not empty. A variable holds `3`, `true`,
 * or a list such as `sample,passed` (`none` for an empty one).
 * @param file the parsed content of settings.json
 * @throws {SettingsError}
 */
export function readSettings(file: unknown, env: Readonly<Record<string, string | undefined>> = {}): Settings {
  if (typeof file !== "object" || file === null || Array.isArray(file)) {
    throw new SettingsError("settings.json should hold a JSON object.");
  }
  const known = describeSettings();
  for (const name of Object.keys(file)) {
    if (name !== "$schema" && !known.some((setting) => setting.name === name)) {
      const names = known.map((setting) => setting.name).join(", ");
      throw new SettingsError(`settings.json has no setting ${JSON.stringify(name)}: it may have ${names}.`);
    }
  }
  const given = new Map(Object.entries(file));
  const entries = known.map(({ name, variable, value, expected, check }) => {
    const text = env[variable]?.trim();
    const parsed = check.safeParse(text ? fromText(text, value) : (given.get(name) ?? value));
    const label = text ? variable : `settings.json: ${name}`;
    if (!parsed.success) throw new SettingsError(`${label} should be ${expected}.`);
    return [name, parsed.data];
  });
  return Object.fromEntries(entries) as Settings;
}

/** A variable's text as a value of the type of `example`; a text that is none is left for the check to refuse. */
function fromText(text: string, example: unknown): unknown {
  if (Array.isArray(example)) return text === "none" ? [] : text.split(",").map((item) => item.trim());
  if (typeof example === "number") return Number(text);
  if (typeof example === "boolean") return text === "true" || (text === "false" ? false : text);
  return text;
}
