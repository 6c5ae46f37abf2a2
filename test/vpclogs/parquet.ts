import { gzipSync } from "node:zlib";
import { type BasicType, parquetWriteBuffer } from "hyparquet-writer";

const integers = new Set(["version", "srcport", "dstport", "protocol"]);
const longs = new Set(["packets", "bytes", "start", "end"]);
const typeOf = (name: string): BasicType => (integers.has(name) ? "INT32" : longs.has(name) ? "INT64" : "STRING");
const compressors = { GZIP: (bytes: Uint8Array) => gzipSync(bytes) };

/** Lines of text with a header as a Parquet file like AWS's. */
export function parquetOf(
  header: string,
  lines: readonly string[],
  codec: "SNAPPY" | "GZIP" | "UNCOMPRESSED" = "SNAPPY",
): Uint8Array {
  const rows = lines.map((line) => line.split(" "));
  const columnData = header.split(" ").map((name, at) => ({
    name: name.replaceAll("-", "_"),
    type: typeOf(name),
    data: rows.map((row) => {
      const word = row[at] ?? "";
      return integers.has(name) ? Number(word) : longs.has(name) ? BigInt(word) : word;
    }),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, codec, compressors, rowGroupSize: 50_000 }));
}
