import { soundsBad } from "../words.ts";
import { has } from "./keywords.ts";
import { type Text, tokensOf } from "./texts.ts";

/** How an event says that the thing is, or what was done to it. */
export interface State {
  readonly value: string;
  /** What was done rather than how it is: `delete`, `order created`. */
  readonly action: boolean;
}

/** A word or a few, at most 40 characters: `TIMED_OUT`, `in progress`. */
const stateValue = /^[A-Za-z][\w -]{1,39}$/;
/** The same, also as a call or a topic, at most 60 characters: `ec2:RunInstances`, `order.created`. */
const actionValue = /^[A-Za-z][\w .:/-]{1,59}$/;
/** A year or another long number, and CloudTrail's `AwsApiCall` and `AwsServiceEvent`: no state. */
const noState = /\d{4}|^aws(?:api|service)/i;
const noStates = new Set(["true", "false", "null", "none", "api", "notification"]);
/** That it ended says less than how. */
const endings = new Set(["complete", "completed", "finished", "done", "ended", "stopped"]);

/** The words that say how it is now, else those that say what was done. */
export function stateOf(texts: readonly Text[]): State | undefined {
  const find = (matches: (key: readonly string[]) => boolean, values: RegExp, maxDepth: number): string | undefined =>
    texts.find(
      ({ key, value, depth }) =>
        depth <= maxDepth && matches(key) && !isFormer(key) && values.test(value) && !isNoState(value),
    )?.value;
  const found = [isWholeState, isState, isResult].flatMap((matches) => find(matches, stateValue, 1) ?? []);
  const value = found.find((text) => !endings.has(text.toLowerCase())) ?? found[0];
  if (value) return { value, action: false };
  const action = find(isAction, actionValue, 1);
  if (action) return { value: withoutNamespace(action), action: true };
  const deeper = find(isState, stateValue, 2);
  return deeper ? { value: deeper, action: false } : undefined;
}

const isFormer = (key: readonly string[]): boolean => key.some((token) => has("former", token));

const isNoState = (value: string): boolean => noState.test(value) || noStates.has(value.toLowerCase());

/** `RunInstances` of `ec2:RunInstances`. */
const withoutNamespace = (action: string): string => action.replace(/^[\w.-]+[:/]/, "");

/** `status`, `newState`, `currentStatusValue` */
function isWholeState(key: readonly string[]): boolean {
  const [last, ...before] = withoutFiller(key, ["value", "name"]).toReversed();
  return has("state", last) && (before.length === 0 || (before.length === 1 && has("latest", before[0])));
}

/** `lockState` too */
const isState = (key: readonly string[]): boolean => has("state", withoutFiller(key, ["value", "name"]).at(-1));

/** `result`, `buildOutcome`, `conclusionCode`, `complianceType` */
const isResult = (key: readonly string[]): boolean =>
  has("result", withoutFiller(key, ["status", "state", "code"]).at(-1)) || key.join(" ") === "compliance type";

/** `action`, `eventName`, `changeType`, `membershipChange` */
function isAction(key: readonly string[]): boolean {
  const [first, second, third] = key;
  if (third !== undefined) return false;
  if (second === undefined) return has("action", first);
  if (second === "name" || second === "type") return has("actionName", first);
  return second === "change" && (has("state", first) || first === "membership");
}

const withoutFiller = (key: readonly string[], fillers: readonly string[]): readonly string[] =>
  key.length > 1 && fillers.includes(key.at(-1) ?? "") ? key.slice(0, -1) : key;

/** Words of a state that speak of a failure, beside those of `soundsBad`. */
const alarming = new Set(["alarm", "critical", "down", "incident", "fatal"]);
const highLevels = new Set("critical fatal error high urgent emergency major p0 p1 sev0 sev1 sev-0 sev-1".split(" "));
const errorKeys = new Set(["error code", "error message", "failure reason", "failure message"]);

/** Whether an event speaks of a failure: its state or its type by their words, else a high level or an error. */
export function hasFailed(subject: string, state: string | undefined, texts: readonly Text[]): boolean {
  const now = tokensOf(state ?? "");
  const isBad = soundsBad(now.join(" ")) ?? soundsBad(tokensOf(subject).join(" "));
  if (isBad !== undefined) return isBad;
  if (now.some((word) => alarming.has(word))) return true;
  return texts.some(
    ({ key, value, depth }) =>
      depth <= 1 &&
      ((isLevelKey(key) && highLevels.has(value.toLowerCase())) || (!state && errorKeys.has(key.join(" ")))),
  );
}

/** `severity`, `alertType` */
const isLevelKey = (key: readonly string[]): boolean =>
  (key.length === 1 && has("level", key[0])) || key.join(" ") === "alert type";
