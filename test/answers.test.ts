import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { type PantherConsole, pantherConsole } from "../src/panther/client.ts";
import { message } from "./message.ts";

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

/** A client of a server on this machine; it tries each message once. */
async function clientOf(server: net.Server, scheme = "http", token = "A".repeat(32)): Promise<PantherConsole> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const console = pantherConsole({
    url: new URL(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/api/event/create`),
    token: { current: async () => token, refresh: async () => false },
    sleep: async () => {},
    circuit: { threshold: 1000, pause: 1, maxPause: 1 },
  });
  opened.push(
    () => console.close(),
    () => (server instanceof http.Server ? server.closeAllConnections() : undefined),
    () => server.close(),
  );
  return console;
}

const page = "<!DOCTYPE html><title>Sign in</title><form></form>";
const answering = (status: number, body: string): http.Server =>
  http.createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(status, { "content-type": "text/html" }).end(body));
  });

describe("over HTTP, the outcome of an answer", () => {
  test.each<[number, string, string]>([
    [200, '{"status":"Created","message":"Saved new event: x","event":{}}', "delivered"],
    [200, '{"status":"Created","message":"Updated event: x","event":{}}', "delivered"],
    [200, '{"status":"discarded"}', "delivered"],
    [400, '{"message":"Event discarded"}', "delivered"],
    [200, page, "undelivered"],
    [200, "", "undelivered"],
    [204, "", "undelivered"],
    [200, '{"status":"Creat', "undelivered"],
    [200, '{"status":"Queued"}', "undelivered"],
    ...[400, 402, 404, 405, 407, 413, 421, 451, 500, 502, 503].map((status): [number, string, string] => [
      status,
      page,
      "undelivered",
    ]),
    [401, '{"error":{"message":"Unauthorised Auth service failed"}}', "undelivered"],
    [400, "{}", "undelivered"],
    [400, '{"error":"MongoError"}', "undelivered"],
    [400, '{"error":{"message":"request entity too large","status":413}}', "refused"],
    [400, '{"error":{"message":"Severity should be between 0 and 5"}}', "refused"],
    [500, '{"error":{"message":"Invalid regular expression: /(/: Unterminated group"}}', "refused"],
  ])("%i %s is %s", async (status, body, outcome) => {
    const console = await clientOf(answering(status, body));
    expect(await console.deliver(message, Date.now() + 5000)).toMatchObject({ outcome });
  });

  test("that is a page is logged by its beginning", async () => {
    const console = await clientOf(answering(200, page));
    expect(await console.deliver(message, Date.now() + 5000)).toMatchObject({
      reason: 'HTTP 200: "<!DOCTYPE html><title>Sign in</title><form></form>", not from the console\'s event API',
    });
  });

  test("that never ends is not read to its end", async () => {
    let written = 0;
    const server = http.createServer((_, response) => {
      const write = (): void => {
        while (!response.destroyed) {
          written += 65_536;
          if (!response.write("x".repeat(65_536))) {
            response.once("drain", write);
            return;
          }
        }
      };
      response.writeHead(200);
      write();
    });
    const console = await clientOf(server);
    expect(await console.deliver(message, Date.now() + 5000)).toMatchObject({ outcome: "undelivered" });
    expect(written).toBeLessThan(50e6);
  });

  test("that is cut in its middle is undelivered", async () => {
    const server = http.createServer((_, response) => {
      response.writeHead(200, { "content-length": 1000 });
      response.write('{"status":"Created"');
      setTimeout(() => response.destroy(), 10);
    });
    const console = await clientOf(server);
    expect(await console.deliver(message, Date.now() + 5000)).toMatchObject({ outcome: "undelivered" });
  });
});

describe("the deadline", () => {
  test("ends a connection that is never made", async () => {
    const silent = net.createServer((socket) => socket.on("error", () => {}).resume());
    const console = await clientOf(silent, "https");
    const started = Date.now();
    expect(await console.deliver(message, Date.now() + 400)).toMatchObject({ outcome: "undelivered" });
    expect(Date.now() - started).toBeLessThan(2000);
  });

  test("ends every message of a token that no header can hold, and the next token works", async () => {
    const accepting = answering(200, '{"status":"Created"}');
    const console = await clientOf(accepting, "http", `${"A".repeat(32)}\u200b`);
    for (let tries = 0; tries < 8; tries++) {
      expect(await console.deliver(message, Date.now() + 300)).toMatchObject({ outcome: "undelivered" });
    }
  });

  test("replaces connections that are stuck", async () => {
    let isStuck = true;
    const server = http.createServer((request, response) => {
      if (!isStuck) request.resume().on("end", () => response.end('{"status":"Created"}'));
    });
    const console = await clientOf(server);
    const all = Array.from({ length: 6 }, () => console.deliver(message, Date.now() + 300));
    for (const delivery of await Promise.all(all)) expect(delivery).toMatchObject({ outcome: "undelivered" });
    isStuck = false;
    expect(await console.deliver(message, Date.now() + 5000)).toMatchObject({ outcome: "delivered" });
  });
});
