import * as z from "zod";
import { lastSegment } from "../arn.ts";
import { condition, type Notice, note, type Statement } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { flag, list, object, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { lookUp } from "../grammar/words.ts";

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

/** One condition for all categories: the event's ARN in the key tells them apart. */
const matter = condition("health", {
  grades: {
    5: "abuse report",
    4: "issue of the account's own, or abuse notice",
    3: "any other issue, investigation, or planned change or notification where action is required",
    2: "any other planned change, or notification where action may be required",
  },
  ends: "the same event is closed, or an issue has ended",
});

const healthEvent = formatter({
  source: "aws.health",
  detailType: "AWS Health Event",
  means: "AWS reports an issue, a planned change or something to do that touches the account",
  conditions: [
    {
      ...matter,
      grades: {
        4: "issue of the account's own",
        3: "any other issue, investigation, or planned change or notification where action is required",
        2: "any other planned change, or notification where action may be required",
      },
    },
  ],
  detail: healthFields,
  format: (detail, event) => {
    if (!detail.eventTypeCode) throw new UnexpectedPayload("no eventTypeCode");
    const category = detail.eventTypeCategory?.toLowerCase() ?? "";
    const entities = entitiesOf(detail, event);
    const [service, subject] = eventInWords(detail.eventTypeCode, detail.service);
    const region = regionOf(detail, event);
    const fields = fieldsOf(detail, event, entities);
    if (isOver(category, detail)) {
      const thing = [service, subject, `in ${region}`].filter(Boolean).join(" ");
      return noticeOf(category, detail, { ...fields, thing, outcome: "is over", context: "(AWS Health)" });
    }
    const touched = entities.length === 0 ? "" : `: ${named(entities)}`;
    const from = isRequired(detail) ? "(AWS Health, action required)" : "(AWS Health)";
    return noticeOf(category, detail, {
      ...fields,
      thing: service,
      outcome: subject || "event",
      context: `in ${region}${touched} ${from}`,
    });
  },
});

const abuseEvent = formatter({
  source: "aws.health",
  detailType: "AWS Health Abuse Event",
  means: "AWS received a report of abuse by something in the account",
  conditions: [{ ...matter, grades: { 5: "report", 4: "notice" }, ends: "the same event is closed" }],
  detail: healthFields,
  format: (detail, event) => {
    if (!detail.eventTypeCode) throw new UnexpectedPayload("no eventTypeCode");
    const entities = entitiesOf(detail, event);
    const origin = entities.length > 0 ? named(entities) : `account ${detail.affectedAccount ?? event.account}`;
    const kind = abuseInWords(detail.eventTypeCode) || "unspecified";
    const fields = { ...fieldsOf(detail, event, entities), thing: "Abuse report" };
    if (detail.statusCode?.toLowerCase() === "closed") {
      return matter.clear({ ...fields, outcome: "is closed", context: `(${origin})`, reason: kind });
    }
    return matter.raise(/_NOTICE/.test(detail.eventTypeCode) ? 4 : 5, {
      ...fields,
      outcome: `: ${kind}`,
      context: `from ${origin} (AWS Trust and Safety)`,
    });
  },
});

export const health = () => [healthEvent, abuseEvent].flat();

/** `denial of service` of `AWS_ABUSE_DOS_REPORT`. */
const abuseInWords = (code: string): string =>
  code
    .replace(/^AWS_(?:ABUSE_)?|_(?:REPORT|NOTICE|NOTIFICATION)$/g, "")
    .replace(/(?:^|_)DOS(?=_|$)/, "_denial_of_service")
    .split("_")
    .filter(Boolean)
    .map((word) => (/^(?:DMCA|AWS|EC2|S3|IP)$/.test(word) ? word : word.toLowerCase()))
    .join(" ");

const fieldsOf = (detail: Health, event: AwsEvent, entities: readonly string[]) => {
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
  const grade = gradeOf(category, detail);
  if (grade === 1) return note(matter.name, statement);
  return isOver(category, detail) ? matter.clear(statement) : matter.raise(grade, statement);
}

function gradeOf(category: string, detail: Health): 1 | 2 | 3 | 4 {
  const required = isRequired(detail);
  switch (category) {
    case "issue":
      return isOwn(detail) ? 4 : 3;
    case "investigation":
      return 3;
    case "scheduledchange":
      return required ? 3 : 2;
    default:
      return required ? 3 : detail.actionability === "ACTION_MAY_BE_REQUIRED" ? 2 : 1;
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
    .map((value) => (value?.startsWith("arn:") ? lastSegment(value) : value) ?? "");
  return [...new Set(names)].filter(Boolean);
}

function named(entities: readonly string[]): string {
  const shown = entities.slice(0, 3);
  const more = entities.length - shown.length;
  if (more > 0) return `${shown.join(", ")} and ${more} more`;
  return shown.length > 1 ? `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}` : (shown[0] ?? "");
}

/** The names of services that differ from their codes. */
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

/** `EC2` and `persistent instance retirement scheduled` of `AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED`. */
function eventInWords(code: string, service: string | undefined): [service: string, subject: string] {
  const bare = code.replace(/^AWS_/, "");
  const short = service?.toUpperCase() ?? bare.split("_")[0] ?? "";
  const rest = `${bare}_`.startsWith(`${short}_`) ? bare.slice(short.length + 1) : bare;
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
  return [lookUp(services, short) ?? (plainName || "AWS"), inWords];
}
