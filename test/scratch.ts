import { cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { root } from "../src/local/template.ts";

const notCopied = new Set(["node_modules", "dist", ".git", ".aws-sam", "env.local.json"]);

/**
 * A copy of the project in a temporary folder, where a test can run commands that write. The packages are links, but not
 * the folder that holds them: caches go to the copy.
 */
export function scratchCopy(parts: readonly string[] = readdirSync(root)): string {
  const folder = mkdtempSync(path.join(tmpdir(), "scratch-"));
  for (const part of parts.filter((name) => !notCopied.has(name))) {
    cpSync(path.join(root, part), path.join(folder, part), { recursive: true });
  }
  mkdirSync(path.join(folder, "node_modules"));
  for (const name of readdirSync(path.join(root, "node_modules"))) {
    if (name.startsWith(".vite")) continue;
    symlinkSync(path.join(root, "node_modules", name), path.join(folder, "node_modules", name));
  }
  return folder;
}
