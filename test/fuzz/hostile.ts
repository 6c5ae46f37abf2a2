import type { Random } from "./random.ts";
import { samples, set } from "./spoilers.ts";
import { hostileText } from "./texts.ts";

type Json = Record<string, unknown>;

const prototypeKeys = ["__proto__", "constructor", "prototype", "toString", "valueOf", "toJSON", "hasOwnProperty"];
const numbers = [0, -0, -1, 1.5, 1e308, -1e308, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, 2 ** 53];
const envelopeKeys = ["id", "account", "region", "time", "resources", "version", "source", "detail-type", "detail"];

/** The keys of all samples: what formatters and the fallback read. */
const knownKeys: readonly string[] = [...new Set(samples.flatMap((sample) => keysIn(sample)))];

function keysIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const below = Object.values(value).flatMap(keysIn);
  return Array.isArray(value) ? below : [...Object.keys(value), ...below];
}

/** Makes hostile inputs that have the structure of real ones. */
export class Hostile {
  private readonly random: Random;
  private readonly now: number;

  constructor(random: Random, now: number) {
    this.random = random;
    this.now = now;
  }

  /** What the function is invoked with. */
  input(): unknown {
    const kind = this.random.below(100);
    if (kind < 80) return this.event();
    if (kind < 87) return this.arrayOfEvents();
    if (kind < 93) return this.batch();
    if (kind < 96) return this.record(this.event());
    return this.value(0);
  }

  private event(): unknown {
    const { random } = this;
    const sample = random.pick(samples);
    const event: Json = { ...sample, detail: this.detail(sample.detail) };
    if (random.chance(0.15)) event.source = this.source(event.source);
    if (random.chance(0.08))
      event["detail-type"] = random.chance(0.5) ? this.typed(event["detail-type"]) : this.value(1);
    for (const key of envelopeKeys.slice(0, 6)) if (random.chance(0.08)) event[key] = this.value(1);
    if (random.chance(0.2)) event.time = this.time();
    if (random.chance(0.05)) delete event[random.pick(envelopeKeys)];
    if (random.chance(0.05)) set(event, this.key(), this.value(1));
    return event;
  }

  /** A source that is almost AWS's, or of anyone else. */
  private source(source: unknown): unknown {
    const text = String(source);
    const { random } = this;
    const similar = [
      ` ${text}`,
      `${text} `,
      text.toUpperCase(),
      `${text}\u200b`,
      `\ufeff${text}`,
      text.slice(4),
      `${text}.`,
    ];
    if (random.chance(0.4)) return random.pick(similar);
    return random.chance(0.5)
      ? random.pick(["com.example", "aws.new", "aws.partner/a/b", "aws.", "lambda"])
      : this.value(1);
  }

  private typed(detailType: unknown): string {
    const text = String(detailType);
    return this.random.pick([` ${text} `, text.toUpperCase(), text.replaceAll(" ", ""), `${text}\n`, `${text} Failed`]);
  }

  private time(): unknown {
    const ago = this.random.below(20 * 24 * 3600) * 1000;
    return this.random.pick([new Date(this.now - ago).toISOString(), new Date(this.now + ago).toISOString(), this.now]);
  }

  private detail(detail: unknown): unknown {
    const { random } = this;
    const kind = random.below(10);
    if (kind === 0) return this.value(0);
    if (kind < 4) return this.object(0);
    let mutated = detail;
    for (let round = 1 + random.below(5); round > 0; round--) mutated = this.mutated(mutated, 0);
    return mutated;
  }

  /** `value` with one change at a random place in it. */
  private mutated(value: unknown, depth: number): unknown {
    const { random } = this;
    const isBranch = typeof value === "object" && value !== null;
    if (!isBranch || depth > 6 || random.chance(0.12)) return this.replacement(value);
    const copy = (Array.isArray(value) ? [...value] : { ...value }) as Json;
    const keys = Object.keys(copy);
    if (keys.length === 0 || random.chance(0.1)) {
      if (Array.isArray(copy)) copy.push(this.value(2));
      else set(copy, this.key(), this.value(2));
      return copy;
    }
    const key = random.pick(keys);
    if (random.chance(0.1)) delete copy[key];
    else set(copy, key, this.mutated(copy[key], depth + 1));
    return copy;
  }

  private replacement(value: unknown): unknown {
    const { random } = this;
    const kind = random.below(10);
    if (kind === 0) return [value];
    if (kind === 1) return [[value], value, value];
    if (kind === 2) return { [this.key()]: value };
    if (kind === 3 && typeof value === "string") return `${value}${hostileText(random)}`;
    if (kind === 4 && typeof value === "string")
      return random.pick([` ${value} `, value.toUpperCase(), value.repeat(20)]);
    if (kind === 5) return jsonOf(value);
    return this.value(2);
  }

  /** Any hostile value. */
  private value(depth: number): unknown {
    const { random } = this;
    const kind = random.below(depth > 4 ? 60 : 100);
    if (kind < 40) return hostileText(random);
    if (kind < 48) return random.pick(numbers);
    if (kind < 50) return (random.bits() - 2 ** 31) * 10 ** random.below(12);
    if (kind < 60) return random.pick([null, true, false, 0, ""]);
    if (kind < 63) return this.prototypes(depth);
    if (kind < 75) return random.many(random.below(5), () => this.value(depth + 1));
    if (kind < 80) return random.many(random.below(3), () => [this.value(depth + 1), []]);
    if (random.chance(0.01)) return this.deep();
    if (random.chance(0.005)) return random.many(2000, () => ({ [random.pick(knownKeys)]: "x" }));
    return this.object(depth + 1);
  }

  private object(depth: number): Json {
    const object: Json = {};
    for (let keys = this.random.below(6); keys > 0; keys--) set(object, this.key(), this.value(depth + 1));
    return object;
  }

  private key(): string {
    const { random } = this;
    const kind = random.below(100);
    if (kind < 75) return random.pick(knownKeys);
    if (kind < 85) return random.pick(prototypeKeys);
    return kind < 99 ? hostileText(random).slice(0, 300) : random.pick(knownKeys).repeat(1000);
  }

  /** An object that neither String() nor JSON.stringify() can be trusted with. */
  private prototypes(depth: number): Json {
    const object: Json = {};
    for (const key of prototypeKeys) {
      if (this.random.chance(0.5)) set(object, key, depth > 3 ? null : this.value(depth + 2));
    }
    return object;
  }

  private deep(): unknown {
    let value: unknown = hostileText(this.random);
    const key = this.key();
    const isArray = this.random.chance(0.3);
    for (let levels = 10 ** (1 + this.random.below(4)); levels > 0; levels--)
      value = isArray ? [value] : { [key]: value };
    return value;
  }

  private arrayOfEvents(): unknown {
    const { random } = this;
    const events = random.many(random.below(6), () => (random.chance(0.8) ? this.event() : this.value(2)));
    if (random.chance(0.2)) events.push(events.slice());
    return random.chance(0.1) ? [events] : events;
  }

  /** The record of a failed invocation, which holds its event. */
  private record(payload: unknown): Json {
    const { random } = this;
    const record: Json = { version: "1.0", requestContext: { condition: "RetriesExhausted" }, requestPayload: payload };
    if (random.chance(0.3)) set(record, random.pick(["requestContext", "responsePayload", "version"]), this.value(2));
    return record;
  }

  /** Messages of the retry queue. */
  private batch(): Json {
    const { random } = this;
    const message = (): Json => ({
      messageId: `${random.bits()}`,
      eventSource: "aws:sqs",
      body: random.chance(0.9) ? this.body() : this.value(2),
    });
    return { Records: random.many(1 + random.below(6), message) };
  }

  private body(): string {
    const { random } = this;
    if (random.chance(0.02)) return `${'{"detail-type":'.repeat(3000)}1${"}".repeat(3000)}`;
    const json = jsonOf(random.chance(0.5) ? this.event() : this.record(this.event()));
    return random.chance(0.9) ? json : json.slice(0, random.below(json.length));
  }
}

/** JSON, also of what is nested too deeply or has a hostile `toJSON`. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "null";
  } catch {
    return "null";
  }
}
