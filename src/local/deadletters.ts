import { setTimeout as delay } from "node:timers/promises";
import type { Message, SQSClient } from "@aws-sdk/client-sqs";
import { eventIn } from "../records.ts";
import { asking, clientOptions, type Place, regionOf, tellOfThrottling } from "./aws.ts";

export interface Queue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  /** About how many messages can be received. */
  readonly waiting: number;
}

export interface Queues {
  readonly retry: Queue;
  readonly deadLetters: Queue;
  readonly region: string;
  readonly place: Place;
  readonly client: SQSClient;
  /** Puts a message into the retry queue. */
  send(body: string): Promise<unknown>;
}

/** The two queues of a stack, by the names that template.yaml gives them. */
export async function openQueues(where: Place & { readonly stack: string }): Promise<Queues> {
  const { GetQueueAttributesCommand, GetQueueUrlCommand, SendMessageCommand, SQSClient } = await import(
    "@aws-sdk/client-sqs"
  );
  const client = new SQSClient(clientOptions(where));
  tellOfThrottling(client);
  const region = await regionOf(client, where);
  const open = (name: string): Promise<Queue> =>
    asking(
      where,
      `read the queue ${name}`,
      `There is no queue ${name} in ${region}: is the stack in this region, and its name right (--stack, --region)?`,
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
  const retry = await open(`${where.stack}-Retry`);
  const deadLetters = await open(`${where.stack}-DeadLetters`);
  return {
    retry,
    deadLetters,
    region,
    place: where,
    client,
    send: (MessageBody) =>
      asking(where, `send to the queue ${retry.name}`, `There is no queue ${retry.name} in ${region}.`, () =>
        client.send(new SendMessageCommand({ QueueUrl: retry.url, MessageBody })),
      ),
  };
}

export interface DeadLetter {
  /** Absent where the message holds none. */
  readonly event: unknown;
  readonly reason: string;
}

const mostPeeked = 100;

/** The first dead letters, which stay in their queue. */
export async function peekDeadLetters({ client, deadLetters, place }: Queues): Promise<DeadLetter[]> {
  const { ChangeMessageVisibilityBatchCommand, ReceiveMessageCommand } = await import("@aws-sdk/client-sqs");
  const seen = new Map<string, Message>();
  const ask = <Result>(call: () => Promise<Result>): Promise<Result> =>
    asking(place, `read the queue ${deadLetters.name}`, `There is no queue ${deadLetters.name}.`, call);
  const receive = () =>
    ask(() =>
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
      if (seen.size >= mostPeeked) break;
    }
  } finally {
    const handles = [...seen.values()].map(({ ReceiptHandle }) => ReceiptHandle ?? "");
    for (let from = 0; from < handles.length; from += 10) {
      const Entries = handles
        .slice(from, from + 10)
        .map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout: 0 }));
      await ask(() => client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: deadLetters.url, Entries })));
    }
  }
  return [...seen.values()].map(({ Body, MessageAttributes }) => {
    const read = eventIn(Body);
    return {
      event: "event" in read ? read.event : undefined,
      reason:
        MessageAttributes?.reason?.StringValue ?? ("event" in read ? "not delivered for ten days" : read.unreadable),
    };
  });
}

export interface Moved {
  readonly moved: number;
  readonly status: string;
  readonly reason: string;
}

/**
 * Has AWS move the dead letters to the retry queue. The destination is named, since those that the function put there
 * itself have no queue that they came from.
 */
export async function moveDeadLetters(
  { client, deadLetters, retry, place }: Queues,
  {
    rate,
    progress = () => {},
    interrupted = () => false,
    pause = 1000,
  }: {
    readonly rate: number;
    readonly progress?: (moved: number) => void;
    readonly interrupted?: () => boolean;
    /** Milliseconds between two looks. */
    readonly pause?: number;
  },
): Promise<Moved> {
  const { CancelMessageMoveTaskCommand, ListMessageMoveTasksCommand, StartMessageMoveTaskCommand } = await import(
    "@aws-sdk/client-sqs"
  );
  const ask = <Result>(call: () => Promise<Result>): Promise<Result> =>
    asking(
      place,
      `move messages from ${deadLetters.name} to ${retry.name}`,
      `There is no queue ${deadLetters.name}.`,
      call,
    );
  const newest = async () => {
    const { Results = [] } = await ask(() =>
      client.send(new ListMessageMoveTasksCommand({ SourceArn: deadLetters.arn, MaxResults: 1 })),
    );
    return Results[0];
  };
  const before = (await newest())?.StartedTimestamp;
  const { TaskHandle } = await ask(() =>
    client.send(
      new StartMessageMoveTaskCommand({
        SourceArn: deadLetters.arn,
        DestinationArn: retry.arn,
        MaxNumberOfMessagesPerSecond: Math.min(500, Math.max(1, Math.round(rate))),
      }),
    ),
  );
  let why = "";
  for (;;) {
    await delay(pause);
    const task = await newest();
    if (task && task.StartedTimestamp === before) continue;
    const { Status = "RUNNING", ApproximateNumberOfMessagesMoved: moved = 0, FailureReason } = task ?? {};
    progress(Number(moved));
    if (Status !== "RUNNING" && Status !== "CANCELLING") {
      return { moved: Number(moved), status: Status, reason: FailureReason ?? why };
    }
    // The function puts back what the console refuses again: the move would go round for up to 36 hours.
    const round = Number(moved) > deadLetters.waiting + 100;
    if (!why && (interrupted() || round)) {
      why = interrupted() ? "stopped with Ctrl-C." : "the console refuses the events again, and they come back.";
      await ask(() => client.send(new CancelMessageMoveTaskCommand({ TaskHandle })));
    }
  }
}
