import * as z from "zod";
import { condition, note } from "../condition.ts";
import { type AwsEvent, isFields } from "../event.ts";
import type { ProblemSeverity } from "../notice.ts";
import { asText, lastPart, list, number, object, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { clause } from "./words.ts";

const metricFields = () =>
  list(
    object({
      metricStat: object({
        metric: object({ name: text, namespace: text, dimensions: z.unknown().optional() }),
        stat: text,
      }),
      expression: text,
      label: text,
      returnData: z.unknown().optional(),
    }),
  );
const stateFields = () =>
  object({ value: text, reason: text, reasonData: text, actionsSuppressedBy: text, timestamp: text });
type Metric = NonNullable<NonNullable<z.infer<ReturnType<typeof metricFields>>>[number]>;

/** What an alarm watches and how it is called. */
interface Alarm {
  readonly name: string;
  /** The resource that is watched. */
  readonly node: string;
  /** `CPUUtilization of i-0abc`; for a composite alarm its rule in words. */
  readonly watched: string | undefined;
  readonly composite: boolean;
  /** The last part of the metric's name, which tells its unit. */
  readonly metric: { readonly namespace: string; readonly name: string };
}

interface Configuration {
  readonly metrics?: readonly (Metric | undefined)[] | undefined;
  readonly alarmRule?: string | undefined;
  readonly description?: string | undefined;
}

// Severity 1 is a grade of an alarm, since OK ends a muted alarm too.
const alarmRaised = condition("cloudwatch:alarm", {
  grades: {
    5: "critical, P1 or `[sev:5]` in the alarm's tag `severity`, its description or its name",
    4: "P2 there, or none stated",
    3: "P3",
    2: "P4",
    1: "P5, or muted or suppressed",
  },
  ends: "OK of the same alarm, or its deletion",
});
const contributorRaised = condition("cloudwatch:alarm", {
  grades: {
    4: "one below the alarm's own: of a P1 alarm",
    3: "of a P2 alarm or one of no stated severity",
    2: "of a P3 alarm",
    1: "of a P4 or P5 alarm, or muted",
  },
  ends: "OK of the same contributor",
});
const contributorGrade = { 5: 4, 4: 3, 3: 2, 2: 1, 1: 1 } as const;

export const cloudwatch = () =>
  [
    formatter({
      source: "aws.cloudwatch",
      detailType: "CloudWatch Alarm State Change",
      means: "An alarm is in alarm, is OK again or has too little data",
      conditions: [alarmRaised],
      detail: () =>
        z.object({
          alarmName: text,
          alarmTags: z.unknown().optional(),
          muteDetail: z.unknown().optional(),
          state: stateFields(),
          previousState: stateFields(),
          configuration: object({ metrics: metricFields(), alarmRule: text, description: text }),
        }),
      format: (detail, event) => {
        const alarm = alarmOf(detail.alarmName, detail.configuration, event);
        const { value, reason, reasonData } = detail.state ?? {};
        if (!value) throw new UnexpectedPayload("no state.value");
        const steering = alarm.name.startsWith("TargetTracking-");
        const quiet = steering || Boolean(detail.state?.actionsSuppressedBy) || isFields(detail.muteDetail);
        const owners = severityOf(detail.alarmTags, detail.configuration?.description, alarm.name);
        const common = {
          of: alarm.name,
          node: alarm.node,
          noise: steering ? ("target-tracking" as const) : undefined,
          link: linkOf(event, alarm.name),
        };
        switch (value.toUpperCase()) {
          case "ALARM":
            return alarmRaised.raise(quiet ? 1 : owners, {
              ...common,
              summary: alarmed(alarm, reason, reasonData) + (quiet && !steering ? ", muted" : ""),
            });
          case "OK": {
            const initial =
              detail.previousState?.value?.toUpperCase() === "INSUFFICIENT_DATA" &&
              detail.previousState.reason?.startsWith("Unchecked: Initial");
            return alarmRaised.clear({
              ...common,
              noise: common.noise ?? (initial ? ("progress" as const) : undefined),
              summary: recovered(alarm),
            });
          }
          default:
            return note("cloudwatch:alarm", {
              ...common,
              of: `${alarm.name}:${value.toLowerCase()}`,
              summary: watchedIs(alarm, "without enough data to judge", "has not enough data to judge"),
            });
        }
      },
    }),
    formatter({
      source: "aws.cloudwatch",
      detailType: "CloudWatch Alarm Contributor State Change",
      means: "One of the series that an alarm watches is in alarm or OK again",
      conditions: [contributorRaised],
      detail: () =>
        z.object({
          alarmName: text,
          alarmTags: z.unknown().optional(),
          alarmContributor: object({ id: text, attributes: z.unknown().optional() }),
          muteDetail: z.unknown().optional(),
          state: stateFields(),
          configuration: object({ metrics: metricFields(), alarmRule: text, description: text }),
        }),
      format: (detail, event) => {
        const parent = alarmOf(detail.alarmName, detail.configuration, event);
        const { value, reason, reasonData } = detail.state ?? {};
        if (!value) throw new UnexpectedPayload("no state.value");
        const series = Object.values(
          isFields(detail.alarmContributor?.attributes) ? detail.alarmContributor.attributes : {},
        )
          .flatMap((attribute) => asText(attribute) ?? [])
          .slice(0, 3)
          .join(", ");
        const alarm = {
          ...parent,
          node: series || parent.node,
          watched: [parent.metric.name || "A series", series].filter(Boolean).join(" of "),
        };
        const muted = isFields(detail.muteDetail);
        const owners = severityOf(detail.alarmTags, detail.configuration?.description, alarm.name);
        const common = {
          of: `${alarm.name}:contributor:${detail.alarmContributor?.id ?? series}`,
          node: alarm.node,
          link: linkOf(event, alarm.name),
        };
        if (value.toUpperCase() === "OK") return contributorRaised.clear({ ...common, summary: recovered(alarm) });
        if (value.toUpperCase() === "ALARM") {
          const summary = alarmed(alarm, reason, reasonData) + (muted ? ", muted" : "");
          return contributorRaised.raise(muted ? 1 : contributorGrade[owners], { ...common, summary });
        }
        return note("cloudwatch:alarm", {
          ...common,
          of: `${common.of}:${value.toLowerCase()}`,
          summary: watchedIs(alarm, "without enough data to judge", "has not enough data to judge"),
        });
      },
    }),
    formatter({
      source: "aws.cloudwatch",
      detailType: "CloudWatch Alarm Configuration Change",
      means: "An alarm was created, changed or deleted",
      // A deleted alarm cannot go back to OK. No configuration raises one.
      conditions: [{ ...alarmRaised, grades: {} }],
      detail: () =>
        z.object({
          alarmName: text,
          operation: text,
          configuration: object({
            metrics: metricFields(),
            alarmRule: text,
            description: text,
            alarmName: text,
            threshold: number,
            comparisonOperator: text,
            actionsEnabled: z.unknown().optional(),
          }),
        }),
      format: (detail, event) => {
        const { configuration, operation } = detail;
        if (!operation) throw new UnexpectedPayload("no operation");
        const alarm = alarmOf(detail.alarmName ?? configuration?.alarmName, configuration, event);
        const common = {
          node: alarm.node,
          noise: alarm.name.startsWith("TargetTracking-") ? ("target-tracking" as const) : undefined,
        };
        if (operation.toLowerCase() === "delete") {
          return alarmRaised.clear({
            ...common,
            of: alarm.name,
            summary: `Alarm ${alarm.name} was deleted${alarm.watched ? `; it watched ${alarm.watched}` : ""}`,
          });
        }
        const compared = comparison(configuration?.comparisonOperator);
        const goal = compared && `${compared} ${threshold(configuration?.threshold, alarm.metric)}`.trim();
        const rule = [alarm.watched, alarm.composite ? "in alarm" : goal].filter(Boolean).join(" ");
        const changed = operation.toLowerCase() === "create" ? "created" : `${operation.toLowerCase()}d`;
        return note("cloudwatch:alarm-config", {
          ...common,
          of: `${alarm.name}:${operation.toLowerCase()}`,
          link: linkOf(event, alarm.name),
          summary:
            `Alarm ${alarm.name} was ${changed}` +
            (rule ? `; it watches for ${rule}` : "") +
            (configuration?.actionsEnabled === false ? ", with its actions switched off" : ""),
        });
      },
    }),
  ].flat();

const linkOf = (event: AwsEvent, name: string): string =>
  consoleLink(event.region, "cloudwatch/home", `#alarmsV2:alarm/${name}`);

function alarmOf(alarmName: string | undefined, configuration: Configuration | undefined, event: AwsEvent): Alarm {
  const name = alarmName ?? event.resources.find((arn) => arn.includes(":alarm:"))?.split(":alarm:")[1];
  if (!name) throw new UnexpectedPayload("no alarmName");
  const rule = configuration?.alarmRule;
  if (rule) {
    return { name, node: name, watched: ruleInWords(rule), composite: true, metric: { namespace: "", name: "" } };
  }
  const metrics = (configuration?.metrics ?? []).filter((metric) => metric !== undefined);
  const returned = metrics.filter(({ returnData }) => returnData === true);
  const expression = returned.find((metric) => metric.expression && !isBand(metric));
  const shown = expression ?? returned[0] ?? metrics[0];
  const resources = new Set((expression ? metrics : [shown]).map((metric) => resourceOf(metric)).filter(Boolean));
  const resource = resources.size === 1 ? [...resources][0] : undefined;
  const metric = metricOf(shown, metrics);
  const watched = [metric.name, resource].filter(Boolean).join(" of ") || undefined;
  return { name, node: resource ?? name, watched, composite: false, metric };
}

const isBand = (metric: Metric): boolean => metric.expression?.startsWith("ANOMALY_DETECTION_BAND") ?? false;

/** The name by which people know a metric or an expression. */
function metricOf(shown: Metric | undefined, metrics: readonly Metric[]): Alarm["metric"] {
  const stat = shown?.metricStat?.stat;
  const metric = shown?.metricStat?.metric;
  if (metric?.name) {
    const percentile = stat && /^(?:p|tm|tc|ts|wm)\d/.test(stat) ? `${stat} ` : "";
    return { namespace: metric.namespace ?? "", name: percentile + metric.name };
  }
  if (shown?.label) return { namespace: "", name: shown.label };
  const query = shown?.expression?.match(/^\s*SELECT\s+(\w+)\((?:"([^"]+)"|([\w.-]+))\)/i);
  if (query) return { namespace: "", name: query[2] ?? query[3] ?? "" };
  const parts = [...new Set(metrics.map(({ metricStat }) => metricStat?.metric?.name).filter(Boolean))].slice(0, 3);
  return { namespace: "", name: parts.length > 0 ? `The combination of ${parts.join(" and ")}` : "" };
}

/** Dimensions that name a part, a kind or a place of a resource rather than the resource. */
const notAResource =
  /^(?:AvailabilityZone|ImageId|InstanceType|Stage|Resource|Operation|Currency|Region|StorageType|FilterId|Role|EngineName|DatabaseClass|device|fstype|path|cpu|interface|name|Class|Type|Service|Metric|Unit|LoadBalancerName|Method|Severity|exe|pid_finder|glossary|objectname|instance)$/;
/** The resource where several dimensions name one inside the other. */
const innermost = ["InstanceId", "DBInstanceIdentifier", "ServiceName", "FunctionName", "TargetGroup", "QueueName"];

function resourceOf(metric: Metric | undefined): string | undefined {
  const given = metric?.metricStat?.metric?.dimensions;
  if (!isFields(given)) return undefined;
  const dimensions = new Map(
    Object.entries(given).flatMap(([key, value]) => {
      const name = asText(value);
      return name ? [[key, name] as const] : [];
    }),
  );
  const billing = metric?.metricStat?.metric?.namespace === "AWS/Billing";
  const key =
    innermost.find((name) => dimensions.has(name)) ??
    [...dimensions.keys()].find((name) => billing || !notAResource.test(name)) ??
    (dimensions.has("LoadBalancerName") ? "LoadBalancerName" : undefined);
  const value = key && dimensions.get(key);
  if (!value || key === "Currency") return undefined;
  const path = dimensions.get("path");
  return readable(value) + (path ? ` ${path}` : "");
}

/** `web` of `app/web/50dc6c495c0c9188` and of `targetgroup/web/943f017f100becff`; the last part of an ARN. */
function readable(value: string): string {
  if (value.startsWith("arn:")) return lastPart(value) ?? value;
  return value.match(/^(?:app|net|gwy|targetgroup)\/([^/]+)\/[\da-f]{16}$/)?.[1] ?? value;
}

/** `web-cpu or web-errors` of `ALARM("web-cpu") OR ALARM(arn:…:alarm:web-errors)`. */
const ruleInWords = (rule: string): string =>
  clause(
    "",
    rule
      .slice(0, 2000)
      .replace(/\b(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*"?([^")]+?)"?\s*\)/g, (_, state: string, alarm: string) => {
        const name = alarm.replace(/^arn:.*?:alarm:/, "");
        return state === "ALARM" ? name : `${name} ${state === "OK" ? "OK" : "without data"}`;
      })
      .replace(/\b(?:AND|OR|NOT|TRUE|FALSE)\b/g, (operator) => operator.toLowerCase())
      .trim(),
    200,
  );

/** The end of a sentence that began with what is watched, and which alarm says so. */
function watchedIs(alarm: Alarm, state: string, otherwise: string): string {
  if (!alarm.watched || alarm.composite) {
    return `Alarm ${alarm.name} ${otherwise}${alarm.watched ? clause(": ", alarm.watched, 200) : ""}`;
  }
  return `${alarm.watched} ${verb(alarm.metric.name)} ${state} (alarm ${alarm.name})`;
}

const recovered = (alarm: Alarm): string =>
  alarm.composite ? `Alarm ${alarm.name} is OK again` : watchedIs(alarm, "back to normal", "is OK again");

const verb = (metric: string): string => (/(?:[^s]|^)s$/.test(metric) && !/(?:us|is)$/.test(metric) ? "are" : "is");

/** Why an alarm is in alarm, out of CloudWatch's reason, whose numbers and times must not reach a summary. */
function alarmed(alarm: Alarm, reason: string | undefined, reasonData: string | undefined): string {
  if (alarm.composite || !alarm.watched) return watchedIs(alarm, "", "is in alarm");
  if (!reason) return watchedIs(alarm, "in alarm", "is in alarm");
  if (/no datapoints were received/i.test(reason))
    return watchedIs(alarm, "without data, which counts as breaching", "");
  const bands = [/less than the lower threshold/i.test(reason), /greater than the upper threshold/i.test(reason)];
  if (bands[0] || bands[1]) {
    return watchedIs(
      alarm,
      bands[0] === bands[1] ? "outside its expected range" : `${bands[0] ? "below" : "above"} its expected range`,
      "",
    );
  }
  const compared = /(greater|less) than (or equal to )?the threshold/i.exec(reason);
  if (!compared) return watchedIs(alarm, "in alarm", "");
  const operator =
    compared[1]?.toLowerCase() === "greater" ? (compared[2] ? "at least" : "above") : compared[2] ? "at most" : "below";
  const limit =
    /the threshold \((-?[\d.]+(?:E-?\d+)?)\)/i.exec(reason)?.[1] ??
    /"threshold":(-?[\d.E-]+)/i.exec(reasonData ?? "")?.[1];
  return watchedIs(
    alarm,
    `${operator} ${threshold(limit === undefined ? undefined : Number(limit), alarm.metric)}`.trim(),
    "",
  );
}

/** CloudWatch's operators in words. */
function comparison(operator: string | undefined): string | undefined {
  switch (operator) {
    case "GreaterThanThreshold":
      return "above";
    case "GreaterThanOrEqualToThreshold":
      return "at least";
    case "LessThanThreshold":
      return "below";
    case "LessThanOrEqualToThreshold":
      return "at most";
    case "GreaterThanUpperThreshold":
      return "above its expected range";
    case "LessThanLowerThreshold":
      return "below its expected range";
    case "LessThanLowerOrGreaterThanUpperThreshold":
      return "outside its expected range";
    default:
      return undefined;
  }
}

type Unit = (value: number) => string;
const rounded: Unit = (value) => String(Number(value.toPrecision(6)));
const seconds: Unit = (value) => `${rounded(value)} s`;
const milliseconds: Unit = (value) => `${rounded(value)} ms`;

/** Units of AWS's own metrics, by namespace (empty for any) and name, from the services' lists of metrics. */
const units: readonly (readonly [namespace: RegExp, metric: RegExp, unit: Unit])[] = [
  [/^/, /Utilization$|Percent(?:age)?$|_percent$|^BurstBalance$/, (value) => `${rounded(value)}%`],
  [/^/, /(?:^|_)bytes|Bytes$|StorageSpace$|^FreeableMemory$|^SwapUsage$|^Network(?:In|Out)$/, bytes],
  [/Lambda$/, /^Duration$|IteratorAge$/, milliseconds],
  [/ApiGateway$|DynamoDB$/, /Latency$/, milliseconds],
  [
    /RDS$|EBS$|ApplicationELB$|SQS$/,
    /^(?:Read|Write)Latency$|^TargetResponseTime$|^ReplicaLag$|AgeOfOldestMessage$/,
    seconds,
  ],
  [/^/, /Milliseconds$/, milliseconds],
];

function threshold(value: number | undefined, { namespace, name }: Alarm["metric"]): string {
  if (value === undefined || !Number.isFinite(value)) return value === undefined ? "" : "its threshold";
  const metric = name.replace(/^\S+ (?=\S)/, "");
  const unit = units.find(([of, named]) => of.test(namespace) && named.test(metric))?.[2] ?? rounded;
  return unit(value);
}

function bytes(value: number): string {
  const [base, names] =
    value % 1024 === 0
      ? ([1024, ["bytes", "KiB", "MiB", "GiB", "TiB"]] as const)
      : ([1000, ["bytes", "kB", "MB", "GB", "TB"]] as const);
  const step = Math.min(names.length - 1, Math.max(0, Math.floor(Math.log(Math.abs(value) || 1) / Math.log(base))));
  return `${Number((value / base ** step).toPrecision(3))} ${names[step]}`;
}

const byWord: Readonly<Record<string, ProblemSeverity>> = {
  critical: 5,
  major: 4,
  high: 4,
  minor: 3,
  medium: 3,
  warning: 2,
  low: 2,
  info: 1,
  informational: 1,
};
const priority = (level: string): ProblemSeverity => (6 - Number(level)) as ProblemSeverity;

/**
 * The severity an alarm's owner gave it: a tag `severity` (1 to 5 on the console's scale, P1 to P5, or a word such as
 * critical), else `[sev:4]` or `P2` in the description, else in the name; 4 without one.
 */
export function severityOf(tags: unknown, description: string | undefined, name: string): ProblemSeverity {
  const tag = Object.entries(isFields(tags) ? tags : {}).find(([key]) => key.toLowerCase() === "severity")?.[1];
  const tagged = String(typeof tag === "string" || typeof tag === "number" ? tag : "")
    .trim()
    .toLowerCase();
  if (/^[1-5]$/.test(tagged)) return Number(tagged) as ProblemSeverity;
  if (/^p[1-5]$/.test(tagged)) return priority(tagged.slice(1));
  if (Object.hasOwn(byWord, tagged)) return byWord[tagged] ?? 4;
  for (const label of [description, name]) {
    const level = label?.match(/\[sev(?:erity)?[:= ]\s*([1-5])\]/i)?.[1];
    if (level) return Number(level) as ProblemSeverity;
    const token = label?.match(/(?<![A-Za-z\d.])P([1-5])(?![A-Za-z\d]|\.\w)/)?.[1];
    if (token) return priority(token);
  }
  return 4;
}
