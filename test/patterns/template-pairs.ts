import { readSample, sampleNames } from "../../src/local/samples.ts";
import { rulePatterns, sampleRoleArn } from "../../src/local/template.ts";

/** A pattern of template.yaml and an event, for which engine.ts compares AWS's engine with the project's matcher. */
export interface TemplatePair {
  name: string;
  pattern: unknown;
  event: unknown;
}

const created = (key: string) => ({
  source: "aws.s3",
  "detail-type": "Object Created",
  detail: { bucket: { name: "acme-logs" }, object: { key } },
});
const call = (sessionIssuer: object) => ({
  source: "aws.sqs",
  "detail-type": "AWS API Call via CloudTrail",
  detail: { userIdentity: { sessionContext: { sessionIssuer } } },
});

/** Events that no sample covers: the function's own calls, and files of a log bucket. */
const edgeCases: readonly (readonly [string, unknown])[] = [
  ["own role", call({ arn: sampleRoleArn })],
  ["another role", call({ arn: "arn:aws:iam::111122223333:role/deploy" })],
  ["a session without an issuer's ARN", call({})],
  ["a custom Object Created", { source: "com.example", "detail-type": "Object Created", detail: {} }],
  ["a flow log", created("net/AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/11/24/x.log.gz")],
  ["a query log", created("AWSLogs/111122223333/vpcdnsquerylogs/vpc-1/2026/11/24/x.log.gz")],
  ["a CloudTrail log", created("AWSLogs/111122223333/CloudTrail/eu-west-1/x.json.gz")],
];

/** Every rule of the template with every sample. */
export function templatePairs(): TemplatePair[] {
  const events = [...sampleNames().map((name) => [name, readSample(name).event] as const), ...edgeCases];
  return Object.entries(rulePatterns()).flatMap(([rule, pattern]) =>
    events.map(([name, event]) => ({ name: `${rule}, ${name}`, pattern, event })),
  );
}
