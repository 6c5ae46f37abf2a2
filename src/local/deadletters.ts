import { setTimeout as delay } from "node:timers/promises";
import type { Message, SQSClient } from "@aws-sdk/client-sqs";
import { payloadsIn } from "../forward/input.ts";
import { type AwsSession, callAws, clientOptions, regionOf, reportThrottling } from "./aws.ts";

export interface Queue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  /** The approximate number of visible messages. */
  readonly waiting: number;
}

export interface Queues {
  readonly retry: Queue;
  readonly deadLetters: Queue;
  readonly region: string;
  readonly session: AwsSession;
  readonly client: SQSClient;
  /** Puts a message into the retry queue. */
  send(body: string): Promise<unknown>;
}

/** The two queues of a stack, which template.yaml names. */
export async function openQueues(session: AwsSession & { readonly stack: string }): Promise<Queues> {
  const { GetQueueAttributesCommand, GetQueueUrlCommand, SendMessageCommand, SQSClient } = await import(
    "@aws-sdk/client-sqs"
  );
  const client = new SQSClient(clientOptions(session));
  reportThrottling(client);
  const region = await regionOf(client, session);
  const open = (name: string): Promise<Queue> =>
    callAws(
      session,
      `read the queue ${name}`,
      `There is no queue ${name} in ${region}: check --stack and --region.`,
      async () => {
        const { QueueUrl: url = "" } = await client.send(new GetQueueUrlCommand({ QueueName: name }));
        const { Attributes = {} } = await client.send(
          new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["QueueArn", "ApproximateNumberOfMessages"] }),
        );
        return {
          name,
          url,
          arn: Attributes.QueueArn ?? "",
          waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0),
        };
      },
    );
  const retry = await open(`${session.stack}-Retry`);
  const deadLetters = await open(`${session.stack}-DeadLetters`);
  return {
    retry,
    deadLetters,
    region,
    session,
    client,
    send: (MessageBody) =>
      callAws(session, `send to the queue ${retry.name}`, `There is no queue ${retry.name} in ${region}.`, () =>
        client.send(new SendMessageCommand({ QueueUrl: retry.url, MessageBody })),
      ),
  };
}

export interface DeadLetter {
  /** `undefined` if the message holds no event. */
  readonly event: unknown;
  readonly reason: string;
}

const maxPeeked = 100;

/** The first dead letters, which stay in the queue. */
export async function peekDeadLetters({ client, deadLetters, session }: Queues): Promise<DeadLetter[]> {
  const { ChangeMessageVisibilityBatchCommand, ReceiveMessageCommand } = await import("@aws-sdk/client-sqs");
  const seen = new Map<string, Message>();
  const request = <Result>(call: () => Promise<Result>): Promise<Result> =>
    callAws(session, `read the queue ${deadLetters.name}`, `There is no queue ${deadLetters.name}.`, call);
  const receive = () =>
    request(() =>
      client.send(
        new ReceiveMessageCommand({
          QueueUrl: deadLetters.url,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: 60,
          WaitTimeSeconds: 1,
          MessageAttributeNames: ["reason"],
        }),
      ),
    );
  try {
    for (let page = await receive(); page.Messages?.length; page = await receive()) {
      for (const message of page.Messages) seen.set(message.MessageId ?? "", message);
      if (seen.size >= maxPeeked) break;
    }
  } finally {
    const handles = [...seen.values()].map(({ ReceiptHandle }) => ReceiptHandle ?? "");
    for (let from = 0; from < handles.length; from += 10) {
      const Entries = handles
        .slice(from, from + 10)
        .map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout: 0 }));
      await request(() => client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: deadLetters.url, Entries })));
    }
  }
  return [...seen.values()].map(({ Body, MessageAttributes }) => {
    const read = payloadsIn(Body);
    return {
      event: "payloads" in read ? read.payloads[0] : undefined,
      reason:
        MessageAttributes?.reason?.StringValue ?? ("payloads" in read ? "not delivered for ten days" : read.unreadable),
    };
  });
}

export interface Moved {
  readonly moved: number;
  readonly status: string;
  readonly reason: string;
}

export interface MoveOptions {
  /** Messages per second. */
  readonly rate: number;
  readonly progress?: (moved: number) => void;
  readonly interrupted?: () => boolean;
  /** Milliseconds between two requests for the task's status. */
  readonly pause?: number;
}

/**
 * Moves the dead letters to the retry queue with a message move task. The destination is given because the messages that
 * the function itself sent to the dead-letter queue have no source queue.
 */
export async function moveDeadLetters(queues: Queues, options: MoveOptions): Promise<Moved> {
  const { rate, progress = () => {}, interrupted = () => false, pause = 1000 } = options;
  const tasks = await moveTasks(queues);
  const previous = (await tasks.newest())?.StartedTimestamp;
  const handle = await tasks.start(rate);
  let cancelReason = "";
  for (;;) {
    await delay(pause);
    const task = await tasks.newest();
    if (task && task.StartedTimestamp === previous) continue;
    const { Status = "RUNNING", ApproximateNumberOfMessagesMoved = 0, FailureReason } = task ?? {};
    const moved = Number(ApproximateNumberOfMessagesMoved);
    progress(moved);
    if (Status !== "RUNNING" && Status !== "CANCELLING") {
      return { moved, status: Status, reason: FailureReason ?? cancelReason };
    }
    if (cancelReason) continue;
    // Events that the console refuses again return to the queue: without a limit, the task would run for up to 36 hours.
    const isCircular = moved > queues.deadLetters.waiting + 100;
    if (interrupted()) cancelReason = "stopped with Ctrl-C.";
    else if (isCircular) cancelReason = "the console refuses the events again, and they return.";
    if (cancelReason) await tasks.cancel(handle);
  }
}

/** The message move tasks of the dead-letter queue. */
async function moveTasks({ client, deadLetters, retry, session }: Queues) {
  const { CancelMessageMoveTaskCommand, ListMessageMoveTasksCommand, StartMessageMoveTaskCommand } = await import(
    "@aws-sdk/client-sqs"
  );
  const request = <Result>(call: () => Promise<Result>): Promise<Result> =>
    callAws(
      session,
      `move messages from ${deadLetters.name} to ${retry.name}`,
      `There is no queue ${deadLetters.name}.`,
      call,
    );
  return {
    newest: async () => {
      const { Results = [] } = await request(() =>
        client.send(new ListMessageMoveTasksCommand({ SourceArn: deadLetters.arn, MaxResults: 1 })),
      );
      return Results[0];
    },
    start: async (rate: number): Promise<string | undefined> => {
      const { TaskHandle } = await request(() =>
        client.send(
          new StartMessageMoveTaskCommand({
            SourceArn: deadLetters.arn,
            DestinationArn: retry.arn,
            MaxNumberOfMessagesPerSecond: Math.min(500, Math.max(1, Math.round(rate))),
          }),
        ),
      );
      return TaskHandle;
    },
    cancel: (TaskHandle: string | undefined) =>
      request(() => client.send(new CancelMessageMoveTaskCommand({ TaskHandle }))),
  };
}
