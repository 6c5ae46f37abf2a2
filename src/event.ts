export type Fields = Readonly<Record<string, unknown>>;

/**
 * An EventBridge event with a checked envelope: for any input, the strings are strings, `resources` is a list of strings
 * and `detail` is an object.
 */
export interface AwsEvent {
  readonly id: string;
  /** When it happened, UTC, in whole seconds: `2026-11-24T10:12:05Z`. */
  readonly time: string;
  readonly source: string;
  readonly detailType: string;
  /** 12 digits; any other text if the event has one instead. */
  readonly account: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Fields;
}

/** An account and a region. */
export interface Origin {
  readonly account: string;
  readonly region: string;
}

/** Whether a value is an object, and not an array. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** How programs write a missing value. `None` and `Null` are not among them: they are a state and a surname. */
const noValue = /^(?:null|NULL|[Uu]ndefined|UNDEFINED|NaN|N\/A|n\/a|-+|\[object \w+\]|\{\s*\}|\[\s*\])?$/;

/** Characters of a string that are read: more than any ARN, name or message needs. */
const maxString = 2048;

/**
 * A string, trimmed and truncated, or a number as a string; `undefined` for other values, and for a string that means
 * that there is no value.
 */
export function asString(value: unknown): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : undefined;
  const trimmed = typeof value === "string" ? value.slice(0, maxString).trim() : "";
  return noValue.test(trimmed) ? undefined : trimmed;
}

/**
 * The event in `input`; `undefined` if it has neither a source nor a detail-type.
 * @param origin the forwarder's own, for an event without account or region
 * @param received the time for an event without one
 */
export function parseEvent(input: unknown, origin: Origin, received = new Date()): AwsEvent | undefined {
  if (!isFields(input)) return undefined;
  const source = sourceOf(input.source);
  const detailType = asString(input["detail-type"]);
  if (!source && !detailType) return undefined;
  const resources = Array.isArray(input.resources) ? input.resources : [input.resources];
  return {
    id: asString(input.id) ?? "",
    time: timeOf(asString(input.time)) ?? wholeSeconds(received),
    source: source ?? "unknown source",
    detailType: detailType ?? "Event without a detail-type",
    account: asString(input.account) ?? origin.account,
    region: asString(input.region) ?? origin.region,
    resources: resources.flatMap((resource) => asString(resource) ?? []),
    detail: isFields(input.detail) ? input.detail : {},
  };
}

/** Exactly as it is written: ` aws.ec2` is not AWS's source. */
function sourceOf(value: unknown): string | undefined {
  const text = asString(value);
  return text && typeof value === "string" ? value.slice(0, maxString) : text;
}

/** The time of an event, where it has one of this era: other years would not fit a key. */
function timeOf(text: string | undefined): string | undefined {
  const time = new Date(text ?? Number.NaN);
  return time.getTime() >= 0 && time.getUTCFullYear() <= 9999 ? wholeSeconds(time) : undefined;
}

/** A time as `2026-11-24T10:12:05Z`. */
export const wholeSeconds = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;
