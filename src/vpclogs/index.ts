import type { Notice } from "../notice.ts";
import { dnsRecords } from "./dns.ts";
import { counted, examplesOnly } from "./findings.ts";
import { type FlowOptions, flowRecords } from "./flow.ts";
import { logKey } from "./keys.ts";
import { DnsFindings } from "./queries.ts";
import type { DnsRecord, FlowRecord, TransitGatewayRecord } from "./records.ts";
import { mattersToFindings, scanFlowLog } from "./scan.ts";
import { logText, type Open, s3, type Unreadable, UnreadableLog } from "./source.ts";
import { type LogStats, malformedLines, newStats } from "./stats.ts";

export { limits, thresholds } from "./findings.ts";
export { type LogKey, logKey } from "./keys.ts";
export * from "./records.ts";
export { logText, RetryableReadError, UnreadableLog } from "./source.ts";
export { type LogStats, newStats } from "./stats.ts";

/** A log file as its `Object Created` event names it. */
export interface LogObject {
  readonly bucket: string;
  readonly key: string;
  /** Where the event is from: what a key that does not tell is taken to belong to. */
  readonly region: string;
  readonly account: string;
}

export interface LogReading {
  readonly notices: readonly Notice[];
  readonly stats: LogStats;
  /** The account and region whose network the log is of; in a shared bucket not the event's. */
  readonly account: string;
  readonly region: string;
}

/**
 * Reads a VPC log of S3 for its findings. What cannot be read is a notice of its own.
 * @throws {RetryableReadError} where another try may succeed.
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

/** What a log is and what it is called in messages. */
export interface Log {
  readonly kind: "flow" | "dns";
  /** The flow log's or VPC's id: what messages about the log itself are keyed by. */
  readonly id: string;
  readonly name: string;
  readonly bucket: string;
}

/** Reads any byte stream as a log for its findings; throws as {@link readVpcLog} does. */
export async function readLog(
  log: Log,
  open: () => Promise<AsyncIterable<Uint8Array>>,
): Promise<{ notices: Notice[]; stats: LogStats }> {
  const stats = newStats();
  const notices: Notice[] = [];
  const text = lastingText(log, open, stats, (why) => notices.push(why));
  if (log.kind === "flow") notices.unshift(...(await scanFlowLog(text, stats)).notices(log.id, stats));
  else {
    const { getDomain } = await import("tldts-icann");
    const findings = new DnsFindings((name) => getDomain(name, { validateHostname: false, detectIp: false }));
    for await (const record of dnsRecords(text, { stats })) findings.add(record);
    notices.unshift(...findings.notices(log.id, stats));
  }
  return { notices: [...notices, ...troubles(log, stats, notices.length > 0)], stats };
}

/** The log's text up to where it can be read; why it ends before its end becomes a notice. */
async function* lastingText(
  log: Log,
  open: () => Promise<AsyncIterable<Uint8Array>>,
  stats: LogStats,
  tell: (notice: Notice) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* logText(await open(), stats, mattersToFindings);
  } catch (error) {
    if (!(error instanceof UnreadableLog)) throw error;
    tell(unreadable(log, error));
  }
}

const tags = { flow: "VPC Flow Log", dns: "VPC DNS Query Log" } as const;
const kinds = { flow: "VPC flow log", dns: "Resolver query log" } as const;

const remedies: Readonly<Record<Unreadable, string>> = {
  missing: "is not there: was it deleted or moved by a lifecycle rule before it was read?",
  denied: "may not be read: allow s3:GetObject to the forwarder's role in the bucket policy and by VpcLogsBucket",
  key: "is encrypted with a KMS key that may not be used: allow the function's role kms:Decrypt in the key's policy",
  archived: "is in an archive class: let lifecycle rules keep logs for a day before they archive them",
  elsewhere: "is in a bucket that this region cannot reach: is VpcLogsBucket the bucket that the logs go to?",
  damaged: "is damaged and was read up to there: is it whole in S3, and written by AWS?",
  refused: "was refused by S3",
};

function unreadable(log: Log, { why, message }: UnreadableLog): Notice {
  const said = why === "refused" || why === "damaged" ? ` (${message.slice(0, 200)})` : "";
  return {
    severity: 2,
    node: log.bucket,
    tag: tags[log.kind],
    summary: `A ${kinds[log.kind]} ${remedies[why]}${said}: ${log.name}`,
    condition: `vpc-log:unreadable:${log.id}:${why}`,
  };
}

/** What a file's statistics give reason to say of the file itself. */
function* troubles(log: Log, stats: LogStats, alreadyTold: boolean): Generator<Notice> {
  const malformed = malformedLines(stats);
  const said = { node: log.id, tag: tags[log.kind] };
  const reasons = Object.entries(stats.malformed).sort(([, one], [, other]) => other - one);
  const why = reasons.map(([reason, lines]) => `${reason} ${lines}`).join(", ");
  if (malformed > 0 && stats.records === 0 && stats.headers === 0) {
    yield {
      ...said,
      severity: 2,
      summary: `A file is no ${kinds[log.kind]}, though its name says so: none of its ${counted(malformed, "line")} could be read (${why}); what writes to the bucket? ${log.name}`,
      condition: `vpc-log:alien:${log.id}`,
    };
  } else if (malformed > 0) {
    yield {
      ...said,
      severity: 2,
      summary: `Lines of the ${kinds[log.kind]} ${log.id} could not be read and were left out: ${malformed} of ${stats.lines} (${why}), in ${log.name}`,
      condition: `vpc-log:malformed:${log.id}`,
    };
  } else if (stats.format === "empty" && !alreadyTold) {
    yield {
      ...said,
      severity: 2,
      summary: `A ${kinds[log.kind]} is empty, without even a header: was it written by AWS? ${log.name}`,
      condition: `vpc-log:empty:${log.id}`,
    };
  }
  const limited = stats.limits.filter((what) => what !== examplesOnly);
  if (limited.length > 0) {
    yield {
      ...said,
      severity: 1,
      summary: `The ${kinds[log.kind]} ${log.id} holds more than one file's findings count (${limited.join(", ")}): some may be missed, counts are lower bounds`,
      condition: `vpc-log:limits:${log.id}`,
    };
  }
}

/**
 * The records of a flow log, packed as gzip, Parquet or plain text: a generator over any byte stream, to be used alone.
 * @throws {UnreadableLog} where the packing is damaged, after the records before the damage.
 */
export function parseFlowLog(
  source: AsyncIterable<Uint8Array>,
  options: FlowOptions = {},
): AsyncGenerator<FlowRecord | TransitGatewayRecord> {
  const stats = options.stats ?? newStats();
  return flowRecords(logText(source, stats), { ...options, stats });
}

/** The records of a Resolver query log, as {@link parseFlowLog}. */
export function parseDnsLog(
  source: AsyncIterable<Uint8Array>,
  options: { readonly stats?: LogStats } = {},
): AsyncGenerator<DnsRecord> {
  const stats = options.stats ?? newStats();
  return dnsRecords(logText(source, stats), { stats });
}
