import { arnResource } from "../../arn.ts";
import type { AwsEvent } from "../../event.ts";
import { has } from "./keywords.ts";
import { type Text, tokensOf } from "./texts.ts";

/** What an event is about. */
export interface Thing {
  readonly name: string;
  /** False for the id of a run, which the next event of the kind does not have. */
  readonly stable: boolean;
}

/**
 * What makes one candidate for the thing better than another. Only the differences count: a name beats an id by more
 * than one shared word, a word that the type shares beats a level of depth, and `runId: "<uuid>"` loses to a holder.
 */
const points = {
  /** `widgetName` */
  name: 32,
  /** The first of the event's resources, or what the resource's own fields name. */
  resource: 28,
  /** `widgetId` */
  id: 24,
  /** `widgetArn` */
  arn: 22,
  /** `widget: "red"` in a type about widgets. */
  noun: 18,
  /** `pipeline: "nightly"` in any type. */
  holder: 13,
  /** For each of at most two words that the key shares with the type or the source. */
  shared: 8,
  sharedByNoun: 4,
  sharedByResource: 6,
  /** For each of the event's resources after the first. */
  nextResource: -3,
  /** A `name` or `id` without a word before it may be anybody's. */
  bareName: -4,
  bareId: -14,
  /** `userName`, which is not the thing's. */
  beside: -24,
  /** For each level below the top of the detail. */
  level: -6,
  /** A value that only a program can read. */
  opaque: -10,
  opaqueRun: -18,
} as const;

const maxResources = 5;
const maxName = 150;

/** A UUID, a hash, a long number, a time, or a long token of digits and letters. */
const opaque =
  /^[\da-f]{8}-[\da-f]{4}-|^[\da-f]{20,}$|^\d{10,}$|\d{4}-\d\d-\d\dT|^(?=\S*\d)(?=\S*[A-Za-z])[\w-]{32,}$/i;
/** An address, quoted or bracketed text, several lines, or five words and more: a sentence. */
const noName = /^(?:https?|s3|mailto):|^[\s"'{[(]|[\r\n]|\S\s+\S+\s+\S+\s+\S+\s+\S/;
const noNames = new Set("success succeeded fail failed failure ok yes no true false none null unknown n/a".split(" "));

interface Candidate {
  readonly name: string;
  readonly points: number;
  readonly isRun: boolean;
  /** Whether a short number is its whole name, as a run's is. */
  readonly isNumbered: boolean;
}

/**
 * The thing that an event is about: the best of its resources and of the texts of its detail.
 * @param subject the words of its type and source
 */
export function thingOf(texts: readonly Text[], event: AwsEvent, subject: readonly string[]): Thing | undefined {
  const candidates = [...resources(event, subject), ...texts.flatMap((text) => candidateOf(text, subject) ?? [])];
  const origin = [event.region, event.account, withoutAws(event.source)];
  let best: (Thing & { readonly points: number }) | undefined;
  for (const { name, points: base, isRun, isNumbered } of candidates) {
    if (!isName(name) || origin.includes(name)) continue;
    const isOpaque = opaque.test(name) || (isRun && isNumbered && /\d/.test(name));
    const total = base + (isOpaque ? (isRun ? points.opaqueRun : points.opaque) : 0);
    if (total > (best?.points ?? 0)) best = { name, stable: !(isOpaque && isRun), points: total };
  }
  return best;
}

/** `rds` of `aws.rds`. */
export const withoutAws = (source: string): string => (source.startsWith("aws.") ? source.slice(4) : source);

const isName = (text: string): boolean =>
  text !== "" && text.length <= maxName && !noName.test(text) && !noNames.has(text.toLowerCase());

const resources = (event: AwsEvent, subject: readonly string[]): Candidate[] =>
  event.resources.slice(0, maxResources).map((resource, index) => {
    const kind = tokensOf(segmentsOf(arnResource(resource) ?? "")[0] ?? "");
    return {
      name: readableName(resource),
      points: points.resource + points.nextResource * index + points.sharedByResource * sharedWords(kind, subject),
      isRun: kind.some((token) => has("run", token)),
      isNumbered: false,
    };
  });

function candidateOf({ key, value, depth }: Text, subject: readonly string[]): Candidate | undefined {
  const base = keyPoints(key, subject) + points.level * depth;
  if (base <= 0) return undefined;
  const last = key.at(-1);
  const isNumbered = has("id", last) || last === "number";
  return { name: readableName(value), points: base, isRun: key.some((token) => has("run", token)), isNumbered };
}

function keyPoints(key: readonly string[], subject: readonly string[]): number {
  const last = key.at(-1);
  const noun = key.slice(0, -1);
  const shared = sharedWords(noun.length > 0 ? noun : key, subject);
  if (isResourceKey(key)) return points.resource;
  const beside = noun.some((token) => has("beside", token)) ? points.beside : 0;
  const isBare = noun.length === 0;
  if (has("name", last)) return points.name + points.shared * shared + beside + (isBare ? points.bareName : 0);
  if (has("id", last)) return points.id + points.shared * shared + beside + (isBare ? points.bareId : 0);
  if (has("arn", last)) return points.arn + points.shared * shared + beside;
  if (shared > 0 && !has("attribute", last)) return points.noun + points.sharedByNoun * shared + beside;
  return isBare && has("holder", last) ? points.holder : 0;
}

/** `resourceName`, `resourceArn`; `sourceIdentifier`, as RDS and other databases call what an event is about. */
function isResourceKey(key: readonly string[]): boolean {
  const [first, last] = key;
  if (key.length !== 2) return false;
  if (first === "resource") return has("name", last) || has("id", last) || has("arn", last);
  return first === "source" && (last === "identifier" || has("arn", last));
}

/** How many words, at most two, are of the subject too: `transcription` is one with `transcribe`. */
function sharedWords(tokens: readonly string[], subject: readonly string[]): number {
  const isShared = (token: string): boolean =>
    token.length > 1 &&
    subject.some((word) => word === token || (word.length > 4 && token.slice(0, 5) === word.slice(0, 5)));
  return Math.min(2, tokens.filter(isShared).length);
}

const path = /^[\w.-]+\/[\w./-]+$/;
/** `3`, `v2`, `1.0` */
const version = /^v?\d{1,4}(?:\.\d+)*$/;
/** `50dc6c495c0c9188` */
const hexId = /^[\da-f-]{16,}$/i;

/** The readable part of an ARN or path: `shop` of `…:loadbalancer/app/shop/50dc6c495c0c9188`. */
function readableName(value: string): string {
  const isArn = value.startsWith("arn:");
  const resource = isArn ? arnResource(value) : path.test(value) ? value : undefined;
  if (!resource) return isArn ? "" : value;
  const parts = segmentsOf(resource).filter((part) => part && part !== "*");
  if (parts.length > 2 && version.test(parts.at(-1) ?? "")) parts.pop();
  const last = parts.at(-1) ?? value;
  const before = parts.at(-2);
  const isReadable = parts.length > 2 && before && !opaque.test(parts.at(-3) ?? "") && !opaque.test(before);
  return isReadable && hexId.test(last) ? before : last;
}

const segmentsOf = (resource: string): string[] => resource.replaceAll(":", "/").split("/");
