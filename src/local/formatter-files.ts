import { globSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Formatter } from "../formatters/formatter.ts";
import { rooms } from "../formatters/registry.ts";

/** The formatters that a file of src/formatters makes. */
export interface FormatterFile {
  /** `src/formatters/ec2.ts` */
  readonly file: string;
  /** The name of the export. */
  readonly name: string;
  readonly formatters: readonly Formatter[];
}

const folder = path.resolve(import.meta.dirname, "../formatters");

/** Which file each formatter stands in. */
export async function formatterFiles(): Promise<FormatterFile[]> {
  const makers = new Set<unknown>(Object.values(rooms).flat());
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

/** The file that a formatter stands in. */
export const fileOf = ({ source, detailType }: Formatter, files: readonly FormatterFile[]): string | undefined =>
  files.find(({ formatters }) =>
    formatters.some((formatter) => formatter.source === source && formatter.detailType === detailType),
  )?.file;
