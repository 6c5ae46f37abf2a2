import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import path from "node:path";
import { readTemplate, root } from "./template.ts";

/** BuildProperties of template.yaml. */
type BuildProperties = Readonly<Record<string, string | boolean | readonly string[]>>;

/**
 * The arguments of esbuild in AWS SAM's builder for these properties: booleans that are true, then single values, then
 * lists, then the entry points.
 */
export function esbuildArguments(properties: BuildProperties, outDir: string): string[] {
  const flag = (name: string): string => `--${name.replace(/(?<=[a-z])[A-Z]/g, "-$&").toLowerCase()}`;
  const { EntryPoints, ...options } = properties;
  const entries = Object.entries(options);
  return [
    ...entries.filter(([, value]) => value === true).map(([name]) => flag(name)),
    ...entries.filter(([, value]) => typeof value === "string").map(([name, value]) => `${flag(name)}=${value}`),
    ...entries.flatMap(([name, value]) => (Array.isArray(value) ? value.map((item) => `${flag(name)}:${item}`) : [])),
    ...(EntryPoints as readonly string[]),
    "--bundle",
    "--platform=node",
    `--outdir=${outDir}`,
  ];
}

/** Builds dist/handler.mjs, and dist/meta.json, which lists its content. */
export function build(): void {
  const functions = (readTemplate().Resources as Record<string, { Metadata?: { BuildProperties: BuildProperties } }>)
    .Events2PantherFunction;
  if (!functions?.Metadata)
    throw new Error("template.yaml has no Metadata.BuildProperties for Events2PantherFunction.");
  rmSync(path.join(root, "dist"), { recursive: true, force: true });
  const args = esbuildArguments(functions.Metadata.BuildProperties, "dist");
  const esbuild = path.join(root, "node_modules/.bin/esbuild");
  execFileSync(esbuild, [...args, "--metafile=dist/meta.json", "--log-level=warning"], {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
}

if (import.meta.main) build();
