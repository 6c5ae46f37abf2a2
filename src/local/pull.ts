import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { slug } from "../grammar/words.ts";
import { awsOptions, awsUsage } from "./aws.ts";
import { columns, counted, paint, runCommand, timeOf, UsageError } from "./cli.ts";
import { type LoggedEvent, loggedEvents } from "./logs.ts";
import { sanitise } from "./sanitise.ts";
import { root } from "./template.ts";

const usage = `npm run pull -- [--since 2h] [OPTION…]   save events that had no formatter, or failed, as sanitised samples

Reads the function's log group, /aws/lambda/STACK, and writes one sample for each source and detail-type to
events/SERVICE/CASE.json, unless that file exists. Account ids, keys, names and addresses are replaced.

  --since TIME      30m, 2h, 3d, or a date such as 2026-03-14T09:00Z (2h)
${awsUsage}
  --out FOLDER      the folder for the samples (events)
  --dry-run         write nothing, only show the table

Needs logs:FilterLogEvents. Exit code: 0 done, also if there are no events; 1 failed, 2 wrong arguments.`;

/** The logged events of one source and detail-type, either without a formatter or with one that failed. */
export interface Group {
  readonly source: string;
  readonly detailType: string;
  readonly why: string;
  readonly count: number;
  /** The newest of them. */
  readonly newest: LoggedEvent;
  /** The name of its sample: `ec2/ec2-spot-instance-interruption-warning`. */
  readonly sample: string;
}

/** The groups of events, the most frequent first. */
export function grouped(events: readonly LoggedEvent[]): Group[] {
  const groups = new Map<string, Group>();
  for (const event of events) {
    const failed = event.why !== "no formatter";
    const key = JSON.stringify([event.source, event.detailType.toLowerCase(), failed]);
    const group = groups.get(key);
    const newest = group && group.newest.time > event.time ? group.newest : event;
    const { source, detailType, why } = newest;
    groups.set(key, {
      source,
      detailType,
      why,
      newest,
      count: (group?.count ?? 0) + 1,
      sample: sampleOf(event, failed),
    });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || a.sample.localeCompare(b.sample));
}

function sampleOf({ source, detailType }: LoggedEvent, failed: boolean): string {
  // A partner's source continues with the customer's account at the partner.
  const service = slug(source.replace(/^aws\.partner\/([^/]+).*/, "$1").replace(/^aws\./, "")).slice(0, 60) || "other";
  return `${service}/${slug(detailType).slice(0, 80) || "event"}${failed ? "-failed" : ""}`;
}

/**
 * Writes the sanitised sample of a group.
 * @returns whether it was written: an existing file is not changed.
 */
export function writeSample({ newest, sample }: Group, folder: string): boolean {
  const file = path.join(folder, `${sample}.json`);
  if (existsSync(file)) return false;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(sanitise(newest.event), null, 2)}\n`, { flag: "wx" });
  return true;
}

const oneLine = (text: string): string => {
  const line = text.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
};

if (import.meta.main) {
  await runCommand({
    usage,
    options: {
      ...awsOptions,
      since: { type: "string", default: "2h" },
      out: { type: "string", default: "events" },
      "dry-run": { type: "boolean", default: false },
    },
    async run(values, positionals) {
      if (positionals.length > 0) throw new UsageError(`Unexpected argument ${positionals[0]}.`);
      const since = timeOf(values.since);
      const { events, region } = await loggedEvents(values, since, (found) => {
        if (process.stderr.isTTY)
          process.stderr.write(`\rReading /aws/lambda/${values.stack}: ${counted(found, "event")} so far`);
      });
      if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
      if (events.length === 0) {
        console.log(
          `No event had no formatter, and no formatter failed, since ${new Date(since).toISOString()} (${values.stack}, ${region}).`,
        );
        return 0;
      }
      const groups = grouped(events);
      const folder = path.resolve(root, values.out);
      let written = 0;
      const lines = groups.map((group) => {
        const isNew = !values["dry-run"] && writeSample(group, folder);
        if (isNew) written++;
        const file = path.relative(process.cwd(), path.join(folder, `${group.sample}.json`));
        const state = isNew ? paint("green", "written") : values["dry-run"] ? "" : "exists";
        return [group.count, group.source, group.detailType, oneLine(group.why), file, state];
      });
      console.log(columns(["logged", "source", "detail-type", "why", "sample", ""], lines));
      console.log(
        `\n${counted(events.length, "event")} of ${counted(groups.length, "kind")}, ${counted(written, "sample")} written. ` +
          "The function logs one event of a kind per minute; its metric Unformatted counts all of them.",
      );
      if (written > 0) {
        console.log(
          "Read each sample before you commit it: free text may contain data that no rule recognises. Then write its\n" +
            "formatter (npm run new -- --help) and its expected messages (npm run expect).",
        );
      }
      return 0;
    },
  });
}
