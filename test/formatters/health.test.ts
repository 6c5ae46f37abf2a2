import { describe, expect, test } from "vitest";
import type { Notice } from "../../src/condition.ts";
import { health } from "../../src/formatters/health.ts";
import { sentenceOf } from "../../src/sentence.ts";

const arn = "arn:aws:health:eu-west-1::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/AWS_EC2_OPERATIONAL_ISSUE_1";

const noticeOf = (detail: object, detailType = "AWS Health Event"): Notice => {
  const formatter = health().find((each) => each.detailType === detailType);
  const [notice] =
    formatter?.format({
      id: "8a4a1d3c-0f55-4a0e-9d5b-0c1d2e3f4a5b",
      time: "2026-06-07T05:00:00Z",
      source: "aws.health",
      detailType,
      account: "111122223333",
      region: "us-east-1",
      resources: [],
      detail: { eventArn: arn, service: "EC2", eventTypeCode: "AWS_EC2_OPERATIONAL_ISSUE", ...detail },
    }) ?? [];
  if (!notice) throw new Error("no notice");
  return notice;
};

describe("severity by category, scope and actionability", () => {
  test.for([
    ["issue", { eventScopeCode: "ACCOUNT_SPECIFIC" }, 4],
    ["issue", { eventScopeCode: "PUBLIC" }, 3],
    ["issue", { affectedEntities: [{ entityValue: "i-0a1b" }] }, 4],
    ["issue", {}, 3],
    ["investigation", {}, 3],
    ["scheduledChange", {}, 2],
    ["scheduledChange", { statusCode: "upcoming", actionability: "ACTION_REQUIRED" }, 3],
    ["accountNotification", { actionability: "ACTION_REQUIRED" }, 3],
    ["accountnotification", { actionability: "ACTION_MAY_BE_REQUIRED" }, 2],
    ["accountNotification", { actionability: "INFORMATIONAL" }, 1],
    ["accountNotification", {}, 1],
    ["somethingNew", {}, 1],
  ] as const)("%s %j: %i", ([eventTypeCategory, detail, severity]) => {
    expect(noticeOf({ eventTypeCategory, ...detail }).severity).toBe(severity);
  });
});

describe("what ends an event", () => {
  const end = { endTime: "Sun, 7 Jun 2026 04:55:00 GMT" };
  test.for([
    ["issue", { statusCode: "closed" }, 0],
    ["issue", { ...end, lastUpdatedTime: "Sun, 7 Jun 2026 05:00:00 GMT", statusCode: "open" }, 0],
    ["issue", { ...end }, 0],
    ["issue", { ...end, lastUpdatedTime: "Sun, 7 Jun 2026 04:00:00 GMT" }, 3],
    ["scheduledChange", { ...end, lastUpdatedTime: "Sun, 7 Jun 2026 05:00:00 GMT" }, 2],
    ["scheduledChange", { statusCode: "closed" }, 0],
    ["accountNotification", { statusCode: "closed" }, 1],
  ] as const)("%s %j: %i", ([eventTypeCategory, detail, severity]) => {
    expect(noticeOf({ eventTypeCategory, ...detail }).severity).toBe(severity);
  });

  test("the recovery has the condition of the problem, and its highest grade", () => {
    const raised = noticeOf({ eventTypeCategory: "issue", eventScopeCode: "PUBLIC" });
    const cleared = noticeOf({ eventTypeCategory: "issue", statusCode: "closed" });
    expect(cleared).toMatchObject({ severity: 0, worst: 5, condition: raised.condition });
  });
});

test("the sentence says what happened, where, and with what", () => {
  const text = (detail: object, detailType?: string) => sentenceOf(noticeOf(detail, detailType));
  const entities = ["i-0a1b", "i-0c2d"].map((entityValue) => ({ entityValue }));
  const change = { eventTypeCode: "AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED", affectedEntities: entities };
  expect(text({ eventTypeCategory: "scheduledChange", actionability: "ACTION_REQUIRED", ...change })).toBe(
    "EC2 persistent instance retirement scheduled in eu-west-1: i-0a1b and i-0c2d (AWS Health, action required)",
  );
  expect(text({ eventTypeCategory: "issue", statusCode: "closed" })).toBe(
    "EC2 operational issue in eu-west-1 is over (AWS Health)",
  );
  expect(text({ eventTypeCode: "AWS_EC2" })).toBe("EC2 event in eu-west-1 (AWS Health)");
  expect(text({ eventTypeCode: "AWS_ABUSE_DOS_REPORT" }, "AWS Health Abuse Event")).toBe(
    "Abuse report: denial of service from account 111122223333 (AWS Trust and Safety)",
  );
});

test("an update, another page and the description do not change the identity; another account does", () => {
  const condition = (detail: object) => noticeOf({ eventTypeCategory: "issue", ...detail }).condition;
  expect(condition({ communicationId: "1", page: "1" })).toBe(condition({ communicationId: "2", page: "2" }));
  expect(condition({ affectedAccount: "444455556666" })).not.toBe(condition({}));
});

test("the node is the one resource that is touched, else the account where it is touched", () => {
  const node = (...entities: string[]) =>
    noticeOf({ eventRegion: "eu-west-1", affectedEntities: entities.map((entityValue) => ({ entityValue })) }).node;
  expect(node("i-0a1b")).toBe("i-0a1b");
  expect(node("cr-0a1b | eu-west-1b | t3.medium")).toBe("cr-0a1b");
  expect(node("arn:aws:lambda:eu-west-1:111122223333:function:orders")).toBe("orders");
  for (const entities of [[], ["AWS_ACCOUNT"], ["UNKNOWN"], ["111122223333"], ["i-0a1b", "i-0c2d"]]) {
    expect(node(...entities)).toBe("111122223333-eu-west-1");
  }
});

test("the copy for the backup region is marked as a duplicate", () => {
  expect(noticeOf({ backupEvent: "true" }).noise).toBe("duplicate");
  expect(noticeOf({ backupEvent: false }).noise).toBeUndefined();
});
