import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { type HashTable, Names, Tally, tableRows } from "../../src/vpclogs/tally.ts";
import { Random } from "../fuzz/random.ts";

function tableOf(seed: number): HashTable {
  const random = new Random(seed);
  return Int32Array.from({ length: 256 * tableRows }, () => random.bits() | 0);
}

const known = tableOf(1);
const others = [2, 3, 4, 5].map(tableOf);
const keys = 6000;
/** At half full, linear probing of random keys looks at 1.5 slots for a key. */
const maxProbes = 2 * keys;
const encoder = new TextEncoder();

/**
 * Pairs of two parts, each from 0 to 65,535, whose keys have one hash. The hash of a key is that of its parts combined,
 * so whoever knows the table finds as many as they like by meeting in the middle.
 */
function collidingPairs(one: (part: number) => number, other: (part: number) => number): [number, number][] {
  const mask = 0xffff;
  const byHash = new Map<number, number>();
  for (let part = 0; part <= mask; part++) byHash.set(one(part) & mask, part);
  const pairs: [number, number][] = [];
  for (let part = 0; part <= mask && pairs.length < keys; part++) {
    const partner = byHash.get(other(part) & mask);
    if (partner !== undefined) pairs.push([partner, part]);
  }
  return pairs;
}

const hashOf = (table: HashTable, row: number, byte: number): number => table[row * 256 + byte] ?? 0;
const hashOf16 = (table: HashTable, row: number, part: number): number =>
  hashOf(table, row, part & 255) ^ hashOf(table, row + 1, part >> 8);
const hashOfText = (table: HashTable, row: number, text: string): number =>
  encoder.encode(text).reduce((hash, byte, index) => hash ^ hashOf(table, row + index, byte), 0);
const hex = (part: number): string => part.toString(16).padStart(4, "0");

function tallied(table: HashTable, counted: Iterable<readonly [number, number, number]>): Tally {
  const tally = new Tally(keys, table);
  for (const key of counted) tally.add(...key);
  expect([...tally.entries()]).toHaveLength(keys);
  return tally;
}

function numbered(table: HashTable, texts: readonly string[]): Names {
  const names = new Names(keys, table);
  const numbers = texts.map((text) => names.number(encoder.encode(text), 0, text.length));
  expect(new Set(numbers).size).toBe(keys);
  return names;
}

describe("a log that is crafted for one seed is slow with that seed only", () => {
  test("keys of integers", () => {
    const pairs = collidingPairs(
      (part) => hashOf16(known, 0, part),
      (part) => hashOf16(known, 4, part),
    );
    const crafted = pairs.map(([a, b]) => [a, b, 443] as const);
    expect(tallied(known, crafted).probes).toBeGreaterThan(keys ** 2 / 3);
    for (const table of others) expect(tallied(table, crafted).probes).toBeLessThan(maxProbes);
  });

  test("IPv6 addresses", () => {
    const prefix = "2001:db8::";
    const pairs = collidingPairs(
      (part) => hashOfText(known, prefix.length, hex(part)),
      (part) => hashOfText(known, prefix.length + 5, hex(part)),
    );
    const crafted = pairs.map(([one, other]) => `${prefix}${hex(one)}:${hex(other)}`);
    expect(numbered(known, crafted).probes).toBeGreaterThan(keys ** 2 / 3);
    for (const table of others) expect(numbered(table, crafted).probes).toBeLessThan(maxProbes);
  });
});

describe("no regular input is slow, whatever the seed", () => {
  const numbers = Array.from({ length: keys }, (_, index) => index);
  test.each<[string, (index: number) => readonly [number, number, number]]>([
    ["one after the other", (i) => [i, 0, 0]],
    ["hosts of one port", (i) => [0x0a000001, 0x0a000000 + i, 443]],
    ["only the highest bits differ", (i) => [(i & 127) << 25, (i >> 7) << 25, 0]],
    ["opposite numbers", (i) => [i, -i, 0]],
    ["equal numbers", (i) => [i, i, i]],
    ["multiples of 4096", (i) => [Math.imul(i, 4096), 0, 1 << 16]],
  ])("%s", (_, keyOf) => {
    for (const table of others) expect(tallied(table, numbers.map(keyOf)).probes).toBeLessThan(maxProbes);
  });

  test("names of every length, and such as differ only at their end", () => {
    const texts = numbers.map((i) => (i % 2 === 0 ? `${"x".repeat(i % 300)}${i}` : `${"eni-0".repeat(40)}${i}`));
    for (const table of others) expect(numbered(table, texts).probes).toBeLessThan(maxProbes);
  });
});

test("the table is another in each process, and counts do not depend on it", () => {
  const counts = [...others, undefined].map((table) => {
    const tally = new Tally(100, table);
    for (let index = 0; index < 500; index++) tally.add(index % 150, -index % 7, 1 << 17);
    return [[...tally.entries(2)], tally.overflowed, tally.count(3, -3, 1 << 17)];
  });
  for (const count of counts) expect(count).toEqual(counts[0]);
  const url = new URL("../../src/vpclogs/tally.ts", import.meta.url).href;
  const code = `const { Tally } = await import(${JSON.stringify(url)});
    const tally = new Tally(1000);
    for (let index = 0; index < 1000; index++) tally.add(index, 0, 0);
    console.log(tally.probes);`;
  const probes = [1, 2, 3].map(() => execFileSync(process.execPath, ["--input-type=module", "-e", code]).toString());
  expect(new Set(probes).size).toBeGreaterThan(1);
});
