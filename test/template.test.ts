import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { esbuildArguments } from "../src/local/build.ts";
import { readSample, sampleNames } from "../src/local/samples.ts";
import { readTemplate, root } from "../src/local/template.ts";
import { matches } from "./patterns.ts";

// biome-ignore lint/suspicious/noExplicitAny: a template is as deep as it is loose.
type Loose = any;
const text = readFileSync(path.join(root, "template.yaml"), "utf8");
const template: Loose = readTemplate();
const { Resources: resources, Parameters: parameters } = template;
const lambda = resources.Events2PantherFunction.Properties;
const roleArn = "arn:aws:iam::111122223333:role/AWS-Events2Panther-Events2PantherFunctionRole-1A2B";

/** The pattern of the catch-all rule, as CloudFormation deploys it. */
const catchAll: Loose = JSON.parse(
  JSON.stringify(lambda.Events.AllEvents.Properties.Pattern, (_, value) =>
    value?.["Fn::GetAtt"]?.[0] === "Events2PantherFunctionRole" ? roleArn : value,
  ),
);

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

  test("a token of 32 letters and digits, or none", () => {
    const pattern = new RegExp(parameters.APIToken.AllowedPattern);
    expect(pattern.test(`${"aB3".repeat(10)}x9`)).toBe(true);
    expect(pattern.test("")).toBe(true);
    expect(pattern.test("A".repeat(31))).toBe(false);
    expect(pattern.test(`${"A".repeat(31)}-`)).toBe(false);
  });

  test("env.json has what sam local passes on", () => {
    const { Parameters } = JSON.parse(readFileSync(path.join(root, "env.json"), "utf8"));
    for (const name of Object.keys(Parameters)) expect(lambda.Environment.Variables).toHaveProperty(name);
  });
});

describe("the function", () => {
  test("runs on a runtime that is alive, with the handler that is built", () => {
    expect(lambda).toMatchObject({ Runtime: "nodejs24.x", Architectures: ["arm64"], Handler: "handler.lambdaHandler" });
    expect(esbuildArguments(resources.Events2PantherFunction.Metadata.BuildProperties, "dist")).toEqual([
      "--minify",
      "--sourcemap",
      "--format=esm",
      "--target=node24",
      "--sources-content=false",
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

  test("has no right beyond its log and queues, unless a parameter asks for it", () => {
    const [policy] = resources.Events2PantherFunctionRole.Properties.Policies;
    const statements: Loose[] = policy.PolicyDocument.Statement;
    const always = statements.filter((statement) => statement.Sid);
    expect(always.flatMap(({ Action }) => Action).sort()).toEqual([
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "sqs:ReceiveMessage",
      "sqs:SendMessage",
    ]);
    for (const { Resource } of always) expect(JSON.stringify(Resource)).not.toContain('"*"');
    const conditional = statements.filter((statement) => statement["Fn::If"]).map((statement) => statement["Fn::If"]);
    expect(conditional.map(([condition, { Action }]) => [condition, Action])).toEqual([
      ["HasSecret", "secretsmanager:GetSecretValue"],
      ["HasSecretKey", "kms:Decrypt"],
      ["HasVpcLogs", "s3:GetObject"],
      ["HasVpcLogsKey", "kms:Decrypt"],
    ]);
  });

  test("every variable that it reads is declared, and each that is declared is read", () => {
    const config = readFileSync(path.join(root, "src/config.ts"), "utf8");
    const read = [...config.matchAll(/^ {4}([A-Z_]+):/gm)].map(([, name]) => String(name));
    const declared = Object.keys(lambda.Environment.Variables).filter((name) => name !== "NODE_OPTIONS");
    expect(read.filter((name) => !name.startsWith("AWS_")).sort()).toEqual(declared.sort());
  });

  test("every reference leads somewhere", () => {
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

test("no unquoted comma has made two properties of one", () => {
  const visit = (value: Loose, where: string): void => {
    if (value === null || typeof value !== "object") return;
    for (const [key, below] of Object.entries(value)) {
      expect(key, where).toMatch(/^\S+( \S+)?$|^\d+$/);
      expect(below, `${where}.${key}`).not.toBeNull();
      visit(below, `${where}.${key}`);
    }
  };
  visit(template, "template");
});

describe("the failure path", () => {
  test("leads from the rule and the function to the retry queue, back into the function, and ends in the dead letters", () => {
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

  test("its alarms are the ones that the function takes for its own", () => {
    const names = Object.values<Loose>(resources)
      .filter(({ Type }) => Type === "AWS::CloudWatch::Alarm")
      .map(({ Properties }) => Properties.AlarmName["Fn::Sub"]);
    expect(names.sort()).toEqual(["DeadLetters", "Errors", "Undelivered"].map((name) => `\${AWS::StackName}-${name}`));
    expect(readFileSync(path.join(root, "src/loops.ts"), "utf8")).toContain('["DeadLetters", "Undelivered", "Errors"]');
  });

  test("exactly one of token and secret is asked for", () => {
    const [{ Assert, AssertDescription }] = template.Rules.OneToken.Assertions;
    expect(AssertDescription).toBe("Set exactly one of APIToken and APITokenSecretArn.");
    const holds = (token: string, secret: string): boolean =>
      evaluate(Assert, { APIToken: token, APITokenSecretArn: secret });
    expect([holds("t", ""), holds("", "s"), holds("t", "s"), holds("", "")]).toEqual([true, true, false, false]);
  });
});

function evaluate(expression: Loose, values: Record<string, string>): boolean {
  const [[name, operands] = ["", []]] = Object.entries<Loose>(expression);
  const value = (operand: Loose): unknown => (operand.Ref ? values[operand.Ref] : operand);
  if (name === "Fn::Or") return operands.some((operand: Loose) => evaluate(operand, values));
  if (name === "Fn::And") return operands.every((operand: Loose) => evaluate(operand, values));
  if (name === "Fn::Not") return !evaluate(operands[0], values);
  if (name === "Fn::Equals") return value(operands[0]) === value(operands[1]);
  throw new Error(`a function that the tests do not know: ${name}`);
}

describe("the catch-all rule", () => {
  const leftOut: string[] = catchAll["detail-type"][0]["anything-but"];

  test("lets every sample through but for the kinds that it leaves out", () => {
    for (const name of sampleNames()) {
      const { event } = readSample(name);
      const detailType = (event as Loose)["detail-type"];
      expect(matches(catchAll, event), name).toBe(!leftOut.includes(detailType));
    }
  });

  test("leaves out what the function's own role did, and no other role", () => {
    const by = (arn: string) => ({
      "detail-type": "AWS API Call via CloudTrail",
      detail: { userIdentity: { type: "AssumedRole", sessionContext: { sessionIssuer: { arn } } } },
    });
    expect(matches(catchAll, by(roleArn))).toBe(false);
    expect(matches(catchAll, by("arn:aws:iam::111122223333:role/deploy"))).toBe(true);
  });

  test("is within EventBridge's 4,096 characters", () => {
    expect(JSON.stringify(catchAll).length).toBeLessThan(4096);
  });
});

describe("the patterns that are commented out", () => {
  const commented = text.slice(text.indexOf("        # GuardDuty:"), text.indexOf("        Retries:"));
  const uncommented: Loose = readTemplate(commented.replace(/^( *)# ?/gm, "$1"));
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
  ])("%s matches, once it is uncommented", (name, matching) => {
    const { Type, Properties } = uncommented[name];
    expect(Type).toBe("EventBridgeRule");
    expect(matches(Properties.Pattern, matching)).toBe(true);
    expect(matches(Properties.Pattern, event("aws.rds", "RDS DB Instance Event", {}))).toBe(false);
  });
});

test("the VPC logs rule takes the files that the catch-all leaves out", () => {
  const rule = resources.Events2PantherVpcLogsRule;
  expect(rule.Condition).toBe("HasVpcLogs");
  const pattern = JSON.parse(
    JSON.stringify(rule.Properties.EventPattern).replace('{"Ref":"VpcLogsBucket"}', '"acme-logs"'),
  );
  const created = (bucket: string, key: string) => ({
    source: "aws.s3",
    "detail-type": "Object Created",
    detail: { bucket: { name: bucket }, object: { key } },
  });
  expect(matches(pattern, created("acme-logs", "net/AWSLogs/111122223333/vpcflowlogs/eu-west-1/x.log.gz"))).toBe(true);
  expect(matches(catchAll, created("acme-logs", "net/AWSLogs/111122223333/vpcflowlogs/eu-west-1/x.log.gz"))).toBe(
    false,
  );
  expect(matches(pattern, created("acme-data", "AWSLogs/x"))).toBe(false);
});
