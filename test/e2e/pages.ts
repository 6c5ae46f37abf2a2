import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "../../src/local/template.ts";

/** The commands under one heading of a page: its ```sh blocks, in order. */
export interface Section {
  readonly title: string;
  readonly blocks: readonly string[];
}

/** The sections of docs/NAME that hold commands. */
export function sectionsOf(name: string): Section[] {
  const text = readFileSync(path.join(root, "docs", name), "utf8");
  return text
    .split(/^## /m)
    .map((section) => ({
      title: section.slice(0, section.indexOf("\n")),
      blocks: [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => String(block)),
    }))
    .filter(({ blocks }) => blocks.length > 0);
}

export interface Shell {
  /**
   * Runs a script in bash, where the scripts before it left off: their folder and their exported variables.
   * @returns what it wrote.
   * @throws where it fails, with the end of what it wrote.
   */
  run(script: string, options?: { readonly input?: string }): Promise<string>;
  /** Variables that are exported from now on. */
  export(variables: Readonly<Record<string, string>>): void;
  readonly folder: string;
  /** Another shell, in the same folder and with the same variables. */
  fork(): Shell;
}

let shells = 0;

/** A person's shell, which begins in `folder`. It keeps its state in a file of the folder `work`. */
export function openShell(work: string, variables: Readonly<Record<string, string>>, folder = work): Shell {
  let exported = { ...variables };
  let current = folder;
  const state = path.join(work, `shell-${++shells}`);
  return {
    fork: () => openShell(work, exported, current),
    get folder() {
      return current;
    },
    export: (more) => {
      exported = { ...exported, ...more };
    },
    run: async (script, { input = "" } = {}) => {
      const saved = `{ pwd; env -0; } > '${state}'`;
      const { code, output } = await runBash(`${script}\n${saved}`, { cwd: current, env: exported, input });
      if (code !== 0) throw new Error(`exit code ${code}: ${output.trimEnd().slice(-1500)}`);
      const text = readFileSync(state, "utf8");
      const end = text.indexOf("\n");
      current = text.slice(0, end);
      exported = Object.fromEntries(
        text
          .slice(end + 1)
          .split("\0")
          .filter((entry) => entry.includes("=") && !/^(?:_|PWD|OLDPWD|SHLVL)=/.test(entry))
          .map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
      );
      return output;
    },
  };
}

async function runBash(
  script: string,
  { cwd, env, input }: { cwd: string; env: Readonly<Record<string, string>>; input: string },
): Promise<{ code: number; output: string }> {
  const child = spawn("bash", ["--norc", "-euo", "pipefail", "-c", script], { cwd, env, detached: true });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  child.stdin.end(input);
  const endAll = (): void => {
    try {
      process.kill(-Number(child.pid), "SIGKILL");
    } catch {
      // Nothing that it started is left.
    }
  };
  const limit = setTimeout(endAll, 420_000);
  const code = await new Promise<number>((resolve) => child.on("exit", (status) => resolve(status ?? 1)));
  clearTimeout(limit);
  endAll();
  return { code, output };
}
