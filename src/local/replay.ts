import { setTimeout as delay } from "node:timers/promises";
import { parseEvent } from "../event.ts";
import {
  type AwsSession,
  accountOf,
  awsOptions,
  awsUsage,
  callAws,
  clientOptions,
  regionOf,
  reportThrottling,
} from "./aws.ts";
import {
  confirm,
  counted,
  Failure,
  paint,
  paintError,
  positive,
  readJson,
  requireTerminal,
  runCommand,
  say,
  timeOf,
  UsageError,
} from "./cli.ts";
import { type DeadLetter, moveDeadLetters, openQueues, peekDeadLetters, type Queues } from "./deadletters.ts";
import { loggedEvents } from "./logs.ts";
import { eventsIn, messagesTable, preview } from "./preview.ts";
import { progressBar } from "./progress.ts";
import { sampleHome } from "./samples.ts";

const usage = `npm run replay -- FILE… | --since TIME | --dead-letter [--to local|function|queue] [OPTION…]   send events again

Source, one of:
  FILE…             files with events' JSON
  --since TIME      events that the function logged because they had no formatter, since 30m, 2h, 3d, or a date
  --dead-letter     events in the dead-letter queue: refused by the console, or undelivered for ten days

Destination:
  --to local        send nothing: show the messages that the local formatters give (the default)
  --to function     the deployed function, invoked as by EventBridge
  --to queue        the retry queue, which the function reads; dead letters are moved there

  --rate N          events per second (10)
  --yes             do not ask (required without a terminal)
  --dry-run         the same as --to local
${awsUsage}

Permissions, by source and destination: logs:FilterLogEvents; lambda:InvokeFunction; of SQS GetQueueUrl,
GetQueueAttributes, SendMessage, ReceiveMessage, ChangeMessageVisibility, DeleteMessage, StartMessageMoveTask,
ListMessageMoveTasks and CancelMessageMoveTask.
Exit code: 0 all events were sent, 1 not all, 2 wrong arguments, 130 stopped with Ctrl-C.`;

const targets = ["local", "function", "queue"] as const;
type Target = (typeof targets)[number];

type StackSession = AwsSession & { readonly stack: string };

export interface Sent {
  readonly sent: number;
  /** The number of refused events by reason. */
  readonly failed: ReadonlyMap<string, number>;
  /** Why it stopped before the last event. */
  readonly stopped?: Failure | "interrupted";
}

/** Errors that concern a single event: the others can still be sent. */
const eventErrors = /TooLarge|TooLong|InvalidMessageContents|InvalidRequestContent|InvalidParameterValue/;

/** Sends events one after the other, `rate` per second, and stops at a failure that does not concern a single event. */
export async function sendAll(
  events: readonly unknown[],
  send: (event: unknown) => Promise<unknown>,
  {
    rate,
    progress = () => {},
    interrupted = () => false,
  }: {
    readonly rate: number;
    readonly progress?: (done: number) => void;
    readonly interrupted?: () => boolean;
  },
): Promise<Sent> {
  const failed = new Map<string, number>();
  let next = performance.now();
  let sent = 0;
  for (const [index, event] of events.entries()) {
    const wait = next - performance.now();
    if (wait > 0) await delay(wait);
    next = Math.max(next, performance.now()) + 1000 / rate;
    if (interrupted()) return { sent, failed, stopped: "interrupted" };
    try {
      await send(event);
      sent++;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (!eventErrors.test((error.cause as Error | undefined)?.name ?? "")) return { sent, failed, stopped: error };
      failed.set(error.message, (failed.get(error.message) ?? 0) + 1);
    }
    progress(index + 1);
  }
  return { sent, failed };
}

/** How to send an event to a target, and the target's name for sentences. */
async function senderTo(
  target: Target,
  session: StackSession,
): Promise<{ name: string; region: string; send(event: unknown): Promise<unknown> }> {
  if (target === "queue") {
    const { retry, region, send } = await openQueues(session);
    return { name: `the queue ${retry.name}`, region, send: (event) => send(JSON.stringify(event)) };
  }
  const { InvokeCommand, LambdaClient } = await import("@aws-sdk/client-lambda");
  const client = new LambdaClient(clientOptions(session));
  reportThrottling(client);
  const region = await regionOf(client, session);
  return {
    name: `the function ${session.stack}`,
    region,
    send: (event) =>
      callAws(
        session,
        `invoke the function ${session.stack}`,
        `There is no function ${session.stack} in ${region} (--stack, --region).`,
        () =>
          client.send(
            new InvokeCommand({
              FunctionName: session.stack,
              InvocationType: "Event",
              Payload: Buffer.from(JSON.stringify(event)),
            }),
          ),
      ),
  };
}

function eventsOfFiles(files: readonly string[]): unknown[] {
  return files.flatMap((file) => {
    const read = readJson(file);
    try {
      const events = eventsIn(read);
      if (events.every((event) => parseEvent(event, sampleHome))) return events;
    } catch (error) {
      throw new Failure(`${file}: ${(error as Error).message}`);
    }
    throw new Failure(`${file} is not an EventBridge event: it has neither a source nor a detail-type.`);
  });
}

async function show(events: readonly unknown[]): Promise<number> {
  const { messages, remarks } = await preview(events);
  if (messages.length > 0) console.log(messagesTable(messages));
  for (const remark of remarks) say(remark);
  say(
    `${counted(events.length, "event")}, ${counted(messages.length, "message")}; nothing was sent (--to function, --to queue).`,
  );
  return 0;
}

interface SendOptions {
  readonly target: Target;
  readonly session: StackSession;
  /** Events per second. */
  readonly rate: number;
  /** Without asking. */
  readonly yes: boolean;
}

/** Names what is sent where, and asks for confirmation unless `yes` is set. */
async function isConfirmed(what: string, to: string, region: string, options: SendOptions): Promise<boolean> {
  const account = await accountOf({ ...options.session, region });
  const sentence = `${what} to ${to} of account ${account} in ${region}, ${options.rate} per second`;
  if (options.yes) say(`${sentence}.`);
  else if (!(await confirm(`${sentence}?`))) {
    say("Nothing was sent.");
    return false;
  }
  return true;
}

async function sendEvents(events: readonly unknown[], options: SendOptions): Promise<number> {
  const { session, target, rate } = options;
  const { name, region, send } = await senderTo(target, session);
  if (!(await isConfirmed(`Send ${counted(events.length, "event")}`, name, region, options))) return 1;

  const bar = await progressBar(events.length, "Sending");
  const interruption = onInterrupt();
  const { sent, failed, stopped } = await sendAll(events, send, {
    rate,
    progress: bar.update,
    interrupted: interruption.seen,
  });
  bar.stop();
  interruption.end();

  const left = events.length - sent - [...failed.values()].reduce((sum, count) => sum + count, 0);
  console.log(
    `${counted(sent, "event")} sent to ${name}${failed.size + left === 0 ? "." : `, ${events.length - sent - left} refused, ${left} not sent.`}`,
  );
  for (const [reason, count] of failed) say(paintError("red", `${count}: ${reason}`));
  if (stopped instanceof Failure) say(paintError("red", stopped.message));
  else if (sent > 0) console.log(`The results are in the function's log: /aws/lambda/${session.stack}`);
  return stopped === "interrupted" ? 130 : failed.size > 0 || stopped ? 1 : 0;
}

async function showDeadLetters(queues: Queues): Promise<number> {
  const letters = await peekDeadLetters(queues);
  for (const { reason, count } of countReasons(letters)) say(`${count}: ${reason}`);
  const events = letters.flatMap(({ event }) => (event === undefined ? [] : [event]));
  if (letters.length > events.length) say(`${counted(letters.length - events.length, "message")} without an event.`);
  const { waiting } = queues.deadLetters;
  if (letters.length < waiting) say(`The queue has about ${waiting} messages: these are the first ${letters.length}.`);
  return letters.length > 0 ? show(events) : noDeadLetters(queues);
}

function noDeadLetters({ deadLetters, region }: Queues): number {
  console.log(`There are no dead letters in ${deadLetters.name} (${region}).`);
  return 0;
}

async function sendDeadLetters(queues: Queues, options: SendOptions): Promise<number> {
  const { deadLetters, retry, region } = queues;
  if (deadLetters.waiting === 0) return noDeadLetters(queues);
  const what = `Move ${counted(deadLetters.waiting, "dead letter")}`;
  if (!(await isConfirmed(what, `the queue ${retry.name}`, region, options))) return 1;
  const bar = await progressBar(deadLetters.waiting, "Moving");
  const interruption = onInterrupt();
  const { moved, status, reason } = await moveDeadLetters(queues, {
    rate: options.rate,
    progress: bar.update,
    interrupted: interruption.seen,
  });
  bar.stop();
  interruption.end();
  console.log(
    `${counted(moved, "dead letter")} moved to ${retry.name}; events that the console refuses again return to ${deadLetters.name}.`,
  );
  if (status === "COMPLETED") return 0;
  say(paintError("red", `The move ended early (${status}): ${reason}`));
  return interruption.seen() ? 130 : 1;
}

function countReasons(letters: readonly DeadLetter[]): { reason: string; count: number }[] {
  const reasons = letters.map(({ reason }) => reason);
  return [...new Set(reasons)].map((reason) => ({ reason, count: reasons.filter((each) => each === reason).length }));
}

/** Ctrl-C stops after the current event, so that the summary is still printed. */
function onInterrupt(): { seen(): boolean; end(): void } {
  let seen = false;
  const note = (): void => {
    seen = true;
  };
  process.once("SIGINT", note);
  return { seen: () => seen, end: () => void process.removeListener("SIGINT", note) };
}

if (import.meta.main) {
  await runCommand({
    usage,
    options: {
      ...awsOptions,
      since: { type: "string" },
      "dead-letter": { type: "boolean", default: false },
      to: { type: "string", default: "local" },
      rate: { type: "string", default: "10" },
      yes: { type: "boolean", default: false },
      "dry-run": { type: "boolean", default: false },
    },
    async run(values, files) {
      const sources = [files.length > 0, values.since !== undefined, values["dead-letter"]].filter(Boolean).length;
      if (sources !== 1) throw new UsageError("Name one source: files, --since or --dead-letter.");
      if (!targets.some((target) => target === values.to))
        throw new UsageError(`--to should be ${targets.join(", ")}, not ${values.to}.`);
      const target = values["dry-run"] ? "local" : (values.to as Target);
      const options = { target, session: values, rate: positive(values.rate, "--rate"), yes: values.yes };
      if (target !== "local" && !values.yes) requireTerminal();
      if (values["dead-letter"]) {
        if (target === "function")
          throw new UsageError("Send dead letters --to queue: AWS moves them without losing one.");
        const queues = await openQueues(values);
        return target === "local" ? showDeadLetters(queues) : sendDeadLetters(queues, options);
      }
      const events =
        values.since === undefined
          ? eventsOfFiles(files)
          : (await loggedEvents(values, timeOf(values.since))).events.map(({ event }) => event);
      if (events.length === 0) {
        console.log(paint("green", `Nothing to send: no event without a formatter was logged since ${values.since}.`));
        return 0;
      }
      return target === "local" ? show(events) : sendEvents(events, options);
    },
  });
}
