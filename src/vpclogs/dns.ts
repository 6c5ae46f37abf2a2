import { blocks, maxLineBytes, pieces } from "./lines.ts";
import type { DnsRecord } from "./records.ts";
import { countMalformed, type LogStats, newStats } from "./stats.ts";

/**
 * Reads Resolver query log text as records of AWS.VPCDns: one JSON object on a line, or spread over lines as the AWS
 * console shows it. Malformed lines are left out, and counted by reason.
 */
export async function* dnsRecords(
  chunks: AsyncIterable<Uint8Array>,
  options: { readonly stats?: LogStats } = {},
): AsyncGenerator<DnsRecord> {
  const stats = options.stats ?? newStats();
  const lines = new DnsLines(stats);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for await (const block of blocks(chunks, () => lines.skipTooLong())) {
    stats.bytes += block.length;
    for (const piece of pieces(block)) {
      const text = decoder.decode(piece);
      for (let from = 0; from < text.length; ) {
        const end = text.indexOf("\n", from);
        const hasByteOrderMark = stats.lines === 0 && text.charCodeAt(0) === 0xfeff;
        const record = lines.read(text.slice(hasByteOrderMark ? 1 : from, end));
        if (record) yield record;
        from = end + 1;
      }
    }
  }
  lines.end();
}

/** Reads the lines of a file in order. */
class DnsLines {
  private readonly stats: LogStats;
  /** The lines so far of an object that is spread over lines. */
  private unfinished = "";

  constructor(stats: LogStats) {
    this.stats = stats;
  }

  /** The record that ends with a line, if there is one. */
  read(line: string): DnsRecord | undefined {
    this.stats.lines++;
    const text = line.trim();
    if (!text) {
      this.stats.blank++;
      return undefined;
    }
    if (line.startsWith("{")) this.end();
    if (text === "{" || this.unfinished) return this.readSpread(text);
    const value = parsed(text);
    return value === undefined ? this.malformed("not JSON") : this.record(value);
  }

  /** Counts a line that was too long to be read. */
  skipTooLong(): void {
    this.stats.lines++;
    this.malformed("too long");
  }

  /** Discards an unfinished object: no further line belongs to it. */
  end(): void {
    if (this.unfinished) this.malformed("not JSON");
    this.unfinished = "";
  }

  private readSpread(text: string): DnsRecord | undefined {
    this.unfinished += text;
    const value = text.startsWith("}") ? parsed(this.unfinished) : undefined;
    if (value !== undefined) {
      this.unfinished = "";
      return this.record(value);
    }
    if (this.unfinished.length > maxLineBytes) this.end();
    return undefined;
  }

  private record(value: unknown): DnsRecord | undefined {
    const record = dnsRecord(value);
    if (typeof record === "string") return this.malformed(record);
    this.stats.records++;
    return record;
  }

  private malformed(reason: string): undefined {
    countMalformed(this.stats, reason);
    return undefined;
  }
}

const required = [
  "version",
  "account_id",
  "region",
  "vpc_id",
  "query_timestamp",
  "query_name",
  "query_type",
  "query_class",
  "rcode",
  "srcaddr",
  "srcport",
  "transport",
] as const;
const optional = [
  "firewall_rule_group_id",
  "firewall_rule_action",
  "firewall_domain_list_id",
  "firewall_protection",
] as const;
/** Names of `srcids` in a log and in the schema. */
const sources = [
  ["instance", "instance"],
  ["resolver-endpoint", "resolver-endpoint"],
  ["resolver_endpoint", "resolver-endpoint"],
  ["resolver_network_interface", "resolver_network_interface"],
] as const;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The record in a parsed object, or the name of the field that is malformed. */
function dnsRecord(value: unknown): DnsRecord | string {
  if (!isObject(value)) return "not a query";
  const record: Record<string, unknown> = {};
  for (const name of required) {
    const field = typeof value[name] === "number" ? `${value[name]}` : value[name];
    if (typeof field !== "string" || field === "") return name;
    record[name] = field;
  }
  if (!isTime(record.query_timestamp as string)) return "query_timestamp";
  const { answers, srcids } = value;
  if (!Array.isArray(answers)) return "answers";
  record.answers = [];
  for (const answer of answers as unknown[]) {
    if (!isObject(answer)) return "answers";
    const { Rdata, Type, Class } = answer;
    if (typeof Rdata !== "string" || typeof Type !== "string" || typeof Class !== "string") return "answers";
    (record.answers as DnsRecord["answers"]).push({ Rdata, Type, Class });
  }
  if (srcids !== undefined && !isObject(srcids)) return "srcids";
  const ids: Record<string, string> = {};
  for (const [written, name] of sources) {
    const id = srcids?.[written];
    if (typeof id === "string" && id) ids[name] = id;
  }
  record.srcids = ids;
  for (const name of optional) {
    const field = value[name];
    if (typeof field === "string" && field) record[name] = field;
  }
  return record as DnsRecord;
}

/** Whether a text is RFC 3339 and a real date: AWS's guide prints one with 177 seconds. */
const isTime = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
