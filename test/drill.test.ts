import { expect, test } from "vitest";
import { play } from "./drill/drill.ts";
import { scenarioNamed, scenarios } from "./drill/scenarios.ts";
import { problemsOf } from "./drill/table.ts";

const events = 500;
const day = 24 * 60 * 60 * 1000;

test.for(scenarios)("$name: nothing is lost", async (scenario) => {
  // Waiting events are received every 15 minutes: those of three days are many invocations.
  const row = await play(scenario, scenario.over > 2 * day ? events / 5 : events);
  expect(problemsOf(row, scenario)).toEqual([]);
});

test("the same seed plays the same", async () => {
  const scenario = scenarioNamed("all of it at once");
  expect(await play(scenario, 200)).toEqual(await play(scenario, 200));
});

test("a forwarder without the failure path loses what the console does not accept at once", async () => {
  const row = await play(scenarioNamed("down for an hour"), events, "one try");
  expect(row.lost).toBeGreaterThan(200);
});
