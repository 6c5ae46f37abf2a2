import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { LocalConsole } from "../../src/local/console.ts";
import { readSample } from "../../src/local/samples.ts";
import { root } from "../../src/local/template.ts";
import { awsEndpoint } from "./machine.ts";
import type { Shell } from "./pages.ts";

export interface Deployed {
  readonly console: LocalConsole;
  readonly shell: Shell;
  /** The number of invocations of the function. */
  readonly invocations: () => number;
}

/** One path of an event. It throws if it fails. */
export interface Scenario {
  readonly name: string;
  /** Why it is known to fail. To be removed when it passes. */
  readonly knownFailure?: string;
  /** @returns a short observation. */
  play(deployed: Deployed): Promise<string>;
}

export const stack = "AWS-Events2Panther";
export const logsBucket = "e2e-vpc-logs";

const options = {
  endpoint: awsEndpoint,
  region: "eu-west-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
};
const eventBridge = new EventBridgeClient(options);
const sqs = new SQSClient(options);
const s3 = new S3Client({ ...options, forcePathStyle: true });
const lambda = new LambdaClient(options);
const logs = new CloudWatchLogsClient(options);
const secrets = new SecretsManagerClient(options);
const cloudFormation = new CloudFormationClient(options);

/** Waits for a result of `read`, and returns it. */
export async function until<Result>(
  what: string,
  seconds: number,
  read: () => Result | undefined | false | Promise<Result | undefined | false>,
): Promise<Result> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const result = await read();
    if (result) return result;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
    await delay(100);
  }
}

async function put(source: string, detailType: string, detail: unknown, resources: string[] = []): Promise<void> {
  const entry = { Source: source, DetailType: detailType, Detail: JSON.stringify(detail), Resources: resources };
  const { FailedEntryCount } = await eventBridge.send(new PutEventsCommand({ Entries: [entry] }));
  if (FailedEntryCount) throw new Error("EventBridge did not accept the event");
}

interface SampleEvent {
  readonly source: string;
  readonly "detail-type": string;
  readonly detail: unknown;
  readonly resources: string[];
}

const putSample = (name: string): Promise<void> => {
  const event = readSample(name).event as SampleEvent;
  return put(event.source, event["detail-type"], event.detail, event.resources);
};

/** The next message at the console with `text`, after the first `from` messages. */
const message = (console: LocalConsole, text: string, from: number, seconds = 60): Promise<string> =>
  until(`a message with "${text}"`, seconds, () => {
    const found = console.accepted.slice(from).find(({ event }) => event.summary.includes(text));
    return found && `${found.event.severity} ${found.event.summary}`;
  });

const queueUrl = async (suffix: string): Promise<string> =>
  (await sqs.send(new GetQueueUrlCommand({ QueueName: `${stack}-${suffix}` }))).QueueUrl ?? "";

async function waiting(suffix: string): Promise<number> {
  const AttributeNames = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: await queueUrl(suffix), AttributeNames: [...AttributeNames] }),
  );
  return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name]), 0);
}

/** The retry queue redelivers a message after 15 minutes; here after seconds. */
const shortenRetries = async (): Promise<unknown> =>
  sqs.send(
    new SetQueueAttributesCommand({ QueueUrl: await queueUrl("Retry"), Attributes: { VisibilityTimeout: "3" } }),
  );

async function outputs(): Promise<Record<string, string>> {
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stack }));
  return Object.fromEntries((Stacks[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
}

const failing = (body: unknown, status: number) => ({ status, body });

/** The paths of an event, on a stack with the token as a parameter. */
export const scenarios: readonly Scenario[] = [
  {
    name: "event of AWS → rule AllEvents → function → console",
    play: async ({ console }) => {
      const from = console.accepted.length;
      await putSample("ec2/instance-stopped");
      return message(console, "is stopped", from);
    },
  },
  {
    name: "Health event → rule Health → function → console, once",
    play: async ({ console, invocations }) => {
      const [from, before] = [console.accepted.length, invocations()];
      await putSample("health/issue-of-the-account");
      const summary = await message(console, "AWS Health", from);
      await delay(500);
      if (invocations() !== before + 1) throw new Error(`${invocations() - before} invocations`);
      return summary;
    },
  },
  {
    name: "kinds that are left out, own role, another log: no invocation",
    play: async ({ console, invocations }) => {
      const { Events2PantherFunctionIamRole: arn } = await outputs();
      const before = invocations();
      const object = { bucket: { name: logsBucket }, object: { key: "AWSLogs/000000000000/CloudTrail/x.json.gz" } };
      await put("aws.s3", "Object Created", object);
      await put("aws.tag", "Tag Change on Resource", {});
      const userIdentity = { type: "AssumedRole", sessionContext: { sessionIssuer: { arn } } };
      await put("aws.sqs", "AWS API Call via CloudTrail", { eventName: "DeleteQueue", userIdentity });
      await delay(1000);
      const from = console.accepted.length;
      await put("com.example", "Object Created", { state: "failed" });
      await message(console, "failed", from);
      if (invocations() !== before + 1) throw new Error(`${invocations() - before} invocations instead of 1`);
      return "3 events dropped, the same detail-type of a custom source sent";
    },
  },
  {
    name: "console down → 3 tries → retry queue → console up → delivered",
    play: async ({ console, invocations }) => {
      await shortenRetries();
      const [from, before] = [console.accepted.length, invocations()];
      console.fault = failing({ error: "MongoError" }, 400);
      await putSample("rds/instance-storage-full");
      await until("the event in the retry queue", 120, async () => (await waiting("Retry")) > 0);
      const tries = invocations() - before;
      const { events = [] } = await logs.send(
        new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${stack}`, filterPattern: "UndeliveredError" }),
      );
      console.fault = undefined;
      const summary = await message(console, "storage", from, 120);
      await until("the retry queue empty", 60, async () => (await waiting("Retry")) === 0);
      if (events.length === 0) throw new Error("the log does not name UndeliveredError");
      return `${tries} tries, then from the queue: ${summary}`;
    },
  },
  {
    name: "refused → dead-letter queue → npm run replay → delivered",
    play: async ({ console, shell }) => {
      const from = console.accepted.length;
      console.fault = failing({ error: { message: "Fields not allowed [tally]", name: "ValidationError" } }, 400);
      await putSample("acm/expires-within-3-days");
      await until("a dead letter", 60, async () => (await waiting("DeadLetters")) === 1);
      console.fault = undefined;
      const shown = await shell.run("npm run --silent replay -- --dead-letter --dry-run");
      if (!shown.includes("Fields not allowed [tally]")) throw new Error(`the reason is not shown: ${shown}`);
      await shell.run("npm run --silent replay -- --dead-letter --to queue --yes");
      const summary = await message(console, "expires", from, 120);
      await until("the dead-letter queue empty", 60, async () => (await waiting("DeadLetters")) === 0);
      return summary;
    },
  },
  {
    name: "flow log in S3 → rule VpcLogs → function reads it → console",
    play: async ({ console }) => {
      const from = console.accepted.length;
      const now = Math.floor(Date.now() / 1000);
      const header =
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
      const scan = Array.from(
        { length: 2000 },
        (_, index) =>
          `2 111122223333 eni-0a1b2c3d 203.0.113.9 10.0.0.5 ${40_000 + index} ${index + 1} 6 1 40 ${now - 60} ${now} REJECT OK`,
      );
      const name = "111122223333_vpcflowlogs_eu-west-1_fl-0123456789abcdef0_20261124T1545Z_abcdef12.log.gz";
      await s3.send(
        new PutObjectCommand({
          Bucket: logsBucket,
          Key: `p/AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/11/24/${name}`,
          Body: gzipSync([header, ...scan, ""].join("\n")),
        }),
      );
      return message(console, "203.0.113.9", from);
    },
  },
  {
    name: "the schedule's heartbeat → a row of this account and region",
    play: async ({ console }) => {
      const [, Payload = ""] =
        /^ +Input: '(\{.*Heartbeat.*\})'$/m.exec(readFileSync(path.join(root, "template.yaml"), "utf8")) ?? [];
      const from = console.accepted.length;
      await lambda.send(new InvokeCommand({ FunctionName: stack, Payload }));
      const [accepted] = console.accepted.slice(from);
      const summary = String(accepted?.event.summary);
      if (!summary.includes("is alive")) throw new Error(summary);
      return summary;
    },
  },
  {
    name: "JSON array of events → a message for each",
    play: async ({ console }) => {
      const from = console.accepted.length;
      const events = ["ec2/instance-stopped", "rds/instance-storage-full"].map((name) => readSample(name).event);
      await lambda.send(new InvokeCommand({ FunctionName: stack, Payload: JSON.stringify(events) }));
      if (console.accepted.length !== from + 2) throw new Error(`${console.accepted.length - from} messages`);
      return "2 events, 2 messages";
    },
  },
];

/** Creates the bucket of the VPC logs, which a customer already has. */
export async function createLogsBucket(): Promise<void> {
  await s3.send(
    new CreateBucketCommand({ Bucket: logsBucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }),
  );
  const NotificationConfiguration = { EventBridgeConfiguration: {} };
  await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket: logsBucket, NotificationConfiguration }));
}

/** Creates a secret with the console's token in JSON. */
export async function createSecret(token: string): Promise<string> {
  const created = await secrets.send(
    new CreateSecretCommand({ Name: "panther", SecretString: JSON.stringify({ key: token, note: "e2e" }) }),
  );
  return `${created.ARN}:key`;
}

export const rotation: Scenario = {
  name: "token rotated in Secrets Manager → read again → delivered",
  play: async ({ console }) => {
    const from = console.accepted.length;
    await putSample("ec2/instance-stopped");
    await message(console, "is stopped", from);
    console.acceptedToken = "rotated0rotated0rotated0rotated0";
    const SecretString = JSON.stringify({ key: console.acceptedToken, note: "e2e" });
    await secrets.send(new PutSecretValueCommand({ SecretId: "panther", SecretString }));
    await putSample("acm/expires-within-3-days");
    return message(console, "expires", from + 1);
  },
};

/** Whether the stack and its queues are deleted. */
export async function isRemoved(): Promise<boolean> {
  const isStackDeleted = await outputs().then(
    () => false,
    (error: Error) => /does not exist/.test(error.message),
  );
  return (
    isStackDeleted &&
    (await queueUrl("Retry").then(
      () => false,
      () => true,
    ))
  );
}
