import * as z from "zod";
import { lastSegment } from "../../arn.ts";
import { type AwsEvent, asString, isFields } from "../../event.ts";
import { list, object, text } from "../../grammar/fields.ts";
import { UnexpectedPayload } from "../../grammar/formatter.ts";

/** The schema of the metrics and expressions of an alarm. */
export const metricFields = () =>
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
type Metric = NonNullable<NonNullable<z.infer<ReturnType<typeof metricFields>>>[number]>;

export interface MetricName {
  /** Empty for an expression. */
  readonly namespace: string;
  /** `CPUUtilization`, `p99 Latency`; empty where nothing names it. */
  readonly name: string;
}

/** What an alarm watches and how it is called. */
export interface Alarm {
  readonly name: string;
  /** The monitored thing: the resource, else the alarm. */
  readonly node: string;
  readonly metric: MetricName;
  /** What the metric belongs to, where that is one thing. */
  readonly resource: string | undefined;
  /** The rule of a composite alarm, in words. */
  readonly rule: string | undefined;
}

interface Configuration {
  readonly metrics?: readonly (Metric | undefined)[] | undefined;
  readonly alarmRule?: string | undefined;
}

/** The alarm of an event. @throws {UnexpectedPayload} where it has no name. */
export function alarmOf(
  alarmName: string | undefined,
  configuration: Configuration | undefined,
  event: AwsEvent,
): Alarm {
  const name = alarmName ?? event.resources.find((arn) => arn.includes(":alarm:"))?.split(":alarm:")[1];
  if (!name) throw new UnexpectedPayload("no alarmName");
  const rule = configuration?.alarmRule;
  if (rule) {
    return { name, node: name, metric: { namespace: "", name: "" }, resource: undefined, rule: ruleInWords(rule) };
  }
  const metrics = (configuration?.metrics ?? []).filter((metric) => metric !== undefined);
  const returned = metrics.filter(({ returnData }) => returnData === true);
  const expression = returned.find((metric) => metric.expression && !isBand(metric));
  const shown = expression ?? returned[0] ?? metrics[0];
  const resources = new Set((expression ? metrics : [shown]).map((metric) => resourceOf(metric)).filter(Boolean));
  const resource = resources.size === 1 ? [...resources][0] : undefined;
  return { name, node: resource ?? name, metric: metricOf(shown, metrics), resource, rule: undefined };
}

/** `CPUUtilization of i-0abc`, or the rule of a composite alarm. */
export const watchedOf = ({ metric, resource, rule }: Alarm): string | undefined =>
  rule ?? ([metric.name, resource].filter(Boolean).join(" of ") || undefined);

const isBand = (metric: Metric): boolean => metric.expression?.startsWith("ANOMALY_DETECTION_BAND") ?? false;

/** The name by which people know a metric or an expression. */
function metricOf(shown: Metric | undefined, metrics: readonly Metric[]): MetricName {
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

/** Dimensions that name a part, a kind or a location of a resource rather than the resource. */
const notAResource =
  /^(?:AvailabilityZone|ImageId|InstanceType|Stage|Resource|Operation|Currency|Region|StorageType|FilterId|Role|EngineName|DatabaseClass|device|fstype|path|cpu|interface|name|Class|Type|Service|Metric|Unit|LoadBalancerName|Method|Severity|exe|pid_finder|glossary|objectname|instance)$/;
/** The resource where several dimensions name one inside the other. */
const innermost = ["InstanceId", "DBInstanceIdentifier", "ServiceName", "FunctionName", "TargetGroup", "QueueName"];

function resourceOf(metric: Metric | undefined): string | undefined {
  const given = metric?.metricStat?.metric?.dimensions;
  if (!isFields(given)) return undefined;
  const dimensions = new Map(
    Object.entries(given).flatMap(([key, value]) => {
      const name = asString(value);
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
  if (value.startsWith("arn:")) return lastSegment(value) ?? value;
  return value.match(/^(?:app|net|gwy|targetgroup)\/([^/]+)\/[\da-f]{16}$/)?.[1] ?? value;
}

/** `web-cpu or web-errors` of `ALARM("web-cpu") OR ALARM(arn:…:alarm:web-errors)`. */
const ruleInWords = (rule: string): string =>
  rule
    .slice(0, 2000)
    .replace(/\b(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*"?([^")]+?)"?\s*\)/g, (_, state: string, alarm: string) => {
      const name = alarm.replace(/^arn:.*?:alarm:/, "");
      return state === "ALARM" ? name : `${name} ${state === "OK" ? "OK" : "without data"}`;
    })
    .replace(/\b(?:AND|OR|NOT|TRUE|FALSE)\b/g, (operator) => operator.toLowerCase())
    .trim();
