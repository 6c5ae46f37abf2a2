import { lazy } from "../lazy.ts";

/** Rows of the table, of 256 numbers each: one for each byte of a block of a name. */
export const tableRows = 64;

/**
 * Random numbers for simple tabulation hashing: one for each byte at each position. The hash of a key is those of its
 * bytes, combined. Whoever does not know the table cannot make keys that collide more often than random ones, and linear
 * probing stays short (Pătraşcu and Thorup, "The Power of Simple Tabulation Hashing").
 */
export type HashTable = Int32Array;

/** The table of this process. A fixed one would let a crafted log cost time that grows with the square of its size. */
const ownTable = lazy((): HashTable => crypto.getRandomValues(new Int32Array(256 * tableRows)));

/** Linear probing as it turned out: how many slots are looked at to find each key once. */
const probesOf = (slots: Int32Array, home: (index: number) => number): number =>
  slots.reduce((sum, index, at) => sum + (index > 0 ? ((at - home(index - 1)) & (slots.length - 1)) + 1 : 0), 0);

/**
 * Counts keys of three 32-bit integers in flat arrays that grow up to a limit, without garbage. Keys are listed in the
 * order of arrival, so that equal input gives equal output.
 */
export class Tally {
  private slots = new Int32Array(2048);
  private keys = new Int32Array(3 * 1024);
  private counts = new Uint32Array(1024);
  private size = 0;
  private readonly maxKeys: number;
  private readonly table: HashTable;
  /** Whether a key was not counted because the limit was reached. */
  overflowed = false;

  constructor(maxKeys: number, table: HashTable = ownTable()) {
    this.maxKeys = maxKeys;
    this.table = table;
  }

  /** Adds to the count of a key and returns it: at most 2^32 - 1, and 0 where the limit of keys is reached. */
  add(a: number, b: number, c: number, by = 1): number {
    const at = this.find(a, b, c);
    const index = (this.slots[at] as number) - 1;
    if (index >= 0) {
      const count = Math.min((this.counts[index] as number) + by, maxCount);
      this.counts[index] = count;
      return count;
    }
    if (this.size === this.maxKeys) {
      this.overflowed = true;
      return 0;
    }
    if (this.size === this.counts.length) {
      this.grow();
      return this.add(a, b, c, by);
    }
    const key = this.size * 3;
    this.keys[key] = a;
    this.keys[key + 1] = b;
    this.keys[key + 2] = c;
    const count = Math.min(by, maxCount);
    this.counts[this.size++] = count;
    this.slots[at] = this.size;
    return count;
  }

  /** The count of a key. */
  count(a: number, b: number, c: number): number {
    const index = (this.slots[this.find(a, b, c)] as number) - 1;
    return index < 0 ? 0 : (this.counts[index] as number);
  }

  /** The keys with a count of `min` or more. */
  *entries(min = 1): Generator<readonly [a: number, b: number, c: number, count: number]> {
    const { keys, counts } = this;
    for (let index = 0; index < this.size; index++) {
      const count = counts[index] as number;
      const key = index * 3;
      if (count >= min) yield [keys[key] as number, keys[key + 1] as number, keys[key + 2] as number, count];
    }
  }

  /** The slot of a key, or the empty slot for it. */
  private find(a: number, b: number, c: number): number {
    const mask = this.slots.length - 1;
    for (let at = this.hash(a, b, c) & mask; ; at = (at + 1) & mask) {
      const key = ((this.slots[at] as number) - 1) * 3;
      if (key < 0) return at;
      if (this.keys[key] === a && this.keys[key + 1] === b && this.keys[key + 2] === c) return at;
    }
  }

  private hash(a: number, b: number, c: number): number {
    const { table } = this;
    return (
      (table[a & 255] as number) ^
      (table[256 | ((a >>> 8) & 255)] as number) ^
      (table[512 | ((a >>> 16) & 255)] as number) ^
      (table[768 | (a >>> 24)] as number) ^
      (table[1024 | (b & 255)] as number) ^
      (table[1280 | ((b >>> 8) & 255)] as number) ^
      (table[1536 | ((b >>> 16) & 255)] as number) ^
      (table[1792 | (b >>> 24)] as number) ^
      (table[2048 | (c & 255)] as number) ^
      (table[2304 | ((c >>> 8) & 255)] as number) ^
      (table[2560 | ((c >>> 16) & 255)] as number) ^
      (table[2816 | (c >>> 24)] as number)
    );
  }

  /** How many slots are looked at to find each key once: a measure of collisions. */
  get probes(): number {
    const { keys } = this;
    const mask = this.slots.length - 1;
    return probesOf(this.slots, (index) => {
      const key = index * 3;
      return this.hash(keys[key] as number, keys[key + 1] as number, keys[key + 2] as number) & mask;
    });
  }

  private grow(): void {
    this.keys = new Int32Array(doubled(this.keys));
    this.counts = new Uint32Array(doubled(this.counts));
    this.slots = new Int32Array(this.slots.length * 2);
    const { keys } = this;
    for (let index = 0; index < this.size; index++) {
      const key = index * 3;
      this.slots[this.find(keys[key] as number, keys[key + 1] as number, keys[key + 2] as number)] = index + 1;
    }
  }
}

const maxCount = 2 ** 32 - 1;

/** Numbers names from 1 on, by their bytes; 0 stands for all names beyond the limit. */
export class Names {
  private slots = new Int32Array(2048);
  private bytes = new Uint8Array(16 * 1024);
  /** Where each name starts in `bytes`; the last entry is where the next one will. */
  private readonly starts: number[] = [0];
  private readonly maxKeys: number;
  private readonly table: HashTable;
  overflowed = false;

  constructor(maxKeys: number, table: HashTable = ownTable()) {
    this.maxKeys = maxKeys;
    this.table = table;
  }

  /** The number of the name in `bytes` from `start` to before `end`. */
  number(bytes: Uint8Array, start: number, end: number): number {
    const at = this.find(bytes, start, end);
    const known = this.slots[at] as number;
    if (known > 0) return known;
    const number = this.starts.length;
    if (number > this.maxKeys) {
      this.overflowed = true;
      return 0;
    }
    const begin = this.starts[number - 1] as number;
    while (begin + end - start > this.bytes.length) this.bytes = new Uint8Array(doubled(this.bytes));
    this.bytes.set(bytes.subarray(start, end), begin);
    this.starts.push(begin + end - start);
    this.slots[at] = number;
    if (number * 2 > this.slots.length) this.grow();
    return number;
  }

  name(number: number): string {
    return new TextDecoder().decode(this.bytes.subarray(this.starts[number - 1], this.starts[number]));
  }

  private find(bytes: Uint8Array, start: number, end: number): number {
    const mask = this.slots.length - 1;
    for (let at = this.hash(bytes, start, end) & mask; ; at = (at + 1) & mask) {
      const known = this.slots[at] as number;
      if (known === 0 || this.is(known, bytes, start, end)) return at;
    }
  }

  /** No address or id of AWS is longer than one block of `tableRows`. */
  private hash(bytes: Uint8Array, start: number, end: number): number {
    const { table } = this;
    let hash = end - start;
    for (let from = start; ; from += tableRows) {
      const last = Math.min(end, from + tableRows);
      for (let at = from, row = 0; at < last; at++, row += 256) hash ^= table[row | (bytes[at] as number)] as number;
      if (last === end) return hash;
      hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    }
  }

  /** How many slots are looked at to find each name once: a measure of collisions. */
  get probes(): number {
    const mask = this.slots.length - 1;
    return probesOf(this.slots, (index) => {
      return this.hash(this.bytes, this.starts[index] as number, this.starts[index + 1] as number) & mask;
    });
  }

  private is(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const begin = this.starts[number - 1] as number;
    if ((this.starts[number] as number) - begin !== end - start) return false;
    for (let at = 0; at < end - start; at++) if (this.bytes[begin + at] !== bytes[start + at]) return false;
    return true;
  }

  private grow(): void {
    this.slots = new Int32Array(this.slots.length * 2);
    for (let number = 1; number < this.starts.length; number++) {
      const at = this.find(this.bytes, this.starts[number - 1] as number, this.starts[number] as number);
      this.slots[at] = number;
    }
  }
}

/** The memory of an array at twice the size; the array itself is empty afterwards. */
const doubled = ({ buffer }: { readonly buffer: ArrayBuffer }): ArrayBuffer => buffer.transfer(buffer.byteLength * 2);
