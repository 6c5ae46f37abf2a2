import { type AwsEvent, type Fields, isFields, type Place } from "./event.ts";

/** What the forwarder must recognise itself by. */
export interface Self extends Place {
  /** The function's name, which is also its stack's. */
  readonly functionName: string;
  /** The name of its IAM role, where the template has told it. */
  readonly role: string | undefined;
}

/** The kinds of event that the forwarder causes itself: each would come back as the next event, for ever. */
export type Loop = "own-role" | "own-role-assumed" | "own-log-group" | "own-alarm" | "own-invocation";

/** The alarms of template.yaml, behind the stack's name: one that could not be delivered would be raised by that. */
const alarms = ["DeadLetters", "Undelivered", "Errors"];

/**
 * The loop that `event` is part of, if any. What others do to the forwarder, such as deleting its log group or changing
 * its code, is none: an operator must hear of it.
 */
export function loopOf(event: AwsEvent, self: Self): Loop | undefined {
  const { detail } = event;
  if (event.source === "aws.cloudwatch" && typeof detail.alarmName === "string") {
    return alarms.some((alarm) => detail.alarmName === `${self.functionName}-${alarm}`) ? "own-alarm" : undefined;
  }
  if (event.source === "lambda" && isFields(detail.requestContext)) {
    const arn = String(detail.requestContext.functionArn ?? "");
    return arn.split(":")[6] === self.functionName && isAt(arn, self) ? "own-invocation" : undefined;
  }
  if (!isFields(detail.userIdentity)) return undefined;
  const parameters = isFields(detail.requestParameters) ? detail.requestParameters : {};
  if (isOwnSession(detail.userIdentity, self)) return "own-role";
  if (detail.eventName === "AssumeRole" && detail.userIdentity.invokedBy === "lambda.amazonaws.com") {
    return isOwnRole(String(parameters.roleArn ?? ""), self) ? "own-role-assumed" : undefined;
  }
  const logging = detail.eventName === "CreateLogStream" || detail.eventName === "CreateLogGroup";
  return logging && parameters.logGroupName === `/aws/lambda/${self.functionName}` ? "own-log-group" : undefined;
}

const isAt = (arn: string, { account, region }: Place): boolean => {
  const [, , , arnRegion, arnAccount] = arn.split(":");
  return arnAccount === account && (!arnRegion || arnRegion === region);
};

/** Only Lambda can assume the role, so what its sessions do, the forwarder does. */
function isOwnSession(identity: Fields, self: Self): boolean {
  if (identity.type !== "AssumedRole") return false;
  const session = isFields(identity.sessionContext) ? identity.sessionContext : {};
  const issuer = isFields(session.sessionIssuer) ? session.sessionIssuer : {};
  const arn = String(identity.arn ?? "");
  if (arn && !isAt(arn, { ...self, region: "" })) return false;
  const [, assumed, sessionName] = arn.split("/");
  const role = String(issuer.userName ?? assumed ?? "");
  if (self.role) return role === self.role;
  return sessionName === self.functionName && role.startsWith(`${self.functionName}-Events2PantherFunctionRole-`);
}

function isOwnRole(arn: string, self: Self): boolean {
  const name = arn.slice(arn.lastIndexOf("/") + 1);
  if (!isAt(arn, { ...self, region: "" })) return false;
  return self.role ? name === self.role : name.startsWith(`${self.functionName}-Events2PantherFunctionRole-`);
}
