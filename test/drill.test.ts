import { expect, test } from "vitest";
import { play, scenarios } from "./drill/drill.ts";

const events = 10_000;

test.for(scenarios)(
  "$name: every condition reaches the console, none is lost",
  { timeout: 300_000 },
  async (scenario) => {
    const row = await play(scenario, events);
    expect(row).toMatchObject({ lost: 0, deadLetters: 0, delivered: expect.any(Number) });
    expect(row.delivered).toBeGreaterThanOrEqual(events);
    const takenWithoutAnswer = scenario.name.includes("taken all the same") || scenario.killedOneIn !== undefined;
    expect(row.duplicates).toBeLessThanOrEqual(takenWithoutAnswer ? events / 5 : 0);
  },
);

test("a forwarder without the failure path loses what the console does not take at once", async () => {
  const scenario = scenarios.find(({ name }) => name === "down for an hour");
  if (!scenario) throw new Error("no such scenario");
  expect((await play(scenario, 500, "one try")).lost).toBeGreaterThan(200);
});
