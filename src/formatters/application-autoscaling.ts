import * as z from "zod";
import { arnResource } from "../arn.ts";
import { condition, type Notice } from "../condition.ts";
import { flag, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { lookUp, slug, words } from "../grammar/words.ts";

const limited = condition("application-autoscaling", {
  grades: { 3: "scaled to its maximum, or failed" },
  ends: "a later activity of the same target that stays below the maximum",
});

/** AWS's namespaces as its services are called. */
const services: Readonly<Record<string, string>> = {
  appstream: "AppStream",
  cassandra: "Keyspaces",
  comprehend: "Comprehend",
  dynamodb: "DynamoDB",
  ec2: "EC2",
  ecs: "ECS",
  elasticache: "ElastiCache",
  elasticmapreduce: "EMR",
  kafka: "MSK",
  lambda: "Lambda",
  neptune: "Neptune",
  rds: "RDS",
  sagemaker: "SageMaker",
  workspaces: "WorkSpaces",
};

const activity = () =>
  z.object({
    resourceId: text,
    scalableDimension: text,
    serviceNamespace: text,
    statusCode: text,
    scaledToMax: flag,
    direction: text,
  });

function noticeOf(detail: z.infer<ReturnType<typeof activity>>): Notice {
  const { resourceId, scalableDimension, serviceNamespace, statusCode, scaledToMax, direction } = detail;
  if (!resourceId) throw new UnexpectedPayload("no resourceId");
  const [, kind, name = resourceId] = /^([a-z-]+)[/:](?!\/)(.+)$/.exec(arnResource(resourceId) ?? resourceId) ?? [];
  const service = lookUp(services, serviceNamespace) ?? serviceNamespace;
  const dimension = words(scalableDimension?.split(":").at(-1) ?? "capacity");
  const target = {
    of: `${resourceId}:${slug(scalableDimension ?? "any")}`,
    node: name,
    thing: [service, kind ? words(kind) : "scaling target"].filter(Boolean).join(" "),
    name,
  };
  if (/^fail/i.test(statusCode ?? "")) {
    return limited.raise(3, { ...target, outcome: "could not be scaled", reason: `its ${dimension} stays as it was` });
  }
  if (scaledToMax) {
    return limited.raise(3, {
      ...target,
      outcome: "is scaled to its maximum",
      reason: `its ${dimension} cannot grow further`,
    });
  }
  const how = direction === "scale-in" ? " in" : direction === "scale-out" ? " out" : "";
  return limited.clear({ ...target, outcome: `was scaled${how} and is below its maximum ${dimension}` });
}

export const applicationAutoscaling = () =>
  formatter({
    source: "aws.application-autoscaling",
    detailType: "Application Auto Scaling Scaling Activity State Change",
    means: "A service, table or other target was scaled, as far as its maximum allows",
    conditions: [limited],
    detail: activity,
    format: noticeOf,
  });
