import { createHash } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";

/** An error as AWS answers it: JSON 1.0 and 1.1 name it in `__type`, the query protocol in XML. */
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

export interface AwsEndpoint {
  readonly url: string;
  readonly account: string;
  /** Every call so far, such as `Logs_20140328.FilterLogEvents`, with its input. */
  readonly calls: { readonly operation: string; readonly input: Record<string, unknown> }[];
  readonly logGroups: Map<string, LogLine[]>;
  readonly queues: Map<string, QueuedMessage[]>;
  readonly secrets: Map<string, string>;
  /** What functions were invoked with, asynchronously. */
  readonly invoked: { readonly name: string; readonly type: string; readonly event: unknown }[];
  readonly functions: Set<string>;
  /** Lines a page of FilterLogEvents holds. */
  pageSize: number;
  /** Messages that a move task moves between two looks at it. */
  moveStep: number;
  /** The error that the call of this number, counted from 1, meets. */
  fault: (operation: string, call: number) => AwsError | undefined;
  close(): Promise<void>;
}

const account = "210987654321";
const region = "eu-west-1";
const jsonError = (type: string, message: string, status = 400): AwsError => ({ type, message, status });

/**
 * The parts of CloudWatch Logs, SQS, Secrets Manager, Lambda and STS that the function and the commands call, over HTTP in AWS's own protocols: JSON 1.1,
 * JSON 1.0, REST and query. Requests must be signed.
 */
export async function startAws(): Promise<AwsEndpoint> {
  const tokens = new Map<string, number>();
  const tasks: Task[] = [];
  const counts = new Map<string, number>();

  const fail = (type: string, message: string, status?: number): never => {
    throw jsonError(type, message, status);
  };
  const arnOf = (name: string): string => `arn:aws:sqs:${region}:${account}:${name}`;
  const nameIn = (urlOrArn: unknown): string => String(urlOrArn).split(/[/:]/).at(-1) ?? "";
  const queue = (urlOrArn: unknown): QueuedMessage[] =>
    aws.queues.get(nameIn(urlOrArn)) ??
    fail("com.amazonaws.sqs#QueueDoesNotExist", "The specified queue does not exist.");
  const advance = (task: Task): void => {
    if (task.Status !== "RUNNING") return;
    const source = queue(task.SourceArn);
    for (const message of source.splice(0, aws.moveStep)) {
      queue(task.DestinationArn).push(message);
      task.ApproximateNumberOfMessagesMoved++;
    }
    if (source.length === 0) {
      task.Status = "COMPLETED";
      delete task.TaskHandle;
    }
  };

  const operations: Record<string, (input: Record<string, unknown>) => unknown> = {
    "Logs_20140328.FilterLogEvents": ({ logGroupName, startTime, filterPattern, nextToken }) => {
      const lines =
        aws.logGroups.get(String(logGroupName)) ??
        fail("ResourceNotFoundException", "The specified log group does not exist.");
      const terms = [...String(filterPattern).matchAll(/\?"([^"]+)"/g)].map(([, term]) => String(term));
      const from = nextToken === undefined ? 0 : tokens.get(String(nextToken));
      if (from === undefined) return fail("InvalidParameterException", "The specified nextToken is invalid.");
      const page = lines.slice(from, from + aws.pageSize);
      const next = from + aws.pageSize < lines.length ? `token/${from + aws.pageSize}+==` : undefined;
      if (next) tokens.set(next, from + aws.pageSize);
      return {
        events: page
          .filter(
            ({ message, timestamp }) => timestamp >= Number(startTime) && terms.some((term) => message.includes(term)),
          )
          .map((line, index) => ({
            logStreamName: "2026/03/14/[$LATEST]abc",
            eventId: String(from + index),
            ingestionTime: line.timestamp,
            ...line,
          })),
        searchedLogStreams: [],
        ...(next && { nextToken: next }),
      };
    },
    "AmazonSQS.GetQueueUrl": ({ QueueName }) => {
      queue(QueueName);
      return { QueueUrl: `${aws.url}/${account}/${QueueName}` };
    },
    "AmazonSQS.GetQueueAttributes": ({ QueueUrl }) => ({
      Attributes: { QueueArn: arnOf(nameIn(QueueUrl)), ApproximateNumberOfMessages: String(queue(QueueUrl).length) },
    }),
    "secretsmanager.GetSecretValue": ({ SecretId }) => ({
      ARN: SecretId,
      SecretString:
        aws.secrets.get(String(SecretId)) ??
        fail("ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
    }),
    "AmazonSQS.SendMessage": ({ QueueUrl, MessageBody, MessageAttributes }) => {
      const MessageId = crypto.randomUUID();
      queue(QueueUrl).push({ MessageId, Body: String(MessageBody), MessageAttributes, hiddenUntil: 0 });
      return { MessageId, MD5OfMessageBody: md5(String(MessageBody)) };
    },
    "AmazonSQS.ReceiveMessage": ({ QueueUrl, MaxNumberOfMessages, VisibilityTimeout }) => ({
      Messages: queue(QueueUrl)
        .filter(({ hiddenUntil }) => hiddenUntil <= Date.now())
        .slice(0, Number(MaxNumberOfMessages))
        .map((message) => {
          message.hiddenUntil = Date.now() + Number(VisibilityTimeout) * 1000;
          const { hiddenUntil, ...shown } = message;
          return { ...shown, ReceiptHandle: `handle-${shown.MessageId}`, MD5OfBody: md5(shown.Body) };
        }),
    }),
    "AmazonSQS.ChangeMessageVisibilityBatch": ({ QueueUrl, Entries }) => {
      const entries = Entries as { Id: string; ReceiptHandle: string; VisibilityTimeout: number }[];
      if (entries.length > 10) return fail("com.amazonaws.sqs#TooManyEntriesInBatchRequest", "Too many entries");
      for (const { ReceiptHandle, VisibilityTimeout } of entries) {
        const message = queue(QueueUrl).find(({ MessageId }) => ReceiptHandle === `handle-${MessageId}`);
        if (message) message.hiddenUntil = Date.now() + VisibilityTimeout * 1000;
      }
      return { Successful: entries.map(({ Id }) => ({ Id })), Failed: [] };
    },
    "AmazonSQS.StartMessageMoveTask": (input) => {
      const { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond } = input as unknown as Task;
      if (!nameIn(SourceArn).endsWith("-DeadLetters")) {
        return fail(
          "com.amazonaws.sqs#UnsupportedOperation",
          "Source queue must be configured as a Dead Letter Queue.",
        );
      }
      if (!DestinationArn)
        return fail("com.amazonaws.sqs#InvalidParameterValue", "Some messages have no source queue.");
      queue(DestinationArn);
      tasks.unshift({
        TaskHandle: `task-${tasks.length}`,
        Status: "RUNNING",
        ApproximateNumberOfMessagesMoved: 0,
        ApproximateNumberOfMessagesToMove: queue(SourceArn).length,
        SourceArn,
        DestinationArn,
        MaxNumberOfMessagesPerSecond,
        StartedTimestamp: Date.now() + tasks.length,
      });
      return { TaskHandle: tasks[0]?.TaskHandle };
    },
    "AmazonSQS.ListMessageMoveTasks": () => {
      if (tasks[0]) advance(tasks[0]);
      return { Results: tasks.slice(0, 1) };
    },
    "AmazonSQS.CancelMessageMoveTask": ({ TaskHandle }) => {
      const task = tasks.find((each) => each.TaskHandle === TaskHandle);
      if (!task) return fail("com.amazonaws.sqs#ResourceNotFoundException", "The task does not exist.");
      task.Status = "CANCELLED";
      return { ApproximateNumberOfMessagesMoved: task.ApproximateNumberOfMessagesMoved };
    },
  };

  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      const [, invokedName] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url ?? "") ?? [];
      const isQuery = request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
      const operation = isQuery
        ? `STS.${new URLSearchParams(body).get("Action")}`
        : invokedName
          ? "Lambda.Invoke"
          : String(request.headers["x-amz-target"]);
      const input = isQuery ? Object.fromEntries(new URLSearchParams(body)) : JSON.parse(body || "{}");
      aws.calls.push({ operation, input });
      const call = (counts.get(operation) ?? 0) + 1;
      counts.set(operation, call);
      const send = (status: number, type: string, text: string, headers: Record<string, string> = {}): void => {
        response
          .writeHead(status, { "content-type": type, "x-amzn-requestid": crypto.randomUUID(), ...headers })
          .end(text);
      };
      try {
        if (
          !/^AWS4-HMAC-SHA256 Credential=\S+, SignedHeaders=\S+, Signature=[\da-f]{64}$/.test(
            request.headers.authorization ?? "",
          )
        ) {
          throw jsonError("MissingAuthenticationTokenException", "Missing Authentication Token", 403);
        }
        const fault = aws.fault(operation, call);
        if (fault) throw fault;
        if (isQuery) {
          return send(
            200,
            "text/xml",
            `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${account}:user/jo</Arn><UserId>AIDA</UserId><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
          );
        }
        if (invokedName) {
          if (!aws.functions.has(invokedName)) throw jsonError("ResourceNotFoundException", "Function not found", 404);
          aws.invoked.push({ name: invokedName, type: String(request.headers["x-amz-invocation-type"]), event: input });
          return send(202, "application/json", "");
        }
        const answer = operations[operation]?.(input) ?? fail("UnknownOperationException", operation);
        const type = operation.startsWith("AmazonSQS") ? "application/x-amz-json-1.0" : "application/x-amz-json-1.1";
        return send(200, type, JSON.stringify(answer));
      } catch (thrown) {
        const { type, message, status = 400 } = thrown as AwsError;
        if (isQuery) {
          return send(
            status,
            "text/xml",
            `<ErrorResponse><Error><Type>Sender</Type><Code>${type}</Code><Message>${message}</Message></Error></ErrorResponse>`,
          );
        }
        send(status, "application/x-amz-json-1.1", JSON.stringify({ __type: type, message, Message: message }), {
          "x-amzn-errortype": type,
        });
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const aws: AwsEndpoint = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    account,
    calls: [],
    logGroups: new Map(),
    secrets: new Map(),
    queues: new Map(),
    invoked: [],
    functions: new Set(),
    pageSize: 100,
    moveStep: 5,
    fault: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return aws;
}

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
