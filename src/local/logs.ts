import type { FilterLogEventsCommandOutput } from "@aws-sdk/client-cloudwatch-logs";
import { isFields } from "../event.ts";
import { type AwsSession, callAws, clientOptions, regionOf, reportThrottling } from "./aws.ts";
import { counted, say } from "./cli.ts";

/** An event that the function logged because it has no formatter, or its formatter failed. */
export interface LoggedEvent {
  readonly event: Readonly<Record<string, unknown>>;
  readonly source: string;
  readonly detailType: string;
  /** Why it was logged: the error's message if a formatter failed. */
  readonly why: "no formatter" | string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** The logged events, and the region of the log. */
export interface LoggedEvents {
  readonly events: readonly LoggedEvent[];
  readonly region: string;
}

// The messages of src/forward/report.ts.
const noFormatter = "There is no formatter for the event";
const formatterFailed = "The formatter failed on the event";

/**
 * The events that the stack's function logged since `since` (milliseconds since 1970) because they had no formatter, or
 * because it failed. The function logs one event per minute for each source and detail-type.
 * @param progress called after each page with the number of events so far
 * @throws {Failure}
 */
export async function loggedEvents(
  session: AwsSession & { readonly stack: string },
  since: number,
  progress: (found: number) => void = () => {},
): Promise<LoggedEvents> {
  const { CloudWatchLogsClient, FilterLogEventsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
  const client = new CloudWatchLogsClient(clientOptions(session));
  reportThrottling(client);
  const logGroupName = `/aws/lambda/${session.stack}`;
  const region = await regionOf(client, session);
  const events: LoggedEvent[] = [];
  let truncated = 0;
  let nextToken: string | undefined;
  try {
    do {
      const page: FilterLogEventsCommandOutput = await callAws(
        session,
        `read the log group ${logGroupName}`,
        `There is no log group ${logGroupName} in ${region}: check --stack and --region.`,
        () =>
          client.send(
            new FilterLogEventsCommand({
              logGroupName,
              startTime: since,
              filterPattern: `?"${noFormatter}" ?"${formatterFailed}"`,
              ...(nextToken === undefined ? {} : { nextToken }),
            }),
          ),
      );
      for (const { message = "", timestamp = 0 } of page.events ?? []) {
        const read = eventIn(message, timestamp);
        if (read === "truncated") truncated++;
        else if (read) events.push(read);
      }
      progress(events.length);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  } finally {
    client.destroy();
  }
  if (truncated > 0) say(`${counted(truncated, "event")} left out: truncated in the log.`);
  return { events, region };
}

/** The event of a line: JSON of Powertools, which Lambda's text format prefixes. */
export function eventIn(line: string, time: number): LoggedEvent | "truncated" | undefined {
  if (!line.includes(noFormatter) && !line.includes(formatterFailed)) return undefined;
  let entry: unknown;
  try {
    entry = JSON.parse(line.slice(Math.max(0, line.indexOf("{"))));
  } catch {
    return "truncated";
  }
  if (!isFields(entry) || (entry.message !== noFormatter && entry.message !== formatterFailed)) return undefined;
  if (!isFields(entry.event)) return "truncated";
  const error = isFields(entry.error) ? entry.error : {};
  return {
    event: entry.event,
    source: String(entry.source ?? entry.event.source ?? ""),
    detailType: String(entry.detail_type ?? entry.event["detail-type"] ?? ""),
    why: entry.message === noFormatter ? "no formatter" : String(error.message ?? "the formatter failed"),
    time,
  };
}
