import type { SentenceParts } from "../../condition.ts";
import { lookUp, words } from "../../grammar/words.ts";
import { visibleLength } from "../../sentence.ts";
import type { Target } from "./request.ts";

const irregular: Readonly<Record<string, string>> = {
  put: "put",
  set: "set",
  reset: "reset",
  stop: "stopped",
  run: "run",
  send: "sent",
  leave: "left",
  tag: "tagged",
  untag: "untagged",
  transfer: "transferred",
  cancel: "cancelled",
  submit: "submitted",
  enrol: "enrolled",
  begin: "started",
  swap: "swapped",
};
const regular = new Set(
  "accept activate add allocate apply approve archive assign associate assume attach authorize change close configure confirm copy create deactivate decrease delete deploy deprecate deregister detach disable disassociate enable encrypt export generate import increase initiate install invite invoke merge modify move pause provision publish purge reboot rebuild recover refresh register reject release remove rename renew replace report request resize restore resume retire retry revoke rotate schedule share start subscribe suspend switch terminate unarchive unassign unsubscribe update upgrade upload".split(
    " ",
  ),
);

/** The past tense as it stands after `was`. */
function pastTense(verb: string): string | undefined {
  if (Object.hasOwn(irregular, verb)) return irregular[verb];
  if (!regular.has(verb)) return undefined;
  if (verb.endsWith("e")) return `${verb}d`;
  return /[^aeiou]y$/.test(verb) ? `${verb.slice(0, -1)}ied` : `${verb}ed`;
}

export interface Action {
  /** `deleted`; absent where the call's name does not begin with a verb that is known. */
  readonly verb: string | undefined;
  /** `DB instance` */
  readonly noun: string;
}

/** What an API call does, from its name: `deleted` and `DB instance` of `DeleteDBInstance`. */
export function actionOf(eventName: string): Action {
  const spaced = eventName.replace(/^Batch(?=[A-Z])/, "").replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2");
  const [verb = "", ...noun] = words(spaced).split(" ");
  return { verb: pastTense(verb.toLowerCase()), noun: spelled(noun.join(" ").replace(/ with .*/, "")) };
}

/** The noun with AWS's own capitals, which a call's name does not tell: `Vpc`, `SecurityHub`. */
const spelled = (noun: string): string =>
  noun
    .replace(
      /\b(acl|api|cors|db|dns|ebs|efs|http|iam|ip|nat|sms|sns|sqs|ssh|ssl|tls|ttl|url|vpc|vpn)(s?)\b/g,
      (_, acronym: string, plural: string) => `${acronym.toUpperCase()}${plural}`,
    )
    .replace(/\bsecurity hub\b/, "Security Hub")
    .replace(/\bauto scaling\b/, "Auto Scaling")
    .replace(/\bopen ID connect\b/, "OpenID Connect");

/** The preposition between what was done and the thing it was done to. */
function preposition(verb: string): string {
  if (/^(?:attached|added|assigned|applied)$/.test(verb)) return "to";
  if (verb === "associated") return "with";
  if (/^(?:detached|removed|deleted|deregistered|disassociated)$/.test(verb)) return "from";
  return verb === "put" || verb === "set" ? "on" : "for";
}

/** The services of nouns that say little alone. */
const brands: Readonly<Record<string, string>> = {
  dynamodb: "DynamoDB",
  ecs: "ECS",
  eks: "EKS",
  events: "EventBridge",
  guardduty: "GuardDuty",
  kms: "KMS",
  shield: "Shield",
};

const branded = (service: string, noun: string): string =>
  Object.hasOwn(brands, service) && /^(?:cluster|detector|key|nodegroup|protection|rule|service|table)s?$/.test(noun)
    ? `${brands[service]} ${noun}`
    : noun;

/** What a call did to what. */
export interface NamedCall {
  readonly service: string;
  readonly call: string;
  /** The resource it was done to. */
  readonly target?: Target | undefined;
  /** The name of what was put on it or removed from it. */
  readonly part?: string | undefined;
}

type Parts = Pick<SentenceParts, "thing" | "name" | "outcome" | "context">;

/**
 * What a call did, as the parts of a sentence: `DB instance` `prod-db` `was deleted`, `Bucket policy` `was put` `on
 * payroll`, `Role policy` `ReadOnlyAccess` `was attached` `to deploy`. Absent where its name does not begin with a known
 * verb or has no noun, or where the sentence would be too long.
 */
export function callParts({ service, call, target, part }: NamedCall): Parts | undefined {
  const { verb, noun } = actionOf(call);
  if (!verb || !noun) return undefined;
  const parts =
    movedParts(verb, noun, target, part) ?? (target ? partsOf(verb, noun, target, part) : { thing: noun, name: part });
  const outcome = `${isPlural(parts.thing) ? "were" : "was"} ${verb}`;
  const thing = branded(service, parts.thing);
  return thing.length + outcome.length < visibleLength ? { ...parts, thing, outcome } : undefined;
}

/** Kinds of resources that a sentence should name with them. */
const kindTexts: Readonly<Record<string, string>> = {
  backupvault: "vault",
  bucket: "bucket",
  cluster: "cluster",
  detector: "detector",
  function: "function",
  key: "key",
  queue: "queue",
  repository: "repository",
  role: "role",
  rule: "rule",
  secret: "secret",
  table: "table",
  topic: "topic",
  user: "user",
};

function partsOf(verb: string, noun: string, target: Target, part: string | undefined): Omit<Parts, "outcome"> {
  const { name, kind } = target;
  if (!part && isNamed(noun, kind) && !noun.endsWith("ing")) return { thing: noun, name };
  if (!part && compact(noun) === `${kind}s`) return { thing: noun.slice(0, -1), name };
  // A bare name says little: `Grant was created for key 1234abcd-…`.
  const kindText = !compact(noun).includes(kind) && lookUp(kindTexts, kind);
  return { thing: noun, name: part, context: [preposition(verb), kindText, name].filter(Boolean).join(" ") };
}

/** `VPC` `from` `hosted zone` of the noun of `DisassociateVPCFromHostedZone`; the account itself where it names no thing. */
function movedParts(
  verb: string,
  noun: string,
  target: Target | undefined,
  part: string | undefined,
): Omit<Parts, "outcome"> | undefined {
  const [, thing, direction, end] = /^(.*?) ?\b(from|to) (.+)$/.exec(noun) ?? [];
  if (!end) return undefined;
  const isThing = thing && target && isNamed(thing, target.kind);
  const holder = isThing ? part : target && isNamed(end, target.kind) ? target.name : undefined;
  return {
    thing: thing || "account",
    name: isThing ? target.name : part,
    context: [verb === "put" ? "on" : direction, end, holder].filter(Boolean).join(" "),
  };
}

const compact = (noun: string): string => noun.toLowerCase().replaceAll(" ", "");

/** Whether a resource of a kind is what the noun names. */
const isNamed = (noun: string, kind: string): boolean => compact(noun).endsWith(kind);

const singular = /(?:[us]s|is|\b(?:alias|cors|dns|https?s|mfa|canvas|aws|tls))$/i;
const isPlural = (noun: string): boolean => noun.endsWith("s") && !singular.test(noun);
