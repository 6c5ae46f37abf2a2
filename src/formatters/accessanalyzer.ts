import * as z from "zod";
import { arnName, lastSegment } from "../arn.ts";
import { condition, type Notice, note, type Statement } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { accountRegion, first, flag, type Read, text } from "../grammar/fields.ts";
import { type Formatter, formatter } from "../grammar/formatter.ts";
import { consoleLink } from "../grammar/links.ts";
import { states, suffix } from "../grammar/states.ts";
import { words } from "../grammar/words.ts";

const access = condition("access-analyzer", {
  grades: { 4: "public", 3: "shared with someone outside, or reached from inside the organization", 2: "unused" },
  ends: "the same finding resolved, archived or deleted",
});
type Grade = 2 | 3 | 4;

/** The condition with the grades that one event type raises, for the documents. */
const raising = (...grades: readonly Grade[]): typeof access => ({
  ...access,
  grades: Object.fromEntries(grades.map((grade) => [grade, access.grades[grade]])),
});

const finding = () =>
  z.object({
    id: text,
    findingId: text,
    findingType: text,
    status: text,
    resource: text,
    resourceType: text,
    error: text,
    isDeleted: flag,
    isPublic: flag,
  });

type Finding = z.infer<ReturnType<typeof finding>>;

/** What an active finding says about its resource. */
interface Exposure {
  readonly grade: Grade;
  readonly outcome: string;
  readonly context?: string;
}

/** `S3 bucket` of `AWS::S3::Bucket`. */
function kindOf({ resourceType }: Finding): string | undefined {
  const [, service, kind] = resourceType?.split("::") ?? [];
  return [service, kind && words(kind)].filter(Boolean).join(" ") || undefined;
}

function statementOf({ id, findingId, resource }: Finding, event: AwsEvent): Pick<Statement, "of" | "node" | "link"> {
  const analyzer = lastSegment(event.resources[0]);
  return {
    of: id ?? findingId ?? resource ?? analyzer ?? "any",
    node: arnName(resource) ?? analyzer ?? accountRegion(event),
    link: analyzer ? consoleLink(event.region, "access-analyzer/home", `#/analyzer/${analyzer}`) : undefined,
  };
}

function noticeOf(detail: Finding, event: AwsEvent, exposureOf: (detail: Finding) => Exposure): Notice {
  const { resource, status, error, isDeleted } = detail;
  const statement = statementOf(detail, event);
  const [kind, name] = [kindOf(detail), arnName(resource)];
  const subject = [kind, name].filter(Boolean).join(" ");
  if (isDeleted || status === "RESOLVED" || status === "ARCHIVED") {
    const outcome = `was ${isDeleted ? "deleted" : status === "ARCHIVED" ? "archived" : "resolved"}`;
    const context = `for ${subject || "a resource"}`;
    return access.clear({ ...statement, thing: "Access Analyzer finding", outcome, context });
  }
  if (!subject || !status) {
    return note(access.name, {
      ...statement,
      of: `${statement.of}:updated`,
      thing: "Access Analyzer",
      name: lastSegment(event.resources[0]),
      outcome: "updated a finding",
      context: subject && `about ${subject}`,
    });
  }
  if (error) {
    return note(access.name, {
      ...statement,
      of: `${statement.of}:error`,
      thing: "Access Analyzer",
      outcome: "could not analyse",
      context: subject,
      reason: words(error),
    });
  }
  const { grade, outcome, context } = exposureOf(detail);
  return access.raise(grade, {
    ...statement,
    thing: kind ?? "Resource",
    name,
    outcome,
    context: [context, ", found by Access Analyzer"].join(""),
  });
}

const external = ({ isPublic }: Finding): Exposure =>
  isPublic ? { grade: 4, outcome: "is public" } : { grade: 3, outcome: "is shared with someone outside" };

/** From UnusedIAMRole, UnusedIAMUserAccessKey, UnusedIAMUserPassword or UnusedPermission. */
function unused({ findingType = "unused access" }: Finding): Exposure {
  const kind = words(findingType.replace(/^Unused(?:IAM)?/, ""));
  return { grade: 2, outcome: kind === "role" ? "is unused" : `has an unused ${kind.replace(/^user /, "")}` };
}

const internal = (): Exposure => ({
  grade: 3,
  outcome: "can be reached",
  context: "from inside the organization",
});

const findings = (
  detailType: string,
  means: string,
  grades: readonly Grade[],
  exposureOf: (detail: Finding) => Exposure,
): Formatter[] =>
  formatter({
    source: "aws.access-analyzer",
    detailType,
    means,
    conditions: [raising(...grades)],
    detail: finding,
    format: (detail, event) => noticeOf(detail, event, exposureOf),
  });

const previewed: Read = (event) => arnName(first("detail.configuredResources.0", "detail.configuredResources")(event));

export const accessanalyzer = () => [
  ...findings(
    "Access Analyzer Finding",
    "A resource can be reached from outside the account or organization, or no longer",
    [4, 3],
    external,
  ),
  ...findings(
    "Unused Access Finding for IAM entities",
    "A role, user, key, password or permission has not been used for long",
    [2],
    unused,
  ),
  ...findings(
    "Internal Access Finding",
    "Someone inside the organization has access to a resource that is watched",
    [3],
    internal,
  ),
  ...states("aws.access-analyzer", [
    {
      detailType: "Access Preview State Change",
      means: "A preview of who could reach a resource was made or failed",
      thing: "Access Analyzer preview",
      condition: "preview",
      name: [],
      node: previewed,
      key: previewed,
      state: "detail.status",
      problems: {},
      context: suffix("for", previewed),
    },
  ]),
];
