import * as z from "zod";
import { condition, type Notice, note, type ProblemSeverity, type Statement } from "../condition.ts";
import { type AwsEvent, asString, isFields } from "../event.ts";
import { number, object, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { consoleLink } from "../grammar/links.ts";
import { type Alarm, alarmOf, metricFields, watchedOf } from "./cloudwatch/alarm.ts";
import { inAlarm, isOk, isUndecided } from "./cloudwatch/parts.ts";
import { severityOf, severityTag } from "./cloudwatch/severity.ts";
import { comparison, threshold } from "./cloudwatch/threshold.ts";

const source = "aws.cloudwatch";

const stateFields = () => object({ value: text, reason: text, reasonData: text, actionsSuppressedBy: text });

const alarmFields = () => ({
  alarmName: text,
  alarmTags: z.unknown().optional(),
  muteDetail: z.unknown().optional(),
  state: stateFields(),
  configuration: object({ metrics: metricFields(), alarmRule: text, description: text }),
});

const alarmCondition = condition("cloudwatch:alarm", {
  grades: {
    5: `critical, P1 or \`[sev:5]\` in the alarm's tag \`${severityTag}\`, its description or its name`,
    4: "P2 there, or none stated",
    3: "P3",
    2: "P4",
  },
  ends: "OK of the same alarm, or its deletion",
});
/** The same condition as the documents print it for a contributor: one grade below the alarm's own. */
const contributorCondition = {
  ...alarmCondition,
  grades: {
    4: "one below the alarm's own: of a P1 alarm",
    3: "of a P2 alarm or one of no stated severity",
    2: "of a P3 alarm",
  },
  ends: "OK of the same contributor",
};
const contributorGrade = { 5: 4, 4: 3, 3: 2, 2: 1, 1: 1 } as const;

/** Severity 1, of a P5 or a muted alarm, has the alarm's own identity: OK ends it too. */
const raise = (grade: ProblemSeverity, statement: Statement): Notice =>
  grade === 1 ? note(alarmCondition.name, statement) : alarmCondition.raise(grade, statement);

const linkOf = (event: AwsEvent, name: string): string =>
  consoleLink(event.region, "cloudwatch/home", `#alarmsV2:alarm/${name}`);

/** An alarm that only steers auto scaling. */
const isTargetTracking = ({ name }: Alarm): boolean => name.startsWith("TargetTracking-");

const alarmState = () =>
  formatter({
    source,
    detailType: "CloudWatch Alarm State Change",
    means: "An alarm is in alarm (severity 1 if P5, muted or suppressed), is OK again or has too little data",
    conditions: [alarmCondition],
    detail: () => z.object({ ...alarmFields(), previousState: stateFields() }),
    format: ({ alarmName, alarmTags, muteDetail, state, previousState, configuration }, event) => {
      const alarm = alarmOf(alarmName, configuration, event);
      if (!state?.value) throw new UnexpectedPayload("no state.value");
      const steers = isTargetTracking(alarm);
      const fields = {
        of: alarm.name,
        node: alarm.node,
        noise: steers ? ("target-tracking" as const) : undefined,
        link: linkOf(event, alarm.name),
      };
      switch (state.value.toUpperCase()) {
        case "ALARM": {
          const isMuted = Boolean(state.actionsSuppressedBy) || isFields(muteDetail);
          const grade = steers || isMuted ? 1 : severityOf(alarmTags, configuration?.description, alarm.name);
          return raise(grade, { ...fields, ...inAlarm(alarm, state, isMuted && !steers) });
        }
        case "OK": {
          const isFirst =
            previousState?.value?.toUpperCase() === "INSUFFICIENT_DATA" &&
            previousState.reason?.startsWith("Unchecked: Initial");
          const noise = fields.noise ?? (isFirst ? ("progress" as const) : undefined);
          return alarmCondition.clear({ ...fields, ...isOk(alarm), noise });
        }
        default:
          return note("cloudwatch:alarm", {
            ...fields,
            ...isUndecided(alarm),
            of: `${alarm.name}:${state.value.toLowerCase()}`,
          });
      }
    },
  });

/** `orders, eu-west-1a`: the values of the attributes that tell a contributor from others. */
const seriesOf = (attributes: unknown): string =>
  Object.values(isFields(attributes) ? attributes : {})
    .flatMap((attribute) => asString(attribute) ?? [])
    .slice(0, 3)
    .join(", ");

const contributorState = () =>
  formatter({
    source,
    detailType: "CloudWatch Alarm Contributor State Change",
    means: "One of the series that an alarm watches is in alarm or OK again",
    conditions: [contributorCondition],
    detail: () =>
      z.object({ ...alarmFields(), alarmContributor: object({ id: text, attributes: z.unknown().optional() }) }),
    format: ({ alarmName, alarmTags, alarmContributor, muteDetail, state, configuration }, event) => {
      const parent = alarmOf(alarmName, configuration, event);
      if (!state?.value) throw new UnexpectedPayload("no state.value");
      const series = seriesOf(alarmContributor?.attributes);
      const alarm = {
        ...parent,
        node: series || parent.node,
        metric: { ...parent.metric, name: parent.metric.name || "A series" },
        resource: series || undefined,
      };
      const of = `${alarm.name}:contributor:${alarmContributor?.id ?? series}`;
      const fields = { of, node: alarm.node, link: linkOf(event, alarm.name) };
      switch (state.value.toUpperCase()) {
        case "ALARM": {
          const isMuted = isFields(muteDetail);
          const grade = contributorGrade[severityOf(alarmTags, configuration?.description, alarm.name)];
          return raise(isMuted ? 1 : grade, { ...fields, ...inAlarm(alarm, state, isMuted) });
        }
        case "OK":
          return alarmCondition.clear({ ...fields, ...isOk(alarm) });
        default:
          return note("cloudwatch:alarm", {
            ...fields,
            ...isUndecided(alarm),
            of: `${of}:${state.value.toLowerCase()}`,
          });
      }
    },
  });

const alarmConfiguration = () =>
  formatter({
    source,
    detailType: "CloudWatch Alarm Configuration Change",
    means: "An alarm was created, changed or deleted",
    // A deleted alarm cannot go back to OK. No configuration raises one.
    conditions: [{ ...alarmCondition, grades: {} }],
    detail: () =>
      z.object({
        alarmName: text,
        operation: text,
        configuration: object({
          metrics: metricFields(),
          alarmRule: text,
          alarmName: text,
          threshold: number,
          comparisonOperator: text,
          actionsEnabled: z.unknown().optional(),
        }),
      }),
    format: ({ alarmName, operation, configuration }, event) => {
      if (!operation) throw new UnexpectedPayload("no operation");
      const alarm = alarmOf(alarmName ?? configuration?.alarmName, configuration, event);
      const watched = watchedOf(alarm);
      const fields = {
        node: alarm.node,
        noise: isTargetTracking(alarm) ? ("target-tracking" as const) : undefined,
        thing: "Alarm",
        name: alarm.name,
      };
      const done = operation.toLowerCase();
      if (done === "delete") {
        return alarmCondition.clear({
          ...fields,
          of: alarm.name,
          outcome: "was deleted",
          reason: watched && `it watched ${watched}`,
        });
      }
      const operator = comparison(configuration?.comparisonOperator);
      const limit = operator && `${operator} ${threshold(configuration?.threshold, alarm.metric)}`.trim();
      const goal = [watched, alarm.rule ? "in alarm" : limit].filter(Boolean).join(" ");
      return note("cloudwatch:alarm-config", {
        ...fields,
        of: `${alarm.name}:${done}`,
        link: linkOf(event, alarm.name),
        outcome: `was ${done === "create" ? "created" : `${done}d`}`,
        context: configuration?.actionsEnabled === false ? "with its actions switched off" : undefined,
        reason: goal && `it watches for ${goal}`,
      });
    },
  });

export const cloudwatch = () => [alarmState(), contributorState(), alarmConfiguration()].flat();
