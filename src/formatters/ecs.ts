import * as z from "zod";
import { condition, note } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import type { Notice } from "../notice.ts";
import { arnResource, lastPart, list, number, object, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { clause, lookUp, slug, words } from "./words.ts";

interface Service {
  readonly cluster: string | undefined;
  readonly name: string;
}

const inWords = ({ cluster, name }: Service): string => (cluster ? `${cluster}/${name}` : name);

const servicePage = (event: AwsEvent, { cluster, name }: Service): string | undefined =>
  cluster && consoleLink(event.region, `ecs/v2/clusters/${cluster}/services/${name}/health`);

/** The service of `service/cluster/name`, or of the elder ARNs' `service/name` with the cluster told elsewhere. */
function serviceOf(event: AwsEvent, clusterArn?: string): Service {
  const parts =
    event.resources
      .map(arnResource)
      .find((resource) => resource?.startsWith("service/"))
      ?.split("/") ?? [];
  const name = parts.at(-1);
  if (!name) throw new UnexpectedPayload("no service among the resources");
  return { cluster: lastPart(clusterArn) ?? (parts.length > 2 ? parts[1] : undefined), name };
}

/** What the matter is with a service's tasks: raised by its scheduler and by failed tasks. */
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

const actions: Readonly<Record<string, string>> = {
  SERVICE_STEADY_STATE: "is steady: it runs all its tasks",
  TASKSET_STEADY_STATE: "has a task set that is steady",
  CAPACITY_PROVIDER_STEADY_STATE: "has steady capacity providers",
  SERVICE_DESIRED_COUNT_UPDATED: "has a new desired count of tasks",
  SERVICE_TASK_START_IMPAIRED: "cannot start its tasks reliably",
  SERVICE_DISCOVERY_INSTANCE_UNHEALTHY: "has a task that service discovery finds unhealthy",
  VPC_LATTICE_TARGET_UNHEALTHY: "has a task that VPC Lattice finds unhealthy",
  SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED: "has a task that breaks its placement constraint",
  ECS_OPERATION_THROTTLED: "is throttled by the API limits of ECS",
  SERVICE_DISCOVERY_OPERATION_THROTTLED: "is throttled by the API limits of Cloud Map",
  SERVICE_TASK_PLACEMENT_FAILURE: "cannot place a task",
  SERVICE_TASK_CONFIGURATION_FAILURE: "cannot start a task as configured",
  SERVICE_HEALTH_UNKNOWN: "cannot tell the health of its tasks",
};

const gradeOfEventType: Readonly<Record<string, 3 | 4>> = { ERROR: 4, WARN: 3 };

interface Stop {
  readonly severity: 1 | 2 | 3 | 4;
  readonly predicate: string;
}

interface Container {
  readonly name?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly reason?: string | undefined;
}

/**
 * Why a task stopped, and how bad that is. A task that its service or a person stopped is no problem, whatever its exit
 * code, unless it failed its health checks.
 * Codes: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
 */
function stopOf(code: string, reason: string, containers: readonly Container[]): Stop {
  if (code === "TaskFailedToStart") {
    return {
      severity: 4,
      predicate: `failed to start${clause(": ", reason || containers.find((c) => c.reason)?.reason)}`,
    };
  }
  if (/failed .*health checks?/i.test(reason))
    return { severity: 3, predicate: "was stopped: it failed its health checks" };
  if (code === "SpotInterruption") return { severity: 2, predicate: "was stopped: its Spot capacity was taken back" };
  if (code === "TerminationNotice")
    return { severity: 2, predicate: "was stopped: its instance is about to be terminated" };
  if (code === "ServiceSchedulerInitiated") return { severity: 1, predicate: "was stopped by its service" };
  if (code === "UserInitiated") return { severity: 1, predicate: "was stopped by a user" };
  const broken = containers.find(({ exitCode }) => exitCode !== undefined && exitCode !== 0);
  if (broken) {
    const container = ["container", broken.name].filter(Boolean).join(" ");
    return {
      severity: 3,
      predicate: `stopped: ${container} exited with code ${broken.exitCode}${clause(": ", broken.reason)}`,
    };
  }
  return { severity: 1, predicate: containers.length > 0 ? "stopped: its containers ended well" : "stopped" };
}

export const ecs = () =>
  [
    formatter({
      source: "aws.ecs",
      detailType: "ECS Service Action",
      means: "A service cannot place, start or keep its tasks, or has all of them running again",
      conditions: [serviceUnsteady],
      detail: () => z.object({ eventType: text, eventName: text, clusterArn: text, reason: text }),
      format: ({ eventType, eventName, clusterArn, reason }, event) => {
        const service = serviceOf(event, clusterArn);
        if (!eventName) throw new UnexpectedPayload("no eventName");
        const of = inWords(service);
        const summary = `ECS service ${of} ${lookUp(actions, eventName) ?? `reports ${words(eventName)}`}`;
        const statement = { of, node: service.name, summary, link: servicePage(event, service) };
        if (/^(?:SERVICE|CAPACITY_PROVIDER)_STEADY_STATE$/.test(eventName)) return serviceUnsteady.clear(statement);
        const grade = lookUp(gradeOfEventType, eventType?.toUpperCase());
        return grade
          ? serviceUnsteady.raise(grade, { ...statement, summary: summary + clause(": ", reason) })
          : note("ecs:service", { ...statement, of: `${of}:${slug(eventName)}` });
      },
    }),
    formatter({
      source: "aws.ecs",
      detailType: "ECS Deployment State Change",
      means: "A deployment of a service is under way, complete, failed or being rolled back",
      conditions: [deploymentFailed],
      detail: () => z.object({ eventName: text, reason: text }),
      format: ({ eventName, reason }, event) => {
        const service = serviceOf(event);
        if (!eventName) throw new UnexpectedPayload("no eventName");
        const of = inWords(service);
        const common = { of, node: service.name, link: servicePage(event, service) };
        const deployment = `Deployment of ECS service ${of}`;
        if (eventName === "SERVICE_DEPLOYMENT_COMPLETED") {
          return deploymentFailed.clear({ ...common, summary: `${deployment} is complete` });
        }
        if (eventName === "SERVICE_DEPLOYMENT_FAILED") {
          return deploymentFailed.raise(4, { ...common, summary: `${deployment} failed${clause(": ", reason)}` });
        }
        if (/roll(?:ing|ed)? ?back/i.test(reason ?? "")) {
          return deploymentFailed.raise(3, { ...common, summary: `${deployment} is being rolled back` });
        }
        const state = words(eventName.replace(/^SERVICE_DEPLOYMENT_/, ""));
        return note("ecs:deployment", { ...common, of: `${of}:${slug(state)}`, summary: `${deployment} is ${state}` });
      },
    }),
    formatter({
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
      format: (
        { lastStatus, stopCode = "", stoppedReason = "", group, clusterArn, taskDefinitionArn, containers = [] },
        event,
      ) => {
        const family = lastPart(taskDefinitionArn?.replace(/:\d+$/, ""));
        const name = group?.replace(/^(?:service|family):/, "") || family || lastPart(event.resources[0]);
        if (!name || !lastStatus) throw new UnexpectedPayload("no group or no lastStatus");
        const service = { cluster: lastPart(clusterArn), name };
        const ofService = group?.startsWith("service:") === true;
        const failing = ofService ? serviceUnsteady : taskFailed;
        const of = inWords(service);
        const common = { of, node: name, link: ofService ? servicePage(event, service) : undefined };
        if (lastStatus.toUpperCase() !== "STOPPED") {
          return note(failing.name, {
            ...common,
            of: `${of}:task-${slug(lastStatus)}`,
            noise: "progress",
            summary: `ECS task of ${of} is ${words(lastStatus)}`,
          });
        }
        const { severity, predicate } = stopOf(
          stopCode,
          stoppedReason,
          containers.filter((container) => container !== undefined),
        );
        const statement = { ...common, summary: `ECS task of ${of} ${predicate}` };
        return severity === 1
          ? note(failing.name, { ...statement, of: `${of}:task-stopped` })
          : failing.raise(severity, statement);
      },
    }),
    formatter({
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
        const id = lastPart(containerInstanceArn ?? event.resources[0]);
        const name = ec2InstanceId ?? id;
        if (!name) throw new UnexpectedPayload("no container instance");
        const cluster = lastPart(clusterArn);
        const where = cluster ? ` in cluster ${cluster}` : "";
        const common = { of: id ?? name, node: name };
        const changed = (predicate: string, state: string): Notice =>
          note("ecs:agent", {
            ...common,
            of: `${common.of}:${state}`,
            summary: `ECS container instance ${name}${where} ${predicate}`,
          });
        const draining = status?.toUpperCase() === "DRAINING" ? [changed("is draining its tasks", "draining")] : [];
        if (agentConnected === false) {
          const summary = `ECS agent on ${name}${where} is disconnected`;
          return [agentDisconnected.raise(3, { ...common, summary }), ...draining];
        }
        if (agentConnected === true) {
          const summary = `ECS agent on ${name}${where} is connected`;
          return [agentDisconnected.clear({ ...common, summary }), ...draining];
        }
        return draining.length > 0 ? draining : changed("changed", "changed");
      },
    }),
  ].flat();
