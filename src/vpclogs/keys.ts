/** What an S3 key says of the VPC log behind it. */
export interface LogKey {
  readonly kind: "flow" | "dns";
  /** The account whose network is logged, which need not own the bucket. */
  readonly account: string;
  /** Absent from a Resolver log's key. */
  readonly region?: string;
  /** Of a Resolver log. */
  readonly vpcId?: string;
  /** Of a flow log. */
  readonly flowLogId?: string;
}

/** `AWSLogs/` at the start or after a prefix, then perhaps an organisation's id. */
const root = String.raw`(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?`;
const day = String.raw`\d{4}\/\d{2}\/\d{2}\/(?:\d{2}\/)?`;
const hiveDay = String.raw`year=\d{4}\/month=\d{2}\/day=\d{2}\/(?:hour=\d{2}\/)?`;
const flowFile = String.raw`\d+_vpcflowlogs_[a-z0-9-]+_(?<flowLogId>fl-[A-Za-z0-9]+)_\d{8}T\d{4}Z_[A-Za-z0-9]+\.log(?:\.gz|\.parquet)+$`;
const dnsFile = String.raw`vpc-[A-Za-z0-9]+_vpcdnsquerylogs_\d+_\d{8}T\d{4}Z_[A-Za-z0-9]+\.log\.gz$`;

/** The layouts of flow-logs-s3-path and of Resolver query logging's S3 destination in AWS's guides. */
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
 * What the VPC log at an S3 key is, or `undefined` where the key is none of a VPC log. Takes the key as EventBridge
 * names it or URL-encoded as S3's own notifications do.
 */
export function logKey(key: string): LogKey | undefined {
  const plain = key.includes("%") ? decoded(key) : key;
  for (const { kind, key: pattern } of layouts) {
    const groups = pattern.exec(plain)?.groups;
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
