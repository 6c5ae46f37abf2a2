import { describe, expect, test } from "vitest";
import { type AwsEvent, asString, parseEvent } from "../../src/event.ts";
import { states } from "../../src/grammar/states.ts";

const origin = { account: "111122223333", region: "eu-west-1" };

const eventOf = (state: unknown): AwsEvent => {
  const event = parseEvent({ source: "aws.foo", "detail-type": "Foo Job", detail: { state, name: "nightly" } }, origin);
  if (!event) throw new Error("no event");
  return event;
};

const [job, chatter, strict] = states("aws.foo", [
  {
    name: "detail.name",
    thing: "job",
    means: "",
    detailType: "Foo Job",
    problems: { FAILED: 4, LATE: 3 },
    ends: ["DONE"],
  },
  { name: "detail.name", thing: "step", means: "", detailType: "Foo Step", problems: {} },
  { name: "detail.name", thing: "lock", means: "", detailType: "Foo Lock", problems: { FAILED: 4 }, otherwise: 1 },
]);

describe("a state that its row does not list", () => {
  test.for(["TIMED_OUT", "Faulted", "create-failed", "notHealthy", "COMPLETED_WITH_ERRORS"])(
    "%s is the least of the row's problems, which its recovery clears",
    (state) => {
      expect(job?.format(eventOf(state))).toMatchObject([{ severity: 3, condition: "foo:job:nightly" }]);
      expect(job?.format(eventOf("DONE"))).toMatchObject([{ severity: 0, worst: 4, condition: "foo:job:nightly" }]);
    },
  );

  test.for(["RUNNING", "COMPLETED_WITHOUT_ERRORS", "RECOVERED"])("%s is no problem", (state) => {
    expect(job?.format(eventOf(state))).toMatchObject([{ severity: 1 }]);
  });

  test("is no problem in a row without problems, or with a severity for all else", () => {
    expect(chatter?.format(eventOf("TIMED_OUT"))).toMatchObject([{ severity: 1 }]);
    expect(strict?.format(eventOf("TIMED_OUT"))).toMatchObject([{ severity: 1 }]);
  });
});

describe("a text that says that there is none", () => {
  test.for(["null", "NULL", "undefined", "NaN", "N/A", "-", "[object Object]", "{}", " ", "[ ]"])("%j", (value) => {
    expect(asString(value)).toBeUndefined();
    expect(() => job?.format(eventOf(value))).toThrow("it has no state");
  });

  test.for(["None", "Null", "null-island", "a-b", "0"])("but not %j", (value) => expect(asString(value)).toBe(value));
});
