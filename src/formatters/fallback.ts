import { type AwsEvent, isFields } from "../event.ts";
import type { Notice } from "../notice.ts";
import { lastPart, place } from "./fields.ts";
import { predicate, slug, words } from "./words.ts";

/**
 * What can be said of an event whose type has no formatter: which thing it is about, what state it is in, and whether
 * that sounds like a failure (severity 2) or not (1).
 */
export function fallback(event: AwsEvent): Notice {
  const texts = textsOf(event.detail);
  const thing = thingOf(texts, event.resources);
  const state = stateOf(texts);
  const failed = soundsFailed(event.detailType) || (state !== undefined && soundsFailed(state));
  const subject = event.detailType.replace(
    /[- ]?(?:(?:state|status)[- ]?changed?)?(?: notification| event| alert)?$/i,
    "",
  );
  const said = [subject || event.detailType, thing, state && predicate(state)].filter(Boolean).join(" ");
  return {
    node: thing ?? place(event),
    summary: `${said} (${event.source})`,
    severity: failed ? 2 : 1,
    condition: ["other", event.source, slug(event.detailType), thing, state && slug(state)].filter(Boolean).join(":"),
  };
}

interface Text {
  /** The key without case and separators. */
  readonly key: string;
  readonly value: string;
}

const mostTexts = 200;

/** The strings of the detail, of its upper two levels first. */
function textsOf(detail: object): Text[] {
  const texts: Text[] = [];
  let level: [string, unknown][] = Object.entries(detail);
  for (let depth = 0; depth < 3 && texts.length < mostTexts; depth++) {
    const below: [string, unknown][] = [];
    for (const [key, value] of level.slice(0, mostTexts)) {
      if (typeof value === "string" && value.trim() && value.length <= 300) {
        texts.push({ key: key.toLowerCase().replace(/[^a-z\d]/g, ""), value: value.trim() });
      } else if (isFields(value) && !/^(?:useridentity|requestcontext|tags?|metadata|requester)$/i.test(key)) {
        for (const [inner, innerValue] of Object.entries(value).slice(0, mostTexts)) {
          below.push([/^(?:value|name|id|arn)$/i.test(inner) ? `${key}${inner}` : inner, innerValue]);
        }
      }
    }
    level = below;
  }
  return texts;
}

/** Keys of what is not the thing: who did it, in which run, and AWS's own coordinates. */
const notTheThing =
  /(?:request|event|execution|run|invocation|correlation|message|transaction|session|trace|communication|meeting|account|user|caller|principal|owner|role|version|attendee|call|parent|client|trigger)(?:name|id|identifier|arn)$|^(?:id|userid|awsregion|region|eventname|hostname|displayname)$/;
const endings = [/name$/, /(?:identifier|id)$/, /arn$/];
const volatile = /^[\da-f]{8}-[\da-f]{4}-|^\d{10,}$|\d{4}-\d\d-\d\dT/i;

function thingOf(texts: readonly Text[], resources: readonly string[]): string | undefined {
  for (const ending of endings) {
    const found = texts.find(({ key, value }) => ending.test(key) && !notTheThing.test(key) && !volatile.test(value));
    if (found) return lastPart(found.value);
  }
  const resource = resources.find((arn) => arn.includes(":"));
  return (
    lastPart(resource ?? resources[0]) ??
    lastPart(texts.find(({ key }) => /id$/.test(key) && !notTheThing.test(key))?.value)
  );
}

const stateKeys = [
  /^(?:new|current)?(?:state|status)(?:value|name)?$/,
  /(?:state|status)$/,
  /^(?:result|outcome)$/,
  /^event(?:type)?$/,
];
const notAState = /^(?:old|previous|prior|last|desired|compliance)/;

function stateOf(texts: readonly Text[]): string | undefined {
  for (const keys of stateKeys) {
    const found = texts.find(
      ({ key, value }) => keys.test(key) && !notAState.test(key) && /^[A-Za-z][\w -]{1,39}$/.test(value),
    );
    if (found) return found.value;
  }
  return undefined;
}

const failure =
  /\b(?:fail(?:ed|ure|ures|s|ing)?|errors?|fault(?:ed)?|timed out|timeout|denied|abort(?:ed)?|unhealthy|unavailable|degraded|impaired|expired|revoked|rejected|disconnected|offline|unreachable|stalled|unsuccessful|lost|crashed|deactivated|deauthorized|throttled|incompatible|inaccessible)\b/;

const soundsFailed = (name: string): boolean => {
  const said = words(name);
  return failure.test(said) && !/\b(?:no|non|without|zero) (?:fail|error|fault)/.test(said);
};
