/**
 * How a column's text is read. A line is malformed where a `port`, `time`, `account`, `action`, `status` or `integer` is
 * invalid; a `loose` value is an integer, and left out where it is not.
 */
export type ColumnKind = "text" | "integer" | "loose" | "port" | "time" | "account" | "action" | "status";

export interface Column {
  /** AWS's name in the header, with hyphens; Parquet and Athena use underscores. */
  readonly aws: string;
  /** The name in a record. */
  readonly name: string;
  readonly kind: ColumnKind;
  /** `schema`: a field of AWS.VPCFlow; `later`: of versions 7 to 11; `gateway`: of Transit Gateway flow logs. */
  readonly of: "schema" | "later" | "gateway";
}

/** The 14 columns of the default format, version 2, in order. */
const defaultNames =
  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";

const kinds: Readonly<Record<string, ColumnKind>> = {
  version: "integer",
  "account-id": "account",
  srcport: "port",
  dstport: "port",
  protocol: "integer",
  packets: "integer",
  bytes: "integer",
  start: "time",
  end: "time",
  action: "action",
  "log-status": "status",
  "tcp-flags": "loose",
  "traffic-path": "loose",
  "encryption-status": "loose",
  "packets-lost-no-route": "loose",
  "packets-lost-blackhole": "loose",
  "packets-lost-mtu-exceeded": "loose",
  "packets-lost-ttl-expired": "loose",
};

/** The names in a record that are not AWS's in camel case. */
const renamed: Readonly<Record<string, string>> = {
  "account-id": "account",
  srcaddr: "srcAddr",
  dstaddr: "dstAddr",
  srcport: "srcPort",
  dstport: "dstPort",
  "log-status": "status",
  "subnet-id": "subNetId",
  type: "trafficType",
  "pkt-srcaddr": "pktSrcAddr",
  "pkt-dstaddr": "pktDstAddr",
};

const camel = (aws: string): string => aws.replace(/-([a-z\d])/g, (_, first: string) => first.toUpperCase());

const columns = (of: Column["of"], names: string): Column[] =>
  names.split(" ").map((aws) => ({ aws, name: renamed[aws] ?? camel(aws), kind: kinds[aws] ?? "text", of }));

/** Every column that AWS documents for versions 2 to 11 and for Transit Gateway, by its name in the header. */
export const columnsByName: ReadonlyMap<string, Column> = new Map(
  [
    ...columns("schema", defaultNames),
    ...columns("schema", "vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr"),
    ...columns("schema", "region az-id sublocation-type sublocation-id"),
    ...columns("schema", "pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path"),
    ...columns("later", "ecs-cluster-arn ecs-cluster-name ecs-container-instance-arn ecs-container-instance-id"),
    ...columns("later", "ecs-container-id ecs-second-container-id ecs-service-name ecs-task-definition-arn"),
    ...columns("later", "ecs-task-arn ecs-task-id reject-reason resource-id encryption-status"),
    ...columns("later", "instance-tag instance-tag-2 interface-tag interface-tag-2 asg-tag asg-tag-2 interface-type"),
    ...columns("later", "next-hop-interface-id next-hop-subnet-id next-hop-az-id next-hop-vpc-id"),
    ...columns("later", "next-hop-interface-type"),
    ...columns("gateway", "resource-type tgw-id tgw-attachment-id tgw-src-vpc-account-id tgw-dst-vpc-account-id"),
    ...columns("gateway", "tgw-src-vpc-id tgw-dst-vpc-id tgw-src-subnet-id tgw-dst-subnet-id tgw-src-eni tgw-dst-eni"),
    ...columns("gateway", "tgw-src-az-id tgw-dst-az-id tgw-pair-attachment-id packets-lost-no-route"),
    ...columns("gateway", "packets-lost-blackhole packets-lost-mtu-exceeded packets-lost-ttl-expired"),
  ].map((column) => [column.aws, column]),
);

/** The columns of the lines below a header. */
export interface Layout {
  /** By position; `undefined` for a name that AWS does not document. */
  readonly columns: readonly (Column | undefined)[];
  /** Position by AWS's name. */
  readonly at: ReadonlyMap<string, number>;
  /** Whether the log is a Transit Gateway's rather than a VPC's. */
  readonly gateway: boolean;
  readonly separator: " " | ",";
}

/**
 * The layout of a header line, or `undefined` for another line. More than half of a header's words are names of columns,
 * separated by spaces as AWS writes them, or by commas as Athena exports them.
 */
export function layoutOf(line: string): Layout | undefined {
  const separator = line.includes(",") ? "," : " ";
  const names = line.split(separator).filter(Boolean);
  return layoutOfNames(names, separator);
}

export function layoutOfNames(names: readonly string[], separator: Layout["separator"] = " "): Layout | undefined {
  const known = names.map((name) => columnsByName.get(name.trim().replaceAll("_", "-")));
  if (known.filter(Boolean).length * 2 <= names.length) return undefined;
  return {
    columns: known,
    at: new Map(known.flatMap((column, position) => (column ? [[column.aws, position] as const] : []))),
    gateway: known.some((column) => column?.of === "gateway"),
    separator,
  };
}

const defaultLayout = layoutOf(defaultNames);

/** The default format, where a file has no header and its first line looks like one of version 2. */
export const headerlessLayout = (line: string): Layout | undefined =>
  /^2 (?:\d+|unknown|-) eni-\S+(?: \S+){10} (?:OK|NODATA|SKIPDATA)\r?$/.test(line) ? defaultLayout : undefined;
