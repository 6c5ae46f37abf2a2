import { describe, expect, test } from "vitest";
import type { Notice } from "../../src/condition.ts";
import type { AwsEvent } from "../../src/event.ts";
import { rdsGradesOfKind, rdsProblems, rdsRecoveries } from "../../src/formatters/rds/events.ts";
import { rds } from "../../src/formatters/rds.ts";
import { sentenceOf } from "../../src/sentence.ts";

const noticesOf = (detail: object, detailType = "RDS DB Instance Event"): readonly Notice[] => {
  const event: AwsEvent = {
    id: "1",
    time: "2026-03-14T02:11:43Z",
    source: "aws.rds",
    detailType,
    account: "111122223333",
    region: "eu-west-1",
    resources: [],
    detail: { SourceIdentifier: "orders", ...detail },
  };
  return (
    rds()
      .find((formatter) => formatter.detailType === detailType)
      ?.format(event) ?? []
  );
};
const byId = (id: string) => noticesOf({ EventID: `RDS-EVENT-${id}` });

const pairs = Object.entries(rdsRecoveries).flatMap(([id, [kinds]]) => kinds.map((kind) => ({ id, kind })));

describe("the table of RDS events", () => {
  test.for(pairs)("$id ends the problems of kind $kind", ({ id, kind }) => {
    const problems = Object.entries(rdsProblems).filter(([, [severity, of]]) => of === kind && severity > 1);
    const recovery = byId(id).find(({ severity, condition }) => severity === 0 && condition.endsWith(`:${kind}`));
    const worst = Math.max(...Object.keys(rdsGradesOfKind(kind)).map(Number));
    expect(problems.length).toBeGreaterThan(0);
    expect(recovery).toMatchObject({ worst });
    for (const [problem] of problems) {
      expect(byId(problem).map(({ condition }) => condition)).toContain(recovery?.condition);
    }
  });

  test("an event is a problem, a recovery or both; AWS's message changes only its reason", () => {
    for (const id of [...Object.keys(rdsProblems), ...Object.keys(rdsRecoveries)]) {
      const silent = byId(id);
      const explained = noticesOf({ EventID: `RDS-EVENT-${id}`, Message: "Free storage: 8.2 GB" });
      expect(silent.length, id).toBeGreaterThan(0);
      expect(explained.map((notice) => ({ ...notice, reason: undefined }))).toEqual(
        silent.map((notice) => ({ ...notice, reason: undefined })),
      );
    }
  });
});

describe("an RDS event that is not listed", () => {
  test.for([
    [["failure"], 4],
    [["low storage"], 4],
    [["availability"], 3],
    [["maintenance", "failure"], 4],
    [["Deletion"], 2],
    [["notification"], 1],
    [["something new"], 1],
    [["constructor"], 1],
    [[], 1],
  ] as const)("takes the severity of its gravest category: %j %d", ([EventCategories, severity]) => {
    expect(noticesOf({ EventID: "RDS-EVENT-9999", EventCategories })).toMatchObject([{ severity }]);
  });

  test("has AWS's words as its reason, not in its identity", () => {
    const failure = { EventCategories: ["failure"] };
    const [steady] = noticesOf({ ...failure, Message: "The instance cannot reach its domain." });
    const [volatile] = noticesOf({ ...failure, Message: "The instance lost 12 connections." });
    expect(steady && sentenceOf(steady)).toBe(
      "RDS instance orders reports a failure: The instance cannot reach its domain",
    );
    expect(volatile && sentenceOf(volatile)).toBe(
      "RDS instance orders reports a failure: The instance lost 12 connections",
    );
    expect(volatile?.condition).toBe(steady?.condition);
  });

  test("as a note has AWS's words only where they hold no figures, since they tell notes apart", () => {
    const [steady] = noticesOf({ EventCategories: ["maintenance"], Message: "The instance is being patched." });
    const [volatile] = noticesOf({ EventCategories: ["maintenance"], Message: "Patched 3 of 4 nodes." });
    expect(steady).toMatchObject({ severity: 1, reason: "The instance is being patched." });
    expect(volatile).toMatchObject({ severity: 1, reason: undefined });
  });

  test("has no severity that its source does not reach", () => {
    const severityOf = (category: string, detailType: string) =>
      noticesOf({ EventCategories: [category] }, detailType)[0]?.severity;
    expect(severityOf("failure", "RDS Blue Green Deployment Event")).toBe(3);
    expect(severityOf("availability", "RDS DB Shard Group Event")).toBe(2);
    expect(severityOf("failure", "RDS DB Parameter Group Event")).toBe(1);
  });
});

test("the snapshots of a database share its conditions", () => {
  const conditions = ["rds:orders-2026-03-14-02-10", "rds:orders-2026-03-15-02-10"].map((SourceIdentifier) =>
    noticesOf({ EventID: "RDS-EVENT-0159", SourceIdentifier }, "RDS DB Snapshot Event").map(
      ({ condition }) => condition,
    ),
  );
  expect(conditions).toEqual([["rds:snapshot:orders:export"], ["rds:snapshot:orders:export"]]);
});
