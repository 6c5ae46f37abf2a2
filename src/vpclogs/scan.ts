import { ipv4, type Scope, scopeOf4, scopeOf6, scopes } from "./addresses.ts";
import { type Column, columnsByName, type Layout } from "./columns.ts";
import { actions, FlowFindings, type FlowRow, statuses } from "./findings.ts";
import { FlowLines } from "./flow.ts";
import { flowFindings, flowKinds } from "./kinds.ts";
import { blocks } from "./lines.ts";
import { countMalformed, type LogStats } from "./stats.ts";
import type { Names } from "./tally.ts";

/** Reads the findings of flow log text; counts its lines in `stats`. */
export async function scanFlowLog(chunks: AsyncIterable<Uint8Array>, stats: LogStats): Promise<FlowFindings> {
  const findings = new FlowFindings();
  const scan = new FlowScan(findings, stats);
  const tooLong = () => {
    stats.lines++;
    countMalformed(stats, "too long");
  };
  for await (const block of blocks(chunks, tooLong)) scan.block(block);
  return findings;
}

const statusByWord: ReadonlyMap<string, number> = new Map([
  ["", statuses.none],
  ["OK", statuses.ok],
  ["NODATA", statuses.noData],
]);
const actionByWord: ReadonlyMap<string, number> = new Map([
  ["", actions.none],
  ["ACCEPT", actions.accept],
]);

/** How a column is read; `skip` only finds its end. */
const steps = {
  skip: 0,
  source: 1,
  destination: 2,
  sourcePort: 3,
  destinationPort: 4,
  protocol: 5,
  packets: 6,
  action: 7,
  status: 8,
  account: 9,
  time: 10,
  integer: 11,
  interfaceId: 12,
} as const;

/** Columns that findings read with `text`, outside the plan. */
const textColumns: ReadonlySet<string> = new Set(flowFindings.flatMap((finding) => flowKinds[finding].uses));
const idColumns = { gateway: "tgw-attachment-id", other: "interface-id" } as const;

/** Whether findings, or the number of malformed lines, depend on a column. */
export function mattersToFindings(name: string): boolean {
  const kind = columnsByName.get(name)?.kind ?? "text";
  return (
    name in stepByName || kind in stepByKind || textColumns.has(name) || Object.values<string>(idColumns).includes(name)
  );
}

const wordSteps: ReadonlySet<number> = new Set([steps.skip, steps.source, steps.destination, steps.interfaceId]);
const stepByName: Readonly<Record<string, number>> = {
  srcaddr: steps.source,
  dstaddr: steps.destination,
  srcport: steps.sourcePort,
  dstport: steps.destinationPort,
  protocol: steps.protocol,
  packets: steps.packets,
  action: steps.action,
  "log-status": steps.status,
};
const stepByKind: Readonly<Partial<Record<Column["kind"], number>>> = {
  account: steps.account,
  time: steps.time,
  integer: steps.integer,
};

const space = 32;
const comma = 44;
const dash = 45;
const zero = 48;
const nine = 57;
const ipv6 = 1 << 16;

/**
 * Scans bytes without a string or an object for each line. {@link FlowLines} reads the lines that are rare or not clearly
 * well-formed, so that both give the same findings and counts.
 */
class FlowScan implements FlowRow {
  status: number = statuses.none;
  action: number = actions.none;
  family = 0;
  sourceScope: Scope = scopes.none;
  destinationScope: Scope = scopes.none;
  sourcePort = -1;
  destinationPort = -1;
  protocol = -1;
  packets = -1;

  private readonly findings: FlowFindings;
  private readonly stats: LogStats;
  private readonly lines: FlowLines;
  private layout: Layout | undefined;
  /** A step for each column up to the last one that is read; empty where FlowLines reads every line. */
  private plan: number[] = [];
  private bytes: Uint8Array = new Uint8Array();
  private lineStart = 0;
  /** The flags of the line that starts at `flagsLine`. */
  private lineFlags = -1;
  private flagsLine = -1;
  private source4 = 0;
  private destination4 = 0;
  /** The bytes that the positions of the addresses and the id refer to. */
  private words: Uint8Array = new Uint8Array();
  private sourceStart = 0;
  private sourceEnd = 0;
  private destinationStart = 0;
  private destinationEnd = 0;
  private interfaceStart = 0;
  private interfaceEnd = 0;

  constructor(findings: FlowFindings, stats: LogStats) {
    this.findings = findings;
    this.stats = stats;
    this.lines = new FlowLines(stats, false, false);
  }

  block(bytes: Uint8Array): void {
    const { stats } = this;
    this.bytes = bytes;
    this.flagsLine = -1;
    this.lines.block(bytes);
    stats.bytes += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      this.lineStart = at;
      const next = this.plan.length > 0 ? this.fast(at) : 0;
      if (next > 0) {
        stats.lines++;
        stats.records++;
        if (this.layout?.gateway) stats.gateway++;
        if (this.status === statuses.noData) stats.noData++;
        else this.findings.add(this);
        at = next;
      } else {
        const end = bytes.indexOf(10, at);
        this.slow(at, end);
        at = end + 1;
      }
    }
  }

  /** Read on demand: few lines need the flags, and the plan does not reach them. */
  get flags(): number {
    if (this.flagsLine !== this.lineStart) {
      const flags = this.text("tcp-flags");
      this.flagsLine = this.lineStart;
      this.lineFlags = /^\d{1,19}$/.test(flags) ? Number(flags) : -1;
    }
    return this.lineFlags;
  }

  /** Reads both addresses on demand: few lines need them. */
  locate(): boolean {
    const { words } = this;
    const source = ipv4(words, this.sourceStart, this.sourceEnd);
    const destination = ipv4(words, this.destinationStart, this.destinationEnd);
    this.source4 = source;
    this.destination4 = destination;
    if (source >= 0 && destination >= 0) {
      this.family = 0;
      this.sourceScope = scopeOf4(source);
      this.destinationScope = scopeOf4(destination);
      return true;
    }
    if (source >= 0 || destination >= 0) return false;
    this.family = ipv6;
    this.sourceScope = scopeOf6(words, this.sourceStart, this.sourceEnd);
    this.destinationScope = scopeOf6(words, this.destinationStart, this.destinationEnd);
    return this.sourceScope !== scopes.none && this.destinationScope !== scopes.none;
  }

  source(names: Names): number {
    return this.family > 0 ? names.number(this.words, this.sourceStart, this.sourceEnd) : this.source4 | 0;
  }

  destination(names: Names): number {
    return this.family > 0
      ? names.number(this.words, this.destinationStart, this.destinationEnd)
      : this.destination4 | 0;
  }

  interfaceId(names: Names): number {
    const { words, interfaceStart: start, interfaceEnd: end } = this;
    // `-` stands for no id, as in the records of FlowLines.
    return names.number(words, start, end - start === 1 && words[start] === dash ? start : end);
  }

  text(column: string): string {
    const { bytes } = this;
    const position = this.layout?.at.get(column);
    if (position === undefined) return "";
    const separator = this.layout?.separator === "," ? comma : space;
    let start = this.lineStart;
    for (let at = start, words = 0; ; at++) {
      const byte = bytes[at] as number;
      if (byte !== separator && byte !== 10) continue;
      const end = byte === 10 && bytes[at - 1] === 13 ? at - 1 : at;
      if ((end > start || separator === comma) && words++ === position) {
        return end - start === 1 && bytes[start] === dash ? "" : decoder.decode(bytes.subarray(start, end));
      }
      if (byte === 10) return "";
      start = at + 1;
    }
  }

  /**
   * Reads the line at `start` by the plan; returns where the next line starts, or 0 where FlowLines must read it. This is
   * the hot loop, and one function for speed: with a method for each kind of column, findings take 4 to 7 % longer in
   * `npm run bench:vpclogs`.
   */
  private fast(start: number): number {
    const { bytes, plan } = this;
    const last = plan.length - 1;
    let at = start;
    for (let column = 0; column <= last; column++) {
      const from = at;
      let byte = bytes[at] as number;
      switch (plan[column]) {
        case steps.source:
          while (byte > space) byte = bytes[++at] as number;
          this.sourceStart = from;
          this.sourceEnd = at;
          break;
        case steps.destination:
          while (byte > space) byte = bytes[++at] as number;
          this.destinationStart = from;
          this.destinationEnd = at;
          break;
        case steps.sourcePort:
        case steps.destinationPort:
        case steps.protocol:
        case steps.packets: {
          let value = 0;
          if (byte === dash) {
            value = -1;
            byte = bytes[++at] as number;
          } else {
            while (byte >= zero && byte <= nine) {
              value = value * 10 + byte - zero;
              byte = bytes[++at] as number;
            }
            if (at - from > 15) return 0;
          }
          switch (plan[column]) {
            case steps.sourcePort:
              if (value > 65535) return 0;
              this.sourcePort = value;
              break;
            case steps.destinationPort:
              if (value > 65535) return 0;
              this.destinationPort = value;
              break;
            case steps.protocol:
              this.protocol = value;
              break;
            default:
              this.packets = value;
          }
          break;
        }
        case steps.action:
          if (byte === dash) {
            this.action = actions.none;
            at++;
          } else {
            if (isWord(bytes, at, accept)) this.action = actions.accept;
            else if (isWord(bytes, at, reject)) this.action = actions.reject;
            else return 0;
            at += accept.length;
          }
          byte = bytes[at] as number;
          break;
        case steps.status:
          if (isWord(bytes, at, ok)) this.status = statuses.ok;
          else if (isWord(bytes, at, noData)) this.status = statuses.noData;
          else return 0;
          at += this.status === statuses.ok ? ok.length : noData.length;
          byte = bytes[at] as number;
          break;
        case steps.account:
        case steps.time:
        case steps.integer: {
          const step = plan[column];
          if (byte === dash && step !== steps.time) {
            byte = bytes[++at] as number;
            break;
          }
          while (byte >= zero && byte <= nine) byte = bytes[++at] as number;
          const digits = at - from;
          if (step === steps.account ? digits !== 12 : digits > (step === steps.time ? 12 : 19)) return 0;
          break;
        }
        case steps.interfaceId:
          while (byte > space) byte = bytes[++at] as number;
          this.interfaceStart = from;
          this.interfaceEnd = at;
          break;
        default:
          while (byte > space) byte = bytes[++at] as number;
      }
      if (at === from) return 0;
      if (column < last) {
        if (byte !== space) return 0;
        at++;
      } else if (byte === 10) at++;
      else if (byte === 13 && bytes[at + 1] === 10) at += 2;
      else if (byte === space) at = bytes.indexOf(10, at) + 1;
      else return 0;
    }
    this.words = bytes;
    return at;
  }

  /** Reads a line with FlowLines. */
  private slow(start: number, end: number): void {
    const record = this.lines.read(start, end);
    if (this.lines.layout !== this.layout) this.header();
    if (!record) return;
    const number = (name: string): number => Number(record[name] ?? -1);
    const text = (name: string): string => String(record[name] ?? "");
    this.status = statusByWord.get(text("status")) ?? statuses.skipData;
    this.action = actionByWord.get(text("action")) ?? actions.reject;
    this.sourcePort = number("srcPort");
    this.destinationPort = number("dstPort");
    this.protocol = number("protocol");
    this.packets = number("packets");
    const id = text(this.layout?.gateway ? "tgwAttachmentId" : "interfaceId");
    this.words = encoder.encode(`${text("srcAddr")} ${text("dstAddr")} ${id}`);
    this.sourceStart = 0;
    this.sourceEnd = this.words.indexOf(space);
    this.destinationStart = this.sourceEnd + 1;
    this.destinationEnd = this.words.indexOf(space, this.destinationStart);
    this.interfaceStart = this.destinationEnd + 1;
    this.interfaceEnd = this.words.length;
    this.findings.add(this);
  }

  /** Makes the plan for the lines below a header. */
  private header(): void {
    const { layout } = this.lines;
    this.layout = layout;
    if (!layout) return;
    this.findings.header((column) => layout.at.has(column), layout.gateway, this.stats);
    this.status = statuses.none;
    this.action = actions.none;
    this.sourceStart = this.sourceEnd = 0;
    this.destinationStart = this.destinationEnd = 0;
    this.sourcePort = -1;
    this.destinationPort = -1;
    this.protocol = -1;
    this.packets = -1;
    const id = layout.gateway ? idColumns.gateway : idColumns.other;
    const plan = layout.columns.map((column) => {
      if (column?.aws === id) return steps.interfaceId;
      return column ? (stepByName[column.aws] ?? stepByKind[column.kind] ?? steps.skip) : steps.skip;
    });
    // Without a column that cannot hold a word, the plan would read a header as a line.
    const canDetectHeader = plan.some((step) => !wordSteps.has(step));
    const length = plan.findLastIndex((step) => step !== steps.skip) + 1;
    this.plan = layout.separator === " " && canDetectHeader ? plan.slice(0, length) : [];
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();
const [accept, reject, ok, noData] = ["ACCEPT", "REJECT", "OK", "NODATA"].map((text) => encoder.encode(text)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

/** Whether the letters are at a position. */
function isWord(bytes: Uint8Array, at: number, letters: Uint8Array): boolean {
  for (let letter = 0; letter < letters.length; letter++) if (bytes[at + letter] !== letters[letter]) return false;
  return true;
}
