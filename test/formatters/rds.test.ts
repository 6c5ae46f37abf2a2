import { describe, expect, test } from "vitest";
import type { AwsEvent } from "../../src/event.ts";
import { rdsProblems, rdsRecoveries } from "../../src/formatters/rds/events.ts";
import { rds } from "../../src/formatters/rds.ts";
import type { Notice } from "../../src/notice.ts";

const said = (detail: object, detailType = "RDS DB Instance Event"): readonly Notice[] => {
  const event: AwsEvent = {
    id: "1",
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
const byId = (id: string) => said({ EventID: `RDS-EVENT-${id}` });

const pairs = Object.entries(rdsRecoveries).flatMap(([id, [ends]]) => ends.map((ended) => ({ id, ended })));

describe("the table of RDS events", () => {
  test.for(pairs)("$id ends $ended, on its condition and at its severity", ({ id, ended }) => {
    const problem = byId(ended).find(({ severity }) => severity > 0);
    const recovery = byId(id).find(({ severity, condition }) => severity === 0 && condition === problem?.condition);
    expect(problem?.severity).toBeGreaterThan(1);
    expect(recovery).toMatchObject({ clears: expect.arrayContaining([problem?.severity]) });
  });

  test("no recovery clears a severity of a problem that it does not end", () => {
    // The storage that grew ends the shutdown for full storage, not one that was ordered.
    const cleared = byId("0218").map((notice) => [notice.condition, "clears" in notice ? notice.clears : []]);
    expect(cleared).toEqual([
      ["rds:instance:orders:storage", [4, 5]],
      ["rds:instance:orders:running", [5]],
    ]);
  });

  test("an event is a problem, a recovery or both, and never in other words than the table's", () => {
    for (const id of [...Object.keys(rdsProblems), ...Object.keys(rdsRecoveries)]) {
      const once = byId(id);
      expect(once.length, id).toBeGreaterThan(0);
      expect(said({ EventID: `RDS-EVENT-${id}`, Message: "Free storage: 8.2 GB" })).toEqual(once);
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
    expect(said({ EventID: "RDS-EVENT-9999", EventCategories })).toMatchObject([{ severity }]);
  });

  test("has AWS's words only where they hold no figures", () => {
    const failure = { EventCategories: ["failure"] };
    const [steady] = said({ ...failure, Message: "The instance cannot reach its domain." });
    const [volatile] = said({ ...failure, Message: "The instance lost 12 connections." });
    expect(steady?.summary).toBe("RDS instance orders reports a failure: The instance cannot reach its domain");
    expect(volatile?.summary).toBe("RDS instance orders reports a failure");
    expect(volatile?.condition).toBe(steady?.condition);
  });
});

test("the snapshots of a database share its conditions", () => {
  const conditions = ["rds:orders-2026-03-14-02-10", "rds:orders-2026-03-15-02-10"].map((SourceIdentifier) =>
    said({ EventID: "RDS-EVENT-0159", SourceIdentifier }, "RDS DB Snapshot Event").map(({ condition }) => condition),
  );
  expect(conditions).toEqual([["rds:snapshot:orders:export"], ["rds:snapshot:orders:export"]]);
});
