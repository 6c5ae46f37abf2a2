import { type AwsEvent, asString, type Fields, isFields, type Origin } from "../event.ts";

/** What identifies the forwarder in events. */
export interface Self extends Origin {
  /** The function's name, which is also its stack's. */
  readonly functionName: string;
  /** The name of its IAM role; `undefined` where the environment does not name it. */
  readonly role: string | undefined;
}

/** The kinds of event that the forwarder causes itself. Forwarding one causes the next, endlessly. */
export type Loop = "own-role" | "own-role-assumed" | "own-log-group" | "own-alarm" | "own-invocation";

/** The alarms of template.yaml, by their suffix after the stack's name. Failing to deliver one would raise it again. */
export const alarmSuffixes = [
  "DeadLetters",
  "Undelivered",
  "Errors",
  "Throttles",
  "LostEvents",
  "DroppedEvents",
  "EventAge",
  "NotHandedOver",
  "NothingDelivered",
  "DeadLetterFailed",
];

/**
 * The loop that `event` is part of, if any. What others do to the forwarder, such as deleting its log group or changing
 * its code, is not a loop: operators need to see it.
 */
export function loopOf(event: AwsEvent, self: Self): Loop | undefined {
  const { source, detail } = event;
  if (source === "aws.cloudwatch" && typeof detail.alarmName === "string") {
    return isOwnAlarm(detail.alarmName, self) ? "own-alarm" : undefined;
  }
  if (source === "lambda" && isFields(detail.requestContext)) {
    return isOwnFunction(detail.requestContext.functionArn, self) ? "own-invocation" : undefined;
  }
  return isFields(detail.userIdentity) ? loopOfCall(detail, detail.userIdentity, self) : undefined;
}

/** The loop of an API call, as CloudTrail records it. */
function loopOfCall(detail: Fields, identity: Fields, self: Self): Loop | undefined {
  const { eventName } = detail;
  const parameters = isFields(detail.requestParameters) ? detail.requestParameters : {};
  if (isOwnSession(identity, self)) return "own-role";
  if (eventName === "AssumeRole" && identity.invokedBy === "lambda.amazonaws.com") {
    return isOwnRole(asString(parameters.roleArn) ?? "", self) ? "own-role-assumed" : undefined;
  }
  const isLogCreation = eventName === "CreateLogStream" || eventName === "CreateLogGroup";
  return isLogCreation && parameters.logGroupName === `/aws/lambda/${self.functionName}` ? "own-log-group" : undefined;
}

const isOwnAlarm = (alarmName: string, { functionName }: Self): boolean =>
  alarmSuffixes.some((suffix) => alarmName === `${functionName}-${suffix}`);

function isOwnFunction(functionArn: unknown, self: Self): boolean {
  const arn = asString(functionArn) ?? "";
  return arn.split(":")[6] === self.functionName && isAt(arn, self);
}

/** Whether a session is the role's. Only Lambda can assume the role, so whatever its sessions do, the forwarder does. */
function isOwnSession(identity: Fields, self: Self): boolean {
  if (identity.type !== "AssumedRole") return false;
  const session = isFields(identity.sessionContext) ? identity.sessionContext : {};
  const issuer = isFields(session.sessionIssuer) ? session.sessionIssuer : {};
  const arn = asString(identity.arn) ?? "";
  if (arn && !isInAccount(arn, self)) return false;
  const [, assumedRole, sessionName] = arn.split("/");
  const role = asString(issuer.userName) ?? assumedRole ?? "";
  return isOwnRoleName(role, self) && (Boolean(self.role) || sessionName === self.functionName);
}

const isOwnRole = (arn: string, self: Self): boolean =>
  isInAccount(arn, self) && isOwnRoleName(arn.slice(arn.lastIndexOf("/") + 1), self);

/** Without a known name, the role is recognised by the name that CloudFormation generates. */
const isOwnRoleName = (name: string, { role, functionName }: Self): boolean =>
  role ? name === role : name.startsWith(`${functionName}-Events2PantherFunctionRole-`);

/** Whether an ARN is of the forwarder's account and, where it has a region, of its region. */
function isAt(arn: string, { account, region }: Origin): boolean {
  const [, , , arnRegion, arnAccount] = arn.split(":");
  return arnAccount === account && (!arnRegion || arnRegion === region);
}

/** The same for IAM and STS, whose ARNs have no region. */
const isInAccount = (arn: string, { account }: Origin): boolean => isAt(arn, { account, region: "" });
