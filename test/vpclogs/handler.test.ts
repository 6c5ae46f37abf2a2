import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type LocalConsole, startConsole } from "../../src/local/console.ts";
import { type LocalFunction, startFunction } from "../../src/local/runtime.ts";
import { parquetOf } from "./parquet.ts";
import { query } from "./queries.ts";
import { type S3Endpoint, startS3 } from "./s3.ts";
import { flow, times, v2 } from "./streams.ts";

const bucket = "acme-network-logs";
const flowKey = (end = "log.gz"): string =>
  `net/AWSLogs/210987654321/vpcflowlogs/eu-central-1/2026/03/16/210987654321_vpcflowlogs_eu-central-1_fl-0a1b2c3d4e5f60718_20260316T0630Z_1a2b3c4d.${end}`;
const dnsKey =
  "AWSLogs/210987654321/vpcdnsquerylogs/vpc-0a1b2c3d4e5f60718/2026/03/16/vpc-0a1b2c3d4e5f60718_vpcdnsquerylogs_210987654321_20260316T0630Z_9e8f7a6b.log.gz";

const hive = flowKey()
  .replace("AWSLogs/210987654321", "AWSLogs/aws-account-id=210987654321")
  .replace("/vpcflowlogs/eu-central-1", "/aws-service=vpcflowlogs/aws-region=eu-central-1")
  .replace("2026/03/16", "year=2026/month=03/day=16");

const lines = [
  ...times(60, (at) => flow({ from: "10.0.0.9", to: `10.0.1.${at}`, ports: [51_000, 445] })),
  flow({ from: "203.0.113.5", to: "10.0.0.4", ports: [40_000, 22], packets: 12 }),
];
const text = `${[v2, ...lines].join("\n")}\n`;
const flowRows = [
  {
    node: "10.0.0.9",
    tag: "VPC Flow Log",
    severity: 4,
    tally: 1,
    identifier: "210987654321:eu-central-1:vpc-flow:sweep:10.0.0.9:445:4",
    summary:
      "Host 10.0.0.9 sweeps many hosts on port 445: 10.0.1.0, 10.0.1.1, 10.0.1.2, 10.0.1.3, 10.0.1.4 and 55 more",
  },
  {
    node: "eni-0a",
    tag: "VPC Flow Log",
    severity: 3,
    tally: 1,
    identifier: "210987654321:eu-central-1:vpc-flow:open-port:eni-0a:22:3",
    summary: "Interface eni-0a lets the internet reach SSH: port 22, 1 flow from 203.0.113.5 (1)",
  },
];

/** S3's event for an object that log delivery wrote. */
const created = (key: string, name = bucket) => ({
  version: "0",
  id: "2e9c7a53-61c4-4d51-9d0e-7a3f6f4f8b21",
  "detail-type": "Object Created",
  source: "aws.s3",
  account: "111122223333",
  time: "2026-03-16T06:34:39Z",
  region: "eu-west-1",
  resources: [`arn:aws:s3:::${name}`],
  detail: {
    version: "0",
    bucket: { name },
    object: { key, size: 184_662, etag: "4e68adba0abe2dc8653dc3354e14c01d", sequencer: "006408CAD69598B05E" },
    "request-id": "57H08PA84AB1JZW0",
    requester: "delivery.logs.amazonaws.com",
    reason: "PutObject",
  },
});

let s3: S3Endpoint;
let local: LocalConsole;
let lambda: LocalFunction;
const environment = { AWS_ACCESS_KEY_ID: "AKIDTEST", AWS_SECRET_ACCESS_KEY: "test" };

beforeAll(async () => {
  s3 = await startS3();
  local = await startConsole();
  // The SDK's own variables: nothing in the function knows that its S3 is on this machine.
  Object.assign(process.env, environment, { AWS_ENDPOINT_URL_S3: s3.url });
  lambda = await startFunction({ API_URL: local.url, API_TOKEN: local.token, VPC_LOGS_BUCKET: bucket });
});
afterAll(async () => {
  await lambda?.stop();
  await local?.close();
  await s3?.close();
  for (const name of [...Object.keys(environment), "AWS_ENDPOINT_URL_S3"]) delete process.env[name];
});
beforeEach(() => {
  local.rows.clear();
  s3.requests.length = 0;
  s3.troubles.length = 0;
  s3.buckets.clear();
  put(flowKey(), gzipSync(text));
});

function put(key: string, body: Uint8Array, region = "eu-west-1"): void {
  const { objects } = s3.buckets.get(bucket) ?? { objects: new Map<string, Uint8Array>() };
  s3.buckets.set(bucket, { region, objects: objects.set(key, body) });
}
const rows = () => local.rows.all().map(({ first: _, last: __, external_id: ___, order: ____, ...row }) => row);
const delivered = (messages: number) => ({ value: { delivered: messages, refused: 0, undelivered: 0, dropped: [] } });

describe("a log file in the bucket", () => {
  test.each([
    ["text", flowKey(), gzipSync(text)],
    ["text in Hive-compatible folders", hive, gzipSync(text)],
    ["Parquet", flowKey("log.parquet"), parquetOf(v2, lines)],
  ])("of flows, %s, becomes rows of the console", async (_, key, body) => {
    put(key, body);
    expect(await lambda.invoke(created(key))).toEqual(delivered(2));
    expect(rows()).toMatchObject(flowRows);
    expect(s3.requests).toEqual([`${bucket}/${key}`]);
  });

  test("of queries becomes rows of the console", async () => {
    const queries = [
      query({ query_name: "eu.moneroocean.stream.", srcids: { instance: "i-0a1b2c3d4e5f60718" } }),
      query({
        query_name: "pay.skimmer.example.",
        firewall_rule_action: "BLOCK",
        firewall_rule_group_id: "rslvr-frg-0a",
      }),
    ];
    put(dnsKey, gzipSync(queries.map((one) => JSON.stringify(one)).join("\n")));
    expect(await lambda.invoke(created(dnsKey))).toEqual(delivered(2));
    expect(rows()).toMatchObject([
      {
        node: "i-0a1b2c3d4e5f60718",
        tag: "VPC DNS Query Log",
        severity: 4,
        summary: "Host i-0a1b2c3d4e5f60718 looks up crypto-mining pools: eu.moneroocean.stream (1)",
        identifier: "210987654321:eu-west-1:vpc-dns:mining:i-0a1b2c3d4e5f60718:4",
      },
      { node: "i-0a", severity: 3, summary: "DNS Firewall blocked a lookup by host i-0a: pay.skimmer.example (1)" },
    ]);
  });

  test("is read in the region of the bucket, even if it is another one", async () => {
    put(flowKey(), gzipSync(text), "us-east-1");
    expect(await lambda.invoke(created(flowKey()))).toEqual(delivered(2));
    expect(rows()).toMatchObject(flowRows);
    expect(s3.requests).toHaveLength(2);
  });

  test("that is read twice adds no row", async () => {
    await lambda.invoke(created(flowKey()));
    await lambda.invoke({ ...created(flowKey()), id: "5b0f7a53-61c4-4d51-9d0e-7a3f6f4f8b22" });
    expect(rows()).toMatchObject(flowRows.map((row) => ({ ...row, tally: 2 })));
  });
});

const role = "arn:aws:sts::111122223333:assumed-role/AWS-Events2Panther-Role-1A2B/AWS-Events2Panther";
const denied = (action: string, resource: string) => ({
  status: 403,
  code: "AccessDenied",
  message: `User: ${role} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
});
const kmsKey = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

describe("a log file that cannot be read gives one message", () => {
  test.each([
    ["is missing", { status: 404, code: "NoSuchKey", message: "The specified key does not exist." }],
    ["is missing", denied("s3:ListBucket", `"arn:aws:s3:::${bucket}"`)],
    ["may not be read: allow s3:GetObject", denied("s3:GetObject", `"arn:aws:s3:::${bucket}/${flowKey()}"`)],
    ["may not be read: allow s3:GetObject", { status: 403, code: "AccessDenied", message: "Access Denied" }],
    ["cannot be decrypted: allow the function's role kms:Decrypt", denied("kms:Decrypt", kmsKey)],
    ["cannot be decrypted", { status: 400, code: "KMS.DisabledException", message: `${kmsKey} is disabled.` }],
    [
      "is archived",
      {
        status: 403,
        code: "InvalidObjectState",
        message: "The operation is not valid for the object's storage class",
        more: { StorageClass: "GLACIER" },
      },
    ],
  ])("%s (%o)", async (expected, trouble) => {
    s3.troubles.push(trouble);
    expect(await lambda.invoke(created(flowKey()))).toEqual(delivered(1));
    expect(rows()).toMatchObject([{ node: bucket, severity: 2, tag: "VPC Flow Log" }]);
    const [outcome, remedy = ""] = expected.split(": ");
    expect(rows()[0]?.summary).toMatch(new RegExp(`^VPC flow log ${outcome} .*${remedy}`));
    expect(rows()[0]?.summary).toContain(`s3://${bucket}/${flowKey()}`);
    expect(s3.requests).toHaveLength(1);
  });

  test("is missing, or its bucket is", async () => {
    s3.buckets.get(bucket)?.objects.clear();
    await lambda.invoke(created(flowKey()));
    s3.buckets.clear();
    await lambda.invoke(created(flowKey()));
    expect(rows().map(({ severity, summary }) => [severity, summary.slice(0, 40)])).toEqual([
      [2, "VPC flow log is missing (s3://acme-netwo"],
      [2, "VPC flow log is out of this region's rea"],
    ]);
  });

  test.each([
    ["VPC flow log has a file of another kind", gzipSync("<html>\n</html>\n")],
    ["has an empty file", new Uint8Array()],
    ["VPC flow log is damaged", gzipSync(text).subarray(0, 300)],
    ["VPC flow log fl-0a1b2c3d4e5f60718 has unreadable lines", gzipSync(`${v2}\nnonsense\n`)],
  ])("%s", async (text, body) => {
    put(flowKey(), body);
    await lambda.invoke(created(flowKey()));
    expect(rows()).toContainEqual(expect.objectContaining({ severity: 2, summary: expect.stringContaining(text) }));
  });
});

describe("a transient failure fails the invocation, so that AWS invokes the function again", () => {
  const slowDown = { status: 503, code: "SlowDown", message: "Please reduce your request rate." };

  test.each([
    ["SlowDown beyond the SDK's retries", times(3, () => slowDown)],
    ["a connection that ends in the middle of the body", ["cut" as const]],
  ])("%s", async (_, troubles) => {
    s3.troubles.push(...troubles);
    expect(await lambda.invoke(created(flowKey()))).toMatchObject({ error: { errorType: "UndeliveredError" } });
    expect(rows()).toEqual([]);
    expect(await lambda.invoke(created(flowKey()))).toEqual(delivered(2));
    expect(rows()).toMatchObject(flowRows);
  });

  test("not SlowDown within the SDK's retries", async () => {
    s3.troubles.push(slowDown);
    expect(await lambda.invoke(created(flowKey()))).toEqual(delivered(2));
    expect(s3.requests).toHaveLength(2);
  });

  test("and keeps an event of the retry queue there until it succeeds", async () => {
    const body = JSON.stringify(created(flowKey()));
    const batch = { Records: [{ eventSource: "aws:sqs", messageId: "m1", body }] };
    s3.troubles.push("cut");
    expect(await lambda.invoke(batch)).toEqual({ value: { batchItemFailures: [{ itemIdentifier: "m1" }] } });
    expect(await lambda.invoke(batch)).toEqual({ value: { batchItemFailures: [] } });
    expect(rows()).toMatchObject(flowRows);
  });
});

describe("other events are not read as logs", () => {
  const objectCreated = { tag: "Object Created", severity: 1 };

  test.each([
    ["another bucket", created(flowKey(), "acme-invoices-prod")],
    ["another key", created("net/AWSLogs/210987654321/CloudTrail/eu-west-1/2026/03/16/x.json.gz")],
    ["a log's folder", created("AWSLogs/210987654321/vpcflowlogs/")],
    ["another event of a log", { ...created(flowKey()), "detail-type": "Object Deleted" }],
  ])("%s", async (_, event) => {
    await lambda.invoke(event);
    expect(rows()).toMatchObject([{ ...objectCreated, tag: event["detail-type"] }]);
    expect(s3.requests).toEqual([]);
  });

  test("a log without VpcLogsBucket", async () => {
    const off = await startFunction({ API_URL: local.url, API_TOKEN: local.token });
    await off.invoke(created(flowKey()));
    await off.stop();
    expect(rows()).toMatchObject([objectCreated]);
    expect(s3.requests).toEqual([]);
  });
});
