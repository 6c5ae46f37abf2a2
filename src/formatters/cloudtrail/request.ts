import { arnName, lastSegment } from "../../arn.ts";
import { asString, type Fields, isFields } from "../../event.ts";

// The parameters of an API call, whose spelling AWS leaves to each service: `bucketName`, `Name`, `dBInstanceIdentifier`,
// `instancesSet.items[].instanceId`, `{"content": "fl-1", "tag": 1}`.

/** What stands at a dotted path, keys compared without case, lists walked into; nothing is an empty list. */
export function digAll(value: unknown, path: string): unknown[] {
  let found: unknown[] = [value];
  for (const key of path.split(".")) {
    const folded = key.toLowerCase();
    found = found.filter(isFields).flatMap((fields) => {
      const name = Object.hasOwn(fields, key)
        ? key
        : Object.keys(fields).find((candidate) => candidate.toLowerCase() === folded);
      return name === undefined ? [] : [fields[name]].flat();
    });
  }
  return found.filter((item) => item !== undefined && item !== null);
}

/** The first of what stands at a path. */
export const dig = (value: unknown, path: string): unknown => digAll(value, path)[0];

/** The names at a path: of ARNs what names the thing, of `{"content": …}` the content, without what AWS blanked out. */
export function namesAt(request: Fields, path: string): string[] {
  return digAll(request, path).flatMap((value) => nameOf(isFields(value) ? value.content : value) ?? []);
}

const blanked = /^(?:\*+|HIDDEN_|<sensitiveDataRemoved|‹sensitive)/i;

function nameOf(value: unknown): string | undefined {
  const text = asString(value);
  if (!text || text.length > 300 || blanked.test(text)) return undefined;
  if (/^https:\/\/[\w.-]*sqs?\./.test(text)) return lastSegment(text);
  return arnName(text)?.replace(/^\/(?:hostedzone|healthcheck|change)\//, "");
}

/** A resource of a request and what kind of thing it is: `bucket` for `bucketName`, empty for `name`. */
export interface Target {
  readonly name: string;
  readonly kind: string;
}

/** Parameters that name the thing whatever the call, the more particular ones first. */
const kinds =
  "bucket function table secret key dbinstance dbcluster instance service cluster stack queue queueurl topic stream loggroup role user group policy repository project pipeline loadbalancer targetgroup distribution hostedzone domain autoscalinggroup vpc subnet volume snapshot image rule alarm detector document parameter job environment workload resource target".split(
    " ",
  );

/** `bucket` of `bucketName`; empty of `name` or `id`. */
export const kindOf = (key: string): string =>
  key.toLowerCase().replace(/(?:names?|identifiers?|ids?|arns?|serialnumber)$/, "");

/** Names that change with every run. */
const volatileKinds = new Set(["logstream", "session", "rolesession", "request", "clientrequest", "connection"]);

/**
 * The resource that a call is about, as far as its parameters make that certain: the one named like what the call's
 * name says (`lifecyclePolicy` of `UpdateLifecyclePolicy`), else a well-known one, else plain `name` or `id`.
 */
export function targetOf(request: Fields, noun: string): Target | undefined {
  const named = noun.toLowerCase();
  const found: Target[] = [];
  for (const key of Object.keys(request).slice(0, 100)) {
    const kind = kindOf(key);
    if (volatileKinds.has(kind)) continue;
    const names = namesAt(request, key);
    const [name] = names;
    if (name !== undefined && names.length === 1) found.push({ name, kind });
  }
  const likeNoun = found
    .filter(({ kind }) => kind !== "" && named.includes(kind))
    .sort((one, other) => other.kind.length - one.kind.length);
  const known = found
    .filter(({ kind }) => kinds.includes(kind))
    .sort((one, other) => kinds.indexOf(one.kind) - kinds.indexOf(other.kind));
  const [instance, ...others] = namesAt(request, "instancesSet.items.instanceId");
  const alone = instance && others.length === 0 ? { name: instance, kind: "instance" } : undefined;
  return likeNoun[0] ?? known[0] ?? found.find(({ kind }) => kind === "") ?? alone;
}
