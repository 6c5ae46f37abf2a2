import type { DnsRecord } from "../../src/vpclogs/index.ts";

/** A query as Resolver logs it, with some fields changed. */
export const query = (fields: Partial<DnsRecord>): DnsRecord => ({
  version: "1.100000",
  account_id: "123456789012",
  region: "us-east-1",
  vpc_id: "vpc-0a",
  query_timestamp: "2024-02-03T04:05:06Z",
  query_name: "www.example.com.",
  query_type: "A",
  query_class: "IN",
  rcode: "NOERROR",
  answers: [{ Rdata: "203.0.113.9", Type: "A", Class: "IN" }],
  srcaddr: "10.0.0.5",
  srcport: "40000",
  transport: "UDP",
  srcids: { instance: "i-0a" },
  ...fields,
});
