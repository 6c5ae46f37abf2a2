import * as z from "zod";
import type { AwsEvent } from "../event.ts";
import type { Notice, ProblemSeverity } from "../notice.ts";
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

/** What the matter is with a service's tasks: raised by its scheduler and by failed tasks, ended by its steady state. */
const health = (service: Service): string => `ecs:service:${inWords(service)}`;

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

const severityOfEventType: Readonly<Record<string, ProblemSeverity>> = { ERROR: 4, WARN: 3 };

interface Stop {
  readonly severity: ProblemSeverity;
  readonly said: string;
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
    return { severity: 4, said: `failed to start${clause(": ", reason || containers.find((c) => c.reason)?.reason)}` };
  }
  if (/failed .*health checks?/i.test(reason)) return { severity: 3, said: "was stopped: it failed its health checks" };
  if (code === "SpotInterruption") return { severity: 2, said: "was stopped: its Spot capacity was taken back" };
  if (code === "TerminationNotice") return { severity: 2, said: "was stopped: its instance is about to be terminated" };
  if (code === "ServiceSchedulerInitiated") return { severity: 1, said: "was stopped by its service" };
  if (code === "UserInitiated") return { severity: 1, said: "was stopped by a user" };
  const broken = containers.find(({ exitCode }) => exitCode !== undefined && exitCode !== 0);
  if (broken) {
    const container = ["container", broken.name].filter(Boolean).join(" ");
    return {
      severity: 3,
      said: `stopped: ${container} exited with code ${broken.exitCode}${clause(": ", broken.reason)}`,
    };
  }
  return { severity: 1, said: containers.length > 0 ? "stopped: its containers ended well" : "stopped" };
}

export const ecs = () =>
  [
    formatter({
      source: "aws.ecs",
      detailType: "ECS Service Action",
      means: "A service cannot place, start or keep its tasks, or has all of them running again",
      severity: "ERROR 4, WARN 3, steady state 0, else 1",
      clears: "SERVICE_STEADY_STATE or CAPACITY_PROVIDER_STEADY_STATE of the same service",
      detail: () => z.object({ eventType: text, eventName: text, clusterArn: text, reason: text }),
      format: ({ eventType, eventName, clusterArn, reason }, event) => {
        const service = serviceOf(event, clusterArn);
        if (!eventName) throw new UnexpectedPayload("no eventName");
        const common = { node: service.name, condition: health(service), link: servicePage(event, service) };
        const summary = `ECS service ${inWords(service)} ${lookUp(actions, eventName) ?? `reports ${words(eventName)}`}`;
        if (/^(?:SERVICE|CAPACITY_PROVIDER)_STEADY_STATE$/.test(eventName)) {
          return { ...common, summary, severity: 0, clears: [2, 3, 4] };
        }
        const severity = lookUp(severityOfEventType, eventType?.toUpperCase());
        if (severity) return { ...common, summary: summary + clause(": ", reason), severity };
        return { ...common, summary, severity: 1, condition: `${common.condition}:${slug(eventName)}` };
      },
    }),
    formatter({
      source: "aws.ecs",
      detailType: "ECS Deployment State Change",
      means: "A deployment of a service is under way, complete, failed or being rolled back",
      severity: "SERVICE_DEPLOYMENT_FAILED 4, rolling back 3, SERVICE_DEPLOYMENT_COMPLETED 0, else 1",
      clears: "SERVICE_DEPLOYMENT_COMPLETED of the same service",
      detail: () => z.object({ eventName: text, reason: text }),
      format: ({ eventName, reason }, event) => {
        const service = serviceOf(event);
        if (!eventName) throw new UnexpectedPayload("no eventName");
        const common = {
          node: service.name,
          condition: `ecs:deployment:${inWords(service)}`,
          link: servicePage(event, service),
        };
        const said = `Deployment of ECS service ${inWords(service)}`;
        if (eventName === "SERVICE_DEPLOYMENT_COMPLETED") {
          return { ...common, severity: 0, clears: [3, 4], summary: `${said} is complete` };
        }
        if (eventName === "SERVICE_DEPLOYMENT_FAILED") {
          return { ...common, severity: 4, summary: `${said} failed${clause(": ", reason)}` };
        }
        if (/roll(?:ing|ed)? ?back/i.test(reason ?? ""))
          return { ...common, severity: 3, summary: `${said} is being rolled back` };
        const state = words(eventName.replace(/^SERVICE_DEPLOYMENT_/, ""));
        return {
          ...common,
          severity: 1,
          condition: `${common.condition}:${slug(state)}`,
          summary: `${said} is ${state}`,
        };
      },
    }),
    formatter({
      source: "aws.ecs",
      detailType: "ECS Task State Change",
      means: "A task failed to start, crashed, was interrupted or stopped; the steps before that are left out",
      severity: "failed to start 4, exited with an error or failed health checks 3, interrupted 2, else 1",
      clears: "the steady state of its service (ECS Service Action)",
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
        const condition = ofService ? health(service) : `ecs:task:${inWords(service)}`;
        const said = `ECS task of ${inWords(service)}`;
        const common = {
          node: name,
          link: ofService ? servicePage(event, service) : undefined,
        };
        if (lastStatus.toUpperCase() !== "STOPPED") {
          const status = slug(lastStatus);
          return {
            ...common,
            severity: 1,
            noise: "progress",
            condition: `${condition}:task-${status}`,
            summary: `${said} is ${words(lastStatus)}`,
          };
        }
        const stop = stopOf(
          stopCode,
          stoppedReason,
          containers.filter((container) => container !== undefined),
        );
        return {
          ...common,
          severity: stop.severity,
          condition: stop.severity > 1 ? condition : `${condition}:task-stopped`,
          summary: `${said} ${stop.said}`,
        };
      },
    }),
    formatter({
      source: "aws.ecs",
      detailType: "ECS Container Instance State Change",
      means: "The ECS agent of a container instance lost its connection or has it again, or the instance is draining",
      severity: "agent disconnected 3, connected 0, else 1",
      clears: "the agent's connection on the same instance",
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
        const common = { node: name, condition: `ecs:agent:${id ?? name}` };
        const changed = (said: string, state: string): Notice => ({
          ...common,
          severity: 1,
          condition: `${common.condition}:${state}`,
          summary: `ECS container instance ${name}${where} ${said}`,
        });
        const draining = status?.toUpperCase() === "DRAINING" ? [changed("is draining its tasks", "draining")] : [];
        if (agentConnected === false) {
          return [{ ...common, severity: 3, summary: `ECS agent on ${name}${where} is disconnected` }, ...draining];
        }
        if (agentConnected === true) {
          return [
            { ...common, severity: 0, clears: [3], summary: `ECS agent on ${name}${where} is connected` },
            ...draining,
          ];
        }
        return draining.length > 0 ? draining : changed("changed", "changed");
      },
    }),
  ].flat();
