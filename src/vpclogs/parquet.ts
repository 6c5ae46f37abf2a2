import { gunzipSync } from "node:zlib";
import type { AsyncBuffer, FileMetaData } from "hyparquet";
import { columnsByName } from "./columns.ts";

/** Rows decoded at a time. */
const window = 32_768;

/**
 * A Parquet flow log as the text that AWS would have written: a header, then a line a row. Loads the Parquet reader.
 * @throws where the file is no Parquet or holds a codec that AWS does not write.
 */
export async function* parquetText(file: AsyncBuffer): AsyncGenerator<Uint8Array> {
  const { parquetMetadataAsync, parquetReadObjects } = await import("hyparquet");
  const metadata: FileMetaData = await parquetMetadataAsync(file);
  const columns = metadata.schema.slice(1).map(({ name }) => name);
  const encoder = new TextEncoder();
  const known = columns.filter((name) => columnsByName.has(name.replaceAll("_", "-")));
  yield encoder.encode(`${(known.length > 0 ? known : columns).map((name) => name.replaceAll("_", "-")).join(" ")}\n`);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const groupEnd = rowStart + Number(group.num_rows);
    for (; rowStart < groupEnd; rowStart += window) {
      const rowEnd = Math.min(rowStart + window, groupEnd);
      const compressors = { GZIP: (bytes: Uint8Array) => gunzipSync(bytes) };
      const rows = await parquetReadObjects({ file, metadata, columns: known, rowStart, rowEnd, compressors });
      const lines = rows.map((row) => `${known.map((name) => word(row[name])).join(" ")}\n`);
      yield encoder.encode(lines.join(""));
    }
    rowStart = groupEnd;
  }
}

/** A value as one word: times as epoch seconds, blanks percent-encoded as version 11 encodes its tags. */
function word(value: unknown): string {
  if (value === null || value === undefined || value === "") return "-";
  if (value instanceof Date) return `${Math.floor(value.getTime() / 1000)}`;
  return `${value}`.replace(/\s/g, encodeURIComponent);
}
