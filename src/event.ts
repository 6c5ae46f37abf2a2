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

const text = (value: unknown): string => (typeof value === "string" ? value.trim() : "");

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
