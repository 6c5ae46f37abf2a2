import { condition, type Notice, note } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { accountRegion } from "./fields.ts";
import { reasonOf } from "./finder/reason.ts";
import { hasFailed, type State, stateOf } from "./finder/state.ts";
import { textsOf, tokensOf } from "./finder/texts.ts";
import { thingOf, withoutAws } from "./finder/thing.ts";
import { predicate, slug, soundsBad } from "./words.ts";

/** What the fallback raises: events whose types have no formatter. */
export const unlisted = condition("other", { grades: { 2: "its state, its type or its level speak of a failure" } });

/**
 * What can be stated of an event whose type has no formatter: which thing it is about, what state it is in, and whether
 * that sounds like a failure (severity 2) or not (1). Reads a bounded part of the detail, however large it is.
 */
export function fallback(event: AwsEvent): Notice {
  const subject = subjectOf(event.detailType);
  const texts = textsOf(event.detail);
  const thing = thingOf(texts, event, tokensOf(`${subject} ${withoutAws(event.source)}`));
  const state = stateOf(texts);
  const isFailure = hasFailed(subject, state?.value, texts);
  const hasReason = isFailure || !state || state.action;
  const key = [event.source, slug(event.detailType) || event.detailType, thing?.stable && thing.name];
  const statement = {
    of: [...key, state && slug(state.value)].filter(Boolean).join(":"),
    node: thing?.stable ? thing.name : accountRegion(event),
    ...partsOf(event.detailType, subject, state),
    name: thing && !mentions(event.detailType, thing.name) ? thing.name : undefined,
    reason: hasReason ? reasonOf(texts, isFailure ? 2 : 1) : undefined,
    actor: { via: sourceOf(event.source) },
  };
  return isFailure ? unlisted.raise(2, statement) : note(unlisted.name, statement);
}

/** `EC2 Instance` of `EC2 Instance State-change Notification`: a type without what says that it is an event. */
function subjectOf(detailType: string): string {
  const ending = /[- ]?(?:(?:state|status)[- ]?changed?|state)?(?: notification| event| alert)?$/i;
  return detailType.slice(0, 200).replace(ending, "").trim() || detailType;
}

/** Of a partner, only its own name: the customer's names come after it. */
function sourceOf(source: string): string {
  const [kind, partner] = source.split("/");
  return kind === "aws.partner" && partner ? partner : source;
}

/** The thing and the outcome: from the state, else from the type; a type that is no sentence is the thing alone. */
function partsOf(detailType: string, subject: string, state: State | undefined): { thing: string; outcome: string } {
  if (!state) return outcomeInType(detailType) ?? { thing: detailType, outcome: "" };
  const text = newWords(state.value, subject);
  if (!text) return outcomeInType(subject) ?? { thing: subject, outcome: "" };
  return { thing: subject, outcome: state.action || !isPredicate(text) ? `: ${text}` : predicate(text) };
}

/** Whether a state's words read well as a predicate: `is running`, `is in review`; not `is waiting for review`. */
function isPredicate(text: string): boolean {
  if (["no", "not"].includes(text.split(" ")[0] ?? "")) return false;
  const [verb, word, more] = predicate(text).split(" ");
  return verb !== "is" || word === "in" || more === undefined;
}

/** Failures that do not read well after `is`. */
const nouns = new Set("breach crash errors failures fails faults outage violation".split(" "));

/** `Foo Import` and `failed` of `Foo Import Failed`, `foo.import.failed` or `FooImportFailed`. */
function outcomeInType(detailType: string): { thing: string; outcome: string } | undefined {
  const [, thing, apart, joined] = /^(.*?)(?:[\s._-]+([A-Za-z][a-z]+)|([A-Z][a-z]+))$/.exec(detailType) ?? [];
  const word = (apart ?? joined ?? "").toLowerCase();
  const isOutcome = (word.endsWith("ed") && !word.endsWith("eed")) || (soundsBad(word) && !nouns.has(word));
  return thing && isOutcome ? { thing, outcome: predicate(word) } : undefined;
}

/** Whether a name stands in a text as a word of its own. */
const mentions = (text: string, name: string): boolean =>
  ` ${tokensOf(text).join(" ")} `.includes(` ${tokensOf(name).join(" ") || name} `) ||
  (name.length > 3 && text.includes(name));

/** The state's words that the subject does not have already; all of them where the rest alone says nothing. */
function newWords(state: string, subject: string): string {
  const known = tokensOf(subject);
  const tokens = tokensOf(state);
  const fresh = tokens.filter(
    (token) => !known.some((word) => word === token || (token.length > 4 && word.startsWith(token))),
  );
  const saysNothing = fresh.length === 1 && ["no", "not", "in", "is"].includes(fresh[0] ?? "");
  return (saysNothing ? tokens : fresh).join(" ");
}
