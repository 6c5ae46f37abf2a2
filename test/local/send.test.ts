import { copyFileSync, mkdtempSync, writeFileSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { generate } from "selfsigned";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type LocalConsole, startConsole } from "../../src/local/console.ts";
import { explain } from "../../src/local/send.ts";
import { root } from "../../src/local/template.ts";
import { run } from "./command.ts";

const url = new URL("https://acme.app.panther.support/api/event/create");
const token = "Zq3vT8mK1xW6bN4cR9pL2sD7fG5hJ0aY";
const unauthorised = (message: string) =>
  JSON.stringify({ error: { message: `Unauthorised ${message}`, name: "HttpError401", status: 401 } });

describe("an answer in words", () => {
  test.each([
    [200, '{"status":"Created","message":"Saved new event: 1","event":{}}', true, /^The console took the message\.$/],
    [200, '{"status":"Created","message":"Updated event: 1","event":{}}', true, /counted on the row/],
    [200, '{"status":"discarded"}', true, /agent rule\) discarded it/],
    [400, '{"message":"Event discarded"}', true, /server rule\) discarded it/],
    [
      200,
      "<html><title>Sign in\n to Acme</title>",
      false,
      /web page titled “Sign in to Acme” instead of the console's JSON/,
    ],
    [200, "", false, /empty instead/],
    [
      401,
      unauthorised("API Key Authentication failed"),
      false,
      /^The console does not accept the token .*try again in a minute\.$/,
    ],
    [401, unauthorised("Auth service failed"), false, /own authentication service is down/],
    [401, "<html>", false, /came from something in front/],
    [403, "<html><title>403 Forbidden</title>", false, /firewall or proxy .* blocks/],
    [404, "<!DOCTYPE html><pre>Cannot POST /x</pre>", false, /path \/api\/event\/create is wrong/],
    [407, "", false, /proxy asks/],
    [413, "<html>", false, /4,096 bytes/],
    [400, '{"error":{"message":"request entity too large","status":413}}', false, /4,096 bytes/],
    [
      400,
      '{"error":{"message":"Severity should be between 0 and 5"}}',
      false,
      /refused the message \(HTTP 400: Severity should be between 0 and 5\)/,
    ],
    [400, "{}", false, /database has trouble/],
    [400, '{"error":"MongoError"}', false, /\(HTTP 400: MongoError\): its database/],
    [429, "", false, /limits the rate/],
    [
      500,
      '{"error":{"message":"Invalid regular expression"}}',
      false,
      /The console failed on the message \(HTTP 500: Invalid regular expression\)\.$/,
    ],
    [502, "<html><title>502 Bad Gateway</title>", false, /proxy in front of the console could not reach it/],
  ])("HTTP %i %s", (status, body, accepted, text) => {
    const explained = explain({ status, body }, url);
    expect(explained.accepted).toBe(accepted);
    expect(explained.text).toMatch(text);
  });

  test("a redirect names where to", () => {
    const plain = new URL("http://acme.app.panther.support/api/event/create");
    const { accepted, text } = explain({ status: 301, location: url.href, body: "" }, plain);
    expect(accepted).toBe(false);
    expect(text).toContain(`sends on to ${url.href}`);
    expect(text).toContain("should begin with https://");
  });

  test.each([
    ["ENOTFOUND", /There is no host acme\.app\.panther\.support \(DNS\)/],
    ["EAI_AGAIN", /DNS does not answer/],
    ["ECONNREFUSED", /Nothing listens at acme\.app\.panther\.support on port 443/],
    ["ECONNRESET", /was cut/],
    ["UND_ERR_CONNECT_TIMEOUT", /No connection .* could be made/],
    ["UND_ERR_HEADERS_TIMEOUT", /may still arrive later/],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", /NODE_EXTRA_CA_CERTS=/],
    ["CERT_HAS_EXPIRED", /has expired/],
    ["ERR_TLS_CERT_ALTNAME_INVALID", /another host/],
    ["ERR_SSL_WRONG_VERSION_NUMBER", /does it speak https at all/],
    ["HTTPParserError", /does not speak HTTP/],
    ["EWEIRD", /^No answer came from .*: EWEIRD odd$/],
  ])("%s", (code, text) => expect(explain({ code, message: "odd" }, url).text).toMatch(text));
});

describe("npm run send", () => {
  let local: LocalConsole;
  beforeEach(async () => {
    local = await startConsole({ token });
  });
  afterEach(() => local.close());
  const hello = ["--node", "web1", "--summary", "hello"];
  const send = (args: string[] = [], env: Record<string, string> = {}) =>
    run("send", [...hello, ...args], { env: { API_URL: local.url, API_TOKEN: token, ...env } });

  test("posts one message that the console takes", async () => {
    expect(await send(["--severity", "2"])).toEqual({ code: 0, out: "The console took the message.\n", err: "" });
    expect(local.accepted.map(({ event }) => event)).toMatchObject([
      { node: "web1", summary: "hello", severity: 2, tag: "Test", source: "aws-events2panther" },
    ]);
    expect((await send(["--severity", "0", "--tag", "Other"])).out).toContain("its row goes within 20 seconds");
    expect(local.accepted[1]?.event).toMatchObject({ severity: 0, tag: "Other" });
  });

  test("takes address and token from env.json or the command line", async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), "send-")), "env.json");
    writeFileSync(
      file,
      JSON.stringify({
        Parameters: { API_URL: "https://wrong.example" },
        Events2PantherFunction: { API_URL: local.url, API_TOKEN: token },
      }),
    );
    expect((await run("send", [...hello, "--env-vars", file])).code).toBe(0);
    expect((await run("send", [...hello, "--url", local.url, "--token", token])).code).toBe(0);
  });

  test("takes them from env.local.json where it lies beside env.json", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "send-"));
    const file = path.join(folder, "env.json");
    const ownFile = path.join(folder, "env.local.json");
    copyFileSync(path.join(root, "env.json"), file);
    const placeholders = await run("send", [...hello, "--env-vars", file]);
    expect(placeholders.code).toBe(1);
    expect(placeholders.err).toContain(`copy ${file} to ${ownFile} and put your values there (git ignores it).`);

    writeFileSync(ownFile, JSON.stringify({ Parameters: { API_URL: local.url, API_TOKEN: token } }));
    expect(await run("send", [...hello, "--env-vars", file])).toMatchObject({
      code: 0,
      err: `Reading ${ownFile} instead of ${file}.\n`,
    });
  });

  test("explains real failures, and shows no token", async () => {
    local.acceptedToken = "another";
    const wrong = await send();
    expect(wrong).toMatchObject({ code: 1, out: "", err: expect.stringContaining("does not accept the token") });

    local.fault = { status: 400, body: { error: { message: `not you, ${token}` } } };
    const echoed = await send();
    expect(echoed.err).toContain("not you, (token)");

    local.fault = "reset";
    expect((await send()).err).toContain("was cut");
    local.fault = "hang";
    expect((await send(["--timeout", "0.3"])).err).toContain("did not answer in time");
    local.fault = { status: 302, body: "", headers: { location: "https://elsewhere.example/" } };
    expect((await send()).err).toContain("sends on to https://elsewhere.example/");
    local.fault = undefined;
    expect((await send([], { API_URL: local.url.replace("/api", "/old/api") })).err).toContain(
      "There is no such page (HTTP 404)",
    );
    expect((await send([], { API_URL: "https://no-such-host.invalid/api/event/create" })).err).toMatch(
      /no host|could not be looked up/,
    );
    expect((await send([], { API_URL: local.url.replace("http:", "https:") })).err).toContain(
      "does it speak https at all",
    );
    for (const { err } of [wrong, echoed]) expect(err).not.toContain(token);
  });

  test("explains a port where nothing listens, and one that speaks something else", async () => {
    const server = net
      .createServer((socket) => socket.resume().end("220 mail.example.org ESMTP\r\n"))
      .listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    expect((await send([], { API_URL: `http://127.0.0.1:${port}/api/event/create` })).err).toContain(
      "does not speak HTTP",
    );
    await new Promise((resolve) => server.close(resolve));
    expect((await send([], { API_URL: `http://127.0.0.1:${port}/api/event/create` })).err).toContain(
      `Nothing listens at 127.0.0.1 on port ${port}`,
    );
  });

  test("explains a certificate of one's own, and goes through once it is named", async () => {
    const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
      extensions: [
        { name: "basicConstraints", cA: true },
        { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] },
      ],
    });
    const secure = await startConsole({ token, tls: { key, cert } });
    const file = path.join(mkdtempSync(path.join(tmpdir(), "send-")), "ca.pem");
    writeFileSync(file, cert);
    try {
      expect((await send([], { API_URL: secure.url })).err).toContain("NODE_EXTRA_CA_CERTS=");
      expect(await send([], { API_URL: secure.url, NODE_EXTRA_CA_CERTS: file })).toMatchObject({ code: 0, err: "" });
    } finally {
      await secure.close();
    }
  });

  test.each([
    [["--summary", "x"], {}, 2, "--node and --summary are needed."],
    [[...hello, "world"], {}, 2, "A summary of several words needs quotes."],
    [[...hello, "--severity", "6"], {}, 2, "--severity should be a whole number from 0 to 5."],
    [hello, {}, 1, "API_URL is missing"],
    [
      hello,
      { API_URL: "http://acme.app.panther.support/api/event/create", API_TOKEN: token },
      1,
      "API_URL should begin with https://",
    ],
    [hello, { API_URL: url.href, API_TOKEN: "short" }, 1, "API_TOKEN should be the console's API key"],
  ])("%j is answered in words", async (args, env, code, sentence) => {
    const result = await run("send", args, { env });
    expect(result.err).toContain(sentence);
    expect(result.code).toBe(code);
  });
});
