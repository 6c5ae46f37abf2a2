import { type AwsEvent, isFields } from "../event.ts";
import type { Notice } from "../notice.ts";
import { arnResource, asText, place } from "./fields.ts";
import { clause, predicate, slug, soundsBad, words } from "./words.ts";

/**
 * What can be said of an event whose type has no formatter: which thing it is about, what state it is in, and whether
 * that sounds like a failure (severity 2) or not (1). Looks at a bounded part of the detail, however large it is.
 */
export function fallback(event: AwsEvent): Notice {
  const subject = subjectOf(event.detailType);
  const texts = textsOf(event.detail);
  const thing = thingOf(texts, event, tokensOf(`${subject} ${event.source.replace(/^aws\./, "")}`));
  const state = stateOf(texts);
  const failed = hasFailed(subject, state?.value, texts);
  const why = failed || !state || state.action ? reasonOf(texts, failed ? 2 : 1) : undefined;
  return {
    node: thing?.stable ? thing.name : place(event),
    summary: `${sentenceOf(event.detailType, subject, thing?.name, state, why)} (${sourceOf(event.source)})`,
    severity: failed ? 2 : 1,
    condition: [
      "other",
      event.source,
      slug(event.detailType) || event.detailType,
      thing?.stable && thing.name,
      state && slug(state.value),
    ]
      .filter(Boolean)
      .join(":"),
  };
}

/** `EC2 Instance` of `EC2 Instance State-change Notification`. */
function subjectOf(detailType: string): string {
  const ending = /[- ]?(?:(?:state|status)[- ]?changed?|state)?(?: notification| event| alert)?$/i;
  return detailType.slice(0, 200).replace(ending, "").trim() || detailType;
}

/** A partner's own name, since its source goes on with the customer's names. */
const sourceOf = (source: string): string => /^aws\.partner\/([^/]+)/.exec(source)?.[1] ?? source;

function sentenceOf(
  detailType: string,
  subject: string,
  thing: string | undefined,
  state: State | undefined,
  why: string | undefined,
): string {
  const named = thing && !mentions(detailType, thing) ? thing : undefined;
  const reason = clause(": ", why?.replace(/[{}]/g, ""), 120);
  const news = state && newsOf(state, subject);
  if (!state || !news) return [state ? subject : detailType, named].filter(Boolean).join(reason ? " " : ": ") + reason;
  const what = [subject, named].filter(Boolean).join(" ");
  const said = predicate(news);
  const clumsy = state.action || (/^is \S+ /.test(said) && !/^is (?:in|not) /.test(said)) || /^(?:not|no) /.test(news);
  return (clumsy ? `${what}: ${news}` : `${what} ${said}`) + reason;
}

/** Whether a name stands in a text as a word of its own. */
const mentions = (text: string, name: string): boolean =>
  ` ${tokensOf(text).join(" ")} `.includes(` ${tokensOf(name).join(" ") || name} `) ||
  (name.length > 3 && text.includes(name));

/** The state's words that the subject has not said already. */
function newsOf({ value }: State, subject: string): string {
  const known = tokensOf(subject);
  const tokens = tokensOf(value);
  const news = tokens.filter(
    (token) => !known.some((word) => word === token || (token.length > 4 && word.startsWith(token))),
  );
  return /^(?:not?|in|is)?$/.test(news.join(" ")) && news.length > 0 ? tokens.join(" ") : news.join(" ");
}

interface Text {
  /** The words of the key; those of the one above it before a bare `name`, `id` or `status`. */
  readonly tokens: readonly string[];
  readonly value: string;
  readonly depth: number;
}

const mostNodes = 3000;
const mostTexts = 400;
const mostKeys = 300;
const deepest = 4;

const tokensOf = (name: string): string[] =>
  words(name.slice(0, 200).replace(/[^A-Za-z\d]+/g, " "))
    .toLowerCase()
    .split(" ")
    .filter(Boolean);

/** Who did it and from where is not what it is about. */
const beside =
  /^(?:useridentity|requestcontext|tags?|requester|geo\w*|location|address|client|actor|caller|principal|headers?|parameters?|old\w*|prev\w*|prior\w*|before)$/i;
/** What `false` says of itself: that it failed. */
const verdict = /^(?:is_?)?(?:success(?:ful)?|succeeded|ok|healthy|passed)$/i;
const bare = /^(?:value|name|id|arn|key|identifier|status|state|type|result|code)$/i;

/** The short strings of the detail, the upper levels first. */
function textsOf(detail: object): Text[] {
  const texts: Text[] = [];
  let level: { above: readonly string[]; value: unknown }[] = [{ above: [], value: detail }];
  let nodes = 0;
  for (let depth = 0; depth <= deepest && level.length > 0; depth++) {
    const below: typeof level = [];
    for (const { above, value } of level) {
      let keys = 0;
      for (const key in value as object) {
        if (!Object.hasOwn(value as object, key)) continue;
        if (++keys > mostKeys || ++nodes > mostNodes || texts.length >= mostTexts) break;
        const inner: unknown = (value as Record<string, unknown>)[key];
        const listed = Array.isArray(value);
        const tokens = listed ? above : bare.test(key) ? [...above, ...tokensOf(key)] : tokensOf(key);
        if (typeof inner === "string") {
          const text = inner.length <= 400 ? asText(inner) : undefined;
          if (text) texts.push({ tokens, value: text, depth });
        } else if (inner === false && verdict.test(key)) {
          texts.push({ tokens: ["result"], value: "failed", depth });
        } else if (typeof inner === "number" && /^(?:id|number|code)$/.test(tokens.at(-1) ?? "")) {
          texts.push({ tokens, value: String(inner), depth });
        } else if ((isFields(inner) && !beside.test(key.replace(/[^a-z\d]/gi, ""))) || Array.isArray(inner)) {
          below.push({ above: listed ? above : tokens, value: inner });
        }
      }
    }
    level = below;
  }
  return texts;
}

interface Thing {
  readonly name: string;
  /** Not an id that the next event of the kind will not have. */
  readonly stable: boolean;
}

/** Words of keys that name who did it, in which run, or AWS's own coordinates. */
const notTheThing =
  /^(?:request|event|correlation|message|transaction|session|trace|communication|account|user|owner|role|version|attendee|parent|client|trigger|trail|region|host|display|kms|key|subnet|security|vpc|image|principal|caller|log|token|type|format|field|schema|product|company|provider|generator|rule|previous|old|source|managed|display|first|last|sequence|change|replay|delivery|webhook)$/;
const runs =
  /^(?:job|anomaly|execution|run|operation|command|invocation|query|upload|build|deployment|step|refresh|scan|contact|meeting|call|activity|attempt|request|session|message|transaction|event|report|import|export|notification|change|finding|insight|recommendation)$/;
const idLike =
  /^[\da-f]{8}-[\da-f]{4}-|^[\da-f]{20,}$|^\d{10,}$|\d{4}-\d\d-\d\dT|^(?=\S*\d)(?=\S*[A-Za-z])[\w-]{32,}$/i;
const notAName = /^(?:https?|s3|mailto):|^[\s"'{[(]|[\r\n]|\S\s+\S+\s+\S+\s+\S+\s+\S/;

function thingOf(texts: readonly Text[], event: AwsEvent, subject: readonly string[]): Thing | undefined {
  const service = event.source.replace(/^aws\./, "");
  let best: (Thing & { score: number }) | undefined;
  const consider = (name: string, score: number, run: boolean, numbered = false): void => {
    if (!name || name.length > 150 || notAName.test(name)) return;
    if (/^(?:success|succeeded|fail(?:ed|ure)|ok|yes|no|true|false|none|null|unknown|n\/a)$/i.test(name)) return;
    if (name === event.region || name === event.account || name === service) return;
    const id = idLike.test(name) || (run && numbered && /\d/.test(name));
    const points = score - (id ? (run ? 18 : 10) : 0);
    if (points > (best?.score ?? 0)) best = { name, stable: !(id && run), score: points };
  };
  for (const [index, resource] of event.resources.slice(0, 5).entries()) {
    const kind = tokensOf(arnResource(resource)?.split(/[/:]/)[0] ?? "");
    consider(
      nameOf(resource),
      28 - 3 * index + 6 * kin(kind, subject),
      kind.some((token) => runs.test(token)),
    );
  }
  for (const { tokens, value, depth } of texts) {
    const score = keyScore(tokens, subject) - 6 * depth;
    if (score > 0)
      consider(
        nameOf(value),
        score,
        tokens.some((token) => runs.test(token)),
        /^(?:id|identifier|number)$/.test(tokens.at(-1) ?? ""),
      );
  }
  return best;
}

/** How many of the words, at most two, are of the subject too: `transcription` is kin to `transcribe`. */
function kin(tokens: readonly string[], subject: readonly string[]): number {
  const near = (token: string) =>
    token.length > 1 &&
    subject.some((word) => word === token || (word.length > 4 && token.slice(0, 5) === word.slice(0, 5)));
  return Math.min(2, tokens.filter(near).length);
}

function keyScore(tokens: readonly string[], subject: readonly string[]): number {
  const ending = tokens.at(-1) ?? "";
  const noun = tokens.slice(0, -1);
  const related = kin(noun.length > 0 ? noun : tokens, subject);
  // RDS and its like call what an event is about its source.
  if (/^(?:source (?:identifier|arn)|resource (?:name|id|identifier|arn))$/.test(tokens.join(" "))) return 28;
  const other = noun.some((token) => notTheThing.test(token)) ? 24 : 0;
  switch (ending) {
    case "name":
    case "slug":
      return 32 + 8 * related - other - (noun.length === 0 ? 4 : 0);
    case "id":
    case "identifier":
      return 24 + 8 * related - other - (noun.length === 0 ? 14 : 0);
    case "arn":
      return 22 + 8 * related - other;
    default:
      return related > 0 &&
        !/^(?:state|status|type|version|time|date|reason|message|severity|result|detail|description|change|event|source|action|alert)$/.test(
          ending,
        )
        ? 18 + 4 * related - other
        : noun.length === 0 &&
            /^(?:service|project|application|app|hostname|cluster|pipeline|repository|queue|table)$/.test(ending)
          ? 13
          : 0;
  }
}

/** The readable part of an ARN or path: `shop` of `…:loadbalancer/app/shop/50dc6c495c0c9188`. */
function nameOf(value: string): string {
  const arn = value.startsWith("arn:");
  const resource = arn ? arnResource(value) : /^[\w.-]+\/[\w./-]+$/.test(value) ? value : undefined;
  if (!resource) return arn ? "" : value;
  const parts = resource.split(/[/:]/).filter((part) => part && part !== "*");
  if (parts.length > 2 && /^v?\d{1,4}(?:\.\d+)*$/.test(parts.at(-1) ?? "")) parts.pop();
  const last = parts.at(-1) ?? value;
  const before = parts.at(-2);
  const readable = parts.length > 2 && before && !idLike.test(parts.at(-3) ?? "") && !idLike.test(before);
  return readable && /^[\da-f-]{16,}$/i.test(last) ? before : last;
}

interface State {
  readonly value: string;
  /** What was done rather than how it is: `delete`, `order created`. */
  readonly action: boolean;
}

const anyState = /(?:^| )(?:state|status)(?: value| name)?$/;
const stateKeys = [
  /^(?:new |current |updated )?(?:state|status)(?: value| name)?$/,
  anyState,
  /^(?:.* )?(?:result|outcome|conclusion|lifecycle)(?: status| state| code)?$|^(?:alert )?transition$|compliance type$/,
];
const actionKeys =
  /^(?:(?:state|status|membership) change|operation|action|event|(?:event|change|detail|activity) (?:name|type))$/;
const notAState = /\b(?:old|previous|prior|last|desired|target|expected|country)\b/;
const stateWords = /^[A-Za-z][\w -]{1,39}$/;
const actionWords = /^[A-Za-z][\w .:/-]{1,59}$/;
const noState = /\d{4}|^(?:true|false|null|none|api|notification|aws(?:api|service)\w+)$/i;

/** The words that say how it is now, else those that say what was done. */
function stateOf(texts: readonly Text[]): State | undefined {
  const find = (keys: RegExp, values: RegExp, deepest: number): string | undefined =>
    texts.find(({ tokens, value, depth }) => {
      const key = tokens.join(" ");
      return depth <= deepest && keys.test(key) && !notAState.test(key) && values.test(value) && !noState.test(value);
    })?.value;
  const found = stateKeys.flatMap((keys) => find(keys, stateWords, 1) ?? []);
  // That it ended says less than how.
  const value = found.find((said) => !/^(?:completed?|finished|done|ended|stopped)$/i.test(said)) ?? found[0];
  if (value) return { value, action: false };
  const action = find(actionKeys, actionWords, 1);
  if (action) return { value: action.replace(/^[\w.-]+[:/]/, ""), action: true };
  const deeper = find(anyState, stateWords, 2);
  return deeper ? { value: deeper, action: false } : undefined;
}

const reasonKeys =
  /^(?:error|reason|cause|summary|(?:\w+ )?(?:message|title|subject|description)|(?:failure|state|status) reason)$/;

/** A sentence of the event's own, where nothing in it changes with the clock. */
const reasonOf = (texts: readonly Text[], deepest: number): string | undefined =>
  texts.find(
    ({ tokens, value, depth }) =>
      depth <= deepest &&
      reasonKeys.test(tokens.join(" ")) &&
      /\S\s+\S/.test(value) &&
      !/^(?:\{\s*"|\[\s*[{"])|\d{4}-\d\d-\d\d|\d\d:\d\d/.test(value),
  )?.value;

const failureOfState = /\b(?:alarm|critical|down|incident|fatal)\b/;

function hasFailed(subject: string, state: string | undefined, texts: readonly Text[]): boolean {
  const now = state ? tokensOf(state).join(" ") : "";
  const type = tokensOf(subject).join(" ");
  const heard = [soundsBad(now), soundsBad(type)];
  if (heard.includes(false)) return false;
  if (heard.includes(true) || failureOfState.test(now)) return true;
  return texts.some(({ tokens, value, depth }) => {
    if (depth > 1) return false;
    const key = tokens.join(" ");
    return (
      (/^(?:severity|level|priority|urgency|alert type)$/.test(key) &&
        /^(?:critical|fatal|error|high|urgent|emergency|major|p[01]|sev-?[01])$/i.test(value)) ||
      (!state && /^(?:error (?:code|message)|failure (?:reason|message))$/.test(key))
    );
  });
}
