import type { FilterLogEventsCommandOutput } from "@aws-sdk/client-cloudwatch-logs";
import { isFields } from "../event.ts";
import { asking, clientOptions, type Place, regionOf, tellOfThrottling } from "./aws.ts";
import { counted, say } from "./cli.ts";

/** An event that the function wrote to its log because no formatter could speak of it. */
export interface LoggedEvent {
  readonly event: Readonly<Record<string, unknown>>;
  readonly source: string;
  readonly detailType: string;
  /** Why it is in the log; the error's message where a formatter failed. */
  readonly why: "no formatter" | string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** What the log held. */
export interface LoggedEvents {
  readonly events: readonly LoggedEvent[];
  readonly region: string;
}

// As report.ts writes them.
const noFormatter = "There is no formatter for the event";
const formatterFailed = "The formatter failed on the event";

/**
 * The events without formatter, or whose formatter failed, that the function of the stack logged since `since`
 * (milliseconds since 1970). It logs at most one a minute of each source and detail-type.
 * @param progress is told how many have been found after each page
 * @throws {Failure}
 */
export async function loggedEvents(
  place: Place & { readonly stack: string },
  since: number,
  progress: (found: number) => void = () => {},
): Promise<LoggedEvents> {
  const { CloudWatchLogsClient, FilterLogEventsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
  const client = new CloudWatchLogsClient(clientOptions(place));
  tellOfThrottling(client);
  const logGroupName = `/aws/lambda/${place.stack}`;
  const region = await regionOf(client, place);
  const events: LoggedEvent[] = [];
  let cut = 0;
  let nextToken: string | undefined;
  try {
    do {
      const page: FilterLogEventsCommandOutput = await asking(
        place,
        `read the log group ${logGroupName}`,
        `There is no log group ${logGroupName} in ${region}: is the stack in this region, and its name right (--stack, --region)?`,
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
        if (read === "cut") cut++;
        else if (read) events.push(read);
      }
      progress(events.length);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  } finally {
    client.destroy();
  }
  if (cut > 0) say(`${counted(cut, "event")} left out: too long for the log, so it does not hold them whole.`);
  return { events, region };
}

/** The event of a line: Powertools' JSON, also behind the prefix of Lambda's text format. */
export function eventIn(line: string, time: number): LoggedEvent | "cut" | undefined {
  if (!line.includes(noFormatter) && !line.includes(formatterFailed)) return undefined;
  let said: unknown;
  try {
    said = JSON.parse(line.slice(Math.max(0, line.indexOf("{"))));
  } catch {
    return "cut";
  }
  if (!isFields(said) || (said.message !== noFormatter && said.message !== formatterFailed)) return undefined;
  if (!isFields(said.event)) return "cut";
  const error = isFields(said.error) ? said.error : {};
  return {
    event: said.event,
    source: String(said.source ?? said.event.source ?? ""),
    detailType: String(said.detail_type ?? said.event["detail-type"] ?? ""),
    why: said.message === noFormatter ? "no formatter" : String(error.message ?? "the formatter failed"),
    time,
  };
}
