import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError, readConfig } from "../src/config.ts";
import { alarmSuffixes } from "../src/forward/loops.ts";
import { esbuildArguments } from "../src/local/build.ts";
import { readSample, sampleNames } from "../src/local/samples.ts";
import {
  deployedResources,
  parseTemplate,
  readParameters,
  readTemplate,
  root,
  rulePatterns,
  sampleRoleArn,
} from "../src/local/template.ts";
import { compilePattern } from "../src/patterns/compile.ts";
import { describeSettings } from "../src/settings.ts";

// biome-ignore lint/suspicious/noExplicitAny: a template is as deep as it is loose.
type Loose = any;
const text = readFileSync(path.join(root, "template.yaml"), "utf8");
const template: Loose = readTemplate();
const { Resources: resources, Parameters: parameters } = template;
const lambda = resources.Events2PantherFunction.Properties;
const secretArn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ops/panther-AbCdEf";
const rules = Object.fromEntries(
  Object.entries(rulePatterns()).map(([name, pattern]) => [name, compilePattern(pattern)]),
);
/** The rules that send an event to the function. */
const rulesFor = (event: unknown): string[] => Object.keys(rules).filter((name) => rules[name]?.matches(event));

describe("the guide's names", () => {
  test("prompts, outputs, function and stack", () => {
    expect(Object.keys(parameters).slice(0, 2)).toEqual(["APIToken", "APIUrl"]);
    expect(parameters.APIToken.NoEcho).toBe(true);
    expect(template.Outputs.Events2PantherFunction).toBeDefined();
    expect(template.Outputs.Events2PantherFunctionIamRole).toBeDefined();
    expect(lambda.FunctionName).toEqual({ Ref: "AWS::StackName" });
    expect(resources.Events2PantherLogGroup.Properties).toEqual({
      LogGroupName: { "Fn::Sub": "/aws/lambda/${AWS::StackName}" },
      RetentionInDays: 14,
    });
    expect(readFileSync(path.join(root, "samconfig.toml"), "utf8")).toMatch(/stack_name = "AWS-Events2Panther"/);
  });

  test("five parameters, two of them without a default", () => {
    expect(Object.keys(parameters)).toEqual(["APIToken", "APIUrl", "AlarmTopicArn", "VpcLogsBucket", "MaxConcurrency"]);
    const withoutDefault = Object.entries(readParameters()).filter(([, { Default }]) => Default === undefined);
    expect(withoutDefault.map(([name]) => name)).toEqual(["APIToken", "APIUrl"]);
  });

  test.each([
    ["APIToken", `${"aB3".repeat(10)}x9`, true],
    ["APIToken", secretArn, true],
    ["APIToken", `${secretArn}:token`, true],
    ["APIToken", `${secretArn}:token::`, true],
    ["APIToken", "", false],
    ["APIToken", "A".repeat(31), false],
    ["APIToken", `${"A".repeat(31)}-`, false],
    ["APIToken", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:panther", false],
    ["APIUrl", "https://acme.app.panther.support/api/event/create", true],
    ["APIUrl", "https://ops.example.org:8443/panther/api/event/create", true],
    ["APIUrl", "http://panther.lan/api/event/create", true],
    ["APIUrl", "https://acme.app.panther.support/api/event/queue", false],
    ["APIUrl", "https://acme.app.panther.support", false],
    ["APIUrl", "https://acme.app.panther.support/api/event/create?key=1", false],
    ["APIUrl", "https://user@acme.app.panther.support/api/event/create", false],
  ])("%s accepts %s: %s", (name, value, isAccepted) => {
    expect(new RegExp(readParameters()[name]?.AllowedPattern ?? "").test(value)).toBe(isAccepted);
    // The function is as strict as the template: a deployment with a value that it refuses fails.
    const env = {
      API_URL: "https://acme.app.panther.support/api/event/create",
      API_TOKEN: "A".repeat(32),
      ALLOW_HTTP: "true",
    };
    const read = () => readConfig({ ...env, [name === "APIToken" ? "API_TOKEN" : "API_URL"]: value });
    if (isAccepted) expect(read).not.toThrow();
    else expect(read).toThrow(ConfigError);
  });

  test("env.json has only variables that sam local passes on", () => {
    const { Parameters } = JSON.parse(readFileSync(path.join(root, "env.json"), "utf8"));
    for (const name of Object.keys(Parameters)) expect(lambda.Environment.Variables).toHaveProperty(name);
  });
});

describe("the function", () => {
  test("runs the built handler on a supported runtime", () => {
    expect(lambda).toMatchObject({ Runtime: "nodejs24.x", Architectures: ["arm64"], Handler: "handler.lambdaHandler" });
    expect(esbuildArguments(resources.Events2PantherFunction.Metadata.BuildProperties, "dist")).toEqual([
      "--minify",
      "--keep-names",
      "--format=esm",
      "--target=node24",
      "--main-fields=module,main",
      "--out-extension:.js=.mjs",
      "--external:@aws-sdk/*",
      expect.stringMatching(/^--banner:js=import\{createRequire\}/),
      "src/handler.ts",
      "--bundle",
      "--platform=node",
      "--outdir=dist",
    ]);
  });

  const statementsWith = (values: Record<string, string>): Loose[] =>
    (deployedResources("template.yaml", { APIToken: "A".repeat(32), ...values }).Events2PantherFunctionRole as Loose)
      .Properties.Policies[0].PolicyDocument.Statement;

  test("may use only its log and queues, unless a parameter is set", () => {
    const statements = statementsWith({});
    expect(statements.flatMap(({ Action }) => Action).sort()).toEqual([
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "sqs:ReceiveMessage",
      "sqs:SendMessage",
    ]);
    for (const { Resource } of statements) expect(JSON.stringify(Resource)).not.toContain("*");
  });

  test("may read the secret with the ARN in APIToken, and decrypt nothing else", () => {
    expect(statementsWith({ APIToken: `${secretArn}:token` }).slice(3)).toEqual([
      { Sid: "ReadToken", Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: secretArn },
      {
        Sid: "DecryptToken",
        Effect: "Allow",
        Action: "kms:Decrypt",
        Resource: "arn:aws:kms:*:*:key/*",
        Condition: {
          StringLike: { "kms:ViaService": "secretsmanager.*.amazonaws.com*" },
          StringEquals: { "kms:EncryptionContext:SecretARN": secretArn },
        },
      },
    ]);
  });

  test("may read the VPC logs of the bucket, and decrypt nothing else", () => {
    const [read, decrypt, ...others] = statementsWith({ VpcLogsBucket: "acme-logs" }).slice(3);
    expect(others).toEqual([]);
    expect(read).toMatchObject({ Action: "s3:GetObject" });
    for (const resource of read.Resource) {
      expect(resource).toMatch(/^arn:aws:s3:::acme-logs\/\*AWSLogs\/\*(?:vpcflowlogs|vpcdnsquerylogs)\/\*$/);
    }
    expect(decrypt.Condition).toEqual({
      StringLike: {
        "kms:ViaService": "s3.eu-west-1.amazonaws.com*",
        "kms:EncryptionContext:aws:s3:arn": ["arn:aws:s3:::acme-logs", "arn:aws:s3:::acme-logs/*"],
      },
    });
  });

  test("declares exactly the variables that it reads", () => {
    const config = readFileSync(path.join(root, "src/config.ts"), "utf8");
    const read = [...config.matchAll(/^ {4}([A-Z_]+):/gm)].map(([, name]) => String(name));
    const settings = describeSettings().map(({ variable }) => variable);
    const declared: Loose = lambda.Environment.Variables;
    expect([...read, ...settings].filter((name) => !name.startsWith("AWS_")).sort()).toEqual(
      Object.keys(declared).sort(),
    );
    for (const variable of settings) expect(declared[variable]).toBe("");
  });

  test("has no broken reference", () => {
    const known = new Set([...Object.keys(resources), ...Object.keys(parameters)]);
    const conditions = new Set(Object.keys(template.Conditions));
    const visit = (value: Loose): void => {
      if (value === null || typeof value !== "object") return;
      if (typeof value.Ref === "string" && !value.Ref.startsWith("AWS::")) expect(known).toContain(value.Ref);
      if (value["Fn::GetAtt"]) expect(known).toContain(value["Fn::GetAtt"][0]);
      if (value["Fn::If"]) expect(conditions).toContain(value["Fn::If"][0]);
      const sub = value["Fn::Sub"];
      if (typeof sub === "string") {
        for (const [, name] of sub.matchAll(/\$\{(?!AWS::)([\w]+)/g)) expect(known).toContain(name);
      }
      Object.values(value).forEach(visit);
    };
    visit({ resources, outputs: template.Outputs, conditions: template.Conditions });
  });
});

test("no property was split at an unquoted comma", () => {
  const visit = (value: Loose, path: string): void => {
    if (value === null || typeof value !== "object") return;
    for (const [key, inner] of Object.entries(value)) {
      expect(key, path).toMatch(/^\S+( \S+)?$|^\d+$/);
      expect(inner, `${path}.${key}`).not.toBeNull();
      visit(inner, `${path}.${key}`);
    }
  };
  visit(template, "template");
});

describe("the failure path", () => {
  test("leads from the rule and the function to the retry queue, the function and the dead-letter queue", () => {
    const retryArn = { "Fn::GetAtt": ["Events2PantherRetryQueue", "Arn"] };
    expect(lambda.Events.AllEvents.Properties).toMatchObject({
      DeadLetterConfig: { Arn: retryArn },
      RetryPolicy: { MaximumEventAgeInSeconds: 86400 },
    });
    expect(lambda.EventInvokeConfig.DestinationConfig.OnFailure).toEqual({ Type: "SQS", Destination: retryArn });
    expect(lambda.Events.Retries.Properties).toMatchObject({
      Queue: retryArn,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    for (const queue of ["Events2PantherRetryQueue", "Events2PantherDeadLetterQueue"]) {
      expect(resources[queue].Properties).toMatchObject({
        MessageRetentionPeriod: 14 * 86400,
        SqsManagedSseEnabled: true,
      });
    }
    const { VisibilityTimeout, RedrivePolicy } = resources.Events2PantherRetryQueue.Properties;
    for (const timeout of lambda.Timeout["Fn::If"].slice(1)) {
      expect(VisibilityTimeout).toBeGreaterThanOrEqual(6 * timeout);
    }
    expect((VisibilityTimeout * RedrivePolicy.maxReceiveCount) / 86400).toBeGreaterThan(10);
    expect((VisibilityTimeout * RedrivePolicy.maxReceiveCount) / 86400).toBeLessThan(14);
  });

  test("its alarms are the ones that the function drops as its own", () => {
    const names = Object.values<Loose>(resources)
      .filter(({ Type }) => Type === "AWS::CloudWatch::Alarm")
      .map(({ Properties }) => Properties.AlarmName["Fn::Sub"]);
    expect(names.sort()).toEqual(alarmSuffixes.map((suffix) => `\${AWS::StackName}-${suffix}`).sort());
  });
});

describe("the rules", () => {
  const call = (arn?: string) => ({
    source: "aws.sqs",
    "detail-type": "AWS API Call via CloudTrail",
    detail: { userIdentity: { type: "AssumedRole", ...(arn && { sessionContext: { sessionIssuer: { arn } } }) } },
  });
  const created = (bucket: string, key: string) => ({
    source: "aws.s3",
    "detail-type": "Object Created",
    detail: { bucket: { name: bucket }, object: { key } },
  });

  test("send each event to the function at most once", () => {
    for (const name of sampleNames()) expect(rulesFor(readSample(name).event).length, name).toBeLessThanOrEqual(1);
  });

  test.each([
    ["an ordinary event", readSample("ec2/instance-stopped").event, ["AllEvents"]],
    ["a Health event", readSample("health/issue-of-the-account").event, ["Health"]],
    ["a bulk event of AWS", { source: "aws.tag", "detail-type": "Tag Change on Resource", detail: {} }, []],
    [
      "the same name from a custom source",
      { source: "com.acme", "detail-type": "Object Created", detail: {} },
      ["AllEvents"],
    ],
    ["a call without a role", call(), ["AllEvents"]],
    ["a call by another role", call("arn:aws:iam::111122223333:role/deploy"), ["AllEvents"]],
    ["a call by the function's own role", call(sampleRoleArn), []],
    ["a flow log", created("acme-logs", "net/AWSLogs/111122223333/vpcflowlogs/eu-west-1/x.log.gz"), ["VpcLogs"]],
    [
      "a flow log with Hive-compatible keys",
      created("acme-logs", "AWSLogs/aws-account-id=1/aws-service=vpcflowlogs/x"),
      ["VpcLogs"],
    ],
    [
      "a Resolver query log",
      created("acme-logs", "AWSLogs/111122223333/vpcdnsquerylogs/vpc-1/2026/11/20/x"),
      ["VpcLogs"],
    ],
    [
      "a CloudTrail log in that bucket",
      created("acme-logs", "AWSLogs/111122223333/CloudTrail/eu-west-1/x.json.gz"),
      [],
    ],
    [
      "a load balancer's log in that bucket",
      created("acme-logs", "AWSLogs/111122223333/elasticloadbalancing/x.log.gz"),
      [],
    ],
    ["a flow log in another bucket", created("acme-data", "AWSLogs/111122223333/vpcflowlogs/eu-west-1/x.log.gz"), []],
  ])("%s goes to its rule", (_, event, expected) => expect(rulesFor(event)).toEqual(expected));

  test("stay within EventBridge's default quota of 2,048 characters, with the longest stack name", () => {
    const maxRoleArn = sampleRoleArn.replaceAll("AWS-Events2Panther", "x".repeat(54));
    for (const [name, pattern] of Object.entries(rulePatterns({ VpcLogsBucket: "b".repeat(63) }))) {
      expect(JSON.stringify(pattern).replace(sampleRoleArn, maxRoleArn).length, name).toBeLessThanOrEqual(2048);
    }
  });

  test("may put undeliverable events into the retry queue", () => {
    const deployed = deployedResources("template.yaml");
    const [{ Condition }] = (deployed.Events2PantherRetryQueuePolicy as Loose).Properties.PolicyDocument.Statement;
    expect(Condition.ArnEquals["aws:SourceArn"]).toEqual(
      Object.keys(rules).map((name) => `arn:aws:events:eu-west-1:111122223333:rule/AWS-Events2Panther-${name}`),
    );
  });
});

describe("the patterns that are commented out", () => {
  const commented = text.slice(text.indexOf("\n        # GuardDuty:"), text.indexOf("        Retries:"));
  const uncommented: Loose = parseTemplate(commented.slice(commented.indexOf("\n") + 1).replace(/^( *)# ?/gm, "$1"));
  const event = (source: string, detailType: string, detail: object) => ({ source, "detail-type": detailType, detail });

  test.each([
    ["GuardDuty", event("aws.guardduty", "GuardDuty Finding", { severity: 8 })],
    [
      "EC2Events",
      event("aws.ec2", "EC2 Instance State-change Notification", { "instance-id": "i-1", state: "terminated" }),
    ],
    [
      "LambdaUpdates",
      event("aws.lambda", "AWS API Call via CloudTrail", {
        eventSource: "lambda.amazonaws.com",
        eventName: "UpdateFunctionCode20150331v2",
        awsRegion: "eu-west-1",
        userAgent: "cloudformation.amazonaws.com",
      }),
    ],
  ])("%s matches when it is uncommented", (name, matching) => {
    const { Type, Properties } = uncommented[name];
    expect(Type).toBe("EventBridgeRule");
    expect(compilePattern(Properties.Pattern).matches(matching)).toBe(true);
    expect(compilePattern(Properties.Pattern).matches(event("aws.rds", "RDS DB Instance Event", {}))).toBe(false);
  });
});
