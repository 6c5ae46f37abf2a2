import { type Notice, note } from "../condition.ts";
import { dnsRecords } from "./dns.ts";
import { examplesOnly } from "./findings.ts";
import { type FlowOptions, flowRecords } from "./flow.ts";
import { logKey } from "./keys.ts";
import * as conditions from "./kinds.ts";
import { DnsFindings } from "./queries.ts";
import { counted } from "./ranking.ts";
import type { DnsRecord, FlowRecord, TransitGatewayRecord } from "./records.ts";
import { mattersToFindings, scanFlowLog } from "./scan.ts";
import { logText, type Open, s3, type Unreadable, UnreadableLog } from "./source.ts";
import { type LogStats, malformedLines, newStats } from "./stats.ts";

export { type LogKey, logKey } from "./keys.ts";
export * from "./records.ts";
export { logText, RetryableReadError, UnreadableLog } from "./source.ts";
export { type LogStats, newStats } from "./stats.ts";
export { limits, thresholds } from "./thresholds.ts";

/** A log file as its `Object Created` event names it. */
export interface LogObject {
  readonly bucket: string;
  readonly key: string;
  /** The event's region and account, for a key that names none. */
  readonly region: string;
  readonly account: string;
}

export interface LogReading {
  readonly notices: readonly Notice[];
  readonly stats: LogStats;
  /** The account and region of the logged network; the bucket and the event may be of others. */
  readonly account: string;
  readonly region: string;
}

/**
 * Reads the findings of a VPC log in S3. A log that cannot be read gives a notice that says why.
 * @throws {RetryableReadError} where a later try may succeed.
 */
export async function readVpcLog(object: LogObject, options: { readonly open?: Open } = {}): Promise<LogReading> {
  const { bucket, key } = object;
  const known = logKey(key);
  const log: Log = {
    kind: known?.kind ?? "flow",
    id: known?.flowLogId ?? known?.vpcId ?? bucket,
    name: `s3://${bucket}/${key}`,
    bucket,
  };
  const open = options.open ?? s3(object.region);
  const reading = await readLog(log, () => open(bucket, key));
  return { ...reading, account: known?.account ?? object.account, region: known?.region ?? object.region };
}

/** A log file, and how messages name it. */
export interface Log {
  readonly kind: "flow" | "dns";
  /** The id of the flow log or the VPC, by which messages about the log itself are keyed. */
  readonly id: string;
  readonly name: string;
  readonly bucket: string;
}

/** Reads the findings of a log from any stream of bytes; throws as {@link readVpcLog} does. */
export async function readLog(
  log: Log,
  open: () => Promise<AsyncIterable<Uint8Array>>,
): Promise<{ notices: Notice[]; stats: LogStats }> {
  const stats = newStats();
  const notices: Notice[] = [];
  const text = readableText(log, open, stats, (notice) => notices.push(notice));
  if (log.kind === "flow") notices.unshift(...(await scanFlowLog(text, stats)).notices(log.id, stats));
  else {
    const { getDomain } = await import("tldts-icann");
    const findings = new DnsFindings((name) => getDomain(name, { validateHostname: false, detectIp: false }));
    for await (const record of dnsRecords(text, { stats })) findings.add(record);
    notices.unshift(...findings.notices(log.id, stats));
  }
  return { notices: [...notices, ...fileNotices(log, stats, notices.length > 0)], stats };
}

/** The log's text as far as it can be read; `add` gets a notice if that is not to its end. */
async function* readableText(
  log: Log,
  open: () => Promise<AsyncIterable<Uint8Array>>,
  stats: LogStats,
  add: (notice: Notice) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* logText(await open(), stats, mattersToFindings);
  } catch (error) {
    if (!(error instanceof UnreadableLog)) throw error;
    add(unreadable(log, error));
  }
}

const tags = { flow: "VPC Flow Log", dns: "VPC DNS Query Log" } as const;
const kinds = { flow: "VPC flow log", dns: "Resolver query log" } as const;

/** Why a file cannot be read, and what to do about it. */
const unreadableTexts: Readonly<Record<Unreadable, { readonly outcome: string; readonly reason?: string }>> = {
  missing: { outcome: "is missing", reason: "was it deleted or moved by a lifecycle rule before it was read?" },
  denied: {
    outcome: "may not be read",
    reason: "allow s3:GetObject to the forwarder's role in the bucket policy and by VpcLogsBucket",
  },
  key: {
    outcome: "cannot be decrypted",
    reason: "allow the function's role kms:Decrypt in the policy of the KMS key",
  },
  archived: { outcome: "is archived", reason: "let lifecycle rules keep logs for a day before they archive them" },
  elsewhere: {
    outcome: "is out of this region's reach",
    reason: "is VpcLogsBucket the bucket that the logs go to?",
  },
  damaged: { outcome: "is damaged", reason: "is it whole in S3, and written by AWS?" },
  refused: { outcome: "was refused by S3" },
};

function unreadable(log: Log, { why, message }: UnreadableLog): Notice {
  const { outcome, reason } = unreadableTexts[why];
  const hasDetails = why === "refused" || why === "damaged";
  return conditions.unreadable.raise(2, {
    of: `${log.id}:${why}`,
    node: log.bucket,
    tag: tags[log.kind],
    thing: kinds[log.kind],
    outcome,
    context: `(${log.name})`,
    reason: [hasDetails && message.slice(0, 100), reason].filter(Boolean).join("; "),
  });
}

/** The notices about the file itself, by its statistics. */
function* fileNotices(log: Log, stats: LogStats, hasNotices: boolean): Generator<Notice> {
  const lines = malformedLines(stats);
  const reasons = Object.entries(stats.malformed).sort(([, one], [, other]) => other - one);
  const why = reasons.map(([reason, count]) => `${reason} ${count}`).join(", ");
  const file = { of: log.id, node: log.id, tag: tags[log.kind], thing: kinds[log.kind], name: log.id };
  if (lines > 0 && stats.records === 0 && stats.headers === 0) {
    yield conditions.alien.raise(2, {
      ...file,
      outcome: "has a file of another kind",
      context: `(${log.name})`,
      reason: `none of its ${counted(lines, "line")} could be read (${why}); what writes to the bucket?`,
    });
  } else if (lines > 0) {
    yield conditions.malformed.raise(2, {
      ...file,
      outcome: "has unreadable lines",
      context: `in ${log.name}`,
      reason: `${lines} of ${stats.lines} were left out (${why})`,
    });
  } else if (stats.format === "empty" && !hasNotices) {
    yield conditions.empty.raise(2, {
      ...file,
      outcome: "has an empty file",
      context: `(${log.name})`,
      reason: "it has not even a header; was it written by AWS?",
    });
  }
  const limited = stats.limits.filter((limit) => limit !== examplesOnly);
  if (limited.length === 0) return;
  yield note("vpc-log:limits", {
    ...file,
    outcome: "holds more than findings count",
    reason: `some may be missed, and counts are lower bounds (${limited.join(", ")})`,
  });
}

/**
 * The records of a flow log, as gzip, Parquet or plain text, from any stream of bytes. Usable without the forwarder.
 * @throws {UnreadableLog} where the packing is damaged, after the records before the damage.
 */
export function parseFlowLog(
  source: AsyncIterable<Uint8Array>,
  options: FlowOptions = {},
): AsyncGenerator<FlowRecord | TransitGatewayRecord> {
  const stats = options.stats ?? newStats();
  return flowRecords(logText(source, stats), { ...options, stats });
}

/** The records of a Resolver query log, like {@link parseFlowLog}. */
export function parseDnsLog(
  source: AsyncIterable<Uint8Array>,
  options: { readonly stats?: LogStats } = {},
): AsyncGenerator<DnsRecord> {
  const stats = options.stats ?? newStats();
  return dnsRecords(logText(source, stats), { stats });
}
