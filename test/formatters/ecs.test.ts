import { expect, test } from "vitest";
import { ecs } from "../../src/formatters/ecs.ts";
import { registryOf } from "../../src/grammar/registry.ts";
import { route } from "../../src/route.ts";
import { sentenceOf } from "../../src/sentence.ts";

const registry = registryOf({ "aws.ecs": [ecs] });
const cluster = "arn:aws:ecs:eu-west-1:111122223333:cluster/production";

const noticeOf = (detailType: string, detail: Record<string, unknown>, service = "service/production/orders") => {
  const resources = [`arn:aws:ecs:eu-west-1:111122223333:${service}`];
  const { notices, unformatted } = route(
    {
      id: "1",
      time: "2026-03-14T03:02:11Z",
      source: "aws.ecs",
      detailType,
      account: "111122223333",
      region: "eu-west-1",
      resources,
      detail,
    },
    registry,
  );
  expect(unformatted).toBeUndefined();
  const [notice] = notices;
  if (!notice) throw new Error("no notice");
  return notice;
};

const stopped = (detail: Record<string, unknown>) =>
  noticeOf("ECS Task State Change", { lastStatus: "STOPPED", group: "service:orders", clusterArn: cluster, ...detail });

const exited = (exitCode: number) => [{ name: "app", exitCode }];

test.for<[string, Record<string, unknown>, number]>([
  ["failed to start", { stopCode: "TaskFailedToStart", stoppedReason: "CannotPullContainerError" }, 4],
  ["crashed", { stopCode: "EssentialContainerExited", containers: exited(1) }, 3],
  [
    "crashed, by an event without stopCode",
    { stoppedReason: "Essential container exited", containers: exited(137) },
    3,
  ],
  [
    "failed its health checks",
    { stopCode: "ServiceSchedulerInitiated", stoppedReason: "Task failed ELB health checks in (x)" },
    3,
  ],
  ["failed its container's health checks", { stoppedReason: "Task failed container health checks" }, 3],
  ["lost its Spot capacity", { stopCode: "SpotInterruption", containers: exited(143) }, 2],
  ["lost its instance", { stopCode: "TerminationNotice" }, 2],
  ["was scaled in", { stopCode: "ServiceSchedulerInitiated", containers: exited(143) }, 1],
  ["was stopped by a user", { stopCode: "UserInitiated", containers: exited(137) }, 1],
  ["ended well", { stopCode: "EssentialContainerExited", containers: exited(0) }, 1],
  ["stopped, which is all that is known", {}, 1],
])("a task that %s", ([, detail, severity]) => {
  expect(stopped(detail).severity).toBe(severity);
});

test.for(["PROVISIONING", "PENDING", "RUNNING", "DEPROVISIONING"])("a task that is %s is progress", (lastStatus) => {
  expect(stopped({ lastStatus })).toMatchObject({ severity: 1, noise: "progress" });
});

test("a service's steady state ends what its scheduler and its tasks raised, and no deployment's failure", () => {
  const steady = noticeOf("ECS Service Action", {
    eventType: "INFO",
    eventName: "SERVICE_STEADY_STATE",
    clusterArn: cluster,
  });
  const placement = noticeOf("ECS Service Action", {
    eventType: "ERROR",
    eventName: "SERVICE_TASK_PLACEMENT_FAILURE",
    clusterArn: cluster,
  });
  const crash = stopped({ stopCode: "EssentialContainerExited", containers: exited(1) });
  const deployment = noticeOf("ECS Deployment State Change", { eventName: "SERVICE_DEPLOYMENT_FAILED" });
  expect(steady).toMatchObject({ severity: 0, worst: 4 });
  expect(placement.condition).toBe(steady.condition);
  expect(crash.condition).toBe(steady.condition);
  expect(deployment.condition).not.toBe(steady.condition);
});

test("a service's older ARN, without its cluster, is the same service", () => {
  const action = { eventType: "ERROR", eventName: "SERVICE_TASK_PLACEMENT_FAILURE", clusterArn: cluster };
  expect(noticeOf("ECS Service Action", action, "service/orders")).toEqual(noticeOf("ECS Service Action", action));
});

test("a task of no service and a task of a service of the same name are two things", () => {
  const crash = { stopCode: "EssentialContainerExited", containers: exited(1) };
  expect(stopped({ ...crash, group: "family:orders" }).condition).not.toBe(stopped(crash).condition);
});

test("an agent of unknown connection is neither lost nor found", () => {
  const instance = "container-instance/production/b54a2a04";
  for (const agentConnected of [undefined, null, "yes"]) {
    expect(noticeOf("ECS Container Instance State Change", { agentConnected }, instance).severity).toBe(1);
  }
});

test("containers ended well only where each has the exit code 0", () => {
  expect(sentenceOf(stopped({ containers: [{ name: "app", exitCode: 0 }] }))).toContain("ended well");
  expect(sentenceOf(stopped({ containers: [{ name: "app", exitCode: 0 }, { name: "log" }] }))).not.toContain(
    "ended well",
  );
});

test("a container instance that cannot be registered is more than its agent's connection", () => {
  const { notices } = route(
    {
      id: "1",
      time: "2026-03-14T03:02:11Z",
      source: "aws.ecs",
      detailType: "ECS Container Instance State Change",
      account: "111122223333",
      region: "eu-west-1",
      resources: [],
      detail: { agentConnected: false, status: "REGISTRATION_FAILED", ec2InstanceId: "i-1", clusterArn: cluster },
    },
    registry,
  );
  expect(notices.map(sentenceOf)).toEqual([
    "ECS agent of instance i-1 is disconnected in cluster production",
    "ECS container instance i-1 registration failed in cluster production",
  ]);
});
