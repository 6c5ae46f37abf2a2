import * as z from "zod";
import { lastSegment } from "../arn.ts";
import { type Condition, condition, type Grades, type Notice, note, type ProblemSeverity } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { list, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { consoleLink } from "../grammar/links.ts";
import { lookUp, slug } from "../grammar/words.ts";
import { type RdsProblem, rdsCategories, rdsGradesOfKind, rdsProblems, rdsRecoveries } from "./rds/events.ts";

interface Source {
  readonly detailType: string;
  readonly thing: string;
  /** The grades that events of this source reach; those of unlisted events are lowered to them. */
  readonly grades: readonly (2 | 3 | 4 | 5)[];
  /** RDS reports the end of few problems. */
  readonly ends?: string;
}

const sources: readonly Source[] = [
  {
    detailType: "RDS DB Instance Event",
    thing: "RDS instance",
    grades: [5, 4, 3, 2],
    ends: "the event that reports its end, of the same instance: started, finished, resumed",
  },
  {
    detailType: "RDS DB Cluster Event",
    thing: "RDS cluster",
    grades: [5, 4, 3, 2],
    ends: "the event that reports its end, of the same cluster: finished",
  },
  {
    detailType: "RDS DB Snapshot Event",
    thing: "RDS snapshot",
    grades: [3, 2],
    ends: "the export that succeeds, of the same snapshot",
  },
  {
    detailType: "RDS DB Cluster Snapshot Event",
    thing: "RDS cluster snapshot",
    grades: [3],
    ends: "the export that succeeds, of the same snapshot",
  },
  { detailType: "RDS DB Proxy Event", thing: "RDS proxy", grades: [4, 3, 2] },
  {
    detailType: "RDS Blue Green Deployment Event",
    thing: "RDS blue/green deployment",
    grades: [3, 2],
    ends: "the switchover that finishes, of the same deployment",
  },
  { detailType: "RDS Zero ETL Event", thing: "RDS zero-ETL integration", grades: [4, 2] },
  { detailType: "RDS Custom Engine Version Event", thing: "RDS custom engine version", grades: [4, 2] },
  { detailType: "RDS DB Parameter Group Event", thing: "RDS parameter group", grades: [] },
  { detailType: "RDS DB Security Group Event", thing: "RDS security group", grades: [4] },
  { detailType: "RDS DB Shard Group Event", thing: "RDS shard group", grades: [4, 2] },
];

const gradeMeanings = {
  5: "the database is down or lost",
  4: "a component failed; an event that is not listed, of category failure or low storage",
  3: "degraded, or a single failure",
  2: "a risk or something upcoming",
};

const rdsDetail = () =>
  z.object({
    EventID: text,
    EventCategories: list(text),
    Message: text,
    SourceIdentifier: text,
    SourceArn: text,
  });
type RdsDetail = z.infer<ReturnType<typeof rdsDetail>>;

export const rds = () =>
  sources.flatMap(({ detailType, thing, grades, ends }) => {
    const trouble = condition(`rds:${slug(thing.replace("RDS ", ""))}`, {
      grades: Object.fromEntries(grades.map((grade) => [grade, gradeMeanings[grade]])) as Grades,
      ends,
    });
    return formatter({
      source: "aws.rds",
      detailType,
      means: `Something happened to an ${thing}`,
      conditions: [trouble],
      detail: rdsDetail,
      format: (detail, event) => noticesOf(thing, trouble, detail, event),
    });
  });

function noticesOf(thing: string, trouble: Condition, detail: RdsDetail, event: AwsEvent): readonly Notice[] {
  const id = detail.EventID?.match(/(\d{4})$/)?.[1];
  const fields = fieldsOf(thing, detail, event);
  const listed = lookUp(rdsProblems, id);
  const problem = ([severity, kind, outcome, { context, reason } = {}]: RdsProblem): Notice => {
    const grade = gradeWithin(trouble.grades, severity);
    const explanation = grade > 1 ? (detail.Message ?? reason) : reason;
    const statement = { ...fields, of: `${fields.name}:${kind}`, outcome, context, reason: explanation };
    if (grade > 1) return trouble.raise(grade, statement);
    // A note of the table has the table's reason, one that is not listed has AWS's words.
    const text = listed && reason ? `${outcome} ${reason}` : outcome;
    return note(trouble.name, { ...statement, of: `${statement.of}:${slug(text)}` });
  };
  const [kinds, outcome] = lookUp(rdsRecoveries, id) ?? [[], ""];
  const recoveries = kinds.map((kind) =>
    // The grades of the kind alone, so that the recovery of what was never sent is not sent.
    condition(trouble.name, { grades: rdsGradesOfKind(kind) }).clear({
      ...fields,
      of: `${fields.name}:${kind}`,
      outcome,
    }),
  );
  if (listed) return [problem(listed), ...recoveries];
  return recoveries.length > 0 ? recoveries : [problem(byCategory(detail, id))];
}

function fieldsOf(thing: string, { SourceIdentifier, SourceArn }: RdsDetail, event: AwsEvent) {
  const identifier = SourceIdentifier ?? lastSegment(SourceArn) ?? lastSegment(event.resources[0]);
  const name = nameOf(identifier);
  if (!name) throw new UnexpectedPayload("neither a SourceIdentifier nor a SourceArn");
  return {
    node: name,
    thing: identifier?.startsWith("rds:") ? thing.replace("RDS", "RDS automated") : thing,
    name,
    link: linkOf(thing, name, event.region),
  };
}

/** Automated snapshots are named `rds:orders-2026-03-14-02-10`: what is left names the database. */
const nameOf = (identifier: string | undefined): string | undefined =>
  identifier?.replace(/^rds:/, "").replace(/-\d{4}-\d\d-\d\d-\d\d-\d\d$/, "") || undefined;

/** The highest of the grades that is not above `severity`. */
const gradeWithin = (grades: Grades, severity: ProblemSeverity): ProblemSeverity =>
  ([5, 4, 3, 2] as const).find((grade) => grade <= severity && grades[grade] !== undefined) ?? 1;

/** The highest severity of the event's categories, with AWS's words as the reason, unless a note's hold figures. */
function byCategory({ EventCategories = [], Message }: RdsDetail, id: string | undefined): RdsProblem {
  const known = EventCategories.map((category) => category?.toLowerCase() ?? "")
    .flatMap((category) => {
      const row = lookUp(rdsCategories, category);
      return row ? [{ category, row }] : [];
    })
    .sort((one, other) => other.row[0] - one.row[0])[0];
  const [severity, outcome] = known?.row ?? ([1, "sent an event"] as const);
  const reason = severity === 1 && /\d/.test(Message ?? "") ? undefined : Message;
  return [severity, `other:${id ?? slug(known?.category ?? "event")}`, outcome, { reason }];
}

function linkOf(thing: string, name: string, region: string): string | undefined {
  if (thing !== "RDS instance" && thing !== "RDS cluster") return undefined;
  return consoleLink(region, "rds/home", `#database:id=${name};is-cluster=${thing === "RDS cluster"}`);
}
