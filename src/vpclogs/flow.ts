import { type Column, columnsByName, headerlessLayout, type Layout, layoutOf } from "./columns.ts";
import { blocks, maxLineBytes, pieces } from "./lines.ts";
import type { FlowRecord, TransitGatewayRecord } from "./records.ts";
import { countMalformed, type LogStats, newStats } from "./stats.ts";

export interface FlowOptions {
  /** Also the columns of versions 7 to 11, which AWS.VPCFlow does not name, under AWS's names in camel case. */
  readonly allColumns?: boolean;
  /** Filled in while records are read. */
  readonly stats?: LogStats;
}

type Value = string | number | bigint;
type Fields = Record<string, Value>;

/**
 * Reads flow log text as records of AWS.VPCFlow or of Transit Gateway. Malformed lines are left out, and counted by reason
 * in the statistics.
 */
export async function* flowRecords(
  chunks: AsyncIterable<Uint8Array>,
  options: FlowOptions = {},
): AsyncGenerator<FlowRecord | TransitGatewayRecord> {
  const stats = options.stats ?? newStats();
  const lines = new FlowLines(stats, options.allColumns ?? false, true);
  const tooLong = () => {
    stats.lines++;
    countMalformed(stats, "too long");
  };
  for await (const block of blocks(chunks, tooLong)) {
    stats.bytes += block.length;
    for (const piece of pieces(block)) {
      const text = decoder.decode(piece);
      lines.block(piece, text.length === piece.length ? text : undefined);
      for (let from = 0; from < piece.length; ) {
        const end = piece.indexOf(10, from);
        const record = lines.read(from, end);
        if (record) yield record as FlowRecord;
        from = end + 1;
      }
    }
  }
}

/** Reads the lines of a file in order, each by the header before it. */
export class FlowLines {
  layout: Layout | undefined;
  private bytes: Uint8Array = new Uint8Array();
  private text: string | undefined;
  private readonly starts = new Int32Array(maxLineBytes);
  private readonly ends = new Int32Array(maxLineBytes);
  private values: (Value | undefined)[] = [];
  /** The previous record, if `values` still has exactly its fields. */
  private last: Fields | undefined;
  private readonly times = new Map<number, string>();
  private readonly stats: LogStats;
  private readonly allColumns: boolean;
  private readonly complete: boolean;

  /**
   * `complete`: a line without start, end or log-status is malformed, as in the schema, even where the file's header does
   * not have these columns.
   */
  constructor(stats: LogStats, allColumns: boolean, complete: boolean) {
    this.stats = stats;
    this.allColumns = allColumns;
    this.complete = complete;
  }

  /** Sets the bytes of the lines that `read` is called for next and, if they are ASCII, their text. */
  block(bytes: Uint8Array, text?: string): void {
    this.bytes = bytes;
    this.text = text;
  }

  /** The record in the line between two positions of the block, if there is one. */
  read(from: number, to: number): Fields | undefined {
    const { stats } = this;
    const begin = stats.lines++ === 0 && this.hasByteOrderMark(from) ? from + 3 : from;
    if (this.headerAt(begin, to)) return undefined;
    const { layout, bytes } = this;
    const words = this.split(begin, to, layout?.separator === "," ? comma : space);
    if (words === 0) {
      stats.blank++;
      return undefined;
    }
    if (!layout) {
      countMalformed(stats, "no header");
      return undefined;
    }
    const { columns } = layout;
    const { values } = this;
    let hasSameFields = this.last !== undefined;
    for (let position = 0; position < columns.length; position++) {
      const column = columns[position];
      if (column === undefined || (column.of === "later" && !this.allColumns)) continue;
      const start = this.starts[position] as number;
      const end = this.ends[position] as number;
      let value: Value | undefined;
      if (position < words && !(end - start < 2 && (end === start || bytes[start] === dash))) {
        const read = this.value(column, start, end);
        if (read === undefined) return this.malformed(column.aws);
        if (read !== absent) value = read;
      }
      if ((value === undefined) !== (values[position] === undefined)) hasSameFields = false;
      values[position] = value;
    }
    // Adding the fields one by one takes twice as long as copying a record that has the same ones.
    const record: Fields = hasSameFields ? { ...this.last } : layout.gateway ? { resourceType: "TransitGateway" } : {};
    for (let position = 0; position < columns.length; position++) {
      const value = values[position];
      if (value !== undefined) record[(columns[position] as Column).name] = value;
    }
    if (record.status === undefined && this.requires("log-status")) return this.malformed("log-status");
    if (record.start === undefined && this.requires("start")) return this.malformed("start");
    if (record.end === undefined && this.requires("end")) return this.malformed("end");
    this.last = record;
    stats.records++;
    if (layout.gateway) stats.gateway++;
    if (record.status === "NODATA") stats.noData++;
    else if (record.status === "SKIPDATA") stats.skipData++;
    return record;
  }

  private requires(column: string): boolean {
    return this.complete || this.layout?.at.has(column) === true;
  }

  private malformed(column: string): undefined {
    this.last = undefined;
    countMalformed(this.stats, column);
    return undefined;
  }

  private hasByteOrderMark(from: number): boolean {
    const { bytes } = this;
    return bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf;
  }

  private word(start: number, end: number): string {
    return this.text?.slice(start, end) ?? decoder.decode(this.bytes.subarray(start, end));
  }

  /** Whether a line is a header, which then applies from here on. Joined files have several. */
  private headerAt(from: number, to: number): boolean {
    const { bytes } = this;
    if (this.layout) {
      const first = bytes[from] as number;
      if (first < 97 || first > 122) return false;
      let end = from;
      while ((bytes[end] as number) > space && bytes[end] !== comma) end++;
      if (!columnsByName.has(this.word(from, end).replaceAll("_", "-"))) return false;
    }
    const line = this.word(from, to).trim();
    const layout = layoutOf(line);
    if (layout) {
      this.stats.headers++;
      this.layout = layout;
      this.values = [];
      this.last = undefined;
    } else this.layout ??= headerlessLayout(line);
    return layout !== undefined;
  }

  /** Finds where the words of a line start and end; returns their number. Several spaces are one separator. */
  private split(from: number, to: number, separator: number): number {
    const { bytes, starts, ends } = this;
    const end = to > from && bytes[to - 1] === 13 ? to - 1 : to;
    let words = 0;
    let start = from;
    for (let at = from; at < end; at++) {
      if (bytes[at] !== separator) continue;
      if (at > start || separator === comma) {
        starts[words] = start;
        ends[words++] = at;
      }
      start = at + 1;
    }
    if (end > start || (separator === comma && end > from)) {
      starts[words] = start;
      ends[words++] = end;
    }
    return words;
  }

  /** The value of a word, {@link absent} where it stands for none, `undefined` where it is malformed. */
  private value(column: Column, start: number, end: number): Value | typeof absent | undefined {
    switch (column.kind) {
      case "text":
        return this.word(start, end);
      case "integer":
        return integer(this.bytes, start, end);
      case "loose":
        return integer(this.bytes, start, end) ?? absent;
      case "port": {
        const port = integer(this.bytes, start, end);
        return port !== undefined && port <= 65535 ? port : undefined;
      }
      case "time":
        return this.time(start, end);
      case "account":
        if (end - start === 12 && integer(this.bytes, start, end) !== undefined) return this.word(start, end);
        return this.word(start, end) === "unknown" ? absent : undefined;
      case "action":
        return this.oneOf(actions, start, end);
      case "status":
        return this.oneOf(statuses, start, end);
    }
  }

  /** The word, if it is one of `words`, which all differ in length or first letter. */
  private oneOf(words: readonly string[], start: number, end: number): string | undefined {
    for (const word of words) {
      if (word.length === end - start && word.charCodeAt(0) === this.bytes[start]) {
        return this.word(start, end) === word ? word : undefined;
      }
    }
    return undefined;
  }

  /** Epoch seconds as RFC 3339; cached, because many lines have the same. */
  private time(start: number, end: number): string | undefined {
    const seconds = end - start <= 13 ? integer(this.bytes, start, end) : undefined;
    if (seconds === undefined) return undefined;
    const known = this.times.get(seconds as number);
    if (known) return known;
    const date = new Date((seconds as number) * 1000);
    if (Number.isNaN(date.getTime())) return undefined;
    const text = `${date.toISOString().replace(/^\+0*/, "").slice(0, -5)}Z`;
    if (this.times.size >= 4096) this.times.clear();
    this.times.set(seconds as number, text);
    return text;
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const absent = Symbol("absent");
const dash = 45;
const space = 32;
const comma = 44;
const actions = ["ACCEPT", "REJECT"];
const statuses = ["OK", "NODATA", "SKIPDATA"];

/** An integer of up to 19 digits: a number if that is exact, else a bigint. */
function integer(bytes: Uint8Array, start: number, end: number): number | bigint | undefined {
  const digits = end - start;
  if (digits === 0 || digits > 19) return undefined;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value <= Number.MAX_SAFE_INTEGER ? value : BigInt(decoder.decode(bytes.subarray(start, end)));
}
