import { type AwsEvent, isFields } from "../../src/event.ts";
import type { Registry } from "../../src/grammar/registry.ts";
import { route } from "../../src/route.ts";
import { sentenceOf } from "../../src/sentence.ts";

/** A value of an event's detail that says how something went or why, and the path to it. */
export interface Verdict {
  readonly path: readonly string[];
  readonly value: string | boolean;
  /** `how` it went: a state, a status, a result. `why`: a reason, a message, a comment. */
  readonly kind: "how" | "why";
}

const suffixes = "(?:code|text|value|name|type|details?|description)?$";
const how = new RegExp(`(?:state|status|statuses|result|outcome|verdict|conclusion|success)${suffixes}`, "i");
const why = new RegExp(`(?:reason|cause|comment|error|exception|failure|message|warning)s?${suffixes}`, "i");
/** Of what was or what is wanted; numbers and names that only sound like a verdict. */
const noVerdict =
  /^(?:old|prev|prior|last|desired|expected|target|initial|original|before)|previous|(?:messageid|messagetype|messageattributes|errorcount|failurecount|stateid|statemachine|reasondata|commentid|onfailure)/i;
/** Where the thing's settings and neighbours are described rather than what happened. */
const aside =
  /^(?:requestParameters|responseElements|userIdentity|tags|configuration|previous\w*|old\w*|prior\w*|before)$/i;
const maxDepth = 4;

/** The values of an event that say how it went. */
export function verdictsOf(event: AwsEvent): Verdict[] {
  const found: Verdict[] = [];
  const walk = (value: unknown, path: readonly string[]): void => {
    const key = (path.findLast((step) => !/^\d+$/.test(step)) ?? "").replace(/[-_ ]/g, "");
    const isText = typeof value === "string" && value.trim() !== "" && value.length < 1000;
    if (isText || typeof value === "boolean") {
      const kind = noVerdict.test(key) ? undefined : why.test(key) ? "why" : how.test(key) ? "how" : undefined;
      if (kind) found.push({ path, value, kind });
    } else if (Array.isArray(value)) {
      if (value.length > 0) walk(value[0], [...path, "0"]);
    } else if (isFields(value) && path.length <= maxDepth) {
      for (const [name, inner] of Object.entries(value)) {
        if (!aside.test(name.replace(/[-_ ]/g, ""))) walk(inner, [...path, name]);
      }
    }
  };
  walk(event.detail, []);
  return found;
}

/** What an operator and the console see of an event, apart from its time. */
export const seen = (event: AwsEvent, registry: Registry): string =>
  JSON.stringify(
    route(event, registry).notices.map((notice) => [
      sentenceOf(notice),
      notice.severity,
      notice.condition,
      notice.noise,
    ]),
  );

/** Other values, of which one must make a difference: an unknown one, and those that end a condition in AWS. */
const others = "Zibbel FAILED SUCCEEDED RESOLVED ARCHIVED SUPPRESSED CLOSED CLEARED".split(" ");

/** The event with another value at a path of its detail. */
export function changed(event: AwsEvent, path: readonly string[], value: unknown): AwsEvent {
  const detail = structuredClone(event.detail) as Record<string, unknown>;
  let target: Record<string, unknown> = detail;
  for (const step of path.slice(0, -1)) target = target[step] as Record<string, unknown>;
  target[path.at(-1) as string] = value;
  return { ...event, detail };
}

/**
 * The values that say how it went, and on which neither the sentence nor the severity nor the condition depends. Of those
 * that say why, one is enough, and only a problem of severity 2 or more needs it.
 */
export function unusedVerdicts(event: AwsEvent, registry: Registry): Verdict[] {
  const before = seen(event, registry);
  const isUnused = ({ path, value }: Verdict): boolean => {
    const values = typeof value === "boolean" ? [!value] : others;
    return values.every((other) => seen(changed(event, path, other), registry) === before);
  };
  const { how = [], why = [] } = Object.groupBy(verdictsOf(event), ({ kind }) => kind);
  const isProblem = route(event, registry).notices.some(({ severity }) => severity > 1);
  const needsReason = isProblem && why.every(isUnused);
  return [...how.filter(isUnused), ...(needsReason ? why : [])];
}
