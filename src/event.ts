export type Fields = Readonly<Record<string, unknown>>;

/**
 * An EventBridge event whose envelope has been checked: the strings are strings, `resources` a list of strings and
 * `detail` an object, whatever was sent.
 */
export interface AwsEvent {
  readonly id: string;
  readonly source: string;
  readonly detailType: string;
  /** 12 digits, or what stood in their place. */
  readonly account: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Fields;
}

/** Where the forwarder runs: what an event without account or region is taken to come from. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What programs write where there is no value. `None` and `Null` are left: a state and a surname. */
const nothing = /^(?:null|NULL|[Uu]ndefined|UNDEFINED|NaN|N\/A|n\/a|-+|\[object \w+\]|\{\s*\}|\[\s*\])?$/;

/** More than the longest ARN, name or message that is read; what is longer would only cost time. */
const longest = 2048;

/** A string, trimmed and cut; anything else, and a string that only says that there is no value, is empty. */
export function text(value: unknown): string {
  const trimmed = typeof value === "string" ? value.slice(0, longest).trim() : "";
  return nothing.test(trimmed) ? "" : trimmed;
}

/** The envelope of `input`, or `undefined` where it has neither a source nor a detail-type: no EventBridge event. */
export function parseEvent(input: unknown, here: Place): AwsEvent | undefined {
  if (!isFields(input)) return undefined;
  const source = text(input.source);
  const detailType = text(input["detail-type"]);
  if (!source && !detailType) return undefined;
  const resources = Array.isArray(input.resources) ? input.resources : [input.resources];
  return {
    id: text(input.id),
    source: source || "unknown source",
    detailType: detailType || "Event without a detail-type",
    account: text(input.account) || here.account,
    region: text(input.region) || here.region,
    resources: resources.map(text).filter(Boolean),
    detail: isFields(input.detail) ? input.detail : {},
  };
}
