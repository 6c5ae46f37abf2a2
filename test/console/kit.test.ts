import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AcceptedEvent } from "../../src/local/contract.ts";
import { type Message, orders, type Step } from "./orders.ts";
import { modelPlayer, type Player, start, triggerPlayer } from "./players.ts";

const key = "111122223333:eu-west-1:db:down";
/** 25 s before the messages arrive. */
const begin = Math.floor(start / 1000) - 25;
const iso = (time: number): string => `${new Date((begin + time) * 1000).toISOString().slice(0, 19)}Z`;

/** What the forwarder sends; `lateonly` and `old` are forwarders that state fewer times. */
type Protocol = "timed" | "lateonly" | "old";

function messageOf([severity, time, late]: Message, protocol: Protocol): AcceptedEvent {
  const withTime = protocol !== "old" && (late || (severity === 0 && protocol === "timed"));
  const suffix = withTime ? `@${iso(time)}` : "";
  return {
    node: "db",
    tag: "Test",
    severity,
    summary: `severity ${severity} at ${time} s`,
    detail_type: "Test",
    identifier: `${key}:${severity}${suffix}`,
    external_id: `${key}${suffix}`,
    ...(protocol === "timed" && { time: iso(time) }),
  };
}

/** The severities of the rows that are left, a minute after the last message. */
async function play(player: Player, steps: readonly Step[], protocol: Protocol = "timed"): Promise<number[]> {
  for (const step of steps) {
    if (typeof step === "number") await player.wait(step);
    else player.send(messageOf(step, protocol));
  }
  await player.wait(60);
  return player.rows().map((row) => Number(row[0]));
}

describe.each([
  ["the trigger", triggerPlayer],
  ["the local console's model of it", modelPlayer],
])("%s", (_, newPlayer) => {
  test.each(orders)("%s", async (_, steps, left) => {
    expect(await play(newPlayer(), steps)).toEqual(left);
  });

  test("leaves rows of other senders and conditions alone", async () => {
    const player = newPlayer();
    const row = messageOf([5, 0], "timed");
    player.send({ ...row, identifier: "other", external_id: `${key}-2` });
    player.send({ ...row, identifier: "backup", external_id: "backup" });
    expect(await play(player, [[0, 10]])).toEqual([5, 5]);
  });

  test("deletes severity 0 of any sender, but not at once", async () => {
    const player = newPlayer();
    player.send({ node: "db", summary: "up", severity: 0, identifier: "up", external_id: "up" });
    player.send(messageOf([0, 10], "timed"));
    await player.wait(6);
    expect(player.rows()).toHaveLength(2);
    await player.wait(18);
    expect(player.rows()).toEqual([]);
  });

  test("does not believe a recovery of the future", async () => {
    expect(
      await play(newPlayer(), [
        [5, 0],
        [0, 3600],
      ]),
    ).toEqual([5]);
  });
});

const anyMessage: fc.Arbitrary<Message> = fc.tuple(
  fc.constantFrom(0, 0, 3, 5),
  fc.integer({ min: 0, max: 20 }),
  fc.constantFrom(undefined, "late" as const),
);
const anySteps: fc.Arbitrary<Step[]> = fc.array(fc.oneof(anyMessage, fc.integer({ min: 1, max: 20 })), {
  maxLength: 12,
});

test("model and trigger agree on any order of the forwarder's messages", async () => {
  await fc.assert(
    fc.asyncProperty(anySteps, async (steps) => {
      expect(await play(modelPlayer(), steps)).toEqual(await play(triggerPlayer(), steps));
    }),
    { numRuns: 500 },
  );
});

test("a problem that is newer than every recovery is never hidden, one that is older goes", async () => {
  await fc.assert(
    fc.asyncProperty(anySteps, async (steps) => {
      const messages = steps.filter((step) => typeof step !== "number");
      const recovered = Math.max(-1, ...messages.flatMap(([severity, time]) => (severity === 0 ? [time] : [])));
      const live = messages.filter(([severity, time]) => severity > 0 && time >= recovered);
      const left = await play(modelPlayer(), steps);
      expect(new Set(left)).toEqual(new Set(live.map(([severity]) => severity)));
    }),
    { numRuns: 200 },
  );
});
