import { expect, test } from "vitest";
import { ec2 } from "../../src/formatters/ec2.ts";
import { registryOf } from "../../src/grammar/registry.ts";
import { route } from "../../src/route.ts";
import { sentenceOf } from "../../src/sentence.ts";

const registry = registryOf({ "aws.ec2": [ec2] });

const noticeOf = (detailType: string, detail: Record<string, unknown>, resources: string[] = []) => {
  const { notices, unformatted } = route(
    {
      id: "1",
      time: "2026-03-14T03:02:11Z",
      source: "aws.ec2",
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

const state = "EC2 Instance State-change Notification";

test.for([
  ["pending", 1],
  ["running", 0],
  ["RUNNING", 0],
  ["stopping", 1],
  ["stopped", 2],
  ["Stopped", 2],
  ["shutting-down", 1],
  ["terminated", 1],
])("an instance that is %s has severity %i", ([now, severity]) => {
  const notice = noticeOf(state, { "instance-id": " i-0a1b2c3d", state: now });
  expect(notice).toMatchObject({ severity, node: "i-0a1b2c3d", tag: "Ec2 State Change" });
});

test("an instance without an id is named by its ARN", () => {
  expect(noticeOf(state, { state: "stopped" }, ["arn:aws:ec2:eu-west-1:111122223333:instance/ i-0a1b2c3d"]).node).toBe(
    "i-0a1b2c3d",
  );
});

test("running clears what stopped raised, and nothing else has that condition", () => {
  const [stopped, running, pending] = ["stopped", "running", "pending"].map(
    (now) => noticeOf(state, { "instance-id": "i-0a1b2c3d", state: now }).condition,
  );
  expect(running).toBe(stopped);
  expect(pending).not.toBe(stopped);
});

test("a snapshot's new id does not hide that it is of the same volume", () => {
  const volume = "arn:aws:ec2::eu-west-1:volume/vol-1";
  const [failed, succeeded] = ["failed", "succeeded"].map((result, index) =>
    noticeOf("EBS Snapshot Notification", {
      event: "createSnapshot",
      result,
      source: volume,
      snapshot_id: `snap-${index}`,
    }),
  );
  expect(succeeded).toMatchObject({ severity: 0, worst: 4, condition: failed?.condition, node: "vol-1" });
});

test("a set of snapshots is the same in any order of its volumes", () => {
  const [one, other] = [
    ["vol-1", "vol-2"],
    ["vol-2", "vol-1"],
  ].map((volumes) =>
    noticeOf("EBS Multi-Volume Snapshots Completion Status", {
      result: "failed",
      snapshots: volumes.map((volume) => ({ source: `arn:aws:ec2::eu-west-1:volume/${volume}` })),
    }),
  );
  expect(one?.condition).toBe(other?.condition);
});

test("words of an event that are names of Object's own members are words", () => {
  const notice = noticeOf("EBS Volume Notification", { event: "constructor", result: "failed" }, ["vol-1"]);
  expect(sentenceOf(notice)).toBe("EBS volume vol-1: constructor failed");
});

test("a cause says of a key's ARN that it is a KMS key", () => {
  const key = "arn:aws:kms:eu-west-1:111122223333:key/7d1f2c3b";
  const notice = noticeOf(
    "EBS Volume Notification",
    { event: "attachVolume", result: "failed", cause: `${key} is disabled.` },
    ["vol-1"],
  );
  expect(sentenceOf(notice)).toBe("EBS volume vol-1 could not be attached: KMS key 7d1f2c3b is disabled");
});
