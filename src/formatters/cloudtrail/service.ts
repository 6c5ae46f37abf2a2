import { arnName } from "../../arn.ts";
import { condition, type Notice, note, type Statement } from "../../condition.ts";
import { type AwsEvent, asString, type Fields } from "../../event.ts";
import { predicate, slug } from "../../grammar/words.ts";
import { actionOf, callParts } from "./phrase.ts";
import { errorOf, reportedState, type TrailEvent, type TrailRecord, trailEventOf } from "./record.ts";
import { namesAt, type Target, targetOf } from "./request.ts";

export const serviceEvent = condition("cloudtrail:service", {
  grades: { 4: "a KMS key deleted", 2: "failed, or a spot instance interrupted" },
});

/** Events that are more than a note, by their action. */
const graded: Readonly<Record<string, 2 | 4>> = { "kms:DeleteKey": 4, "ec2:BidEvictedEvent": 2 };

const failedState = /fail|error|unsuccessful/i;

/** The notices of what a service of AWS did on its own. */
export function serviceNotices(record: TrailRecord, event: AwsEvent): Notice[] {
  const trail = trailEventOf(record, event);
  const { state, of: details } = reportedState(record.serviceEventDetails ?? {});
  const isFailed = failedState.test(state ?? "") || errorOf(record) !== undefined;
  const severity = (Object.hasOwn(graded, trail.action) && graded[trail.action]) || (isFailed ? 2 : 1);
  return targetsOf(trail, record, details).map((target) => {
    const statement: Statement = {
      of: [trail.action, target?.name, state && slug(state), isFailed && "failed"].filter(Boolean).join(":"),
      node: target?.name ?? trail.origin,
      link: trail.link,
      ...partsOf(trail, target, state ? predicate(state) : isFailed ? "failed" : undefined),
      reason: isFailed ? (errorOf(record) ?? reasonOf(details)) : undefined,
    };
    return severity === 1 ? note(serviceEvent.name, statement) : serviceEvent.raise(severity, statement);
  });
}

/** What the event is about: the interrupted spot instances, else the first thing that it names. */
function targetsOf({ call }: TrailEvent, record: TrailRecord, details: Fields): readonly (Target | undefined)[] {
  const instances = namesAt(details, "instanceIdSet").map((name) => ({ name, kind: "instance" }));
  if (instances.length > 0) return instances;
  const noun = actionOf(call).noun.replaceAll(" ", "");
  const arn = record.resources?.[0]?.ARN;
  return [
    targetOf(details, noun) ??
      targetOf(record.additionalEventData ?? {}, noun) ??
      (arn ? { name: arnName(arn) ?? arn, kind: "" } : undefined),
  ];
}

type Parts = Pick<Statement, "thing" | "name" | "outcome" | "context" | "actor">;

function partsOf(trail: TrailEvent, target: Target | undefined, outcome: string | undefined): Parts {
  const { service, call, action, region } = trail;
  const context = target ? undefined : `in ${region}`;
  if (action === "ec2:BidEvictedEvent")
    return { thing: "Spot instance", name: target?.name, outcome: "was interrupted", context };
  const parts = outcome ? undefined : callParts({ service, call, target });
  if (parts) return { ...parts, context: parts.context ?? context, actor: trail.actor(1) };
  const name = target ? `${action} of ${target.name}` : action;
  return { thing: "Service event", name, outcome: outcome ?? "was reported", context };
}

/** Why it failed; services spell the field as they like. */
function reasonOf(details: Fields): string | undefined {
  const key = Object.keys(details).find((name) => /(?:reason|message|cause)$/i.test(name) && asString(details[name]));
  return key && asString(details[key]);
}
