import * as z from "zod";
import { lastSegment } from "../arn.ts";
import { type AwsEvent, asString, type Fields, isFields } from "../event.ts";

// Schemas that never fail: a field of an unexpected type counts as missing, and costs a clause of the sentence but not the
// message.

/** A string, trimmed, or a number; absent for other values, and for a string that means that there is no value. */
export const text = z.unknown().transform(asString).optional();
/** A finite number, or one in a string. */
export const number = z
  .unknown()
  .transform((value) => {
    const asNumber =
      typeof value === "number" ? value : typeof value === "string" && value.trim() ? Number(value) : NaN;
    return Number.isFinite(asNumber) ? asNumber : undefined;
  })
  .optional();
/** Whether the value is `true`, or the string `true` in any case. */
export const flag = z
  .unknown()
  .transform((value) => value === true || (typeof value === "string" && value.toLowerCase() === "true"))
  .optional();

/** The fields `shape` of an object; all are absent if the value is not an object. */
export const object = <Shape extends z.ZodRawShape>(shape: Shape) => {
  const schema = z.object(shape);
  return z
    .unknown()
    .transform((value) => schema.parse(isFields(value) ? value : {}))
    .optional();
};

/** An object with unknown field names. */
export const anyObject = z
  .unknown()
  .transform((value): Fields => (isFields(value) ? value : {}))
  .optional();

/** A list; a single value counts as a list of one, absence as an empty list. */
export const list = <Item extends z.ZodType>(item: Item) =>
  z
    .unknown()
    .transform((value) => (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]))
    .pipe(z.array(item))
    .optional();

/** Reads one text from an event. */
export type Read = (event: AwsEvent) => string | undefined;

/** The text at a dotted path such as `detail.container.reason` or `resources.0`; keys may contain spaces, but no dots. */
export function at(path: string): Read {
  const keys = path.split(".");
  return (event) => {
    let value: unknown = event;
    for (const key of keys) {
      if (Array.isArray(value)) value = value[Number(key)];
      else if (isFields(value) && Object.hasOwn(value, key)) value = value[key];
      else return undefined;
    }
    return asString(value);
  };
}

/** The first of these that the event has. */
export const first =
  (...reads: (string | Read)[]): Read =>
  (event) => {
    for (const read of reads) {
      const found = (typeof read === "string" ? at(read) : read)(event);
      if (found) return found;
    }
    return undefined;
  };

/** The last segment of the ARN or path at a dotted path: `vol-1` of `arn:aws:ec2:eu-west-1:111122223333:volume/vol-1`. */
export const lastSegmentAt = (path: string | Read): Read => {
  const read = typeof path === "string" ? at(path) : path;
  return (event) => lastSegment(read(event));
};

/** All of these that the event has, joined. */
export const joined =
  (separator: string, ...paths: string[]): Read =>
  (event) =>
    paths
      .map((path) => at(path)(event))
      .filter(Boolean)
      .join(separator) || undefined;

/** The node of an event that names no thing. */
export const accountRegion = (event: AwsEvent): string => `${event.account}-${event.region}`;
