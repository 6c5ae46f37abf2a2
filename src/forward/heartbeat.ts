import { type Notice, note } from "../condition.ts";
import type { AwsEvent } from "../event.ts";

/** The source and the detail-type of the event with which the stack's schedule invokes the function. */
export const heartbeatSource = "aws-events2panther";
export const heartbeatType = "Heartbeat";

export const isHeartbeat = ({ source, detailType }: AwsEvent): boolean =>
  source === heartbeatSource && detailType === heartbeatType;

/** One row for each account and region, whose time advances with every heartbeat. */
export const heartbeatNotice = (functionName: string): Notice =>
  note("heartbeat", {
    of: undefined,
    node: functionName,
    thing: "Forwarder",
    name: functionName,
    outcome: "is alive",
    reason: "the time of this row advances every five minutes",
  });
