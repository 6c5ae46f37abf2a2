import { createHash } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";

/** An error of AWS: in `__type` in JSON 1.0 and 1.1, in XML in the query protocol. */
export interface AwsError {
  readonly type: string;
  readonly message: string;
  readonly status?: number;
}

interface QueuedMessage {
  readonly MessageId: string;
  readonly Body: string;
  readonly MessageAttributes?: unknown;
  hiddenUntil: number;
}

interface Task {
  TaskHandle?: string;
  Status: string;
  ApproximateNumberOfMessagesMoved: number;
  ApproximateNumberOfMessagesToMove: number;
  readonly SourceArn: string;
  readonly DestinationArn: string;
  readonly MaxNumberOfMessagesPerSecond: number;
  readonly StartedTimestamp: number;
}

export interface LogLine {
  readonly message: string;
  readonly timestamp: number;
}

type Input = Readonly<Record<string, unknown>>;

export interface AwsEndpoint {
  readonly url: string;
  readonly account: string;
  /** Every call so far, such as `Logs_20140328.FilterLogEvents`, with its input. */
  readonly calls: { readonly operation: string; readonly input: Input }[];
  readonly logGroups: Map<string, LogLine[]>;
  readonly queues: Map<string, QueuedMessage[]>;
  readonly secrets: Map<string, string>;
  /** Asynchronous invocations of functions. */
  readonly invoked: { readonly name: string; readonly type: string; readonly event: unknown }[];
  readonly functions: Set<string>;
  /** Lines per page of FilterLogEvents. */
  pageSize: number;
  /** Messages that a move task moves between two requests for its status. */
  moveStep: number;
  /** The error that answers a call; calls of an operation are numbered from 1. */
  fault: (operation: string, call: number) => AwsError | undefined;
  close(): Promise<void>;
}

const account = "210987654321";
const region = "eu-west-1";

/** Answers with an error of AWS. */
const fail = (type: string, message: string, status = 400): never => {
  throw { type, message, status } satisfies AwsError;
};

/**
 * The calls of CloudWatch Logs, SQS, Secrets Manager, Lambda and STS that the function and the commands use, over HTTP in
 * AWS's own protocols: JSON 1.1, JSON 1.0, REST and query. Requests must be signed.
 */
export async function startAws(): Promise<AwsEndpoint> {
  const server = http.createServer();
  const aws = new LocalAws(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  aws.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return aws;
}

interface Call {
  readonly operation: string;
  readonly input: Input;
  /** The query protocol, which STS uses. */
  readonly isQuery: boolean;
  /** The function that the call invokes. */
  readonly functionName: string | undefined;
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

class LocalAws implements AwsEndpoint {
  url = "";
  readonly account = account;
  readonly calls: AwsEndpoint["calls"] = [];
  readonly logGroups: AwsEndpoint["logGroups"] = new Map();
  readonly queues: AwsEndpoint["queues"] = new Map();
  readonly secrets: AwsEndpoint["secrets"] = new Map();
  readonly invoked: AwsEndpoint["invoked"] = [];
  readonly functions: AwsEndpoint["functions"] = new Set();
  pageSize = 100;
  moveStep = 5;
  fault: AwsEndpoint["fault"] = () => undefined;
  private readonly server: http.Server;
  private readonly counts = new Map<string, number>();
  private readonly operations: Readonly<Record<string, (input: Input) => unknown>> = {
    ...logOperations(this),
    ...queueOperations(this),
    ...moveOperations(this),
    ...secretOperations(this),
  };

  constructor(server: http.Server) {
    this.server = server;
    server.on("request", async (request: http.IncomingMessage, response: http.ServerResponse) => {
      const { status, type, text, headers } = this.replyTo(request, callOf(request, await bodyOf(request)));
      response.writeHead(status, { "content-type": type, "x-amzn-requestid": crypto.randomUUID(), ...headers });
      response.end(text);
    });
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => {
      this.server.close(() => resolve());
    });
  }

  private replyTo(request: http.IncomingMessage, call: Call): Reply {
    try {
      const number = this.record(call);
      checkSignature(request);
      const fault = this.fault(call.operation, number);
      if (fault) throw fault;
      if (call.isQuery) return { status: 200, type: "text/xml", text: callerIdentity };
      if (call.functionName) return this.invoke(call.functionName, request, call.input);
      const output = this.operations[call.operation]?.(call.input) ?? fail("UnknownOperationException", call.operation);
      const version = call.operation.startsWith("AmazonSQS") ? "1.0" : "1.1";
      return { status: 200, type: `application/x-amz-json-${version}`, text: JSON.stringify(output) };
    } catch (error) {
      return errorReply(error as AwsError, call);
    }
  }

  /** @returns the number of the call among those of its operation, from 1. */
  private record({ operation, input }: Call): number {
    this.calls.push({ operation, input });
    const number = (this.counts.get(operation) ?? 0) + 1;
    this.counts.set(operation, number);
    return number;
  }

  private invoke(name: string, request: http.IncomingMessage, event: Input): Reply {
    if (!this.functions.has(name)) fail("ResourceNotFoundException", "Function not found", 404);
    this.invoked.push({ name, type: String(request.headers["x-amz-invocation-type"]), event });
    return { status: 202, type: "application/json", text: "" };
  }
}

async function bodyOf(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function callOf(request: http.IncomingMessage, body: string): Call {
  const [, functionName] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url ?? "") ?? [];
  if (request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) {
    const input = Object.fromEntries(new URLSearchParams(body));
    return { operation: `STS.${input.Action}`, input, isQuery: true, functionName };
  }
  const operation = functionName ? "Lambda.Invoke" : String(request.headers["x-amz-target"]);
  return { operation, input: JSON.parse(body || "{}") as Input, isQuery: false, functionName };
}

function checkSignature({ headers }: http.IncomingMessage): void {
  const signature = /^AWS4-HMAC-SHA256 Credential=\S+, SignedHeaders=\S+, Signature=[\da-f]{64}$/;
  if (signature.test(headers.authorization ?? "")) return;
  fail("MissingAuthenticationTokenException", "Missing Authentication Token", 403);
}

const callerIdentity = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${account}:user/jo</Arn><UserId>AIDA</UserId><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;

function errorReply({ type, message, status = 400 }: AwsError, { isQuery }: Call): Reply {
  if (isQuery) {
    const error = `<Error><Type>Sender</Type><Code>${type}</Code><Message>${message}</Message></Error>`;
    return { status, type: "text/xml", text: `<ErrorResponse>${error}</ErrorResponse>` };
  }
  return {
    status,
    type: "application/x-amz-json-1.1",
    text: JSON.stringify({ __type: type, message, Message: message }),
    headers: { "x-amzn-errortype": type },
  };
}

function logOperations(aws: AwsEndpoint) {
  const positions = new Map<string, number>();
  return {
    "Logs_20140328.FilterLogEvents": ({ logGroupName, startTime, filterPattern, nextToken }: Input) => {
      const lines =
        aws.logGroups.get(String(logGroupName)) ??
        fail("ResourceNotFoundException", "The specified log group does not exist.");
      const terms = [...String(filterPattern).matchAll(/\?"([^"]+)"/g)].map(([, term]) => String(term));
      const from = nextToken === undefined ? 0 : positions.get(String(nextToken));
      if (from === undefined) return fail("InvalidParameterException", "The specified nextToken is invalid.");
      const end = from + aws.pageSize;
      const next = end < lines.length ? `token/${end}+==` : undefined;
      if (next) positions.set(next, end);
      const isMatch = ({ message, timestamp }: LogLine): boolean =>
        timestamp >= Number(startTime) && terms.some((term) => message.includes(term));
      const events = lines
        .slice(from, end)
        .filter(isMatch)
        .map((line, index) => ({
          logStreamName: "2026/03/14/[$LATEST]abc",
          eventId: String(from + index),
          ingestionTime: line.timestamp,
          ...line,
        }));
      return { events, searchedLogStreams: [], ...(next && { nextToken: next }) };
    },
  };
}

function secretOperations(aws: AwsEndpoint) {
  return {
    "secretsmanager.GetSecretValue": ({ SecretId }: Input) => ({
      ARN: SecretId,
      SecretString:
        aws.secrets.get(String(SecretId)) ??
        fail("ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
    }),
  };
}

const arnOf = (name: string): string => `arn:aws:sqs:${region}:${account}:${name}`;
const nameOf = (urlOrArn: unknown): string => String(urlOrArn).split(/[/:]/).at(-1) ?? "";

const queueOf = (aws: AwsEndpoint, urlOrArn: unknown): QueuedMessage[] =>
  aws.queues.get(nameOf(urlOrArn)) ??
  fail("com.amazonaws.sqs#QueueDoesNotExist", "The specified queue does not exist.");

function queueOperations(aws: AwsEndpoint) {
  return {
    "AmazonSQS.GetQueueUrl": ({ QueueName }: Input) => {
      queueOf(aws, QueueName);
      return { QueueUrl: `${aws.url}/${account}/${QueueName}` };
    },
    "AmazonSQS.GetQueueAttributes": ({ QueueUrl }: Input) => ({
      Attributes: {
        QueueArn: arnOf(nameOf(QueueUrl)),
        ApproximateNumberOfMessages: String(queueOf(aws, QueueUrl).length),
      },
    }),
    "AmazonSQS.SendMessage": ({ QueueUrl, MessageBody, MessageAttributes }: Input) => {
      const MessageId = crypto.randomUUID();
      queueOf(aws, QueueUrl).push({ MessageId, Body: String(MessageBody), MessageAttributes, hiddenUntil: 0 });
      return { MessageId, MD5OfMessageBody: md5(String(MessageBody)) };
    },
    "AmazonSQS.ReceiveMessage": ({ QueueUrl, MaxNumberOfMessages, VisibilityTimeout }: Input) => ({
      Messages: queueOf(aws, QueueUrl)
        .filter(({ hiddenUntil }) => hiddenUntil <= Date.now())
        .slice(0, Number(MaxNumberOfMessages))
        .map((message) => {
          message.hiddenUntil = Date.now() + Number(VisibilityTimeout) * 1000;
          const { hiddenUntil, ...shown } = message;
          return { ...shown, ReceiptHandle: `handle-${shown.MessageId}`, MD5OfBody: md5(shown.Body) };
        }),
    }),
    "AmazonSQS.ChangeMessageVisibilityBatch": ({ QueueUrl, Entries }: Input) => {
      const entries = Entries as { Id: string; ReceiptHandle: string; VisibilityTimeout: number }[];
      if (entries.length > 10) return fail("com.amazonaws.sqs#TooManyEntriesInBatchRequest", "Too many entries");
      for (const { ReceiptHandle, VisibilityTimeout } of entries) {
        const message = queueOf(aws, QueueUrl).find(({ MessageId }) => ReceiptHandle === `handle-${MessageId}`);
        if (message) message.hiddenUntil = Date.now() + VisibilityTimeout * 1000;
      }
      return { Successful: entries.map(({ Id }) => ({ Id })), Failed: [] };
    },
  };
}

function moveOperations(aws: AwsEndpoint) {
  const tasks: Task[] = [];
  return {
    "AmazonSQS.StartMessageMoveTask": (input: Input) => {
      const { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond } = input as unknown as Task;
      if (!nameOf(SourceArn).endsWith("-DeadLetters"))
        fail("com.amazonaws.sqs#UnsupportedOperation", "Source queue must be configured as a Dead Letter Queue.");
      if (!DestinationArn) fail("com.amazonaws.sqs#InvalidParameterValue", "Some messages have no source queue.");
      queueOf(aws, DestinationArn);
      tasks.unshift({
        TaskHandle: `task-${tasks.length}`,
        Status: "RUNNING",
        ApproximateNumberOfMessagesMoved: 0,
        ApproximateNumberOfMessagesToMove: queueOf(aws, SourceArn).length,
        SourceArn,
        DestinationArn,
        MaxNumberOfMessagesPerSecond,
        StartedTimestamp: Date.now() + tasks.length,
      });
      return { TaskHandle: tasks[0]?.TaskHandle };
    },
    "AmazonSQS.ListMessageMoveTasks": () => {
      if (tasks[0]) advance(aws, tasks[0]);
      return { Results: tasks.slice(0, 1) };
    },
    "AmazonSQS.CancelMessageMoveTask": ({ TaskHandle }: Input) => {
      const task = tasks.find((each) => each.TaskHandle === TaskHandle);
      if (!task) return fail("com.amazonaws.sqs#ResourceNotFoundException", "The task does not exist.");
      task.Status = "CANCELLED";
      return { ApproximateNumberOfMessagesMoved: task.ApproximateNumberOfMessagesMoved };
    },
  };
}

function advance(aws: AwsEndpoint, task: Task): void {
  if (task.Status !== "RUNNING") return;
  const source = queueOf(aws, task.SourceArn);
  for (const message of source.splice(0, aws.moveStep)) {
    queueOf(aws, task.DestinationArn).push(message);
    task.ApproximateNumberOfMessagesMoved++;
  }
  if (source.length > 0) return;
  task.Status = "COMPLETED";
  delete task.TaskHandle;
}

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
