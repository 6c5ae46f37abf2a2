import { describe, expect, test } from "vitest";
import { parseEvent } from "../../src/event.ts";
import { registry } from "../../src/formatters/registry.ts";
import { route } from "../../src/route.ts";

const here = { account: "111122223333", region: "eu-west-1" };

function notices(findings: readonly object[], detailType = "Security Hub Findings - Imported") {
  const event = parseEvent(
    { source: "aws.securityhub", "detail-type": detailType, ...here, detail: { findings } },
    here,
  );
  if (!event) throw new Error("no event");
  return route(event, registry);
}

const finding = (more: object) => ({ Id: "one", Title: "Bucket is open", ...more });
const severityOf = (more: object) => notices([finding(more)]).notices.map(({ severity }) => severity);

describe("findings", () => {
  test.for<[object, number]>([
    [{ Severity: { Label: "CRITICAL" } }, 5],
    [{ Severity: { Label: "HIGH", Normalized: 1 } }, 4],
    [{ FindingProviderFields: { Severity: { Label: "HIGH" } } }, 4],
    [{ Severity: { Normalized: 90 } }, 5],
    [{ Severity: { Normalized: 70 } }, 4],
    [{ Severity: { Normalized: 40 } }, 3],
    [{ Severity: { Normalized: 1 } }, 2],
    [{ Severity: { Normalized: 0 } }, 1],
    [{}, 1],
    [{ Severity: { Label: "CRITICAL" }, Compliance: { Status: "FAILED" } }, 4],
    [{ Severity: { Label: "LOW" }, Compliance: { Status: "FAILED" } }, 1],
    [{ Severity: { Label: "CRITICAL" }, Compliance: { Status: "WARNING" } }, 1],
    [{ Severity: { Label: "CRITICAL" }, RecordState: "ARCHIVED" }, 0],
    [{ Severity: { Label: "CRITICAL" }, Workflow: { Status: "SUPPRESSED" } }, 0],
  ])("%j is %i", ([more, severity]) => {
    expect(severityOf(more)).toEqual([severity]);
  });

  test("that passed are only told where they can have failed before", () => {
    const passed = {
      Compliance: { Status: "PASSED" },
      CreatedAt: "2026-03-10T06:11:09Z",
      UpdatedAt: "2026-03-17T09:41:58Z",
    };
    const noise = (more: object) => notices([finding({ ...passed, ...more })]).notices[0]?.noise;
    expect(noise({ Workflow: { Status: "RESOLVED" } })).toBeUndefined();
    expect(noise({ Workflow: { Status: "RESOLVED" }, UpdatedAt: passed.CreatedAt })).toBe("passed");
    expect(noise({ Workflow: { Status: "NEW" } })).toBe("passed");
    expect(noise({})).toBe("passed");
  });

  test("by the ten thousand are told one by one, within a second", () => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      finding({
        Id: `finding-${index}`,
        Severity: { Label: "HIGH" },
        Resources: [{ Id: `arn:aws:s3:::bucket-${index}`, Type: "AwsS3Bucket" }],
      }),
    );
    const before = performance.now();
    const told = notices(many).notices;
    expect(performance.now() - before).toBeLessThan(1000);
    expect(new Set(told.map(({ condition }) => condition)).size).toBe(10_000);
  });

  test("missing altogether, the fallback speaks", () => {
    expect(notices([]).unformatted).toBeInstanceOf(Error);
  });
});
