import * as z from "zod";
import { type Condition, condition, note, type Statement } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import type { Notice } from "../notice.ts";
import { arnName, first, flag, lastPart, place, text } from "./fields.ts";
import { formatter } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { states } from "./states.ts";
import { words } from "./words.ts";

const ends = "the same finding resolved, archived or deleted";
const externalAccess = condition("access-analyzer", {
  grades: { 4: "public", 3: "shared with someone outside" },
  ends,
});
const unusedAccess = condition("access-analyzer", { grades: { 2: "unused" }, ends });
const internalAccess = condition("access-analyzer", { grades: { 3: "reached from inside the organization" }, ends });

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

/** `S3 bucket payroll`. */
function thingOf({ resource, resourceType }: Finding): string | undefined {
  const [, service, kind] = resourceType?.split("::") ?? [];
  return [service, kind && words(kind), arnName(resource)].filter(Boolean).join(" ") || undefined;
}

/** A finding of any analyzer; `raise` makes the notice of an active one. */
function noticeOf(
  detail: Finding,
  event: AwsEvent,
  access: Pick<Condition, "clear" | "name">,
  raise: (thing: string, statement: (summary: string) => Statement) => Notice,
): Notice {
  const { resource, status, error, isDeleted } = detail;
  const analyzer = lastPart(event.resources[0]);
  const of = detail.id ?? detail.findingId ?? resource ?? analyzer ?? "any";
  const thing = thingOf(detail);
  const statement = (summary: string): Statement => ({
    of,
    node: arnName(resource) ?? analyzer ?? place(event),
    summary,
    link: analyzer ? consoleLink(event.region, "access-analyzer/home", `#/analyzer/${analyzer}`) : undefined,
  });
  if (isDeleted || status === "RESOLVED" || status === "ARCHIVED") {
    const how = isDeleted ? "deleted" : status === "ARCHIVED" ? "archived" : "resolved";
    return access.clear(statement(`Access Analyzer: finding about ${thing ?? "a resource"} was ${how}`));
  }
  if (!thing || !status) {
    const summary = `Access Analyzer${analyzer ? ` ${analyzer}` : ""} updated a finding${thing ? ` about ${thing}` : ""}`;
    return note(access.name, { ...statement(summary), of: `${of}:updated` });
  }
  if (error) {
    const summary = `Access Analyzer could not analyse ${thing}: ${words(error)}`;
    return note(access.name, { ...statement(summary), of: `${of}:error` });
  }
  return raise(thing, statement);
}

export const accessanalyzer = () =>
  [
    formatter({
      source: "aws.access-analyzer",
      detailType: "Access Analyzer Finding",
      means: "A resource can be reached from outside the account or organization, or no longer",
      conditions: [externalAccess],
      detail: finding,
      format: (detail, event) =>
        noticeOf(detail, event, externalAccess, (thing, statement) =>
          detail.isPublic
            ? externalAccess.raise(4, statement(`Access Analyzer: ${thing} is public`))
            : externalAccess.raise(3, statement(`Access Analyzer: ${thing} is shared with someone outside`)),
        ),
    }),
    formatter({
      source: "aws.access-analyzer",
      detailType: "Unused Access Finding for IAM entities",
      means: "A role, user, key, password or permission has not been used for long",
      conditions: [unusedAccess],
      detail: finding,
      format: (detail, event) => {
        // UnusedIAMRole, UnusedIAMUserAccessKey, UnusedIAMUserPassword, UnusedPermission
        const kind = words((detail.findingType ?? "unused access").replace(/^Unused(?:IAM)?/, ""));
        const predicate = kind === "role" ? "is unused" : `has an unused ${kind.replace(/^user /, "")}`;
        return noticeOf(detail, event, unusedAccess, (thing, statement) =>
          unusedAccess.raise(2, statement(`Access Analyzer: ${thing} ${predicate}`)),
        );
      },
    }),
    formatter({
      source: "aws.access-analyzer",
      detailType: "Internal Access Finding",
      means: "Someone inside the organization has access to a resource that is watched",
      conditions: [internalAccess],
      detail: finding,
      format: (detail, event) =>
        noticeOf(detail, event, internalAccess, (thing, statement) =>
          internalAccess.raise(3, statement(`Access Analyzer: ${thing} can be reached from inside the organization`)),
        ),
    }),
    ...states("aws.access-analyzer", [
      {
        detailType: "Access Preview State Change",
        means: "A preview of who could reach a resource was made or failed",
        thing: "Access Analyzer preview of",
        condition: "preview",
        name: (event) => arnName(first("detail.configuredResources.0", "detail.configuredResources")(event)),
        state: "detail.status",
        problems: {},
      },
    ]),
  ].flat();
