import { describe, expect, test } from "vitest";
import { condition, note } from "../src/condition.ts";

const certificate = condition("acm:certificate", {
  grades: { 5: "expired", 3: "15 days left" },
  ends: "it is renewed",
});
const statement = { of: "shop", node: "shop", thing: "ACM certificate", name: "shop", outcome: "expired" };

describe("a condition", () => {
  test("is raised at a grade that it declares", () => {
    expect(certificate.raise(5, statement)).toEqual({
      node: "shop",
      thing: "ACM certificate",
      name: "shop",
      outcome: "expired",
      condition: "acm:certificate:shop",
      severity: 5,
    });
    // @ts-expect-error: it has no grade 4.
    certificate.raise(4, statement);
  });

  test("is cleared at every grade", () => {
    expect(certificate.clear(statement)).toMatchObject({
      condition: "acm:certificate:shop",
      severity: 0,
      worst: 5,
    });
  });

  test("of nothing that has a name is of any", () => {
    expect(note("acm:issued", { ...statement, of: undefined })).toMatchObject({
      condition: "acm:issued:any",
      severity: 1,
    });
  });
});
