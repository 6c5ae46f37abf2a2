import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startConsole } from "../../src/local/console.ts";
import { eventIn, loggedEvents } from "../../src/local/logs.ts";
import { grouped } from "../../src/local/pull.ts";
import { startFunction } from "../../src/local/runtime.ts";
import { awsEnv, run } from "./command.ts";
import { type AwsEndpoint, startAws } from "./endpoint.ts";

const event = (source: string, detailType: string, detail: object = {}) => ({
  version: "0",
  id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
  "detail-type": detailType,
  source,
  account: "210987654321",
  time: "2026-03-14T03:02:11Z",
  region: "eu-west-1",
  resources: [`arn:aws:quasar:eu-west-1:210987654321:beam/acme-payroll`],
  detail: { beamName: "acme-payroll", state: "FAILED", ...detail },
});

const line = (payload: object, error?: string): string =>
  JSON.stringify({
    level: "WARN",
    message: error ? "The formatter failed on the event" : "There is no formatter for the event",
    source: (payload as { source: string }).source,
    detail_type: (payload as { "detail-type": string })["detail-type"],
    ...(error && { error: { name: "UnexpectedPayload", message: error } }),
    event: payload,
  });

describe("a line of the log", () => {
  test("holds an event", () => {
    const quasar = event("aws.quasar", "Quasar Beam Change");
    expect(eventIn(line(quasar), 7)).toEqual({
      event: quasar,
      source: "aws.quasar",
      detailType: "Quasar Beam Change",
      why: "no formatter",
      time: 7,
    });
    expect(eventIn(line(quasar, "no beam"), 7)).toMatchObject({ why: "no beam" });
  });

  test("may have the prefix of Lambda's text format", () => {
    const prefixed = `2026-03-14T03:02:11.000Z\t2f1f6a30-5b0c\tWARN\t${line(event("aws.quasar", "Quasar Beam Change"))}\n`;
    expect(eventIn(prefixed, 0)).toMatchObject({ source: "aws.quasar" });
  });

  test("may be truncated, or another line", () => {
    const whole = line(event("aws.quasar", "Quasar Beam Change"));
    expect(eventIn(whole.slice(0, -40), 0)).toBe("truncated");
    expect(eventIn(JSON.stringify({ ...JSON.parse(whole), event: '{"source":"aws.qua…' }), 0)).toBe("truncated");
    expect(eventIn("START RequestId", 0)).toBeUndefined();
    expect(
      eventIn(JSON.stringify({ message: "other", reason: "There is no formatter for the event" }), 0),
    ).toBeUndefined();
  });
});

describe("the logged events", () => {
  const logs = mockClient(CloudWatchLogsClient);
  beforeEach(() => {
    logs.reset();
    process.env.AWS_REGION = "eu-west-1";
  });
  afterEach(() => {
    delete process.env.AWS_REGION;
  });
  const session = { stack: "AWS-Events2Panther" };

  test("come from all pages, including empty ones", async () => {
    const entry = (name: string) => ({ message: line(event("aws.quasar", name)), timestamp: 1 });
    logs
      .on(FilterLogEventsCommand)
      .resolvesOnce({ events: [entry("a"), entry("b")], nextToken: "one" })
      .resolvesOnce({ events: [], nextToken: "two" })
      .resolvesOnce({ nextToken: "three" })
      .resolvesOnce({ events: [entry("c")] });
    const { events } = await loggedEvents(session, 1000);
    expect(events.map(({ detailType }) => detailType)).toEqual(["a", "b", "c"]);
    expect(logs.commandCalls(FilterLogEventsCommand).map(({ args: [{ input }] }) => input)).toMatchObject([
      { logGroupName: "/aws/lambda/AWS-Events2Panther", startTime: 1000 },
      { nextToken: "one" },
      { nextToken: "two" },
      { nextToken: "three" },
    ]);
  });

  const named = (name: string, message: string) => Object.assign(new Error(message), { name });
  test.each([
    [
      named("ResourceNotFoundException", "gone"),
      /^There is no log group \/aws\/lambda\/AWS-Events2Panther in eu-west-1: /,
    ],
    [
      named("ExpiredTokenException", "The security token included in the request is expired"),
      /^The AWS session has expired: sign in again, such as with aws sso login\.$/,
    ],
    [
      named("CredentialsProviderError", "Could not load credentials from any providers"),
      /^There are no AWS credentials: /,
    ],
    [
      named("CredentialsProviderError", "The SSO session associated with this profile has expired."),
      /^The AWS session has expired/,
    ],
    [
      named("UnrecognizedClientException", "The security token included in the request is invalid."),
      /^AWS does not accept these credentials/,
    ],
    [
      named("AccessDeniedException", "User: jo is not authorized to perform: logs:FilterLogEvents"),
      /^These credentials may not read the log group .*: User: jo is not authorized to perform: logs:FilterLogEvents\.$/,
    ],
    [named("ThrottlingException", "Rate exceeded"), /^AWS still throttled the requests after 8 attempts/],
    [
      Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" }),
      /^AWS could not be reached \(ENOTFOUND\)/,
    ],
    [named("InternalFailure", "oops"), /^Could not read the log group .*: InternalFailure: oops\.$/],
  ])("or an error of one sentence: %s", async (error, sentence) => {
    logs.on(FilterLogEventsCommand).rejects(error);
    await expect(loggedEvents(session, 0)).rejects.toThrow(sentence);
  });
});

test("events are grouped by source and detail-type, and each group has its newest event", () => {
  const logged = (source: string, detailType: string, time: number, why = "no formatter") => ({
    event: event(source, detailType, { time }),
    source,
    detailType,
    why,
    time,
  });
  const groups = grouped([
    logged("aws.quasar", "Quasar Beam Change", 1),
    logged("aws.quasar", "Quasar Beam Change", 3),
    logged("aws.quasar", "Quasar Beam Change", 2),
    logged("aws.quasar", "Quasar Beam Change", 4, "no beam"),
    logged("aws.partner/acme.com/210987654321/audit", "Log In", 5),
    logged("../../etc", "../x", 6),
  ]);
  expect(groups.map(({ sample, count, newest }) => [sample, count, newest.time])).toEqual([
    ["quasar/quasar-beam-change", 3, 3],
    ["acme-com/log-in", 1, 5],
    ["etc/x", 1, 6],
    ["quasar/quasar-beam-change-failed", 1, 4],
  ]);
});

describe("npm run pull", () => {
  let aws: AwsEndpoint;
  let folder: string;
  const group = "/aws/lambda/AWS-Events2Panther";
  const pull = (...args: string[]) => run("pull", ["--out", folder, ...args], { env: awsEnv(aws.url) });
  beforeEach(async () => {
    aws = await startAws();
    folder = mkdtempSync(path.join(tmpdir(), "pull-"));
  });
  afterEach(() => aws.close());

  test("writes a sanitised sample of what the built function logged, once", async () => {
    const local = await startConsole();
    const lambda = await startFunction({ API_URL: local.url, API_TOKEN: local.token });
    await lambda.invoke(event("aws.quasar", "Quasar Beam Change"));
    await lambda.stop();
    await local.close();
    const now = Date.now();
    aws.logGroups.set(
      group,
      lambda.log.map((message) => ({ message, timestamp: now })),
    );

    const first = await pull();
    expect(first.err).toBe("");
    expect(first.code).toBe(0);
    expect(first.out).toMatch(/1 +aws\.quasar +Quasar Beam Change +no formatter +\S+quasar-beam-change\.json +written/);
    const file = path.join(folder, "quasar/quasar-beam-change.json");
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({
      source: "aws.quasar",
      "detail-type": "Quasar Beam Change",
      account: "111122223333",
      region: "eu-west-1",
      resources: ["arn:aws:quasar:eu-west-1:111122223333:beam/beam-1"],
      detail: { beamName: "beam-1", state: "FAILED" },
    });

    writeFileSync(file, "{}");
    const second = await pull();
    expect(second.out).toMatch(/exists/);
    expect(readFileSync(file, "utf8")).toBe("{}");
  });

  test("reads all pages, and reports truncated events", async () => {
    const now = Date.now();
    const lines = Array.from({ length: 25 }, (_, index) => line(event("aws.quasar", `Quasar ${index % 5}`)));
    const truncated = line(event("aws.quasar", "Quasar Big")).slice(0, 120);
    const old = { message: line(event("aws.quasar", "Quasar Old")), timestamp: now - 3 * 3_600_000 };
    aws.logGroups.set(group, [old, ...[...lines, truncated, "REPORT"].map((message) => ({ message, timestamp: now }))]);
    aws.pageSize = 4;
    const { out, err, code } = await pull("--dry-run");
    expect(code).toBe(0);
    expect(out.match(/^ +5 {2}aws\.quasar {2}Quasar \d/gm)).toHaveLength(5);
    expect(out).toContain("25 events of 5 kinds, 0 samples written");
    expect(out).not.toContain("Quasar Old");
    expect(err).toContain("1 event left out");
    expect(aws.calls).toHaveLength(7);
  });

  test("succeeds without events", async () => {
    aws.logGroups.set(group, []);
    const { out, code } = await pull("--since", "30m");
    expect(out).toMatch(
      /^No event had no formatter, and no formatter failed, since .* \(AWS-Events2Panther, eu-west-1\)\.$/m,
    );
    expect(code).toBe(0);
  });

  test("reports throttling and continues", async () => {
    aws.logGroups.set(group, [{ message: line(event("aws.quasar", "Quasar Beam Change")), timestamp: Date.now() }]);
    aws.fault = (_, call) => (call <= 2 ? { type: "ThrottlingException", message: "Rate exceeded" } : undefined);
    const { out, err, code } = await pull("--dry-run");
    expect(err).toBe("AWS throttles the requests: they are retried, with pauses.\n");
    expect(out).toContain("Quasar Beam Change");
    expect(code).toBe(0);
  });

  test("gives an error of one sentence", async () => {
    const missing = await pull("--stack", "Other");
    expect(missing).toMatchObject({ code: 1, out: "" });
    expect(missing.err).toMatch(/^There is no log group \/aws\/lambda\/Other in eu-west-1: [^\n]+\n$/);

    aws.fault = () => ({
      type: "ExpiredTokenException",
      message: "The security token included in the request is expired",
    });
    expect(await pull()).toEqual({
      code: 1,
      out: "",
      err: "The AWS session has expired: sign in again, such as with aws sso login.\n",
    });
    aws.fault = () => ({
      type: "AccessDeniedException",
      message: "User: jo is not authorized to perform: logs:FilterLogEvents",
    });
    expect((await pull()).err).toMatch(/^These credentials may not read the log group /);

    const { AWS_ACCESS_KEY_ID, ...withoutKey } = awsEnv(aws.url);
    expect(await run("pull", [], { env: withoutKey })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^There are no AWS credentials: [^\n]+\n$/),
    });
    const { AWS_REGION, ...withoutRegion } = awsEnv(aws.url);
    expect(await run("pull", [], { env: withoutRegion })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^No region is set: [^\n]+\n$/),
    });
  });

  test("exits with 2 for wrong arguments", async () => {
    for (const args of [["--since", "yesterday"], ["--since", "2030-01-01"], ["--sinse", "2h"], ["events"]]) {
      expect((await pull(...args)).code, args.join(" ")).toBe(2);
    }
    expect(aws.calls).toEqual([]);
  });
});
