import { describe, expect, test } from "vitest";
import { dnsRecordSchema, newStats, parseDnsLog } from "../../src/vpclogs/index.ts";
import { query } from "./queries.ts";
import { collected, stream } from "./streams.ts";
import vectors from "./vectors/dns.json" with { type: "json" };

describe("Resolver query log records", () => {
  for (const { name, input, record, without, set, malformed } of vectors) {
    test(name, async () => {
      const stats = newStats();
      const { [without ?? ""]: _, ...given } = { ...(input ?? query({})), ...set } as Record<string, unknown>;
      const records = await collected(parseDnsLog(stream(JSON.stringify(given)), { stats }));
      expect(records).toStrictEqual(record ? [record] : []);
      expect(stats.malformed).toStrictEqual(malformed ? { [malformed]: 1 } : {});
      for (const read of records) expect(dnsRecordSchema().parse(read)).toStrictEqual(read);
    });
  }

  test("reads objects spread over lines, and skips damaged and blank lines", async () => {
    const stats = newStats();
    const whole = JSON.stringify(query({}));
    const spread = JSON.stringify(query({ query_name: "spread.example.com." }), null, 2);
    const text = [whole, spread, "", '{"version": "1.1', "{", "  broken", whole, "[1]", "null"].join("\r\n");
    const records = await collected(parseDnsLog(stream(text), { stats }));
    expect(records.map(({ query_name }) => query_name)).toStrictEqual([
      "www.example.com.",
      "spread.example.com.",
      "www.example.com.",
    ]);
    expect(stats.malformed).toStrictEqual({ "not JSON": 2, "not a query": 2 });
    expect(stats.blank).toBe(1);
  });
});
