import { gunzipSync } from "node:zlib";
import type { AsyncBuffer, DecodedArray } from "hyparquet";
import { columnsByName } from "./columns.ts";

/** Rows of each column that are decoded at a time, and rows that become text at a time. */
const decoded = 65_536;
const written = 4096;

/**
 * A Parquet flow log as the text that AWS would have written, of those columns that are `wanted`, by AWS's names: a
 * header, then a line a row. Loads the Parquet reader.
 * @throws where the file is no Parquet or holds a codec that AWS does not write.
 */
export async function* parquetText(file: AsyncBuffer, wanted: (column: string) => boolean): AsyncGenerator<Uint8Array> {
  const { parquetScan } = await import("hyparquet");
  const compressors = { GZIP: (bytes: Uint8Array) => gunzipSync(bytes) };
  const { metadata, ranges, readColumn } = await parquetScan({ file, compressors });
  const all = metadata.schema.slice(1).map(({ name }) => name);
  const known = all.filter((name) => columnsByName.has(aws(name)) && wanted(aws(name)));
  const encoder = new TextEncoder();
  yield encoder.encode(`${(known.length > 0 ? known : all).map(aws).join(" ")}\n`);
  for (const group of ranges) {
    for (let rowStart = group.rowStart; rowStart < group.rowEnd; rowStart += decoded) {
      const rowEnd = Math.min(rowStart + decoded, group.rowEnd);
      const columns: DecodedArray[] = [];
      // One after the other, so that but one is in memory as it stands in the file.
      for (const column of known) columns.push(await readColumn({ column, rowStart, rowEnd }));
      for (let row = 0; row < rowEnd - rowStart; row += written) {
        yield encoder.encode(textOf(columns, row, Math.min(row + written, rowEnd - rowStart)));
      }
    }
  }
}

const aws = (name: string): string => name.replaceAll("_", "-");

function textOf(columns: readonly DecodedArray[], start: number, end: number): string {
  let text = "";
  for (let row = start; row < end; row++) {
    let separator = "";
    for (const column of columns) {
      text += separator + word(column[row]);
      separator = " ";
    }
    text += "\n";
  }
  return text;
}

/** A value as one word: times as epoch seconds, blanks percent-encoded as version 11 encodes its tags. */
function word(value: unknown): string {
  if (typeof value === "string") return value === "" ? "-" : value.replace(/\s/g, encodeURIComponent);
  if (value === null || value === undefined) return "-";
  return `${value instanceof Date ? Math.floor(value.getTime() / 1000) : value}`;
}
