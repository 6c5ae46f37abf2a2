/** A VPC log, as its S3 key describes it. */
export interface LogKey {
  readonly kind: "flow" | "dns";
  /** The account of the logged network, which may not own the bucket. */
  readonly account: string;
  /** Absent from a Resolver log's key. */
  readonly region?: string;
  /** Of a Resolver log. */
  readonly vpcId?: string;
  /** Of a flow log. */
  readonly flowLogId?: string;
}

/** `AWSLogs/` at the start or after a prefix, with an optional organisation id. */
const root = String.raw`(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?`;
const day = String.raw`\d{4}\/\d{2}\/\d{2}\/(?:\d{2}\/)?`;
const hiveDay = String.raw`year=\d{4}\/month=\d{2}\/day=\d{2}\/(?:hour=\d{2}\/)?`;
const flowFile = String.raw`\d+_vpcflowlogs_[a-z0-9-]+_(?<flowLogId>fl-[A-Za-z0-9]+)_\d{8}T\d{4}Z_[A-Za-z0-9]+\.log(?:\.gz|\.parquet)+$`;
const dnsFile = String.raw`vpc-[A-Za-z0-9]+_vpcdnsquerylogs_\d+_\d{8}T\d{4}Z_[A-Za-z0-9]+\.log\.gz$`;

/** The layouts in AWS's guides: flow-logs-s3-path, and the S3 destination of Resolver query logging. */
const layouts: readonly { readonly kind: LogKey["kind"]; readonly key: RegExp }[] = [
  {
    kind: "flow",
    key: new RegExp(String.raw`${root}(?<account>\d{12})\/vpcflowlogs\/(?<region>[a-z0-9-]+)\/${day}${flowFile}`),
  },
  {
    kind: "flow",
    key: new RegExp(
      String.raw`${root}aws-account-id=(?<account>\d{12})\/aws-service=vpcflowlogs\/aws-region=(?<region>[a-z0-9-]+)\/${hiveDay}${flowFile}`,
    ),
  },
  {
    kind: "dns",
    key: new RegExp(
      String.raw`${root}(?<account>\d{12})\/vpcdnsquerylogs\/(?<vpcId>vpc-[A-Za-z0-9]+)\/${day}${dnsFile}`,
    ),
  },
];

/**
 * The VPC log at an S3 key; `undefined` for any other key. The key may be URL-encoded, as in S3's own notifications, or
 * not, as in EventBridge's.
 */
export function logKey(key: string): LogKey | undefined {
  const path = key.includes("%") ? decoded(key) : key;
  for (const { kind, key: pattern } of layouts) {
    const groups = pattern.exec(path)?.groups;
    if (groups) return { kind, ...groups } as LogKey;
  }
  return undefined;
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
