import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readConfig } from "../src/config.ts";
import { registry } from "../src/formatters/registry.ts";
import { createForwarder } from "../src/forward/forward.ts";
import { createReport } from "../src/forward/report.ts";
import { judge } from "../src/local/contract.ts";
import { defaultPolicy, readSample, sampleNames } from "../src/local/samples.ts";
import { bodyOf, type PantherMessage } from "../src/message.ts";

const invocation = { invokedFunctionArn: "arn:aws:lambda:eu-west-1:111122223333:function:AWS-Events2Panther" };
const token = "A".repeat(32);
const config = readConfig({
  API_URL: "https://x.example/api/event/create",
  API_TOKEN: token,
  DROP: "none",
  MIN_SEVERITY: "0",
});

let sent: PantherMessage[] = [];
let refused: string[] = [];
/** Each event has a minute of its own: the limits of a source are tested elsewhere. */
let clock = Date.now();
/** The forwarder, with a console that checks messages and stores nothing. */
const forward = createForwarder({
  config: { ...config, policy: { ...defaultPolicy, minSeverity: 0, drop: new Set() } },
  registry,
  report: createReport("AWS-Events2Panther"),
  now: () => clock,
  readLog: async () => ({ notices: [], account: "", region: "" }),
  console: {
    available: () => true,
    close: async () => {},
    deliver: async (message) => {
      sent.push(message);
      const { answer } = judge({ contentType: "application/json", token, body: Buffer.from(bodyOf(message)) }, token);
      if (answer.status !== 200) refused.push(`${JSON.stringify(answer.body)} ${bodyOf(message)}`);
      return { outcome: "delivered", requests: 1 };
    },
  },
});

const malformedText = /\bundefined\b|\[object |\bNaN\b|\bnull\b|[{}]|\s{2,}|^\s|\s$|^$/;

async function checkMessages(event: unknown, hasCleanText = true): Promise<void> {
  sent = [];
  refused = [];
  clock += 60_000;
  const outcome = await forward(event, invocation);
  expect(refused).toEqual([]);
  for (const message of sent) {
    expect(message.identifier).not.toMatch(/[{}$]/);
    if (hasCleanText)
      for (const text of [message.node, message.summary, message.tag]) expect(text).not.toMatch(malformedText);
  }
  expect(sent.length + ("dropped" in outcome ? outcome.dropped.length : 0)).toBeGreaterThan(0);
}

let log = "";
const streams = [process.stdout, process.stderr].map((stream) => ({ stream, write: stream.write }));
beforeAll(() => {
  for (const { stream } of streams) {
    stream.write = ((chunk: string) => {
      log += log.length < 1e6 ? chunk : "";
      return true;
    }) as typeof stream.write;
  }
});
afterAll(() => {
  for (const { stream, write } of streams) stream.write = write;
});

const anyDetail = fc.dictionary(
  fc.oneof(
    fc.constantFrom("state", "status", "name", "id", "detail", "findings", "__proto__", "constructor"),
    fc.string(),
  ),
  fc.jsonValue({ maxDepth: 4 }),
  { maxKeys: 8 },
);
const pairs = [
  ...new Map(
    sampleNames()
      .map((name) => readSample(name).event as Record<string, unknown>)
      .map((event) => [
        `${event.source}|${event["detail-type"]}`,
        { source: event.source, "detail-type": event["detail-type"] },
      ]),
  ).values(),
];

/** `npm run fuzz` runs ten times as many. */
const runs = (import.meta as unknown as { env: { MODE: string } }).env.MODE === "fuzz" ? 10 : 1;

describe("the console accepts the messages of any input", () => {
  test("any JSON", { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 5 }), async (event) => checkMessages(event, false)),
      { numRuns: 2000 * runs },
    );
  });

  test("any detail under any known source and detail-type", { timeout: 600_000 }, async () => {
    const anyEvent = fc.record({
      pair: fc.constantFrom(...pairs),
      detail: anyDetail,
      resources: fc.option(fc.oneof(fc.string(), fc.array(fc.oneof(fc.string(), fc.constant(null)))), {
        nil: undefined,
      }),
      account: fc.oneof(fc.constant("111122223333"), fc.string(), fc.constant(7)),
      region: fc.oneof(fc.constant("eu-west-1"), fc.string({ unit: "binary" })),
    });
    await fc.assert(
      fc.asyncProperty(anyEvent, async ({ pair, ...rest }) => checkMessages({ ...pair, ...rest }, false)),
      { numRuns: 8000 * runs },
    );
  });

  test.for(sampleNames())("%s with fields that are removed, null, of another type, huge or foreign", async (name) => {
    const { event } = readSample(name);
    await checkMessages(event);
    for (const path of pathsOf(event)) {
      for (const [kind, value] of mutations)
        await checkMessages(withValue(event, path, value), cleanMutations.has(kind));
    }
  });
});

type Path = readonly (string | number)[];

const mutations: readonly (readonly [string, unknown])[] = [
  ["removed", undefined],
  ["null", null],
  ["of another type", { a: [1, "2"] }],
  ["a number", -1.5],
  ["empty", ""],
  ["huge", "größte ".repeat(20_000)],
  ["foreign", "\u202e<img src=x onerror=alert(1)>\u001b[31m{node}$& 𝒳\ud800"],
  // A regular expression for trailing dots may take seconds on this.
  ["many dots", `${".".repeat(100_000)}x`],
  ["named null", "null"],
  ["templated", "${AWS::StackName} {} {name}"],
  ["a list", Array.from({ length: 50 }, (_, i) => ({ i }))],
];

/** Mutations that do not put malformed text into the event. */
const cleanMutations = new Set(["removed", "null", "named null", "templated"]);

/** All paths into `value`, up to four levels deep. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null || path.length > 4) return path.length > 0 ? [path] : [];
  const below = Object.keys(value).flatMap((key) => pathsOf((value as Record<string, unknown>)[key], [...path, key]));
  return path.length > 0 ? [path, ...below] : below;
}

function withValue(event: unknown, path: Path, value: unknown): unknown {
  const copy = structuredClone(event);
  let parent = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) parent = parent[key] as typeof parent;
  const last = path.at(-1) ?? "";
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

describe("extreme events", () => {
  const finding = (index: number) => ({
    Id: `arn:aws:securityhub:eu-west-1:111122223333:finding/${index}`,
    Title: `Finding ${index}`,
    Severity: { Label: "HIGH" },
    Resources: [{ Id: `arn:aws:s3:::bucket-${index}`, Type: "AwsS3Bucket" }],
  });
  const envelope = {
    id: "1",
    source: "aws.securityhub",
    "detail-type": "Security Hub Findings - Imported",
    account: "111122223333",
    region: "eu-west-1",
  };
  const nested = JSON.parse(`${'{"detail":'.repeat(4000)}{}${"}".repeat(4000)}`) as unknown;

  test.each([
    [
      "10,000 findings",
      { ...envelope, detail: { findings: Array.from({ length: 10_000 }, (_, i) => finding(i)) } },
      501,
    ],
    [
      "a megabyte of text",
      { ...envelope, source: "com.example", detail: { state: "x".repeat(1_000_000), name: "y".repeat(1e6) } },
      1,
    ],
    [
      "a hundred thousand keys",
      {
        ...envelope,
        source: "com.example",
        detail: Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => [`k${i}`, "v"])),
      },
      1,
    ],
    ["deep nesting", { ...envelope, source: "com.example", detail: nested }, 1],
    ["deep nesting under a formatter", { ...envelope, detail: { findings: [nested] } }, 1],
    [
      "prototype keys",
      {
        ...envelope,
        source: "com.example",
        detail: JSON.parse('{"__proto__":{"state":"FAILED"},"constructor":"x","hasOwnProperty":1}'),
      },
      1,
    ],
  ])("%s", async (_, event, messages) => {
    await checkMessages(event);
    expect(sent.length).toBe(messages);
    expect(({} as Record<string, unknown>).state).toBeUndefined();
  });

  test("no line contains the token", () => {
    expect(log.length).toBeGreaterThan(0);
    expect(log).not.toContain(token);
  });
});
