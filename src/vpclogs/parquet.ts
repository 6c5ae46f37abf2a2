import { gunzipSync } from "node:zlib";
import type { AsyncBuffer, DecodedArray } from "hyparquet";
import { columnsByName } from "./columns.ts";

/** Rows that are decoded at a time, and rows that become text at a time. */
const decodedRows = 65_536;
const textRows = 4096;

/**
 * A Parquet flow log as the text that AWS would have written: a header, then a line for each row. Only columns for which
 * `wanted` is true of AWS's name are read. Loads the Parquet reader.
 * @throws where the file is not Parquet, or compressed with a codec that AWS does not use.
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
    for (let rowStart = group.rowStart; rowStart < group.rowEnd; rowStart += decodedRows) {
      const rowEnd = Math.min(rowStart + decodedRows, group.rowEnd);
      const columns: DecodedArray[] = [];
      // One after the other, so that only one column is in memory in its encoded form.
      for (const column of known) columns.push(await readColumn({ column, rowStart, rowEnd }));
      for (let row = 0; row < rowEnd - rowStart; row += textRows) {
        yield encoder.encode(textOf(columns, row, Math.min(row + textRows, rowEnd - rowStart)));
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

/** A value as one word: times as epoch seconds, white space percent-encoded as in the tags of version 11. */
function word(value: unknown): string {
  if (typeof value === "string") return value === "" ? "-" : value.replace(/\s/g, encodeURIComponent);
  if (value === null || value === undefined) return "-";
  if (value instanceof Date) return `${Math.floor(value.getTime() / 1000)}`;
  return typeof value === "object" ? "-" : String(value);
}
