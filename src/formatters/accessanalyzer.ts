import * as z from "zod";
import type { AwsEvent } from "../event.ts";
import type { Notice, ProblemSeverity } from "../notice.ts";
import { arnName, first, flag, lastPart, place, text } from "./fields.ts";
import { formatter } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { states } from "./states.ts";
import { words } from "./words.ts";

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

/** A finding of any analyzer; `raised` is what is said of an active one, and how bad it is. */
function noticeOf(
  detail: Finding,
  event: AwsEvent,
  raised: (thing: string) => { readonly severity: ProblemSeverity; readonly said: string },
): Notice {
  const { resource, status, error, isDeleted } = detail;
  const id = detail.id ?? detail.findingId;
  const analyzer = lastPart(event.resources[0]);
  const thing = thingOf(detail);
  const common = {
    node: arnName(resource) ?? analyzer ?? place(event),
    link: analyzer ? consoleLink(event.region, "access-analyzer/home", `#/analyzer/${analyzer}`) : undefined,
  };
  const condition = `access-analyzer:${id ?? resource ?? analyzer ?? "any"}`;
  if (isDeleted || status === "RESOLVED" || status === "ARCHIVED") {
    const how = isDeleted ? "deleted" : status === "ARCHIVED" ? "archived" : "resolved";
    return {
      ...common,
      summary: `Access Analyzer: finding about ${thing ?? "a resource"} was ${how}`,
      severity: 0,
      clears: [2, 3, 4],
      condition,
    };
  }
  if (!thing || !status) {
    return {
      ...common,
      summary: `Access Analyzer${analyzer ? ` ${analyzer}` : ""} updated a finding${thing ? ` about ${thing}` : ""}`,
      severity: 1,
      condition: `${condition}:updated`,
    };
  }
  if (error) {
    return {
      ...common,
      summary: `Access Analyzer could not analyse ${thing}: ${words(error)}`,
      severity: 1,
      condition: `${condition}:error`,
    };
  }
  const { severity, said } = raised(thing);
  return { ...common, summary: `Access Analyzer: ${said}`, severity, condition };
}

const over = "the same finding resolved, archived or deleted";

export const accessanalyzer = () =>
  [
    formatter({
      source: "aws.access-analyzer",
      detailType: "Access Analyzer Finding",
      means: "A resource can be reached from outside the account or organization, or no longer",
      severity: "public 4, shared with someone outside 3, could not be analysed 1",
      clears: over,
      detail: finding,
      format: (detail, event) =>
        noticeOf(detail, event, (thing) =>
          detail.isPublic
            ? { severity: 4, said: `${thing} is public` }
            : { severity: 3, said: `${thing} is shared with someone outside` },
        ),
    }),
    formatter({
      source: "aws.access-analyzer",
      detailType: "Unused Access Finding for IAM entities",
      means: "A role, user, key, password or permission has not been used for long",
      severity: "2, could not be analysed 1",
      clears: over,
      detail: finding,
      format: (detail, event) => {
        // UnusedIAMRole, UnusedIAMUserAccessKey, UnusedIAMUserPassword, UnusedPermission
        const kind = words((detail.findingType ?? "unused access").replace(/^Unused(?:IAM)?/, ""));
        return noticeOf(detail, event, (thing) => ({
          severity: 2,
          said: kind === "role" ? `${thing} is unused` : `${thing} has an unused ${kind.replace(/^user /, "")}`,
        }));
      },
    }),
    formatter({
      source: "aws.access-analyzer",
      detailType: "Internal Access Finding",
      means: "Someone inside the organization has access to a resource that is watched",
      severity: "3, could not be analysed 1",
      clears: over,
      detail: finding,
      format: (detail, event) =>
        noticeOf(detail, event, (thing) => ({
          severity: 3,
          said: `${thing} can be reached from inside the organization`,
        })),
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
