import { describe, expect, test } from "vitest";
import { health } from "../../src/formatters/health.ts";
import type { Notice } from "../../src/notice.ts";

const arn = "arn:aws:health:eu-west-1::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/AWS_EC2_OPERATIONAL_ISSUE_1";

const say = (detail: object, detailType = "AWS Health Event"): Notice => {
  const formatter = health().find((each) => each.detailType === detailType);
  const [notice] =
    formatter?.format({
      id: "8a4a1d3c-0f55-4a0e-9d5b-0c1d2e3f4a5b",
      source: "aws.health",
      detailType,
      account: "111122223333",
      region: "us-east-1",
      resources: [],
      detail: { eventArn: arn, service: "EC2", eventTypeCode: "AWS_EC2_OPERATIONAL_ISSUE", ...detail },
    }) ?? [];
  if (!notice) throw new Error("nothing said");
  return notice;
};

describe("severity by category, scope and what is to be done", () => {
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
    expect(say({ eventTypeCategory, ...detail }).severity).toBe(severity);
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
    expect(say({ eventTypeCategory, ...detail }).severity).toBe(severity);
  });

  test("the recovery clears each severity that the same event can have had", () => {
    const raised = say({ eventTypeCategory: "issue", eventScopeCode: "PUBLIC" });
    const cleared = say({ eventTypeCategory: "issue", statusCode: "closed" });
    expect(cleared).toMatchObject({ severity: 0, clears: [3, 4], condition: raised.condition });
  });
});

test("an update, another page and the description do not change the identity; another account does", () => {
  const condition = (detail: object) => say({ eventTypeCategory: "issue", ...detail }).condition;
  expect(condition({ communicationId: "1", page: "1" })).toBe(condition({ communicationId: "2", page: "2" }));
  expect(condition({ affectedAccount: "444455556666" })).not.toBe(condition({}));
});

test("the node is the one resource that is touched, else the account where it is touched", () => {
  const node = (...entities: string[]) =>
    say({ eventRegion: "eu-west-1", affectedEntities: entities.map((entityValue) => ({ entityValue })) }).node;
  expect(node("i-0a1b")).toBe("i-0a1b");
  expect(node("cr-0a1b | eu-west-1b | t3.medium")).toBe("cr-0a1b");
  expect(node("arn:aws:lambda:eu-west-1:111122223333:function:orders")).toBe("orders");
  for (const entities of [[], ["AWS_ACCOUNT"], ["UNKNOWN"], ["111122223333"], ["i-0a1b", "i-0c2d"]]) {
    expect(node(...entities)).toBe("111122223333-eu-west-1");
  }
});

test("the copy for the backup region is marked as told twice", () => {
  expect(say({ backupEvent: "true" }).noise).toBe("duplicate");
  expect(say({ backupEvent: false }).noise).toBeUndefined();
});
