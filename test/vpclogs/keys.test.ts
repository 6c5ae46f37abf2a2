import { expect, test } from "vitest";
import { logKey } from "../../src/vpclogs/index.ts";

const account = "210987654321";
const flowFile = `${account}_vpcflowlogs_eu-west-1_fl-0abc_20240203T0405Z_1a2b3c4d.log.gz`;
const flow = { kind: "flow", account, region: "eu-west-1", flowLogId: "fl-0abc" };
const dns = { kind: "dns", account, vpcId: "vpc-0abc" };
const hive = `aws-account-id=${account}/aws-service=vpcflowlogs/aws-region=eu-west-1/year=2024/month=02/day=03`;
const dnsPath = `AWSLogs/${account}/vpcdnsquerylogs/vpc-0abc/2024/02/03/vpc-0abc_vpcdnsquerylogs_${account}_20240203T0405Z_1a2b3c4d.log.gz`;

test.each([
  [`AWSLogs/${account}/vpcflowlogs/eu-west-1/2024/02/03/${flowFile}`, flow],
  [`some/prefix/AWSLogs/${account}/vpcflowlogs/eu-west-1/2024/02/03/04/${flowFile}`, flow],
  [`AWSLogs/o-a1b2c3d4e5/${account}/vpcflowlogs/eu-west-1/2024/02/03/${flowFile}`, flow],
  [`AWSLogs/${hive}/${flowFile}`, flow],
  [`AWSLogs/${hive}/hour=04/${flowFile.replace(".log.gz", ".log.parquet")}`, flow],
  [encodeURIComponent(`AWSLogs/${hive}/hour=04/${flowFile}`), flow],
  [dnsPath, dns],
  [`prefix/${dnsPath}`, dns],
  [`AWSLogs/o-a1b2c3d4e5/${dnsPath.slice("AWSLogs/".length)}`, dns],
])("%s is a log", (key, expected) => {
  expect(logKey(key)).toStrictEqual(expected);
});

test.each([
  `AWSLogs/${account}/vpcflowlogs/eu-west-1/2024/02/03/${flowFile}.tmp`,
  `OtherAWSLogs/${account}/vpcflowlogs/eu-west-1/2024/02/03/${flowFile}`,
  `AWSLogs/${account}/CloudTrail/eu-west-1/2024/02/03/${account}_CloudTrail_eu-west-1_20240203T0405Z_x.json.gz`,
  `AWSLogs/${account}/elasticloadbalancing/eu-west-1/2024/02/03/${account}_elasticloadbalancing_x.log.gz`,
  `AWSLogs/${account}/vpcflowlogs/eu-west-1/2024/02/03/`,
  "reports/vpcflowlogs.csv",
  "AWSLogs/%E0%A4%A",
  "",
])("%s is not a log", (key) => {
  expect(logKey(key)).toBeUndefined();
});
