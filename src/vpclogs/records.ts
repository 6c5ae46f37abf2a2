import * as z from "zod";
import { lazy } from "../lazy.ts";

const integer = () => z.union([z.int(), z.bigint()]);
const text = () => z.string().exactOptional();
const count = () => integer().exactOptional();
const port = () => z.int().min(0).max(65535).exactOptional();
/** RFC 3339 in UTC; the reference parser takes years past 9999 too. */
const time = () => z.string().regex(/^\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

const flowFields = () => ({
  version: count(),
  account: z
    .string()
    .regex(/^\d{12}$/)
    .exactOptional(),
  interfaceId: text(),
  srcAddr: text(),
  dstAddr: text(),
  srcPort: port(),
  dstPort: port(),
  protocol: count(),
  packets: count(),
  bytes: count(),
  start: time(),
  end: time(),
  action: z.enum(["ACCEPT", "REJECT"]).exactOptional(),
  status: z.enum(["OK", "NODATA", "SKIPDATA"]),
  vpcId: text(),
  subNetId: text(),
  instanceId: text(),
  tcpFlags: count(),
  trafficType: text(),
  pktSrcAddr: text(),
  pktDstAddr: text(),
  region: text(),
  azId: text(),
  sublocationType: text(),
  sublocationId: text(),
  pktSrcAwsService: text(),
  pktDstAwsService: text(),
  flowDirection: text(),
  trafficPath: count(),
});

/** The schema AWS.VPCFlow: a record of {@link FlowRecord}'s shape, built on the first call. */
export const flowRecordSchema = lazy(() => z.strictObject(flowFields()));

/**
 * One line of a VPC flow log under the names of AWS.VPCFlow; a field that AWS writes as `-` is absent. Integers are
 * numbers if that is exact, else bigints; `start` and `end` are RFC 3339 in UTC.
 */
export type FlowRecord = z.infer<ReturnType<typeof flowRecordSchema>>;

/** A line of a Transit Gateway's flow log: not part of AWS.VPCFlow, and distinguished by `resourceType`. */
export const transitGatewayRecordSchema = lazy(() =>
  z.strictObject({
    ...flowFields(),
    resourceType: z.literal("TransitGateway"),
    tgwId: text(),
    tgwAttachmentId: text(),
    tgwSrcVpcAccountId: text(),
    tgwDstVpcAccountId: text(),
    tgwSrcVpcId: text(),
    tgwDstVpcId: text(),
    tgwSrcSubnetId: text(),
    tgwDstSubnetId: text(),
    tgwSrcEni: text(),
    tgwDstEni: text(),
    tgwSrcAzId: text(),
    tgwDstAzId: text(),
    tgwPairAttachmentId: text(),
    packetsLostNoRoute: count(),
    packetsLostBlackhole: count(),
    packetsLostMtuExceeded: count(),
    packetsLostTtlExpired: count(),
  }),
);
export type TransitGatewayRecord = z.infer<ReturnType<typeof transitGatewayRecordSchema>>;

/** The schema AWS.VPCDns, with the fields that AWS has added since, built on the first call. */
export const dnsRecordSchema = lazy(() =>
  z.strictObject({
    version: z.string(),
    account_id: z.string(),
    region: z.string(),
    vpc_id: z.string(),
    query_timestamp: z.iso.datetime({ offset: true }),
    query_name: z.string(),
    query_type: z.string(),
    query_class: z.string(),
    rcode: z.string(),
    answers: z.array(z.strictObject({ Rdata: z.string(), Type: z.string(), Class: z.string() })),
    srcaddr: z.string(),
    srcport: z.string(),
    transport: z.string(),
    srcids: z.strictObject({
      instance: text(),
      "resolver-endpoint": text(),
      resolver_network_interface: text(),
    }),
    firewall_rule_group_id: text(),
    firewall_rule_action: text(),
    firewall_domain_list_id: text(),
    firewall_protection: text(),
  }),
);

/** One Resolver query under the names of AWS.VPCDns, times in RFC 3339. */
export type DnsRecord = z.infer<ReturnType<typeof dnsRecordSchema>>;

declare global {
  interface JSON {
    /** Text that JSON.stringify writes as it is; in Node from version 22 on. */
    rawJSON(text: string): unknown;
  }
}

/** A record as one line of JSON, its bigints as plain digits. */
export const recordLine = (record: object): string =>
  JSON.stringify(record, (_, value: unknown) => (typeof value === "bigint" ? JSON.rawJSON(`${value}`) : value));
