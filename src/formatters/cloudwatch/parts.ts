import type { SentenceParts } from "../../condition.ts";
import { visibleLength } from "../../sentence.ts";
import { type Alarm, watchedOf } from "./alarm.ts";
import { threshold } from "./threshold.ts";

interface State {
  readonly value?: string | undefined;
  readonly reason?: string | undefined;
  readonly reasonData?: string | undefined;
}

/** How an alarm's state is put into words, of the metric and of the alarm itself. */
interface Wording {
  /** `above 80%` */
  readonly metric: string;
  /** `is in alarm` */
  readonly alarm: string;
  readonly reason?: string | undefined;
}

/** The sentence of an alarm in alarm: `CPUUtilization of i-0abc is above 80% (alarm web)`. */
export function inAlarm(alarm: Alarm, state: State | undefined, isMuted: boolean): SentenceParts {
  if (alarm.rule) {
    const trigger = triggerOf(state?.reason);
    const reason = trigger && trigger !== alarm.rule ? `${trigger} triggered it; rule: ${alarm.rule}` : alarm.rule;
    return alarmIs(alarm, { metric: "", alarm: "is in alarm", reason }, isMuted);
  }
  const wording = breachOf(alarm, state);
  return watchedIs(alarm, { ...wording, alarm: "is in alarm" }, isMuted);
}

/** The sentence of an alarm that is OK. */
export const isOk = (alarm: Alarm): SentenceParts =>
  watchedIs(alarm, { metric: "back to normal", alarm: "is OK again" });

/** The sentence of an alarm in INSUFFICIENT_DATA. */
export const isUndecided = (alarm: Alarm): SentenceParts =>
  watchedIs(alarm, {
    metric: "without enough data",
    alarm: "is without enough data",
    reason: alarm.rule,
  });

/**
 * The metric is the subject, with its resource where the outcome then stays visible. A metric whose own name is too long
 * for that leaves the subject to the alarm.
 */
function watchedIs(alarm: Alarm, wording: Wording, isMuted = false): SentenceParts {
  const watched = watchedOf(alarm);
  if (!watched || alarm.rule) return alarmIs(alarm, wording, isMuted);
  const outcome = `${isPlural(alarm.metric.name) ? "are" : "is"} ${wording.metric}`;
  const source = `(alarm ${alarm.name}${isMuted ? ", muted" : ""})`;
  const { reason } = wording;
  if (isVisible(watched, outcome)) return { thing: watched, outcome, context: source, reason };
  if (alarm.resource && isVisible(alarm.metric.name, outcome)) {
    return { thing: alarm.metric.name, outcome, context: `on ${alarm.resource} ${source}`, reason };
  }
  const explained = [`${watched} ${outcome}`, reason].filter(Boolean).join("; ");
  return alarmIs(alarm, { ...wording, reason: explained }, isMuted);
}

const isVisible = (thing: string, outcome: string): boolean =>
  thing !== "" && `${thing} ${outcome}`.length <= visibleLength;

const alarmIs = ({ name }: Alarm, { alarm: outcome, reason }: Wording, isMuted: boolean): SentenceParts => ({
  thing: "Alarm",
  name,
  outcome,
  context: isMuted ? ", muted" : undefined,
  reason,
});

const isPlural = (metric: string): boolean => /[^s]s$/.test(metric) && !/(?:us|is|series)$/.test(metric);

/** `shop-5xx is in alarm` of `arn:…:alarm:shop-5xx transitioned to ALARM at Sunday 07 June, 2026`. */
const triggerOf = (reason: string | undefined): string | undefined =>
  /:alarm:(.+?) transitioned to ALARM\b/.exec(reason ?? "")?.[1];

/** Why a metric is in alarm, out of CloudWatch's reason without its readings and times. */
function breachOf(alarm: Alarm, { reason = "", reasonData }: State = {}): Pick<Wording, "metric" | "reason"> {
  if (/no datapoints were received/i.test(reason)) {
    return { metric: "without data", reason: "missing data counts as breaching" };
  }
  const isBelow = /less than the lower threshold/i.test(reason);
  const isAbove = /greater than the upper threshold/i.test(reason);
  if (isBelow || isAbove) {
    return { metric: `${isBelow === isAbove ? "outside" : isBelow ? "below" : "above"} its expected range` };
  }
  const compared = /(greater|less) than (or equal to )?the threshold/i.exec(reason);
  // A reason without a threshold is what a person or a program gave to SetAlarmState.
  if (!compared) return { metric: "in alarm", reason: /threshold|datapoint/i.test(reason) ? undefined : reason };
  const isGreater = compared[1]?.toLowerCase() === "greater";
  const operator = compared[2] ? (isGreater ? "at least" : "at most") : isGreater ? "above" : "below";
  const limit =
    /the threshold \((-?[\d.]+(?:E-?\d+)?)\)/i.exec(reason)?.[1] ??
    /"threshold":(-?[\d.E-]+)/i.exec(reasonData ?? "")?.[1];
  return { metric: `${operator} ${threshold(limit === undefined ? undefined : Number(limit), alarm.metric)}`.trim() };
}
