import { describe, expect, test } from "vitest";
import {
  flowRecordSchema,
  newStats,
  parseFlowLog,
  recordLine,
  transitGatewayRecordSchema,
} from "../../src/vpclogs/index.ts";
import { collected, stream, v2 } from "./streams.ts";
import vectors from "./vectors/flow.json" with { type: "json" };

describe("flow log records", () => {
  for (const vector of vectors) {
    test(vector.name, async () => {
      const stats = newStats();
      const records = await collected(parseFlowLog(stream(`${vector.lines.join("\n")}\n`), { stats }));
      expect(records).toStrictEqual(vector.records);
      expect(stats.malformed).toStrictEqual(vector.malformed ?? {});
      for (const record of records) {
        const schema = "resourceType" in record ? transitGatewayRecordSchema() : flowRecordSchema();
        expect(schema.parse(record)).toStrictEqual(record);
      }
      const all = await collected(parseFlowLog(stream(vector.lines.join("\n")), { allColumns: true }));
      expect(all).toStrictEqual(vector.records.map((record) => ({ ...record, ...vector.allColumns })));
    });
  }

  test("counts past 2^53 stay exact, in the record and as JSON", async () => {
    const line = "2 210987654321 eni-1 10.0.0.1 10.0.0.2 1 2 6 9007199254740991 9007199254740993 0 1 ACCEPT OK";
    const [record] = await collected(parseFlowLog(stream(`${v2}\n${line}`)));
    expect(record?.packets).toBe(9007199254740991);
    expect(record?.bytes).toBe(9007199254740993n);
    expect(recordLine(record ?? {})).toContain('"bytes":9007199254740993,');
  });

  test("ignores a byte order mark, and replaces bytes that are not UTF-8", async () => {
    const bytes = Buffer.concat([
      Buffer.from(`\uFEFFstart end log-status region\n0 1 OK é\n0 1 OK `),
      Buffer.from([0xff]),
      Buffer.from("\n0 1 OK eu-west-1\n"),
    ]);
    const records = await collected(parseFlowLog(stream(bytes)));
    expect(records.map(({ region }) => region)).toStrictEqual(["é", "\uFFFD", "eu-west-1"]);
  });

  test("skips and counts endless lines, and reads the lines around them", async () => {
    const stats = newStats();
    const text = `start end log-status\n0 1 OK\n${"x".repeat(200_000)}\n2 3 OK\n`;
    const cuts = [10, 30, 70_000, 140_000];
    expect(await collected(parseFlowLog(stream(text, cuts), { stats }))).toHaveLength(2);
    expect(stats).toMatchObject({ lines: 4, records: 2, headers: 1, malformed: { "too long": 1 } });
  });
});
