import * as z from "zod";
import type { Actor, ProblemSeverity, Severity } from "../../condition.ts";
import { type AwsEvent, asString, type Fields, isFields } from "../../event.ts";
import { anyObject, list, object, text } from "../../grammar/fields.ts";
import { UnexpectedPayload } from "../../grammar/formatter.ts";
import { consoleLink } from "../../grammar/links.ts";
import { type Caller, callerOf, userIdentity } from "./identity.ts";

/** The record that CloudTrail writes of a call; every event "via CloudTrail" has one as its detail. */
export const trailRecord = () =>
  z.object({
    eventSource: text,
    eventName: text,
    eventID: text,
    eventType: text,
    awsRegion: text,
    recipientAccountId: text,
    sourceIPAddress: text,
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

/** What all notices about a record need. */
export interface TrailEvent {
  /** `eventSource` without `.amazonaws.com`. */
  readonly service: string;
  /** `eventName` without the API's version. */
  readonly call: string;
  /** As IAM writes it: `rds:DeleteDBInstance`. */
  readonly action: string;
  readonly caller: Caller;
  readonly region: string;
  /** The monitored thing where the record names none: the account in its region. */
  readonly origin: string;
  readonly link: string | undefined;
  /** Who did it; the address is worth its room from severity 2 on. */
  actor(severity: Severity): Actor;
}

/** Services that IAM calls by another name than CloudTrail. */
const iamNames: Readonly<Record<string, string>> = { monitoring: "cloudwatch", email: "ses", tagging: "tag" };

/** Reads a record. @throws {UnexpectedPayload} where it names no call. */
export function trailEventOf(record: TrailRecord, event: AwsEvent): TrailEvent {
  if (!record.eventName) throw new UnexpectedPayload("no eventName");
  const service = record.eventSource?.replace(/\.amazonaws\.com(?:\.cn)?$/, "") ?? event.source.replace(/^aws\./, "");
  const region = record.awsRegion && record.awsRegion !== "global" ? record.awsRegion : event.region;
  // Lambda and CloudFront append the API's version to some names: UpdateFunctionCode20150331v2.
  const call = record.eventName.replace(/_?\d{4}_?\d\d_?\d\d(?:v\d+)?$/, "");
  const action = `${Object.hasOwn(iamNames, service) ? iamNames[service] : service}:${call}`;
  const caller = callerOf(record.userIdentity);
  const account = record.recipientAccountId ?? event.account;
  return {
    service,
    call,
    action,
    caller,
    region,
    origin: `${account}-${region}`,
    link: record.eventID ? consoleLink(region, "cloudtrailv2/home", `#/events/${record.eventID}`) : undefined,
    actor: (severity) => ({
      name: caller.name,
      address: severity >= 2 ? addressOf(record) : undefined,
      account: otherAccount(record, account),
      via: action,
    }),
  };
}

const ipAddress = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f:]*:[\da-f:.]*)$/i;

/** The caller's IP address; services have a host name instead, or an address of AWS. */
function addressOf(record: TrailRecord): string | undefined {
  const { sourceIPAddress = "" } = record;
  return ipAddress.test(sourceIPAddress) && !isByService(record) ? sourceIPAddress : undefined;
}

/** The caller's account where it is not the event's and the caller's name does not say it already. */
function otherAccount({ userIdentity: identity }: TrailRecord, account: string): string | undefined {
  const own = identity?.accountId;
  return own === account || (own && callerOf(identity).name.includes(own)) ? undefined : own;
}

/** Whether a service of AWS made the call, on its own or for somebody. */
export const isByService = ({ userIdentity: identity }: TrailRecord): boolean =>
  identity?.invokedBy !== undefined || callerOf(identity).service;

/** What went wrong, by its code or, where there is none, by its message. */
export const errorOf = ({ errorCode, errorMessage }: TrailRecord): string | undefined => errorCode ?? errorMessage;

/** Whether a call changed nothing; old records do not say so, but the call's name does. */
export const readsOnly = ({ readOnly }: { readonly readOnly?: unknown }, call: string): boolean =>
  readOnly === undefined || readOnly === null
    ? /^(?:BatchGet|Describe|Get|Head|List|Lookup|Search)[A-Z]/.test(call)
    : readOnly === true || asString(readOnly)?.toLowerCase() === "true";

/** The state that a service's own event reports: of the first object in `serviceEventDetails` that has one. */
export function reportedState(details: Fields): { state: string | undefined; of: Fields } {
  for (const value of [details, ...Object.values(details)]) {
    if (!isFields(value)) continue;
    const state = asString(value.state ?? value.status ?? value.eventStatus);
    if (state) return { state, of: value };
  }
  return { state: undefined, of: details };
}

/** The graver of two severities. */
export const atLeast = (floor: ProblemSeverity, severity: ProblemSeverity): ProblemSeverity =>
  severity > floor ? severity : floor;
