import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "../../src/local/template.ts";

/** The ```sh blocks under one heading of a page, in order. */
export interface Section {
  readonly title: string;
  readonly blocks: readonly string[];
}

/** The sections of docs/NAME that have commands. */
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
   * Runs a script in bash, with the folder and the exported variables of the previous scripts.
   * @returns its output
   * @throws if it fails, with the end of its output
   */
  run(script: string, options?: { readonly input?: string }): Promise<string>;
  /** Exports variables for the following scripts. */
  export(variables: Readonly<Record<string, string>>): void;
  readonly folder: string;
  /** A new shell in the same folder with the same variables. */
  fork(): Shell;
}

let shells = 0;

/** A shell that starts in `folder`. Its state is in a file of the folder `work`. */
export function openShell(work: string, variables: Readonly<Record<string, string>>, folder = work): Shell {
  let exported = { ...variables };
  let current = folder;
  const state = path.join(work, `shell-${++shells}`);
  return {
    fork: () => openShell(work, exported, current),
    get folder() {
      return current;
    },
    export: (added) => {
      exported = { ...exported, ...added };
    },
    run: async (script, { input = "" } = {}) => {
      const save = `{ pwd; env -0; } > '${state}'`;
      const { code, output } = await runBash(`${script}\n${save}`, { cwd: current, env: exported, input });
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
  const killGroup = (): void => {
    try {
      process.kill(-Number(child.pid), "SIGKILL");
    } catch {
      // No process of the group is left.
    }
  };
  const limit = setTimeout(killGroup, 420_000);
  const code = await new Promise<number>((resolve) => child.on("exit", (status) => resolve(status ?? 1)));
  clearTimeout(limit);
  killGroup();
  return { code, output };
}
