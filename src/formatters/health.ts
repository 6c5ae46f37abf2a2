import * as z from "zod";
import { condition, note, type Statement } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import type { Notice } from "../notice.ts";
import { flag, lastPart, list, object, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";

const healthFields = () =>
  z.object({
    eventArn: text,
    service: text,
    eventTypeCode: text,
    eventTypeCategory: text,
    eventScopeCode: text,
    statusCode: text,
    eventRegion: text,
    endTime: text,
    lastUpdatedTime: text,
    actionability: text,
    affectedAccount: text,
    affectedEntities: list(object({ entityValue: text })),
    backupEvent: flag,
  });
type Health = z.infer<ReturnType<typeof healthFields>>;

const closed = "the same event is closed";
const closedOrOver = `${closed}, or an issue has ended`;

// All of them are `health`, since the event's ARN tells their categories apart.
const issue = condition("health", {
  grades: { 4: "issue of the account's own", 3: "any other issue" },
  ends: closedOrOver,
});
const investigation = condition("health", { grades: { 3: "investigation" }, ends: closedOrOver });
const plannedChange = condition("health", {
  grades: { 3: "planned change where action is required", 2: "any other planned change" },
  ends: closedOrOver,
});
const notification = condition("health", {
  grades: { 3: "notification where action is required", 2: "notification where action may be required" },
  ends: closedOrOver,
});
const abuse = condition("health", { grades: { 5: "report", 4: "notice" }, ends: closed });

export const health = () =>
  [
    formatter({
      source: "aws.health",
      detailType: "AWS Health Event",
      means: "AWS tells of an issue, a planned change or something to do that touches the account",
      conditions: [issue, investigation, plannedChange, notification],
      detail: healthFields,
      format: (detail, event) => {
        if (!detail.eventTypeCode) throw new UnexpectedPayload("no eventTypeCode");
        const category = detail.eventTypeCategory?.toLowerCase() ?? "";
        const entities = entitiesOf(detail, event);
        const words = eventInWords(detail.eventTypeCode, detail.service);
        const region = regionOf(detail, event);
        const touched = entities.length === 0 ? "" : `: ${named(entities)}`;
        const needed = isRequired(detail) ? ", action required" : "";
        const over = isOver(category, detail);
        return noticeOf(category, detail, {
          ...commonOf(detail, event, entities),
          summary: `${words} in ${region}${over ? " is over" : touched} (AWS Health${over ? "" : needed})`,
        });
      },
    }),
    formatter({
      source: "aws.health",
      detailType: "AWS Health Abuse Event",
      means: "AWS received a report of abuse by something in the account",
      conditions: [abuse],
      detail: healthFields,
      format: (detail, event) => {
        if (!detail.eventTypeCode) throw new UnexpectedPayload("no eventTypeCode");
        const entities = entitiesOf(detail, event);
        const against = entities.length > 0 ? named(entities) : `account ${detail.affectedAccount ?? event.account}`;
        const kind = detail.eventTypeCode
          .replace(/^AWS_(?:ABUSE_)?|_(?:REPORT|NOTICE|NOTIFICATION)$/g, "")
          .replace(/(?:^|_)DOS(?=_|$)/, "_denial_of_service")
          .split("_")
          .filter(Boolean)
          .map((word) => (/^(?:DMCA|AWS|EC2|S3|IP)$/.test(word) ? word : word.toLowerCase()))
          .join(" ");
        const common = commonOf(detail, event, entities);
        if (detail.statusCode?.toLowerCase() === "closed") {
          return abuse.clear({ ...common, summary: `Abuse report against ${against} is closed: ${kind}` });
        }
        return abuse.raise(/_NOTICE/.test(detail.eventTypeCode) ? 4 : 5, {
          ...common,
          summary: `Abuse report against ${against}: ${kind} (AWS Trust and Safety)`,
        });
      },
    }),
  ].flat();

const commonOf = (detail: Health, event: AwsEvent, entities: readonly string[]) => {
  const account = detail.affectedAccount ?? event.account;
  return {
    node: (entities.length === 1 && entities[0]) || `${account}-${regionOf(detail, event)}`,
    of: `${detail.eventArn ?? `${detail.eventTypeCode}:${regionOf(detail, event)}`}:${account}`,
    noise: detail.backupEvent ? ("duplicate" as const) : undefined,
  };
};

/** The region that is affected; the envelope's is where the event was delivered. */
const regionOf = (detail: Health, event: AwsEvent): string =>
  detail.eventRegion ?? (/^arn:[^:]*:health:([a-z\d-]+):/.exec(detail.eventArn ?? "")?.[1] || event.region);

/** An issue has an end only once it has ended; the description says so before the status does. */
function isOver(category: string, { statusCode, endTime, lastUpdatedTime }: Health): boolean {
  if (statusCode?.toLowerCase() === "closed") return true;
  if (category !== "issue" || !endTime) return false;
  return !(Date.parse(endTime) > Date.parse(lastUpdatedTime ?? ""));
}

function noticeOf(category: string, detail: Health, statement: Statement): Notice {
  const over = isOver(category, detail);
  const required = isRequired(detail);
  switch (category) {
    case "issue":
      return over ? issue.clear(statement) : issue.raise(isOwn(detail) ? 4 : 3, statement);
    case "investigation":
      return over ? investigation.clear(statement) : investigation.raise(3, statement);
    case "scheduledchange":
      return over ? plannedChange.clear(statement) : plannedChange.raise(required ? 3 : 2, statement);
    default:
      if (!required && detail.actionability !== "ACTION_MAY_BE_REQUIRED") return note("health", statement);
      return over ? notification.clear(statement) : notification.raise(required ? 3 : 2, statement);
  }
}

const isRequired = ({ actionability }: Health): boolean => actionability === "ACTION_REQUIRED";

const isOwn = (detail: Health): boolean =>
  detail.eventScopeCode ? detail.eventScopeCode === "ACCOUNT_SPECIFIC" : entitiesGiven(detail);

const entitiesGiven = (detail: Health): boolean => (detail.affectedEntities ?? []).length > 0;

/** The resources that are touched, without what stands for the account or for nothing. */
function entitiesOf(detail: Health, event: AwsEvent): string[] {
  const values = (detail.affectedEntities ?? []).map((entity) => entity?.entityValue?.split(" | ")[0]);
  const names = values
    .filter((value) => value && !/^(?:AWS_ACCOUNT|UNKNOWN|\d{12})$/.test(value) && value !== event.account)
    .map((value) => (value?.startsWith("arn:") ? lastPart(value) : value) ?? "");
  return [...new Set(names)].filter(Boolean);
}

function named(entities: readonly string[]): string {
  const shown = entities.slice(0, 3);
  const more = entities.length - shown.length;
  if (more > 0) return `${shown.join(", ")} and ${more} more`;
  return shown.length > 1 ? `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}` : (shown[0] ?? "");
}

/** How the services are called whose codes do not read as their names. */
const services: Readonly<Record<string, string>> = {
  ACM: "Certificate Manager",
  APIGATEWAY: "API Gateway",
  AUTOSCALING: "Auto Scaling",
  CLOUDFORMATION: "CloudFormation",
  CLOUDFRONT: "CloudFront",
  CLOUDTRAIL: "CloudTrail",
  CLOUDWATCH: "CloudWatch",
  CODEBUILD: "CodeBuild",
  CODEPIPELINE: "CodePipeline",
  DIRECTCONNECT: "Direct Connect",
  DYNAMODB: "DynamoDB",
  ELASTICACHE: "ElastiCache",
  ELASTICBEANSTALK: "Elastic Beanstalk",
  ELASTICFILESYSTEM: "EFS",
  ELASTICLOADBALANCING: "Elastic Load Balancing",
  ELASTICMAPREDUCE: "EMR",
  ES: "OpenSearch",
  EVENTS: "EventBridge",
  FIREHOSE: "Data Firehose",
  KAFKA: "MSK",
  MULTIPLE_SERVICES: "Several AWS services",
  OPENSEARCH: "OpenSearch",
  ROUTE53: "Route 53",
  SAGEMAKER: "SageMaker",
  SECRETSMANAGER: "Secrets Manager",
  STATES: "Step Functions",
  STORAGEGATEWAY: "Storage Gateway",
  VPN: "Site-to-Site VPN",
  WORKSPACES: "WorkSpaces",
};

/** `EC2 instance store drive performance degraded` of `AWS_EC2_INSTANCE_STORE_DRIVE_PERFORMANCE_DEGRADED`. */
function eventInWords(code: string, service: string | undefined): string {
  const bare = code.replace(/^AWS_/, "");
  const short = service?.toUpperCase() ?? bare.split("_")[0] ?? "";
  const rest = bare.startsWith(`${short}_`) ? bare.slice(short.length + 1) : bare;
  const inWords = rest
    .split("_")
    .map((word) =>
      /^(?:API|EBS|EC2|RDS|S3|SSL|TLS|VPN|VPC|IP|DNS|OS|AZ|ODCR|CA|AMI|IAM|KMS|SQL|AWS)$/.test(word)
        ? word
        : word.toLowerCase(),
    )
    .join(" ")
    .trim();
  const plainName = short.length > 5 ? short.charAt(0) + short.slice(1).toLowerCase() : short;
  return [Object.hasOwn(services, short) ? services[short] : plainName, inWords].filter(Boolean).join(" ");
}
