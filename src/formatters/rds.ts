import * as z from "zod";
import { type Condition, condition, type Grades, note } from "../condition.ts";
import type { Notice } from "../notice.ts";
import { lastPart, list, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { type RdsProblem, rdsCategories, rdsProblems, rdsRecoveries } from "./rds/events.ts";
import { clause, slug } from "./words.ts";

const things: Readonly<Record<string, string>> = {
  "RDS DB Instance Event": "RDS instance",
  "RDS DB Cluster Event": "RDS cluster",
  "RDS DB Snapshot Event": "RDS snapshot",
  "RDS DB Cluster Snapshot Event": "RDS cluster snapshot",
  "RDS DB Proxy Event": "RDS proxy",
  "RDS Blue Green Deployment Event": "RDS blue/green deployment",
  "RDS Zero ETL Event": "RDS zero-ETL integration",
  "RDS Custom Engine Version Event": "RDS custom engine version",
  "RDS DB Parameter Group Event": "RDS parameter group",
  "RDS DB Security Group Event": "RDS security group",
  "RDS DB Shard Group Event": "RDS shard group",
};

const grades = {
  5: "the database is down or lost",
  4: "a component failed; an event that is not listed, of category failure or low storage",
  3: "degraded, or a single failure",
  2: "a risk or something upcoming",
};

/** Of what RDS tells of the others, nothing says that it is over. */
const endings: Readonly<Record<string, string>> = {
  "RDS instance": "the event that tells its end, of the same instance: started, finished, resumed",
  "RDS cluster": "the event that tells its end, of the same cluster: finished",
  "RDS snapshot": "the export that succeeds, of the same snapshot",
  "RDS blue/green deployment": "the switchover that finishes, of the same deployment",
};

export const rds = () =>
  Object.entries(things).flatMap(([detailType, thing]) => {
    const trouble = condition(`rds:${slug(thing.replace("RDS ", ""))}`, { grades, ends: endings[thing] });
    return formatter({
      source: "aws.rds",
      detailType,
      means: `Something happened to an ${thing}`,
      conditions: [trouble],
      detail: () =>
        z.object({
          EventID: text,
          EventCategories: list(text),
          Message: text,
          SourceIdentifier: text,
          SourceArn: text,
        }),
      format: ({ EventID, EventCategories, Message, SourceIdentifier, SourceArn }, event): readonly Notice[] => {
        const identifier = SourceIdentifier ?? lastPart(SourceArn) ?? lastPart(event.resources[0]);
        const name = nameOf(identifier);
        if (!name) throw new UnexpectedPayload("neither a SourceIdentifier nor a SourceArn");
        const id = EventID?.match(/(\d{4})$/)?.[1] ?? "";
        const statement = (says: string, kind: string) => ({
          of: `${name}:${kind}`,
          node: name,
          summary: `${thing} ${identifier?.startsWith("rds:") ? "of " : ""}${name} ${says}`,
          link: linkOf(thing, name, event.region),
        });
        const problem = ([severity, kind, says]: RdsProblem): Notice =>
          severity === 1
            ? note(trouble.name, statement(says, `${kind}:${slug(says)}`))
            : trouble.raise(severity, statement(says, kind));

        const listed = Object.hasOwn(rdsProblems, id) ? rdsProblems[id] : undefined;
        const recovery = Object.hasOwn(rdsRecoveries, id) ? rdsRecoveries[id] : undefined;
        const recovered = [...endedBy(recovery?.[0] ?? [], trouble.name)].map(([kind, ended]) =>
          ended.clear(statement(recovery?.[1] ?? "", kind)),
        );
        if (listed) return [problem(listed), ...recovered];
        return recovered.length > 0 ? recovered : [problem(byCategory(EventCategories, id, Message))];
      },
    });
  });

/** Automated snapshots are named `rds:orders-2026-03-14-02-10`: what is left names the database. */
const nameOf = (identifier: string | undefined): string | undefined =>
  identifier?.replace(/^rds:/, "").replace(/-\d{4}-\d\d-\d\d-\d\d-\d\d$/, "") || undefined;

/** What is over, by kind: only at the severities of the events that ended, since others of the kind may last. */
function endedBy(ids: readonly string[], name: string): Map<string, Condition<never>> {
  const rows = ids.map((id) => rdsProblems[id]).filter((row) => row !== undefined);
  const byKind = Map.groupBy(rows, ([, kind]) => kind);
  return new Map([...byKind].map(([kind, ended]) => [kind, condition(name, { grades: gradesOf(ended) })]));
}

const gradesOf = (rows: readonly RdsProblem[]): Grades =>
  Object.fromEntries(rows.map(([severity, , says]) => [severity, says]));

/** The gravest category's severity, with AWS's words where they hold no figures: sizes, times and percentages vary. */
function byCategory(
  categories: readonly (string | undefined)[] = [],
  id: string,
  message: string | undefined,
): RdsProblem {
  const known = categories
    .map((category) => category?.toLowerCase() ?? "")
    .filter((category) => Object.hasOwn(rdsCategories, category))
    .map((category) => ({ category, row: rdsCategories[category] }))
    .sort((one, other) => (other.row?.[0] ?? 1) - (one.row?.[0] ?? 1))[0];
  const words = message && !/\d/.test(message) ? message : undefined;
  const [severity, says] = known?.row ?? [1, "sent an event"];
  return [severity, `other:${id || slug(known?.category ?? "event")}`, `${says}${clause(": ", words)}`];
}

function linkOf(thing: string, name: string, region: string): string | undefined {
  if (thing !== "RDS instance" && thing !== "RDS cluster") return undefined;
  return consoleLink(region, "rds/home", `#database:id=${name};is-cluster=${thing === "RDS cluster"}`);
}
