import * as z from "zod";
import { type Condition, condition } from "../condition.ts";
import { type AwsEvent, type Fields, isFields } from "../event.ts";
import type { Notice, ProblemSeverity } from "../notice.ts";
import { type CallRow, callRows } from "./cloudtrail/calls.ts";
import { callerOf, userIdentity } from "./cloudtrail/identity.ts";
import { begun, deedOf, towards } from "./cloudtrail/phrase.ts";
import { namesAt, targetOf } from "./cloudtrail/request.ts";
import { anyObject, arnName, asText, list, object, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { clause, predicate, slug } from "./words.ts";

/** The record that CloudTrail writes of a call; every event "via CloudTrail" has one as its detail. */
export const trailRecord = () =>
  z.object({
    eventSource: text,
    eventName: text,
    eventID: text,
    eventType: text,
    awsRegion: text,
    recipientAccountId: text,
    readOnly: z.unknown().optional(),
    errorCode: text,
    errorMessage: text,
    userIdentity: userIdentity(),
    requestParameters: anyObject,
    responseElements: anyObject,
    additionalEventData: anyObject,
    serviceEventDetails: anyObject,
    resources: list(object({ ARN: text })),
  });

export type TrailRecord = z.infer<ReturnType<typeof trailRecord>>;

const names: Readonly<Record<string, string>> = { monitoring: "cloudwatch", email: "ses", tagging: "tag" };

/** What all notices about one record have in common. */
export function trailed(record: TrailRecord, event: AwsEvent) {
  if (!record.eventName) throw new UnexpectedPayload("no eventName");
  const key = record.eventSource?.replace(/\.amazonaws\.com(?:\.cn)?$/, "") ?? event.source.replace(/^aws\./, "");
  const region = record.awsRegion && record.awsRegion !== "global" ? record.awsRegion : event.region;
  // Lambda and CloudFront put the API's version behind some names: UpdateFunctionCode20150331v2.
  const call = record.eventName.replace(/_?\d{4}_?\d\d_?\d\d(?:v\d+)?$/, "");
  return {
    call,
    service: key,
    action: `${Object.hasOwn(names, key) ? names[key] : key}:${call}`,
    by: callerOf(record.userIdentity),
    region,
    place: `${record.recipientAccountId ?? event.account}-${region}`,
    link: record.eventID ? consoleLink(region, "cloudtrailv2/home", `#/events/${record.eventID}`) : undefined,
  };
}

interface Listed {
  readonly row: CallRow;
  readonly undo: boolean;
}

let listed: Map<string, Listed[]> | undefined;

function listedAs(service: string, call: string): readonly Listed[] {
  if (!listed) {
    listed = new Map();
    for (const row of callRows) {
      for (const [calls, undo] of [
        [row.calls, false],
        [row.undo ?? "", true],
      ] as const) {
        for (const name of calls.split(" ").filter(Boolean)) {
          const key = `${row.service}:${name}`;
          listed.set(key, [...(listed.get(key) ?? []), { row, undo }]);
        }
      }
    }
  }
  return listed.get(`${service}:${call}`) ?? [];
}

const denied = /denied|unauthori[sz]ed|notauthori[sz]ed|forbidden|authfailure/i;

/** Whether a call changed nothing; old records do not say so, but the call's name does. */
export const readsOnly = ({ readOnly }: { readonly readOnly?: unknown }, call: string): boolean =>
  readOnly === undefined || readOnly === null
    ? /^(?:BatchGet|Describe|Get|Head|List|Lookup|Search)[A-Z]/.test(call)
    : String(readOnly).toLowerCase() === "true";

/** The notices of an API call. @throws {UnexpectedPayload} where it has no name. */
export function callNotices(record: TrailRecord, event: AwsEvent): Notice[] {
  const { call, service, action, by, region, place, link } = trailed(record, event);
  const request = unwrapped(record.requestParameters ?? {}, call);
  const deed = deedOf(call);
  const target = targetOf(request, deed.noun.replaceAll(" ", ""));
  const common = { tag: "CloudTrailEvent", link };
  const floor = by.root ? 4 : 1;

  const failure = record.errorCode ?? record.errorMessage;
  if (failure) {
    const refused = denied.test(failure);
    const what = `${action}${target ? ` on ${target.name}` : ""}`;
    return [
      {
        ...common,
        node: target?.name ?? place,
        summary:
          (refused ? `${begun(by.name)} was denied ${what}` : `${begun(by.name)}'s ${what} failed`) +
          clause(": ", failure, 100),
        severity: atLeast(floor, refused && !readsOnly(record, call) ? 2 : 1),
        condition: `cloudtrail:failed:${by.key}:${action}:${record.errorCode ?? "error"}`,
        noise: readsOnly(record, call) ? "read-only" : undefined,
      },
    ];
  }

  const byService = by.service || record.userIdentity?.invokedBy !== undefined;
  const scope = { ...request, userIdentity: record.userIdentity };
  const curated = listedAs(service, call)
    .filter(({ row }) => !(row.people && byService))
    .flatMap(({ row, undo }) => listedNotices(row, undo, scope, trailed(record, event)));
  const own: Notice = {
    ...common,
    node: target?.name ?? place,
    summary:
      deed.verb && target
        ? `${begun(by.name)} ${phrase(deed.verb, deed.noun, target.kind, target.name)} (${action})`
        : `${begun(by.name)} called ${action} ${target ? `on ${target.name}` : `in ${region}`}`,
    severity: atLeast(floor, 1),
    condition: `cloudtrail:${by.key}:${action}`,
    noise: readsOnly(record, call) ? "read-only" : undefined,
  };
  if (curated.length === 0) return [own];
  // That the root user is in use is a matter of its own, even where the call puts something right.
  return by.root && curated.every(({ severity }) => severity === 0) ? [...curated, own] : curated;
}

type Trailed = ReturnType<typeof trailed>;

function listedNotices(row: CallRow, undo: boolean, request: Fields, trail: Trailed): Notice[] {
  const { call, action, by, region, place, link } = trail;
  const grade = undo ? { severity: 0 as const } : row.grade ? row.grade(request, call) : { severity: row.severity };
  if (!grade) return [];
  const paths = row.on?.split(" ") ?? [];
  const path = paths.find((candidate) => namesAt(request, candidate).length > 0);
  const resources = path ? namesAt(request, path) : [undefined];
  const other = row.and ? namesAt(request, row.and)[0] : undefined;
  const kind = path ? kindOf(path) : "";
  const deed = deedOf(call);
  return resources.map((resource): Notice => {
    const named = grade.severity !== 0 && row.says;
    const done = named
      ? [named, resource].filter(Boolean).join(" ")
      : deed.verb
        ? phrase(deed.verb, [deed.noun, other].filter(Boolean).join(" "), kind, resource)
        : `called ${action}${resource ? ` on ${resource}` : ""}`;
    const where = resource ? "" : ` in ${region}`;
    const statement = {
      of: [resource ?? "any", other].filter(Boolean).join(":"),
      tag: "CloudTrailEvent",
      link,
      node: resource ?? place,
      summary: `${begun(by.name)} ${done}${where}${"because" in grade && grade.because ? `: ${grade.because}` : ""} (${action})`,
    };
    const listed = conditionOf(row);
    return grade.severity === 0
      ? listed.clear(statement)
      : listed.raise(atLeast(by.root ? (row.root ?? 4) : 1, grade.severity), statement);
  });
}

/**
 * The condition of a row. Where one call ends what several began, they share the condition that it ends. The root user's
 * call can raise it higher.
 */
function conditionOf(row: CallRow): Condition {
  const grades = [row.severity, ...(row.grades ?? [])];
  const byRoot = grades.map((severity) => atLeast(row.root ?? 4, severity));
  return condition(row.as ?? `${row.service}:${row.calls.split(" ")[0]}`, {
    grades: Object.fromEntries([
      ...byRoot.map((grade) => [grade, "by the root user"]),
      ...grades.map((grade) => [grade, row.calls]),
    ]),
    ends: row.undo,
  });
}

const atLeast = (floor: ProblemSeverity, severity: ProblemSeverity): ProblemSeverity =>
  severity > floor ? severity : floor;

const kindOf = (path: string): string =>
  (path.split(".").at(-1) ?? "").toLowerCase().replace(/(?:names?|identifiers?|ids?|arns?|number)$/, "");

/** `deleted trail audit`, `put bucket policy on payroll`, `created access key for bob`. */
function phrase(verb: string, noun: string, kind: string, resource: string | undefined): string {
  if (!resource) return `${verb} ${noun}`.trim();
  const compared = noun.toLowerCase().replaceAll(" ", "");
  if (compared.endsWith(kind) && !compared.endsWith("ing")) return `${verb} ${noun} ${resource}`;
  if (compared === `${kind}s`) return `${verb} ${noun.slice(0, -1)} ${resource}`;
  // A bare id says nothing: `created grant on key 1234abcd-…`.
  const named = kind && /^[\da-f]{8}-[\da-f]{4}-/.test(resource) && !compared.includes(kind) ? `${kind} ` : "";
  return `${verb} ${noun} ${towards(verb, kind)} ${named}${resource}`;
}

/** EC2 puts the parameters of some calls into an object named for the call. */
function unwrapped(request: Fields, call: string): Fields {
  const inner = request[`${call}Request`];
  return isFields(inner) ? { ...inner, ...request } : request;
}

/** The state that a service's own event reports: of the first object in `serviceEventDetails` that has one. */
export function reportedState(details: Fields): { state: string | undefined; of: Fields } {
  for (const value of [details, ...Object.values(details)]) {
    if (!isFields(value)) continue;
    const state = asText(value.state ?? value.status ?? value.eventStatus);
    if (state) return { state, of: value };
  }
  return { state: undefined, of: details };
}

const serviceEvents: Readonly<Record<string, ProblemSeverity>> = {
  "kms:DeleteKey": 4,
  "ec2:BidEvictedEvent": 2,
};

const insight = condition("cloudtrail:insight", {
  grades: { 3: "unusual error rate", 2: "unusual call rate" },
  ends: "End of the same insight",
});

const failedState = /fail|error|unsuccessful/i;

export const cloudtrail = () =>
  [
    ...["*", "aws.organizations"].flatMap((source) =>
      formatter({
        source,
        detailType: "AWS API Call via CloudTrail",
        means: "Someone called an API of AWS; calls that only read are left out",
        severity:
          "what weakens security, logging, backups or the network, or destroys data 2 to 5 by a list; the root user at least 4; denied 2; else 1",
        clears: "the call that undoes it, such as StartLogging of StopLogging, on the same resource",
        detail: trailRecord,
        format: callNotices,
      }),
    ),
    formatter({
      source: "*",
      detailType: "AWS Console Action via CloudTrail",
      means: "Someone did something in the AWS console that is no API call",
      severity: "root 3, else 1",
      detail: trailRecord,
      format: (record, event) => {
        const { action, by, place, region, link } = trailed(record, event);
        return {
          node: place,
          summary: `${begun(by.name)} did ${action} in the console in ${region}${clause(", which failed: ", record.errorCode ?? record.errorMessage, 100)}`,
          severity: by.root ? 3 : 1,
          condition: `cloudtrail:console:${by.key}:${action}`,
          noise: readsOnly(record, "") ? "read-only" : undefined,
          link,
        };
      },
    }),
    formatter({
      source: "*",
      detailType: "AWS Service Event via CloudTrail",
      means: "A service of AWS did something on its own",
      severity: "a KMS key deleted 4, a spot instance evicted 2, what failed 2, else 1",
      detail: trailRecord,
      format: (record, event) => {
        const { call, action, by, place, region, link } = trailed(record, event);
        const { state, of } = reportedState(record.serviceEventDetails ?? {});
        const failed =
          failedState.test(state ?? "") || record.errorCode !== undefined || record.errorMessage !== undefined;
        const deed = deedOf(call);
        const noun = deed.noun.replaceAll(" ", "");
        const arn = record.resources?.[0]?.ARN;
        const target =
          targetOf(of, noun) ??
          targetOf(record.additionalEventData ?? {}, noun) ??
          (arn ? { name: arnName(arn) ?? arn, kind: "" } : undefined);
        const outcome = state ? predicate(state) : failed && "failed";
        const where = target ? "" : ` in ${region}`;
        const said = outcome
          ? `: ${[call, target && `of ${target.name}`, outcome].filter(Boolean).join(" ")}${where}`
          : target && deed.verb
            ? ` ${phrase(deed.verb, deed.noun, target.kind, target.name)} (${action})`
            : ` reported ${action}${target ? ` on ${target.name}` : where}`;
        return {
          node: target ? target.name : place,
          summary: `${begun(by.name)}${said}${clause(": ", record.errorCode ?? record.errorMessage, 100)}`,
          severity: (Object.hasOwn(serviceEvents, action) && serviceEvents[action]) || (failed ? 2 : 1),
          condition: ["cloudtrail:service", action, target?.name, state && slug(state), failed && "failed"]
            .filter(Boolean)
            .join(":"),
          link,
        };
      },
    }),
    formatter({
      source: "aws.cloudtrail",
      detailType: "AWS Insight via CloudTrail",
      means: "CloudTrail Insights saw unusually many API calls or errors, or that they ended",
      conditions: [insight],
      detail: () =>
        z.object({
          sharedEventID: text,
          recipientAccountId: text,
          awsRegion: text,
          insightDetails: object({
            state: text,
            eventSource: text,
            eventName: text,
            errorCode: text,
            insightType: text,
          }),
        }),
      format: ({ sharedEventID, recipientAccountId, awsRegion, insightDetails }, event) => {
        const { state, eventSource, eventName, errorCode, insightType } = insightDetails ?? {};
        if (!state || !insightType) throw new UnexpectedPayload("no insightDetails");
        const action = [eventSource?.replace(/\.amazonaws\.com$/, ""), eventName].filter(Boolean).join(":");
        const errors = /error/i.test(insightType);
        const region = awsRegion ?? event.region;
        const counted = errors ? [errorCode, "errors"].filter(Boolean).join(" ") : "calls";
        const what = `unusual rate of ${counted} of ${action || "an API"} in ${region}`;
        const statement = {
          of: sharedEventID ?? `${insightType}:${action}:${errorCode ?? ""}`,
          node: `${recipientAccountId ?? event.account}-${region}`,
          link: consoleLink(region, "cloudtrailv2/home", "#/insights"),
        };
        return state === "End"
          ? insight.clear({ ...statement, summary: `CloudTrail: the ${what} ended` })
          : insight.raise(errors ? 3 : 2, { ...statement, summary: `CloudTrail saw an ${what}` });
      },
    }),
  ].flat();
