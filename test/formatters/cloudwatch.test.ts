import { describe, expect, test } from "vitest";
import type { Notice } from "../../src/condition.ts";
import { severityOf } from "../../src/formatters/cloudwatch/severity.ts";
import { cloudwatch } from "../../src/formatters/cloudwatch.ts";
import { sentenceOf } from "../../src/sentence.ts";

const noticeOf = (detail: object, detailType = "CloudWatch Alarm State Change"): Notice => {
  const formatter = cloudwatch().find((each) => each.detailType === detailType);
  const [notice] =
    formatter?.format({
      id: "8a4a1d3c-0f55-4a0e-9d5b-0c1d2e3f4a5b",
      time: "2026-06-07T02:15:45Z",
      source: "aws.cloudwatch",
      detailType,
      account: "111122223333",
      region: "eu-west-1",
      resources: ["arn:aws:cloudwatch:eu-west-1:111122223333:alarm:web"],
      detail: { alarmName: "web", ...detail },
    }) ?? [];
  if (!notice) throw new Error("no notice");
  return notice;
};

const crossed = (operator: string, threshold: number): string =>
  `Threshold Crossed: 1 out of the last 1 datapoints [1.0 (07/06/26 02:10:00)] was ${operator} the threshold (${threshold.toFixed(1)}) (minimum 1 datapoint for OK -> ALARM transition).`;

const metric = (namespace: string, name: string, dimensions: object = {}, stat = "Average") => ({
  id: "m1",
  metricStat: { metric: { namespace, name, dimensions }, period: 60, stat },
  returnData: true,
});

const alarm = (metrics: object[], reason: string): object => ({
  state: { value: "ALARM", reason },
  configuration: { metrics },
});

describe("an alarm's severity is what its owner says", () => {
  test.for([
    [{ severity: "5" }, undefined, "web", 5],
    [{ Severity: 2 }, undefined, "web", 2],
    [{ severity: "P1" }, undefined, "web", 5],
    [{ severity: "p5" }, undefined, "web", 1],
    [{ severity: "Critical" }, undefined, "web", 5],
    [{ severity: "low" }, "[sev:5]", "P1", 2],
    [{ severity: "constructor" }, undefined, "web", 4],
    [{ team: "payments" }, "[sev:3] disk runs full", "web", 3],
    [undefined, "[severity: 2]", "web", 2],
    [undefined, "customers cannot pay (P1)", "web", 5],
    [undefined, undefined, "web-P2-latency", 4],
    [undefined, undefined, "web_P3_latency", 3],
    [undefined, undefined, "P4: queue is old", 2],
    [undefined, "p99 latency on a P3.2xlarge", "web", 4],
    [undefined, "[sev:9]", "P0", 4],
    ["severity", 7 as unknown as string, "web", 4],
  ] as const)("tags %j, description %j, name %j: %i", ([tags, description, name, severity]) => {
    expect(severityOf(tags, typeof description === "string" ? description : undefined, name)).toBe(severity);
  });
});

describe("thresholds are stated in words and units", () => {
  test.for([
    [
      "greater than",
      80,
      metric("AWS/EC2", "CPUUtilization", { InstanceId: "i-0a1b" }),
      "CPUUtilization of i-0a1b is above 80% (alarm web)",
    ],
    [
      "less than",
      10737418240,
      metric("AWS/RDS", "FreeStorageSpace", { DBInstanceIdentifier: "orders" }),
      "FreeStorageSpace of orders is below 10 GiB (alarm web)",
    ],
    [
      "less than or equal to",
      5e9,
      metric("AWS/RDS", "FreeableMemory", {}),
      "FreeableMemory is at most 5 GB (alarm web)",
    ],
    [
      "greater than or equal to",
      1,
      metric("AWS/Lambda", "Errors", { FunctionName: "orders" }),
      "Errors of orders are at least 1 (alarm web)",
    ],
    [
      "greater than",
      3000,
      metric("AWS/Lambda", "Duration", { FunctionName: "orders", Resource: "orders:live" }),
      "Duration of orders is above 3000 ms (alarm web)",
    ],
    [
      "greater than",
      2.5,
      metric("AWS/ApplicationELB", "TargetResponseTime", { LoadBalancer: "app/shop/50dc6c495c0c9188" }, "p99"),
      "p99 TargetResponseTime of shop is above 2.5 s (alarm web)",
    ],
    [
      "greater than",
      90,
      metric("CWAgent", "disk_used_percent", {
        InstanceId: "i-0a1b",
        device: "nvme0n1p1",
        fstype: "xfs",
        path: "/data",
      }),
      "disk_used_percent of i-0a1b /data is above 90% (alarm web)",
    ],
    [
      "greater than",
      500,
      metric("AWS/RDS", "DatabaseConnections", { DBInstanceIdentifier: "orders" }),
      "DatabaseConnections of orders are above 500 (alarm web)",
    ],
    [
      "greater than",
      100,
      metric("AWS/Billing", "EstimatedCharges", { Currency: "USD" }, "Maximum"),
      "EstimatedCharges are above 100 (alarm web)",
    ],
  ] as const)("%s %d", ([operator, threshold, watched, summary]) => {
    expect(sentenceOf(noticeOf(alarm([watched], crossed(operator, threshold))))).toBe(summary);
  });

  test("a changed reading does not change the summary", () => {
    const reading = (value: string) =>
      sentenceOf(
        noticeOf(alarm([metric("AWS/EC2", "CPUUtilization")], crossed("greater than", 80).replace("1.0", value))),
      );
    expect(reading("81.7")).toBe(reading("99.2"));
  });
});

describe("conditions", () => {
  const recovery = noticeOf({ state: { value: "OK", reason: "" }, alarmTags: { severity: "P1" } });

  test("OK clears every severity at which the alarm can have been raised", () => {
    expect(recovery).toMatchObject({ severity: 0, worst: 5, condition: "cloudwatch:alarm:web" });
  });

  test("deletion clears like OK", () => {
    const deleted = noticeOf(
      { operation: "delete", alarmTags: { severity: "P1" } },
      "CloudWatch Alarm Configuration Change",
    );
    expect(deleted).toMatchObject({ severity: 0, worst: 5, condition: recovery.condition });
  });

  test("INSUFFICIENT_DATA neither raises nor clears the alarm", () => {
    const unknown = noticeOf({ state: { value: "INSUFFICIENT_DATA" } });
    expect(unknown.severity).toBe(1);
    expect(unknown.condition).not.toBe(recovery.condition);
  });

  test("the first OK after creation is only progress, a later one is a recovery", () => {
    const okAfter = (reason: string) =>
      noticeOf({ state: { value: "OK" }, previousState: { value: "INSUFFICIENT_DATA", reason } }).noise;
    expect(okAfter("Unchecked: Initial alarm creation")).toBe("progress");
    expect(okAfter("Insufficient Data: 1 datapoint was unknown.")).toBeUndefined();
  });

  test.for([{ muteDetail: { mutedByArn: "arn" } }, { state: { value: "ALARM", actionsSuppressedBy: "Alarm" } }])(
    "a muted or suppressed alarm is 1, whatever its owner says: %j",
    (quiet) => {
      const muted = noticeOf({ state: { value: "ALARM" }, alarmTags: { severity: "P1" }, ...quiet });
      expect(muted).toMatchObject({ severity: 1, condition: "cloudwatch:alarm:web" });
    },
  );

  test("every state of an auto scaling policy's alarm is marked, its deletion too", () => {
    const alarmName = "TargetTracking-service/shop/web-AlarmHigh-0e6cbd9d";
    for (const value of ["ALARM", "OK", "INSUFFICIENT_DATA"]) {
      expect(noticeOf({ alarmName, state: { value } }).noise).toBe("target-tracking");
    }
    expect(noticeOf({ alarmName, operation: "delete" }, "CloudWatch Alarm Configuration Change").noise).toBe(
      "target-tracking",
    );
  });
});

describe("the outcome stays visible", () => {
  const sentenceAbove = (name: string, resource: string): string =>
    sentenceOf(noticeOf(alarm([metric("AWS/EC2", name, { InstanceId: resource })], crossed("greater than", 80))));

  test("a long resource comes after it", () => {
    expect(sentenceAbove("HTTPCode_Target_5XX_Count", "checkout-service-of-the-shop")).toBe(
      "HTTPCode_Target_5XX_Count is above 80 on checkout-service-of-the-shop (alarm web)",
    );
  });

  test("a long metric comes after the alarm", () => {
    const name = "ErrorRateOfTheCheckoutServiceInTheLastFiveMinutesTotal";
    expect(sentenceAbove(name, "shop")).toBe(`Alarm web is in alarm: ${name} of shop is above 80`);
  });
});

test("what a person gave as the reason of a state set by hand is shown", () => {
  const state = { value: "ALARM", reason: "drill of the on-call team" };
  const byHand = noticeOf({ state, configuration: { metrics: [metric("AWS/EC2", "CPUUtilization")] } });
  expect(sentenceOf(byHand)).toBe("CPUUtilization is in alarm (alarm web): drill of the on-call team");
});

test("a composite alarm names the alarm that triggered it", () => {
  const reason = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:cpu transitioned to ALARM at Sunday 07 June, 2026";
  const configuration = { alarmRule: 'ALARM("cpu") OR ALARM("disk")' };
  const triggered = noticeOf({ state: { value: "ALARM", reason }, configuration });
  expect(sentenceOf(triggered)).toBe("Alarm web is in alarm: cpu triggered it; rule: cpu or disk");
});

test("a long rule of a composite alarm is cut", () => {
  const alarmRule = Array.from({ length: 500 }, (_, n) => `ALARM("check-${n}")`).join(" OR ");
  const sentence = sentenceOf(noticeOf({ state: { value: "ALARM" }, configuration: { alarmRule } }));
  expect(sentence).toMatch(/^Alarm web is in alarm: check-0 or check-1 or /);
  expect(sentence.length).toBeLessThan(260);
});
