import { condition, type Notice, note, type Statement } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { formatter } from "../grammar/formatter.ts";
import { callConditions, callNotices, callStatement } from "./cloudtrail/call.ts";
import { insights } from "./cloudtrail/insight.ts";
import { errorOf, readsOnly, type TrailRecord, trailEventOf, trailRecord } from "./cloudtrail/record.ts";
import { serviceEvent, serviceNotices } from "./cloudtrail/service.ts";

const consoleAction = condition("cloudtrail:console", { grades: { 3: "done by the root user" } });

export const cloudtrail = () => [
  ...["*", "aws.organizations"].flatMap(calls),
  ...consoleActions(),
  ...serviceEvents(),
  ...insights(),
];

const calls = (source: string) =>
  formatter({
    source,
    detailType: "AWS API Call via CloudTrail",
    means: "Someone called an API of AWS; calls that only read are left out",
    conditions: callConditions(),
    detail: trailRecord,
    format: callNotices,
  });

const consoleActions = () =>
  formatter({
    source: "*",
    detailType: "AWS Console Action via CloudTrail",
    means: "Someone did something in the AWS console that is no API call",
    conditions: [consoleAction],
    detail: trailRecord,
    format: consoleNotice,
  });

const serviceEvents = () =>
  formatter({
    source: "*",
    detailType: "AWS Service Event via CloudTrail",
    means: "A service of AWS did something on its own",
    conditions: [serviceEvent],
    detail: trailRecord,
    format: serviceNotices,
  });

function consoleNotice(record: TrailRecord, event: AwsEvent): Notice {
  const trail = trailEventOf(record, event);
  const { caller, action, region } = trail;
  const severity = caller.root ? 3 : 1;
  const error = errorOf(record);
  const parts = error ? undefined : callStatement(trail, severity);
  const statement: Statement = {
    of: `${caller.key}:${action}`,
    node: trail.origin,
    link: trail.link,
    ...(parts ?? {
      thing: "Console action",
      name: action,
      outcome: "failed",
      actor: { ...trail.actor(severity), via: undefined },
    }),
    context: `in the console in ${region}`,
    reason: error,
    noise: readsOnly(record, "") ? "read-only" : undefined,
  };
  return severity === 1 ? note(consoleAction.name, statement) : consoleAction.raise(severity, statement);
}
