import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { AwsEvent } from "../event.ts";
import type { DropReason } from "../message.ts";
import type { Loop } from "./loops.ts";

/** What the forwarder logs and counts: a structured line for what matters, a metric for each count. */
export interface Report {
  /** A message was delivered; `milliseconds` includes retries and waiting for a connection. */
  delivered(milliseconds: number): void;
  refused(event: AwsEvent, messages: number, reason: string): void;
  undelivered(event: AwsEvent, messages: number, reason: string): void;
  /** Counts events that were not sent because the circuit is open. */
  waiting(events: number): void;
  dropped(reason: DropReason): void;
  loop(kind: Loop): void;
  /** Logs the event's JSON, at most once a minute for each pair of source and detail-type. */
  unformatted(event: AwsEvent, payload: unknown, error: Error | undefined): void;
  /** Logs the input, at most once a minute. */
  malformed(payload: unknown): void;
  /** A message of the retry queue holds no event. */
  unreadable(reason: string): void;
  failed(error: unknown): void;
  /** Logs a refused event that the dead-letter queue did not accept: the log is all that has it. */
  deadLetterFailed(event: AwsEvent, payload: unknown, error: unknown): void;
  /** Writes the metrics counted since the last call. */
  publish(): void;
  /** Replaces `secret` in every later line of the log; returns it. */
  hide(secret: string): string;
}

/** CloudWatch Logs splits a line of more than 256 kB, and the parts are not JSON. */
const maxLogged = 200_000;
const maxLoggedDepth = 100;
const sampleInterval = 60_000;
const maxPairs = 500;
/** Characters of a dimension of a metric, within CloudWatch's limit of 1,024. */
const maxDimension = 200;
const maxMetrics = 100;

/** A report that writes to CloudWatch: lines of JSON, and metrics in the embedded metric format. */
export const createReport = (functionName: string, now = Date.now): Report => new CloudWatchReport(functionName, now);

class CloudWatchReport implements Report {
  private readonly logger: Logger;
  private readonly metrics: Metrics;
  private readonly samples: SampleLimit;
  private readonly pairs = new Set<string>();
  private secret = "";

  constructor(functionName: string, now: () => number) {
    this.logger = new Logger({ serviceName: functionName, jsonReplacerFn: (_, value: unknown) => this.redact(value) });
    this.metrics = new Metrics({ namespace: "AWS-Events2Panther", serviceName: functionName, logger: silentLogger });
    this.samples = new SampleLimit(now);
  }

  delivered(milliseconds: number): void {
    this.count("Delivered");
    this.metrics.addMetric("DeliveryLatency", MetricUnit.Milliseconds, milliseconds);
  }

  refused(event: AwsEvent, messages: number, reason: string): void {
    this.count("Refused", messages);
    this.logger.error("The console refused the event's message: sending it again cannot help", {
      ...logFieldsOf(event),
      messages,
      reason,
    });
  }

  undelivered(event: AwsEvent, messages: number, reason: string): void {
    this.count("Undelivered", messages);
    this.logger.warn("The console did not take the event's message: it will be sent again", {
      ...logFieldsOf(event),
      messages,
      reason,
    });
  }

  waiting(events: number): void {
    this.count("Undelivered", events);
  }

  dropped(reason: DropReason): void {
    this.countBy("Dropped", { reason });
  }

  loop(kind: Loop): void {
    this.count("LoopDropped");
    this.logger.debug("Dropped what the forwarder did itself", { kind });
  }

  unformatted(event: AwsEvent, payload: unknown, error: Error | undefined): void {
    const { source, detailType } = event;
    this.countBy("Unformatted", this.dimensionsOf(source, detailType));
    if (!this.samples.accepts(`${source}|${detailType}`)) return;
    const text = error ? "The formatter failed on the event" : "There is no formatter for the event";
    this.logger.warn(text, { ...logFieldsOf(event), ...(error && { error }), event: loggable(payload) });
  }

  malformed(payload: unknown): void {
    if (!this.samples.accepts("malformed")) return;
    this.logger.error("An event without source and detail-type arrived", { event: loggable(payload) });
  }

  unreadable(reason: string): void {
    this.logger.error("A message of the retry queue cannot be read", { reason });
  }

  failed(error: unknown): void {
    this.logger.error("An event could not be handled", { error: error instanceof Error ? error : String(error) });
  }

  deadLetterFailed(event: AwsEvent, payload: unknown, error: unknown): void {
    this.count("DeadLetterFailed");
    this.logger.error("A refused event could not be written to the dead-letter queue", {
      ...logFieldsOf(event),
      error: error instanceof Error ? error : String(error),
      event: loggable(payload),
    });
  }

  publish(): void {
    this.metrics.publishStoredMetrics();
  }

  hide(secret: string): string {
    this.secret = secret;
    return secret;
  }

  /** Each combination is a metric that AWS bills: custom sources share one, and an instance names a bounded number. */
  private dimensionsOf(source: string, detailType: string): Record<string, string> {
    if (!source.startsWith("aws.")) return { source: "custom", detail_type: "any" };
    const pair = { source: source.slice(0, maxDimension), detail_type: detailType.slice(0, maxDimension) };
    if (this.pairs.size >= maxMetrics && !this.pairs.has(`${source}|${detailType}`))
      return { source: "other", detail_type: "any" };
    this.pairs.add(`${source}|${detailType}`);
    return pair;
  }

  private redact(value: unknown): unknown {
    return this.secret && typeof value === "string" ? value.replaceAll(this.secret, "(token)") : value;
  }

  private count(name: string, value = 1): void {
    this.metrics.addMetric(name, MetricUnit.Count, value);
  }

  /** Counts one under dimensions of its own, apart from the metrics that `publish` writes. */
  private countBy(name: string, dimensions: Record<string, string>): void {
    const metric = this.metrics.singleMetric();
    metric.addDimensions(dimensions);
    metric.addMetric(name, MetricUnit.Count, 1);
  }
}

/** Accepts one event a minute of each pair of source and detail-type. */
class SampleLimit {
  private readonly acceptedAt = new Map<string, number>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  accepts(pair: string): boolean {
    const last = this.acceptedAt.get(pair) ?? Number.NEGATIVE_INFINITY;
    if (this.now() - last < sampleInterval) return false;
    if (this.acceptedAt.size >= maxPairs) this.acceptedAt.clear();
    this.acceptedAt.set(pair, this.now());
    return true;
  }
}

/** Powertools warns where there is nothing to publish, which is normal here. */
const silentLogger = { debug() {}, info() {}, warn() {}, error() {} };

/** The fields by which a line of the log names its event. */
const logFieldsOf = ({ id, source, detailType, account, region }: AwsEvent) => ({
  event_id: id,
  source,
  detail_type: detailType,
  event_account: account,
  event_region: region,
});

/** The event as one line of the log can hold it: whole, or as text where it is long or deep. */
function loggable(payload: unknown): unknown {
  try {
    const json = JSON.stringify(payload) ?? "null";
    if (json.length > maxLogged) return `${json.slice(0, maxLogged)}…`;
    return isDeeper(payload, maxLoggedDepth) ? json : payload;
  } catch {
    return "(nested too deeply to be written)";
  }
}

/** Powertools copies what it logs level by level, and would fail on thousands of levels. */
const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === "object" &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)));
