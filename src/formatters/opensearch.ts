import * as z from "zod";
import { condition, note } from "../condition.ts";
import { lastPart, place, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { predicate, slug } from "./words.ts";

const trouble = condition("es", {
  grades: {
    5: "shards deleted, or AWS's High while red",
    4: "AWS's High, or its Medium or Low while red",
    3: "AWS's Medium",
    2: "AWS's Low, or yet to come",
  },
});
const capacity = condition("aoss:ocu", { grades: { 3: "at the limit", 2: "close to the limit" } });

const severities: Readonly<Record<string, 2 | 3 | 4>> = { high: 4, medium: 3, low: 2 };
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
const notifications: readonly (readonly [detailTypes: readonly string[], means: string, ends?: string])[] = [
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
    ...notifications.flatMap(([detailType, means, ends]) =>
      formatter({
        source: "aws.es",
        detailType,
        means,
        conditions: [{ ...trouble, ends }],
        detail: () => z.object({ event: text, status: text, severity: text, Severity: text, description: text }),
        format: ({ event: what, status, severity, Severity, description = "" }, event) => {
          const domain = lastPart(event.resources[0]);
          if (!domain || !(what ?? status)) throw new UnexpectedPayload("no domain, or neither event nor status");
          const graded = severities[(severity ?? Severity ?? "").toLowerCase()];
          const red = /status is red/i.test(description);
          const lost = /^shard\(s\) deleted/i.test(status ?? "");
          const of = `${domain}:${slug(what ?? event.detailType)}`;
          const statement = {
            of,
            node: domain,
            summary: [
              `OpenSearch domain ${domain}${red ? " is red" : ""}:`,
              what ?? "notification",
              status && (says[status.toLowerCase()] ?? predicate(status)),
            ]
              .filter(Boolean)
              .join(" "),
            link: consoleLink(event.region, "aos/home", `#opensearch/domains/${domain}`),
          };
          if (status && over.test(status)) return trouble.clear(statement);
          if (lost) return trouble.raise(5, statement);
          if (!graded) return note("es", { ...statement, of: `${of}:${slug(status ?? "notice")}` });
          if (red) return trouble.raise(graded === 4 ? 5 : 4, statement);
          return trouble.raise(status && upcoming.test(status) ? 2 : graded, statement);
        },
      }),
    ),
    (
      [
        ["OCU Utilization Approaching Max Limit", 2, "is close to its limit"],
        ["OCU Utilization Reached Max Limit", 3, "has reached its limit"],
      ] as const
    ).flatMap(([detailType, grade, says]) =>
      formatter({
        source: "aws.aoss",
        detailType,
        means: `The capacity of OpenSearch Serverless for indexing or search ${says}`,
        conditions: [{ ...capacity, grades: { [grade]: "" } }],
        detail: () => z.object({ description: text }),
        format: ({ description = "" }, event) => {
          const use = description.match(/\b(search|index(?:ing)?)\b/i)?.[1]?.toLowerCase();
          return capacity.raise(grade, {
            of: use,
            node: lastPart(event.resources[0]) ?? place(event),
            summary: `OpenSearch Serverless ${use ? `${use} ` : ""}capacity (OCUs) ${says}`,
          });
        },
      }),
    ),
  ].flat();
