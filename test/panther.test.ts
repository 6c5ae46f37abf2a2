import { generate } from "selfsigned";
import { afterEach, describe, expect, test } from "vitest";
import { type LocalConsole, type LocalConsoleOptions, startConsole } from "../src/local/console.ts";
import { classify } from "../src/panther/answers.ts";
import { type ConsoleOptions, type PantherConsole, pantherConsole } from "../src/panther/client.ts";
import { message } from "./message.ts";

describe("an answer", () => {
  test.each<[number, string, string]>([
    [200, '{"status":"Created"}', "delivered"],
    [200, '{"status":"discarded"}', "delivered"],
    [201, '{"status":"Created","message":"Saved new event"}', "delivered"],
    [400, '{"message":"Event discarded"}', "delivered"],
    // Not the event API, or not the console.
    [200, "<!DOCTYPE html><title>Sign in</title>", "transient"],
    [200, "", "transient"],
    [204, "", "transient"],
    [200, '{"status":"Crea', "transient"],
    [200, '{"status":"Queued"}', "transient"],
    [200, "{}", "transient"],
    [200, '["Created"]', "transient"],
    [200, '"Created"', "transient"],
    [202, '{"message":"Accepted"}', "transient"],
    [400, '{"error":{"message":"request entity too large","status":413}}', "refused"],
    [400, '{"error":{"message":"Severity should be between 0 and 5"}}', "refused"],
    [413, '{"error":{"message":"request entity too large"}}', "refused"],
    [500, '{"error":{"message":"Invalid regular expression: /(/"}}', "refused"],
    [500, '{"error":{"message":"An error occurred"}}', "transient"],
    [400, "{}", "transient"],
    [400, "", "transient"],
    [400, "<html>Bad Request</html>", "transient"],
    [400, '{"error":"MongoTimeoutError"}', "transient"],
    [302, "", "transient"],
    ...[402, 404, 405, 406, 407, 408, 409, 410, 413, 421, 425, 429, 451, 502].map(
      (status): [number, string, string] => [status, "<html>", "transient"],
    ),
    [503, "{}", "transient"],
    [401, '{"error":{"message":"Unauthorised Auth service failed"}}', "unauthorised"],
    [403, "<html>", "unauthorised"],
  ])("%i %s is %s", (status, body, kind) => expect(classify(status, body).kind).toBe(kind));

  test("gives its reason", () => {
    expect(classify(400, '{"error":{"message":"Node field should have a value"}}')).toMatchObject({
      reason: "HTTP 400: Node field should have a value",
    });
    expect(classify(400, '{"error":"MongoError"}')).toMatchObject({ reason: "HTTP 400: MongoError" });
    expect(classify(502, "<html>bad gateway</html>")).toMatchObject({ reason: 'HTTP 502: "<html>bad gateway</html>"' });
    expect(classify(200, "")).toMatchObject({
      reason: "HTTP 200, without a body, not from the console's event API",
    });
  });
});

/** A clock that only `sleep` advances, so that back-off takes no time. */
class Clock {
  time = 0;
  slept: number[] = [];
  now = (): number => this.time;
  sleep = async (milliseconds: number): Promise<void> => {
    this.slept.push(milliseconds);
    this.time += milliseconds;
  };
}

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const open of opened.splice(0).reverse()) await open.close();
});

async function consoles(
  options: Partial<ConsoleOptions> = {},
  server: LocalConsoleOptions = {},
): Promise<{ local: LocalConsole; console: PantherConsole; clock: Clock }> {
  const local = await startConsole(server);
  const clock = new Clock();
  const console = pantherConsole({
    url: new URL(local.url),
    token: { current: async () => local.token, refresh: async () => false },
    now: clock.now,
    sleep: clock.sleep,
    random: () => 1,
    ...options,
  });
  opened.push(local, console);
  return { local, console, clock };
}

describe("delivery", () => {
  test("reuses its connection for messages one after the other", async () => {
    const { local, console } = await consoles();
    for (let i = 0; i < 50; i++)
      expect(await console.deliver(message, 60_000)).toMatchObject({ outcome: "delivered", requests: 1 });
    // The pool may open a second before it knows that the first is free.
    expect(local.counts.connections).toBeLessThanOrEqual(2);
    expect(local.rows.all()).toMatchObject([{ tally: 50, severity: 4, node: "web-1" }]);
  });

  test("opens no more connections than the limit", async () => {
    const { local, console } = await consoles({ connections: 3 });
    await Promise.all(Array.from({ length: 40 }, () => console.deliver(message, 60_000)));
    expect(local.counts).toEqual({ requests: 40, connections: 3 });
  });

  test("retries at once on a new connection where the console closed an idle one", async () => {
    const { local, console, clock } = await consoles();
    await console.deliver(message, 60_000);
    let first = true;
    local.fault = () => {
      const fault = first ? ("reset" as const) : undefined;
      first = false;
      return fault;
    };
    expect(await console.deliver(message, 60_000)).toMatchObject({ outcome: "delivered", requests: 2 });
    expect(clock.slept).toEqual([]);
    expect(local.counts.connections).toBe(2);
  });

  test("backs off with full jitter, and gives up with the reason", async () => {
    const { local, console, clock } = await consoles({ random: () => 0.5 });
    local.fault = { status: 503, body: {} };
    expect(await console.deliver(message, 60_000)).toEqual({ outcome: "undelivered", reason: "HTTP 503", requests: 5 });
    expect(clock.slept).toEqual([100, 200, 400, 800]);
  });

  test("stops before the deadline", async () => {
    const { local, console, clock } = await consoles();
    local.fault = { status: 503, body: {} };
    expect(await console.deliver(message, 500)).toMatchObject({ outcome: "undelivered", requests: 2 });
    expect(clock.time).toBeLessThan(500);
    expect(await console.deliver(message, clock.time)).toMatchObject({ outcome: "undelivered", requests: 0 });
  });

  test("honours Retry-After", async () => {
    const { local, console, clock } = await consoles();
    local.fault = (request) => (request === 1 ? { status: 429, body: {}, headers: { "retry-after": "7" } } : undefined);
    expect(await console.deliver(message, 60_000)).toMatchObject({ outcome: "delivered", requests: 2 });
    expect(clock.slept).toEqual([7000]);
  });

  test("does not retry after a timeout, since the console may have the message", async () => {
    const { local, console } = await consoles({ timeout: 300 });
    local.fault = "hang";
    expect(await console.deliver(message, 60_000)).toMatchObject({ outcome: "undelivered", requests: 1 });
    expect(local.counts.requests).toBe(1);
  });

  test("reports a message that the console refuses, with its reason, and does not retry", async () => {
    const { console, local } = await consoles();
    const refused = await console.deliver({ ...message, summary: "" }, 60_000);
    expect(refused).toEqual({ outcome: "refused", reason: "HTTP 400: Summary field should have a value", requests: 1 });
    expect(local.counts.requests).toBe(1);
  });

  test("reads the token again after an unauthorised answer, and reports the message as undelivered", async () => {
    const token = { value: "0".repeat(32), reads: 0 };
    const { local, console } = await consoles({
      token: {
        current: async () => token.value,
        refresh: async () => {
          token.reads++;
          return false;
        },
      },
    });
    expect(await console.deliver(message, 60_000)).toMatchObject({ outcome: "undelivered", requests: 1 });
    expect(token.reads).toBe(1);
    local.acceptedToken = "1".repeat(32);
    token.value = local.acceptedToken;
    expect(await console.deliver(message, 60_000)).toMatchObject({ outcome: "delivered" });
  });

  test("sends again at once with a rotated token", async () => {
    let value = "0".repeat(32);
    const { local, console } = await consoles({
      token: {
        current: async () => value,
        refresh: async () => {
          value = local.token;
          return true;
        },
      },
    });
    expect(await console.deliver(message, 60_000)).toMatchObject({ outcome: "delivered", requests: 2 });
  });

  test("reports why the token could not be read", async () => {
    const unreadable = async (): Promise<never> => {
      throw new Error("no such secret");
    };
    const { console } = await consoles({ token: { current: unreadable, refresh: unreadable } });
    expect(await console.deliver(message, 60_000)).toMatchObject({ outcome: "undelivered", reason: "no such secret" });
  });

  test("uses TLS, and refuses an unknown certificate", async () => {
    const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
      extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
    });
    const tls = { key, cert };
    const { console: distrusting } = await consoles({}, { tls });
    expect(await distrusting.deliver(message, 60_000)).toMatchObject({
      outcome: "undelivered",
      reason: expect.stringMatching(/SELF_SIGNED|self-signed/i),
    });
    const { console: trusting } = await consoles({ tls: { ca: cert } }, { tls });
    expect(await trusting.deliver(message, 60_000)).toMatchObject({ outcome: "delivered" });
  });
});

describe("the circuit", () => {
  test("opens after failures in a row, fails fast, probes with one message, and closes", async () => {
    const { local, console, clock } = await consoles();
    local.fault = { status: 503, body: {} };
    for (let i = 0; i < 3; i++) await console.deliver(message, clock.time + 60_000);
    const before = local.counts.requests;
    expect(before).toBe(15);
    for (let i = 0; i < 20; i++) {
      expect(await console.deliver(message, clock.time + 60_000)).toMatchObject({
        outcome: "undelivered",
        requests: 0,
      });
    }
    expect(local.counts.requests).toBe(before);

    for (const [probes, pause] of [1000, 2000, 4000].entries()) {
      clock.time += pause - 1;
      expect(console.available()).toBe(false);
      clock.time += 1;
      await Promise.all(Array.from({ length: 10 }, () => console.deliver(message, clock.time + 60_000)));
      expect(local.counts.requests).toBe(before + probes + 1);
    }

    clock.time += 8000;
    local.fault = undefined;
    expect(await console.deliver(message, clock.time + 60_000)).toMatchObject({ outcome: "delivered" });
    expect(await console.deliver(message, clock.time + 60_000)).toMatchObject({ outcome: "delivered" });
  });

  test("stays closed where messages are only refused", async () => {
    const { console } = await consoles();
    for (let i = 0; i < 5; i++) await console.deliver({ ...message, node: "" }, 60_000);
    expect(await console.deliver(message, 60_000)).toMatchObject({ outcome: "delivered" });
  });
});
