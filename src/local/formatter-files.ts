import { globSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { formattersBySource } from "../formatters/registry.ts";
import type { Formatter } from "../grammar/formatter.ts";

/** The formatters of a file in src/formatters. */
export interface FormatterFile {
  /** `src/formatters/ec2.ts` */
  readonly file: string;
  /** The name of the export. */
  readonly name: string;
  readonly formatters: readonly Formatter[];
}

const folder = path.resolve(import.meta.dirname, "../formatters");

/** The files of src/formatters, with their formatters. */
export async function formatterFiles(): Promise<FormatterFile[]> {
  const makers = new Set<unknown>(Object.values(formattersBySource).flat());
  const found: FormatterFile[] = [];
  for (const file of globSync("*.ts", { cwd: folder }).sort()) {
    const exported: Record<string, unknown> = await import(pathToFileURL(path.join(folder, file)).href);
    for (const [name, make] of Object.entries(exported)) {
      if (makers.has(make)) {
        found.push({ file: `src/formatters/${file}`, name, formatters: (make as () => Formatter[])() });
      }
    }
  }
  return found;
}

/** The file of a formatter. */
export const fileOf = ({ source, detailType }: Formatter, files: readonly FormatterFile[]): string | undefined =>
  files.find(({ formatters }) =>
    formatters.some((formatter) => formatter.source === source && formatter.detailType === detailType),
  )?.file;
