import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Notice } from "../../src/condition.ts";
import { sentenceOf } from "../../src/sentence.ts";
import { columnsByName } from "../../src/vpclogs/columns.ts";
import { newStats, parseDnsLog, parseFlowLog, readLog, recordLine } from "../../src/vpclogs/index.ts";
import { query } from "./queries.ts";
import { reference } from "./reference.ts";
import { collected, stream, times, v2, v5 } from "./streams.ts";

/** A generator of whole numbers below a bound, determined by its seed. */
function dice(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const damages: readonly ((line: string, roll: (below: number) => number) => string)[] = [
  (line) => line.replace(" ", "  "),
  (line) => `${line}\r`,
  (line) => `${line} beyond the header`,
  (line) => ` ${line} `,
  (line, roll) => line.slice(0, roll(line.length + 1)),
  (line, roll) => line.slice(roll(line.length)),
  () => "",
  () => "   ",
  () => v2,
  () => v5,
  () => "log-status end start dstport srcport dstaddr srcaddr protocol packets action interface-id",
  () => "srcaddr dstaddr srcport dstport protocol packets bytes tcp-flags",
  () => "interface-id  log-status flow-direction unheard-of",
  (line, roll) => {
    const words = line.split(" ");
    const junk = ["-", "x", "70000", "65536", "99999999999999999999", "-1", "é", "\t", "unknown", "DROP", "256.1.1.1"];
    const more = [
      "1.2.3",
      "::1",
      "2600::",
      "fd00::1",
      "10.0.0.1.",
      "OKAY",
      "0010.0.0.1",
      "\u0000",
      "v",
      ",",
      "1e3",
      "22",
    ];
    words[roll(words.length)] = [...junk, ...more][roll(junk.length + more.length)] ?? "";
    return words.join(" ");
  },
  (line, roll) => {
    const at = roll(line.length);
    return `${line.slice(0, at)}${String.fromCharCode(roll(300))}${line.slice(at + 1)}`;
  },
];

/** A flow log with findings, and with some damaged lines. */
function someLog(seed: number): string {
  const roll = dice(seed);
  const at = <Item>(items: readonly Item[]): Item => items[roll(items.length)] as Item;
  const six = roll(4) === 0;
  const version = at([v2, v5]);
  const inside = () => (six ? `${at(["fd00::", "2600:1f18::"])}${roll(3)}` : `10.0.0.${roll(4)}`);
  const outside = () =>
    six ? `2001:db8::${roll(3)}` : at(["203.0.113.5", "8.8.8.8", "198.51.100.7", "255.255.255.255"]);
  const host = () => (roll(3) === 0 ? outside() : inside());
  const port = () => at([22, 53, 80, 443, 853, 3389, 5432, 1023, 1024, 8080, 32_767, 32_768, 40_000, 60_000]);
  const line = (
    from: string,
    to: string,
    ports: readonly [number, number],
    action = at(["ACCEPT", "REJECT"]),
  ): string => {
    const protocol = at([6, 6, 6, 17, 1]);
    const status = roll(20) === 0 ? at(["NODATA", "SKIPDATA"]) : "OK";
    const start = `2 123456789012 eni-${roll(3)} ${from} ${to} ${ports[0]} ${ports[1]} ${protocol} ${roll(4)} ${roll(9000)}`;
    const text = `${start} 1700000000 1700000060 ${roll(30) === 0 ? "-" : action} ${status}`;
    if (version === v2) return text;
    const flags = at([0, 1, 2, 3, 4, 16, 18, 19, "-"]);
    return `${text} ${at(["vpc-1", "vpc-2", "-"])} subnet-1 - ${flags} IPv4 - - - - - - ${at(["-", "EC2_INSTANCE_CONNECT"])} - ${at(["ingress", "egress", "-"])} -`;
  };
  const episodes = [
    () => times(45, (step) => line("10.0.0.9", "10.0.0.20", [50_000, step * at([1, 7])])),
    () => times(45, (step) => line("fd00::9", "fd00::20", [50_000, step + 1], "REJECT")),
    () => times(250, (step) => line("10.0.0.9", `10.0.1.${step}`, [50_000, 445], "ACCEPT")),
    () => times(60, (step) => line("10.0.0.8", "10.0.0.20", [443, 40_000 + step])),
    () => times(700, () => line("203.0.113.5", "10.0.0.20", [50_000, 23], "REJECT").replace(/eni-./, "eni-0")),
    () => times(30, () => line(host(), host(), [port(), port()])),
  ];
  const lines = [roll(5) === 0 ? "" : version, ...times(1 + roll(4), () => at(episodes)()).flat()];
  const damaged = lines.map((text, index) => (index > 0 && roll(12) === 0 ? at(damages)(text, roll) : text));
  return `${damaged.join("\n")}${roll(2) === 0 ? "\n" : ""}`;
}

const log = { kind: "flow", id: "log-1", name: "f", bucket: "logs" } as const;
const cuts = fc.array(fc.nat(60_000), { maxLength: 40 });
const seed = fc.integer();
const isOfFile = (condition: string): boolean =>
  condition.startsWith("vpc-log:") && !condition.startsWith("vpc-log:more");

describe("for any file in any chunks", () => {
  test("the scan finds what the reference finds", async () => {
    const conditions = new Set<string>();
    await fc.assert(
      fc.asyncProperty(seed, cuts, async (from, where) => {
        const text = someLog(from);
        const { notices, stats } = await readLog(log, async () => stream(text, where));
        const expected = reference(text, new Set(columnsByName.keys()));
        const found = new Map(
          notices.filter(({ condition }) => !isOfFile(condition)).map((notice) => [notice.condition, notice]),
        );
        const more = [...found.keys()].filter((condition) => condition.startsWith("vpc-log:more"));
        if (more.length === 0) expect([...found.keys()].sort()).toStrictEqual([...expected.found.keys()].sort());
        for (const [condition, notice] of found) {
          if (more.includes(condition)) continue;
          const [grade, weight] = expected.found.get(condition) ?? [];
          expect(notice.severity).toBe(grade);
          expect(weight === 0 || states(notice, weight ?? -1)).toBe(true);
          conditions.add(condition.split(":")[1] ?? "");
        }
        expect(stats.records).toBe(expected.records);
        expect(Object.values(stats.malformed).reduce((sum, lines) => sum + lines, 0)).toBe(expected.malformed);
      }),
      { numRuns: 300 },
    );
    expect([...conditions].sort()).toStrictEqual(
      ["dns-bypass", "open-port", "port-scan", "refused", "reject-burst", "skipdata", "sweep"].sort(),
    );
  });

  test("findings, statistics and records of a flow log do not depend on the chunks", async () => {
    await fc.assert(
      fc.asyncProperty(seed, cuts, fc.boolean(), async (from, where, zipped) => {
        const text = someLog(from);
        const content = zipped ? gzipSync(text) : text;
        const whole = await readLog(log, async () => stream(content));
        expect(await readLog(log, async () => stream(content, where))).toStrictEqual(whole);
        const stats = newStats();
        const records = await collected(parseFlowLog(stream(content, where)));
        expect(records.map(recordLine)).toStrictEqual(
          (await collected(parseFlowLog(stream(content), { stats }))).map(recordLine),
        );
        expect(records).toHaveLength(stats.records);
      }),
      { numRuns: 100 },
    );
  });

  test("findings and records of a Resolver query log do not depend on the chunks", async () => {
    await fc.assert(
      fc.asyncProperty(seed, cuts, async (from, where) => {
        const roll = dice(from);
        const names = ["nanopool.org.", "a.example.com.", "gone.example.net.", "ü.example.com.", "com."];
        const damage = ["", "{", "}", "[]", '{"version"', "\r", "nonsense", JSON.stringify(query({}), null, 1)];
        const text = times(roll(200), () => {
          const one = query({ query_name: names[roll(names.length)] ?? "", rcode: roll(2) ? "NXDOMAIN" : "NOERROR" });
          return roll(8) === 0 ? damage[roll(damage.length)] : JSON.stringify(one);
        }).join("\n");
        const dns = { ...log, kind: "dns" } as const;
        expect(await readLog(dns, async () => stream(text, where))).toStrictEqual(
          await readLog(dns, async () => stream(text)),
        );
        expect(await collected(parseDnsLog(stream(text, where)))).toStrictEqual(
          await collected(parseDnsLog(stream(text))),
        );
      }),
      { numRuns: 100 },
    );
  });

  test("any bytes are read to their end without an error", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), fc.constantFrom("flow", "dns"), async (bytes, kind) => {
        const { notices } = await readLog({ ...log, kind }, async () => stream(bytes));
        for (const notice of notices) {
          const { node, condition } = notice;
          const summary = sentenceOf(notice);
          expect(node && summary && condition).toBeTruthy();
          expect(`${node}${summary}${condition}`).not.toMatch(/undefined|\[object|null/);
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** Whether a notice's reason states a count: as a number, or as examples and how many more. */
function states({ reason = "" }: Notice, weight: number): boolean {
  if (new RegExp(`(?:^| )${weight} (flow|gap|packet)s?\\b`).test(reason)) return true;
  const [, more = "0"] = / and (\d+) more$/.exec(reason) ?? [];
  return reason.replace(/ and \d+ more$/, "").split(", ").length + Number(more) === weight;
}
