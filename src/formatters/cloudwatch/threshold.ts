import type { MetricName } from "./alarm.ts";

/** CloudWatch's operators in words. */
export function comparison(operator: string | undefined): string | undefined {
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

/** A threshold with the metric's unit; empty where there is none. */
export function threshold(value: number | undefined, { namespace, name }: MetricName): string {
  if (value === undefined) return "";
  if (!Number.isFinite(value)) return "its threshold";
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
