import { describe, expect, test } from "vitest";
import { parseEvent } from "../../src/event.ts";
import { registry } from "../../src/formatters/registry.ts";
import { route } from "../../src/route.ts";
import { sentenceOf } from "../../src/sentence.ts";

const origin = { account: "111122223333", region: "eu-west-1" };

function notices(findings: readonly object[], detailType = "Security Hub Findings - Imported") {
  const event = parseEvent(
    { source: "aws.securityhub", "detail-type": detailType, ...origin, detail: { findings } },
    origin,
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
    [{ Severity: { Label: "CRITICAL" }, Compliance: { Status: "NOT_AVAILABLE" } }, 1],
    [{ Severity: { Label: "CRITICAL" }, RecordState: "ARCHIVED" }, 0],
    [{ Severity: { Label: "CRITICAL" }, Workflow: { Status: "SUPPRESSED" } }, 0],
  ])("%j is %i", ([more, severity]) => {
    expect(severityOf(more)).toEqual([severity]);
  });

  test("that passed count as noise unless they can have failed before", () => {
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

  test("by the ten thousand give a notice each, within a second", () => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      finding({
        Id: `finding-${index}`,
        Severity: { Label: "HIGH" },
        Resources: [{ Id: `arn:aws:s3:::bucket-${index}`, Type: "AwsS3Bucket" }],
      }),
    );
    const before = performance.now();
    const made = notices(many).notices;
    expect(performance.now() - before).toBeLessThan(1000);
    expect(new Set(made.map(({ condition }) => condition)).size).toBe(10_000);
  });

  test("keep resource and control behind a long title", () => {
    const [notice] = notices([
      finding({
        Title: `Security groups ${"must not allow access ".repeat(12)}`,
        Compliance: { Status: "FAILED", SecurityControlId: "EC2.19" },
        Severity: { Label: "HIGH" },
        Resources: [{ Id: "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-0f1e2d3c4b5a69788" }],
      }),
    ]).notices;
    if (!notice) throw new Error("no notice");
    expect(sentenceOf(notice)).toMatch(
      /^Security Hub HIGH: Security groups must .*… on sg-0f1e2d3c4b5a69788 \[EC2\.19\]$/,
    );
  });

  test("missing altogether, the fallback speaks", () => {
    expect(notices([]).unformatted).toBeInstanceOf(Error);
  });
});
