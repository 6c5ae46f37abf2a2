import { gzipSync } from "node:zlib";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, test } from "vitest";
import { sentenceOf } from "../../src/sentence.ts";
import {
  logText,
  newStats,
  parseFlowLog,
  RetryableReadError,
  readVpcLog,
  UnreadableLog,
} from "../../src/vpclogs/index.ts";
import { parquetOf } from "./parquet.ts";
import { collected, flow, stream, times, v2 } from "./streams.ts";

const key =
  "AWSLogs/210987654321/vpcflowlogs/eu-west-1/2024/02/03/210987654321_vpcflowlogs_eu-west-1_fl-0abc_20240203T0405Z_1a2b3c4d.log.gz";
const object = { bucket: "logs", key, region: "us-east-1", account: "123456789012" };
const refused = flow({ from: "10.0.0.9", to: "10.0.0.4", ports: [40_000, 5432], packets: 5, action: "REJECT" });
const text = `${v2}\n${refused}\n`;
const open = async (content: string | Uint8Array) => stream(content, [1, 3, 20]);

describe("a log in S3", () => {
  const s3 = mockClient(S3Client);
  beforeEach(() => s3.reset());

  test("is read with the SDK; account and region are those of the key", async () => {
    s3.on(GetObjectCommand, { Bucket: "logs", Key: key }).resolves({ Body: stream(gzipSync(text)) as never });
    const { notices, stats, account, region } = await readVpcLog(object);
    expect(notices.map(({ condition }) => condition)).toStrictEqual(["vpc-flow:refused:10.0.0.9:10.0.0.4:5432/tcp"]);
    expect(stats).toMatchObject({ format: "gzip", records: 1, bytes: text.length });
    expect([account, region]).toStrictEqual(["210987654321", "eu-west-1"]);
  });

  test.each([
    ["NoSuchKey", 404, "", "missing"],
    ["AccessDenied", 403, "is not authorized to perform: s3:ListBucket on resource", "missing"],
    ["AccessDenied", 403, "is not authorized to perform: s3:GetObject on resource", "denied"],
    ["AccessDenied", 403, "is not authorized to perform: kms:Decrypt on resource", "key"],
    ["KMS.DisabledException", 400, "the key is disabled", "key"],
    ["InvalidObjectState", 403, "", "archived"],
    ["NoSuchBucket", 404, "", "elsewhere"],
    ["PermanentRedirect", 301, "", "elsewhere"],
    ["InvalidRequest", 400, "", "refused"],
  ])("%s (%i %s) is a message of severity 2 that says what to do", async (name, httpStatusCode, message, why) => {
    s3.on(GetObjectCommand).rejects(Object.assign(new Error(message), { name, $metadata: { httpStatusCode } }));
    const { notices } = await readVpcLog(object);
    const condition = `vpc-log:unreadable:fl-0abc:${why}`;
    expect(notices).toMatchObject([{ severity: 2, node: "logs", tag: "VPC Flow Log", condition }]);
    expect(notices.map(sentenceOf)).toEqual([expect.stringMatching(/^VPC flow log .+ \(s3:\/\/logs\/AWSLogs\/\S+\)/)]);
  });

  test.each([
    ["SlowDown", 503],
    ["InternalError", 500],
    ["RequestTimeout", 400],
    ["ThrottlingException", 400],
    ["KMS.ThrottlingException", 400],
    ["ExpiredToken", 400],
    ["TimeoutError", undefined],
    ["Error", undefined],
  ])("%s (%s) is thrown, so that AWS invokes the function again", async (name, httpStatusCode) => {
    s3.on(GetObjectCommand).rejects(Object.assign(new Error("later"), { name, $metadata: { httpStatusCode } }));
    await expect(readVpcLog(object)).rejects.toThrow(RetryableReadError);
  });

  test("a connection that ends early is thrown too, in plain and in gzipped text", async () => {
    for (const content of [Buffer.from(text), gzipSync(text)]) {
      async function* cut() {
        yield content.subarray(0, 30);
        throw Object.assign(new Error("aborted"), { code: "ECONNRESET" });
      }
      await expect(readVpcLog(object, { open: async () => cut() })).rejects.toThrow(RetryableReadError);
    }
  });
});

describe("a file of another format than its name", () => {
  const conditions = async (content: string | Uint8Array) =>
    (await readVpcLog(object, { open: () => open(content) })).notices.map(({ severity, condition }) => [
      severity,
      condition,
    ]);

  test("is read if possible: plain text named .gz", async () => {
    expect(await conditions(text)).toStrictEqual([[3, "vpc-flow:refused:10.0.0.9:10.0.0.4:5432/tcp"]]);
  });

  test("gives a message if it is of another kind, empty or partly malformed", async () => {
    expect(await conditions(gzipSync("<html>\n</html>\n"))).toStrictEqual([[2, "vpc-log:alien:fl-0abc"]]);
    expect(await conditions('{"version":"1.100000"}')).toStrictEqual([[2, "vpc-log:alien:fl-0abc"]]);
    expect(await conditions("")).toStrictEqual([[2, "vpc-log:empty:fl-0abc"]]);
    expect(await conditions(`${v2}\nnonsense\n`)).toStrictEqual([[2, "vpc-log:malformed:fl-0abc"]]);
    expect(await conditions(`${v2}\n`)).toStrictEqual([]);
  });

  test("is read up to the damage", async () => {
    const whole = gzipSync([v2, ...times(2000, () => refused)].join("\n"), { level: 0 });
    const flipped = Buffer.from(whole);
    flipped.fill(0xff, whole.length - 8);
    for (const damaged of [whole.subarray(0, whole.length - 2000), flipped, Buffer.from("PAR1 not really PAR1")]) {
      expect(await conditions(damaged)).toContainEqual([2, "vpc-log:unreadable:fl-0abc:damaged"]);
    }
    expect((await conditions(whole.subarray(0, whole.length - 2000)))[0]).toStrictEqual([
      3,
      "vpc-flow:refused:10.0.0.9:10.0.0.4:5432/tcp",
    ]);
    const records = collected(parseFlowLog(stream(whole.subarray(0, 5000))));
    await expect(records).rejects.toThrow(UnreadableLog);
  });
});

describe("a log that is inflated in many pieces", () => {
  const lines = times(200_000, (at) => flow({ from: "10.0.0.9", to: "10.0.0.4", ports: [40_000 + (at % 9), 443] }));
  const long = `${[v2, ...lines].join("\n")}\n`;
  const zipped = gzipSync(long, { level: 1 });

  test("loses no line between them", async () => {
    const stats = newStats();
    for await (const _ of parseFlowLog(stream(zipped), { stats }));
    expect(stats).toMatchObject({ bytes: long.length, records: lines.length, malformed: {} });
  });

  test("takes the memory of a few of them, for any size", async () => {
    const before = process.memoryUsage().arrayBuffers;
    let maxBytes = 0;
    for await (const _ of logText(stream(zipped), newStats())) {
      maxBytes = Math.max(maxBytes, process.memoryUsage().arrayBuffers - before);
    }
    expect(long.length).toBeGreaterThan(16 << 20);
    expect(maxBytes).toBeLessThan(6 << 20);
  });
});

describe("Parquet", () => {
  const lines = [
    ...times(70_000, (at) =>
      flow({ from: "10.0.0.9", to: "10.0.0.4", ports: [40_000 + (at % 9), 443], packets: at % 3 }),
    ),
    refused,
  ];
  test.each(["SNAPPY", "GZIP", "UNCOMPRESSED"] as const)(
    "%s gives the records and findings of the text",
    async (codec) => {
      const content = parquetOf(v2, lines, codec);
      const stats = newStats();
      const records = await collected(parseFlowLog(stream(content, [2, 5000]), { stats }));
      expect(records).toStrictEqual(await collected(parseFlowLog(stream([v2, ...lines].join("\n")))));
      expect(stats).toMatchObject({ format: "parquet", records: 70_001 });
      const { notices } = await readVpcLog(object, { open: () => open(gzipSync(content)) });
      expect(notices.map(({ condition }) => condition)).toStrictEqual(["vpc-flow:refused:10.0.0.9:10.0.0.4:5432/tcp"]);
    },
  );
});
