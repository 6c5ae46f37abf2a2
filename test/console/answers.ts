import type { PantherMessage } from "../../src/message.ts";
import { account, consoleOf, region, type Target } from "./sender.ts";

interface Probe {
  readonly name: string;
  readonly target?: (target: Target) => Target;
  readonly message?: object;
  readonly outcome: "delivered" | "refused" | "undelivered";
}

const probes: readonly Probe[] = [
  { name: "a message", outcome: "delivered" },
  { name: "the same message again", outcome: "delivered" },
  { name: "severity 6", message: { severity: 6 }, outcome: "refused" },
  { name: "a body of 5 kB", message: { summary: "x".repeat(5000) }, outcome: "refused" },
  {
    name: "another token",
    target: ({ url }) => ({ url, token: "0".repeat(32) }),
    outcome: "undelivered",
  },
  { name: "the queueing API", target: atPath("/api/event/queue"), outcome: "undelivered" },
  { name: "another path", target: atPath("/api/events"), outcome: "undelivered" },
];

function atPath(path: string): (target: Target) => Target {
  return ({ url, token }) => ({ url: new URL(path, url).href, token });
}

export interface AnswersResult {
  readonly lines: readonly string[];
  readonly wrong: readonly string[];
}

/** What the client makes of the console's answers to messages that it accepts, refuses or does not get. */
export async function playAnswers(target: Target, run: string): Promise<AnswersResult> {
  const lines: string[] = [];
  const wrong: string[] = [];
  for (const { name, target: changed = (same: Target) => same, message = {}, outcome } of probes) {
    const client = consoleOf(changed(target));
    const delivery = await client.deliver({ ...probeMessage(run), ...message } as PantherMessage, Date.now() + 5000);
    await client.close();
    const reason = "reason" in delivery ? ` (${delivery.reason})` : "";
    lines.push(`${name}: ${delivery.outcome}${reason}`);
    if (delivery.outcome !== outcome) wrong.push(`${name}: ${delivery.outcome}${reason}, not ${outcome}`);
  }
  return { lines, wrong };
}

const probeMessage = (run: string): PantherMessage => ({
  node: "test-console",
  tag: "Test",
  summary: "Message of npm run test:console",
  severity: 1,
  identifier: `${account}:${region}:test-console:${run}:1`,
  external_id: `${account}:${region}:test-console:${run}`,
  account,
  region,
  source: "aws-events2panther",
  detail_type: "Test",
  time: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
});
