import * as z from "zod";
import { arnResource, lastSegment } from "../arn.ts";
import { condition, type Notice, note, type Statement } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { list, number, object, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { consoleLink } from "../grammar/links.ts";
import { lookUp, predicate, slug, words } from "../grammar/words.ts";

interface Service {
  readonly cluster: string | undefined;
  readonly name: string;
}

const inWords = ({ cluster, name }: Service): string => (cluster ? `${cluster}/${name}` : name);

const servicePage = (event: AwsEvent, { cluster, name }: Service): string | undefined =>
  cluster && consoleLink(event.region, `ecs/v2/clusters/${cluster}/services/${name}/health`);

/** The service of `service/cluster/name`, or of the older ARNs' `service/name`, which name the cluster elsewhere. */
function serviceOf(event: AwsEvent, clusterArn?: string): Service {
  const parts =
    event.resources
      .map(arnResource)
      .find((resource) => resource?.startsWith("service/"))
      ?.split("/") ?? [];
  const name = parts.at(-1);
  if (!name) throw new UnexpectedPayload("no service among the resources");
  return { cluster: lastSegment(clusterArn) ?? (parts.length > 2 ? parts[1] : undefined), name };
}

/** Makes the statement about a service that `thing` begins. */
const statementOf = (service: Service, thing: string, link: string | undefined) => {
  const name = inWords(service);
  return (outcome: string, reason?: string): Statement => ({
    of: name,
    node: service.name,
    thing,
    name,
    outcome,
    reason,
    link,
  });
};

/** Something is the matter with a service's tasks: raised by its scheduler and by failed tasks. */
const serviceUnsteady = condition("ecs:service", {
  grades: {
    4: "ERROR, or a service's task failed to start",
    3: "WARN, or a service's task exited with an error or failed its health checks",
    2: "a service's task was interrupted",
  },
  ends: "SERVICE_STEADY_STATE or CAPACITY_PROVIDER_STEADY_STATE of the same service",
});
const taskFailed = condition("ecs:task", {
  grades: {
    4: "a task of no service failed to start",
    3: "a task of no service exited with an error or failed its health checks",
    2: "a task of no service was interrupted",
  },
});
const deploymentFailed = condition("ecs:deployment", {
  grades: { 4: "SERVICE_DEPLOYMENT_FAILED", 3: "rolling back" },
  ends: "SERVICE_DEPLOYMENT_COMPLETED of the same service",
});
const agentDisconnected = condition("ecs:agent", {
  grades: { 3: "agent disconnected" },
  ends: "the agent of the same instance is connected",
});

interface Action {
  readonly outcome: string;
  readonly context?: string;
}

const actions: Readonly<Record<string, Action>> = {
  SERVICE_STEADY_STATE: { outcome: "is steady and runs all its tasks" },
  TASKSET_STEADY_STATE: { outcome: "has a task set that is steady" },
  CAPACITY_PROVIDER_STEADY_STATE: { outcome: "has steady capacity providers" },
  SERVICE_DESIRED_COUNT_UPDATED: { outcome: "has a new desired count of tasks" },
  SERVICE_TASK_START_IMPAIRED: { outcome: "cannot start its tasks reliably" },
  SERVICE_DISCOVERY_INSTANCE_UNHEALTHY: {
    outcome: "has an unhealthy task",
    context: "according to service discovery",
  },
  VPC_LATTICE_TARGET_UNHEALTHY: { outcome: "has an unhealthy task", context: "according to VPC Lattice" },
  SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED: { outcome: "has a task that breaks a placement constraint" },
  ECS_OPERATION_THROTTLED: { outcome: "is throttled", context: "by the API limits of ECS" },
  SERVICE_DISCOVERY_OPERATION_THROTTLED: { outcome: "is throttled", context: "by the API limits of Cloud Map" },
  SERVICE_TASK_PLACEMENT_FAILURE: { outcome: "cannot place a task" },
  SERVICE_TASK_CONFIGURATION_FAILURE: { outcome: "cannot start a task as configured" },
  SERVICE_HEALTH_UNKNOWN: { outcome: "cannot tell the health of its tasks" },
};

const gradeOfEventType: Readonly<Record<string, 3 | 4>> = { ERROR: 4, WARN: 3 };

const serviceAction = formatter({
  source: "aws.ecs",
  detailType: "ECS Service Action",
  means: "A service cannot place, start or keep its tasks, or has all of them running again",
  conditions: [serviceUnsteady],
  detail: () => z.object({ eventType: text, eventName: text, clusterArn: text, reason: text }),
  format: ({ eventType, eventName, clusterArn, reason }, event) => {
    const service = serviceOf(event, clusterArn);
    if (!eventName) throw new UnexpectedPayload("no eventName");
    const { outcome, context } = lookUp(actions, eventName) ?? { outcome: `reports ${words(eventName)}` };
    const statement = { ...statementOf(service, "ECS service", servicePage(event, service))(outcome), context };
    if (/^(?:SERVICE|CAPACITY_PROVIDER)_STEADY_STATE$/.test(eventName)) return serviceUnsteady.clear(statement);
    const grade = lookUp(gradeOfEventType, eventType?.toUpperCase());
    return grade
      ? serviceUnsteady.raise(grade, { ...statement, reason })
      : note("ecs:service", { ...statement, of: `${statement.of}:${slug(eventName)}` });
  },
});

const deployment = formatter({
  source: "aws.ecs",
  detailType: "ECS Deployment State Change",
  means: "A deployment of a service is under way, complete, failed or being rolled back",
  conditions: [deploymentFailed],
  detail: () => z.object({ eventName: text, reason: text }),
  format: ({ eventName, reason = "" }, event) => {
    const service = serviceOf(event);
    if (!eventName) throw new UnexpectedPayload("no eventName");
    const statement = statementOf(service, "Deployment of ECS service", servicePage(event, service));
    if (eventName === "SERVICE_DEPLOYMENT_COMPLETED") return deploymentFailed.clear(statement("is complete"));
    if (eventName === "SERVICE_DEPLOYMENT_FAILED") return deploymentFailed.raise(4, statement("failed", reason));
    if (/roll(?:ing|ed)? ?back/i.test(reason)) {
      const why = reason.replace(/[:,;]?\s*\broll(?:ing|ed)? ?back\b.*$/i, "");
      return deploymentFailed.raise(3, statement("is being rolled back", why));
    }
    const state = words(eventName.replace(/^SERVICE_DEPLOYMENT_/, ""));
    return note("ecs:deployment", { ...statement(`is ${state}`), of: `${inWords(service)}:${slug(state)}` });
  },
});

interface Container {
  readonly name?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly reason?: string | undefined;
}

interface Stop {
  readonly severity: 1 | 2 | 3 | 4;
  readonly outcome: string;
  readonly context?: string;
  readonly reason?: string | undefined;
}

/**
 * Why a task stopped, and how bad that is. A task that its service or a person stopped is no problem, whatever its exit
 * code, unless it failed its health checks.
 * Codes: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
 */
function stopOf(code: string, reason: string, containers: readonly Container[]): Stop {
  if (code === "TaskFailedToStart") {
    return { severity: 4, outcome: "failed to start", reason: reason || containers.find((c) => c.reason)?.reason };
  }
  if (/failed .*health checks?/i.test(reason)) {
    return { severity: 3, outcome: "failed its health checks", context: "and was stopped", reason };
  }
  if (code === "SpotInterruption") {
    const why = /^your spot task was interrupted/i.test(reason) ? undefined : reason;
    return { severity: 2, outcome: "lost its Spot capacity", context: "and was stopped", reason: why };
  }
  if (code === "TerminationNotice") {
    return { severity: 2, outcome: "was stopped", reason: reason || "its instance is about to be terminated" };
  }
  if (code === "ServiceSchedulerInitiated") return { severity: 1, outcome: "was stopped by its service" };
  if (code === "UserInitiated") return { severity: 1, outcome: "was stopped by a user" };
  return exitOf(reason, containers);
}

/** How a task ended that nobody stopped. */
function exitOf(reason: string, containers: readonly Container[]): Stop {
  const broken = containers.find(({ exitCode }) => exitCode !== undefined && exitCode !== 0);
  if (broken) {
    const exit = [
      ["container", broken.name, "exited with code", broken.exitCode].filter((part) => part !== undefined).join(" "),
    ];
    const why = broken.reason ?? (/^essential container in task exited/i.test(reason) ? "" : reason);
    return { severity: 3, outcome: "stopped with an error", reason: [...exit, why].filter(Boolean).join(": ") };
  }
  const endedWell = containers.length > 0 && containers.every(({ exitCode }) => exitCode === 0);
  return { severity: 1, outcome: "stopped", reason: endedWell ? "its containers ended well" : reason };
}

const task = formatter({
  source: "aws.ecs",
  detailType: "ECS Task State Change",
  means: "A task failed to start, crashed, was interrupted or stopped; the steps before that are left out",
  conditions: [serviceUnsteady, taskFailed],
  detail: () =>
    z.object({
      lastStatus: text,
      stopCode: text,
      stoppedReason: text,
      group: text,
      clusterArn: text,
      taskDefinitionArn: text,
      containers: list(object({ name: text, exitCode: number, reason: text })),
    }),
  format: (detail, event) => {
    const { lastStatus, stopCode = "", stoppedReason = "", group, containers = [] } = detail;
    const family = lastSegment(detail.taskDefinitionArn?.replace(/:\d+$/, ""));
    const name = group?.replace(/^(?:service|family):/, "") || family || lastSegment(event.resources[0]);
    if (!name || !lastStatus) throw new UnexpectedPayload("no group or no lastStatus");
    const service = { cluster: lastSegment(detail.clusterArn), name };
    const isOfService = group?.startsWith("service:") === true;
    const failing = isOfService ? serviceUnsteady : taskFailed;
    const statement = isOfService
      ? statementOf(service, "Task of ECS service", servicePage(event, service))
      : statementOf(service, "ECS task", undefined);
    const of = inWords(service);
    if (lastStatus.toUpperCase() !== "STOPPED") {
      const step = statement(`is ${words(lastStatus)}`);
      return note(failing.name, { ...step, of: `${of}:task-${slug(lastStatus)}`, noise: "progress" });
    }
    const stop = stopOf(
      stopCode,
      stoppedReason,
      containers.filter((container) => container !== undefined),
    );
    const stopped = { ...statement(stop.outcome, stop.reason), context: stop.context };
    return stop.severity === 1
      ? note(failing.name, { ...stopped, of: `${of}:task-stopped` })
      : failing.raise(stop.severity, stopped);
  },
});

const containerInstance = formatter({
  source: "aws.ecs",
  detailType: "ECS Container Instance State Change",
  means: "The ECS agent of a container instance lost its connection or has it again, or the instance is draining",
  conditions: [agentDisconnected],
  detail: () =>
    z.object({
      agentConnected: z.unknown().optional(),
      status: text,
      ec2InstanceId: text,
      containerInstanceArn: text,
      clusterArn: text,
    }),
  format: ({ agentConnected, status, ec2InstanceId, containerInstanceArn, clusterArn }, event) => {
    const id = lastSegment(containerInstanceArn ?? event.resources[0]);
    const name = ec2InstanceId ?? id;
    if (!name) throw new UnexpectedPayload("no container instance");
    const of = id ?? name;
    const cluster = lastSegment(clusterArn);
    const context = cluster && `in cluster ${cluster}`;
    const statement = (thing: string, outcome: string): Statement => ({
      of,
      node: name,
      thing,
      name,
      outcome,
      context,
    });
    const changed = (outcome: string, state: string): Notice =>
      note("ecs:agent", { ...statement("ECS container instance", outcome), of: `${of}:${state}` });
    const changes = instanceChanges(status, changed);
    if (agentConnected === false) {
      return [agentDisconnected.raise(3, statement("ECS agent of instance", "is disconnected")), ...changes];
    }
    if (agentConnected === true) {
      return [agentDisconnected.clear(statement("ECS agent of instance", "is connected")), ...changes];
    }
    return changes.length > 0 ? changes : changed("changed", "changed");
  },
});

/** What a container instance's status adds to its agent's connection: nothing while it is active. */
function instanceChanges(status: string | undefined, changed: (outcome: string, state: string) => Notice): Notice[] {
  if (!status || status.toUpperCase() === "ACTIVE") return [];
  return [changed(status.toUpperCase() === "DRAINING" ? "is draining its tasks" : predicate(status), slug(status))];
}

export const ecs = () => [serviceAction, deployment, task, containerInstance].flat();
