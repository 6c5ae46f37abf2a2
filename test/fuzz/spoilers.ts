import { readSample, sampleNames } from "../../src/local/samples.ts";

export type Path = readonly (string | number)[];

const removed = Symbol("removed");

/** The ways to spoil a field; `isClean`: the value puts no malformed text into the event. */
export const spoilers: readonly { readonly kind: string; readonly value: unknown; readonly isClean?: boolean }[] = [
  { kind: "removed", value: removed, isClean: true },
  { kind: "null", value: null, isClean: true },
  { kind: "named null", value: "null", isClean: true },
  { kind: "templated", value: "${AWS::StackName} {} {name}", isClean: true },
  { kind: "of another type", value: { a: [1, "2"] } },
  { kind: "a number", value: -1.5 },
  { kind: "a number beyond all", value: Number.POSITIVE_INFINITY },
  { kind: "an account as a number", value: 111122223333 },
  { kind: "true", value: true },
  { kind: "empty", value: "" },
  { kind: "empty object", value: {} },
  { kind: "huge", value: "größte ".repeat(3000) },
  { kind: "foreign", value: "\u202e<img src=x onerror=alert(1)>\u001b[31m{node}$& 𝒳\ud800" },
  { kind: "invisible", value: "\u200b\u061c\ufeff\u3164\u{e0041}" },
  // A regular expression for trailing dots may take seconds on this.
  { kind: "many dots", value: `${".".repeat(20_000)}x` },
  { kind: "a list", value: Array.from({ length: 50 }, (_, i) => ({ i })) },
  { kind: "lists of lists", value: [[[["x"]], []], [null]] },
  {
    kind: "methods as values",
    value: JSON.parse('{"toString":1,"valueOf":"x","toJSON":{},"then":null,"length":-1,"__proto__":{"toString":null}}'),
  },
  { kind: "a name of the prototype", value: "__proto__" },
];

/** All paths into `value`, up to five levels deep. */
export function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null || path.length > 4) return path.length > 0 ? [path] : [];
  const below = Object.keys(value).flatMap((key) => pathsOf((value as Record<string, unknown>)[key], [...path, key]));
  return path.length > 0 ? [path, ...below] : below;
}

/** `value` with `replacement` at a path; what is beside the path is shared with it. */
export function withValue(value: unknown, [key, ...rest]: Path, replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string | number, unknown>;
  const inner = withValue(Object.hasOwn(copy, key) ? copy[key] : undefined, rest, replacement);
  if (inner === removed) delete copy[key];
  else set(copy, key, inner);
  return copy;
}

/** Sets a key as JSON.parse does: `__proto__` is a key like any other. */
export const set = (object: object, key: string | number, value: unknown): void => {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
};

export const samples: readonly Readonly<Record<string, unknown>>[] = sampleNames().map(
  (name) => readSample(name).event as Record<string, unknown>,
);

const fields = samples.flatMap((event) => pathsOf(event).map((path) => ({ event, path })));

/** Every field of every sample, spoilt in every way. */
export const spoiltEvents = fields.length * spoilers.length;

/** The spoilt event of a number from 0 to before `spoiltEvents`. */
export function spoiltEvent(number: number): { readonly event: unknown; readonly isClean: boolean } {
  const { event, path } = fields[number % fields.length] as (typeof fields)[number];
  const { value, isClean = false } = spoilers[Math.floor(number / fields.length)] as (typeof spoilers)[number];
  return { event: withValue(event, path, value), isClean };
}
