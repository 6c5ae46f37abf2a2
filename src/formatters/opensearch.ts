import * as z from "zod";
import type { ProblemSeverity } from "../notice.ts";
import { lastPart, place, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { predicate, slug } from "./words.ts";

const severities: Readonly<Record<string, ProblemSeverity>> = { high: 4, medium: 3, low: 2 };
/** The statuses that would read badly behind the event's name. */
const says: Readonly<Record<string, string>> = {
  error: "",
  warning: "",
  required: "is required",
  scheduled: "is scheduled",
  rescheduled: "was rescheduled",
  unexecuted: "could not start",
  "shard(s) deleted": "has deleted shards",
  "shard(s) to be deleted": "will delete shards",
};
const upcoming = /^(?:available|required|scheduled|rescheduled|pending)/i;
const over = /^(?:completed|cancelled|canceled|restored|resolved|success)/i;

/** AWS tells the end of what goes on, such as an update, and never that of an error. */
const ended = "the same event with the status Completed or Cancelled, of the same domain";
const notifications: readonly (readonly [detailTypes: readonly string[], means: string, clears?: string])[] = [
  [["Amazon OpenSearch Service Notification"], "A domain is at a limit or works badly"],
  [
    ["Amazon OpenSearch Service Cluster Status Notification", "Cluster Status Notification"],
    "A domain is red, or AWS restores its indices",
    ended,
  ],
  [["Amazon OpenSearch Service Domain Error Notification", "Domain Error Notification"], "A domain cannot work"],
  [["Amazon OpenSearch Service Domain Update Notification"], "A change of a domain began, ended or failed", ended],
  [
    ["Amazon OpenSearch Service Software Update Notification"],
    "A software update of a domain is due or under way",
    ended,
  ],
  [["Amazon OpenSearch Service Auto-Tune Notification"], "AWS tunes a domain"],
];

export const opensearch = () =>
  [
    ...notifications.flatMap(([detailType, means, clears]) =>
      formatter({
        source: "aws.es",
        detailType,
        means,
        severity: "AWS's own: High 4, Medium 3, Low 2, else 1; red one higher; shards deleted 5; yet to come 2",
        clears,
        detail: () => z.object({ event: text, status: text, severity: text, Severity: text, description: text }),
        format: ({ event: what, status, severity, Severity, description = "" }, event) => {
          const domain = lastPart(event.resources[0]);
          if (!domain || !(what ?? status)) throw new UnexpectedPayload("no domain, or neither event nor status");
          const graded = severities[(severity ?? Severity ?? "").toLowerCase()] ?? 1;
          const red = /status is red/i.test(description);
          const lost = /^shard\(s\) deleted/i.test(status ?? "");
          const common = {
            node: domain,
            summary: [
              `OpenSearch domain ${domain}${red ? " is red" : ""}:`,
              what ?? "notification",
              status && (says[status.toLowerCase()] ?? predicate(status)),
            ]
              .filter(Boolean)
              .join(" "),
            condition: `es:${domain}:${slug(what ?? event.detailType)}`,
            link: consoleLink(event.region, "aos/home", `#opensearch/domains/${domain}`),
          };
          if (status && over.test(status)) return { ...common, severity: 0, clears: [2, 3, 4, 5] };
          if (lost) return { ...common, severity: 5 };
          if (red && graded > 1) return { ...common, severity: graded === 4 ? 5 : 4 };
          if (graded === 1)
            return { ...common, severity: 1, condition: `${common.condition}:${slug(status ?? "notice")}` };
          return { ...common, severity: status && upcoming.test(status) ? 2 : graded };
        },
      }),
    ),
    (
      [
        ["OCU Utilization Approaching Max Limit", 2, "is close to its limit"],
        ["OCU Utilization Reached Max Limit", 3, "has reached its limit"],
      ] as const
    ).flatMap(([detailType, severity, says]) =>
      formatter({
        source: "aws.aoss",
        detailType,
        means: `The capacity of OpenSearch Serverless for indexing or search ${says}`,
        severity: String(severity),
        detail: () => z.object({ description: text }),
        format: ({ description = "" }, event) => {
          const use = description.match(/\b(search|index(?:ing)?)\b/i)?.[1]?.toLowerCase();
          return {
            node: lastPart(event.resources[0]) ?? place(event),
            summary: `OpenSearch Serverless ${use ? `${use} ` : ""}capacity (OCUs) ${says}`,
            severity,
            condition: `aoss:ocu:${use ?? "any"}`,
          };
        },
      }),
    ),
  ].flat();
