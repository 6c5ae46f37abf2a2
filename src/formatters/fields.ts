import * as z from "zod";
import { type AwsEvent, type Fields, isFields, text as textOf } from "../event.ts";

// Schemas that never refuse: a field of another type than expected counts as missing, so that one odd value costs its
// clause of the sentence and not the message.

/** A string, trimmed, or a number as written; anything else, and a string that only says that there is none, is absent. */
export const text = z.unknown().transform(asText).optional();
/** A finite number, or a string that holds one. */
export const number = z
  .unknown()
  .transform((value) => {
    const asNumber =
      typeof value === "number" ? value : typeof value === "string" && value.trim() ? Number(value) : NaN;
    return Number.isFinite(asNumber) ? asNumber : undefined;
  })
  .optional();
/** `true`, also where it is written as a string of any case. */
export const flag = z
  .unknown()
  .transform((value) => value === true || (typeof value === "string" && value.toLowerCase() === "true"))
  .optional();

/** An object of which only `shape` is read; where there is none, all its fields are absent. */
export const object = <Shape extends z.ZodRawShape>(shape: Shape) => {
  const schema = z.object(shape);
  return z
    .unknown()
    .transform((value) => schema.parse(isFields(value) ? value : {}))
    .optional();
};

/** An object whose fields nobody can list beforehand. */
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

/** The text of a string or number that says something. */
export function asText(value: unknown): string | undefined {
  return typeof value === "number" && Number.isFinite(value) ? String(value) : textOf(value) || undefined;
}

/** Reads one text out of an event. */
export type Read = (event: AwsEvent) => string | undefined;

/** The text at a dotted path such as `detail.container.reason` or `resources.0`; keys may hold spaces, not dots. */
export function at(path: string): Read {
  const keys = path.split(".");
  return (event) => {
    let value: unknown = event;
    for (const key of keys) {
      if (Array.isArray(value)) value = value[Number(key)];
      else if (isFields(value) && Object.hasOwn(value, key)) value = value[key];
      else return undefined;
    }
    return asText(value);
  };
}

/** The first of these that is there. */
export const first =
  (...reads: (string | Read)[]): Read =>
  (event) => {
    for (const read of reads) {
      const found = (typeof read === "string" ? at(read) : read)(event);
      if (found) return found;
    }
    return undefined;
  };

/** The last part of an ARN or path: `vol-1` of `arn:aws:ec2:eu-west-1:111122223333:volume/vol-1`. */
export const tail = (path: string | Read): Read => {
  const read = typeof path === "string" ? at(path) : path;
  return (event) => lastPart(read(event));
};

/** All of these that are there, joined. */
export const joined =
  (separator: string, ...paths: string[]): Read =>
  (event) =>
    paths
      .map((path) => at(path)(event))
      .filter(Boolean)
      .join(separator) || undefined;

/** What stands after the last `/` or `:` of an ARN, a path or a name. */
export function lastPart(arn: string | undefined): string | undefined {
  if (!arn) return undefined;
  const trimmed = arn.replace(/[/:]+$/, "");
  return trimmed.slice(Math.max(trimmed.lastIndexOf("/"), trimmed.lastIndexOf(":")) + 1).trim() || undefined;
}

/** The resource part of an ARN: `function:orders` of `arn:aws:lambda:eu-west-1:111122223333:function:orders`. */
export function arnResource(arn: string | undefined): string | undefined {
  if (!arn?.startsWith("arn:")) return undefined;
  return arn.split(":").slice(5).join(":").trim() || undefined;
}

/** The name in an ARN, path included, without the kind of resource: `prod/db` of `arn:…:secret:prod/db`; other text as it is. */
export function arnName(arn: string | undefined): string | undefined {
  const resource = arnResource(arn);
  if (!resource) return arn;
  if (/^arn:[\w-]+:s3:::/.test(arn ?? "")) return resource;
  const name = resource.replace(/^[\w-]+[:/](?=.)/, "").replace(/:\*$/, "");
  // Secrets Manager puts six characters of its own behind the names in its ARNs.
  return /^arn:[\w-]+:secretsmanager:/.test(arn ?? "") ? name.replace(/-[A-Za-z\d]{6}$/, "") : name;
}

/** What a condition without a thing of its own is about: the account in its region. */
export const place = (event: AwsEvent): string => `${event.account}-${event.region}`;
