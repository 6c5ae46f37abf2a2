import { globSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Formatter } from "../formatters/formatter.ts";

/** An array of formatters, as a file of src/formatters exports it. */
export interface FormatterFile {
  /** `src/formatters/ec2.ts` */
  readonly file: string;
  /** The name of the export. */
  readonly name: string;
  readonly formatters: readonly Formatter[];
}

const folder = path.resolve(import.meta.dirname, "../formatters");

/** Which file each formatter stands in. The objects are the registry's own. */
export async function formatterFiles(): Promise<FormatterFile[]> {
  const found: FormatterFile[] = [];
  for (const file of globSync("*.ts", { cwd: folder }).sort()) {
    if (file === "registry.ts") continue;
    const exported: Record<string, unknown> = await import(pathToFileURL(path.join(folder, file)).href);
    for (const [name, formatters] of Object.entries(exported)) {
      if (isFormatters(formatters)) found.push({ file: `src/formatters/${file}`, name, formatters });
    }
  }
  return found;
}

const isFormatters = (value: unknown): value is Formatter[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item?.format === "function");
