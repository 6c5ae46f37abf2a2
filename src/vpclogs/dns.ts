import { blocks, maxLineBytes, pieces } from "./lines.ts";
import type { DnsRecord } from "./records.ts";
import { countMalformed, type LogStats, newStats } from "./stats.ts";

/**
 * Reads Resolver query log text, one JSON object a line, as records of AWS.VPCDns; an object that is spread over lines,
 * as the AWS console shows it, is read as well. Malformed lines are counted by reason and left out.
 */
export async function* dnsRecords(
  chunks: AsyncIterable<Uint8Array>,
  options: { readonly stats?: LogStats } = {},
): AsyncGenerator<DnsRecord> {
  const stats = options.stats ?? newStats();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  /** The lines of an object that is spread over lines, while it is unfinished. */
  let spread = "";

  const malformed = (reason: string): undefined => {
    countMalformed(stats, reason);
    return undefined;
  };
  const take = (value: unknown): DnsRecord | undefined => {
    const record = dnsRecord(value);
    if (typeof record === "string") return malformed(record);
    stats.records++;
    return record;
  };
  const drop = (): void => {
    if (spread) malformed("not JSON");
    spread = "";
  };
  const read = (line: string): DnsRecord | undefined => {
    const said = line.trim();
    if (!said) {
      stats.blank++;
      return undefined;
    }
    if (line.startsWith("{")) drop();
    if (said === "{" || spread) {
      spread += said;
      const value = said.startsWith("}") ? parsed(spread) : undefined;
      if (value === undefined && spread.length <= maxLineBytes) return undefined;
      if (value === undefined) drop();
      else spread = "";
      return value === undefined ? undefined : take(value);
    }
    const value = parsed(said);
    return value === undefined ? malformed("not JSON") : take(value);
  };
  const tooLong = (): void => {
    stats.lines++;
    malformed("too long");
  };

  for await (const block of blocks(chunks, tooLong)) {
    stats.bytes += block.length;
    for (const piece of pieces(block)) {
      const text = decoder.decode(piece);
      for (let from = 0; from < text.length; ) {
        const end = text.indexOf("\n", from);
        const line = text.slice(stats.lines === 0 && text.charCodeAt(0) === 0xfeff ? 1 : from, end);
        stats.lines++;
        const record = read(line);
        if (record) yield record;
        from = end + 1;
      }
    }
  }
  drop();
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
/** AWS writes `resolver_endpoint`, the schema `resolver-endpoint`. */
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

/** The record of a parsed line, or the name of the field that breaks the schema. */
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

/** RFC 3339, whose numbers must also be a date: AWS's guide prints one with 177 seconds. */
const isTime = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
