import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { AwsEvent } from "./event.ts";
import type { Loop } from "./loops.ts";
import type { DropReason } from "./message.ts";

/** What one sees of the forwarder: a structured line for what matters, a metric for what is counted. */
export interface Report {
  delivered(milliseconds: number): void;
  refused(event: AwsEvent, messages: number, reason: string): void;
  undelivered(event: AwsEvent, messages: number, reason: string): void;
  /** Events that were not tried, since the console has not been answering. */
  waiting(events: number): void;
  dropped(reason: DropReason): void;
  loop(kind: Loop): void;
  /** Logs the event's JSON, at most once a minute for each pair of source and detail-type. */
  unformatted(event: AwsEvent, payload: unknown, error: Error | undefined): void;
  malformed(payload: unknown): void;
  unreadable(reason: string): void;
  failed(error: unknown): void;
  /** Writes what was counted. */
  publish(): void;
  /** From now on no line holds `secret`. */
  hide(secret: string): string;
}

/** CloudWatch Logs cuts a line of over 256 kB into pieces, which are no JSON then. */
const mostLogged = 200_000;
const samplePause = 60_000;
const mostPairs = 500;

export function createReport(functionName: string, now = Date.now): Report {
  let secret = "";
  const logger = new Logger({
    serviceName: functionName,
    jsonReplacerFn: (_, value: unknown) =>
      secret && typeof value === "string" ? value.replaceAll(secret, "(token)") : value,
  });
  const metrics = new Metrics({ namespace: "AWS-Events2Panther", serviceName: functionName, logger: quiet });
  const sampled = new Map<string, number>();

  const about = ({ id, source, detailType, account, region }: AwsEvent) => ({
    event_id: id,
    source,
    detail_type: detailType,
    event_account: account,
    event_region: region,
  });
  const count = (name: string, value = 1): void => {
    metrics.addMetric(name, MetricUnit.Count, value);
  };
  const countBy = (name: string, dimensions: Record<string, string>): void => {
    const metric = metrics.singleMetric();
    metric.addDimensions(dimensions);
    metric.addMetric(name, MetricUnit.Count, 1);
  };
  const isSampleDue = (pair: string): boolean => {
    if (now() - (sampled.get(pair) ?? Number.NEGATIVE_INFINITY) < samplePause) return false;
    if (sampled.size >= mostPairs) sampled.clear();
    sampled.set(pair, now());
    return true;
  };

  return {
    delivered(milliseconds) {
      count("Delivered");
      metrics.addMetric("DeliveryLatency", MetricUnit.Milliseconds, milliseconds);
    },
    refused(event, messages, reason) {
      count("Refused", messages);
      logger.error("The console refused the event's message: sending it again cannot help", {
        ...about(event),
        messages,
        reason,
      });
    },
    undelivered(event, messages, reason) {
      count("Undelivered", messages);
      logger.warn("The console did not take the event's message: it will be sent again", {
        ...about(event),
        messages,
        reason,
      });
    },
    waiting: (events) => count("Undelivered", events),
    dropped: (reason) => countBy("Dropped", { reason }),
    loop: (kind) => {
      count("LoopDropped");
      logger.debug("Dropped what the forwarder did itself", { kind });
    },
    unformatted(event, payload, error) {
      countBy("Unformatted", { source: event.source.slice(0, 200), detail_type: event.detailType.slice(0, 200) });
      if (!isSampleDue(`${event.source}|${event.detailType}`)) return;
      const said = error ? "The formatter failed on the event" : "There is no formatter for the event";
      logger.warn(said, { ...about(event), ...(error && { error }), event: loggable(payload) });
    },
    malformed(payload) {
      logger.error("An event without source and detail-type arrived", { event: loggable(payload) });
    },
    unreadable: (reason) => logger.error("A message of the retry queue cannot be read", { reason }),
    failed: (error) =>
      logger.error("An event could not be handled", { error: error instanceof Error ? error : String(error) }),
    publish: () => metrics.publishStoredMetrics(),
    hide: (value) => {
      secret = value;
      return value;
    },
  };
}

/** Powertools warns where there is nothing to publish, which is ordinary here. */
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** The event as a line of the log can hold it: as it is, or the beginning of its JSON. */
function loggable(payload: unknown): unknown {
  try {
    const json = JSON.stringify(payload) ?? "null";
    return json.length <= mostLogged ? payload : `${json.slice(0, mostLogged)}…`;
  } catch {
    return "(nested too deeply to be written)";
  }
}
