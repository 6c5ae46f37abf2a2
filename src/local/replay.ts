import { setTimeout as delay } from "node:timers/promises";
import { parseEvent } from "../event.ts";
import {
  accountOf,
  asking,
  awsOptions,
  awsUsage,
  clientOptions,
  type Place,
  regionOf,
  tellOfThrottling,
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
import { moveDeadLetters, openQueues, peekDeadLetters } from "./deadletters.ts";
import { loggedEvents } from "./logs.ts";
import { eventsIn, messagesTable, preview } from "./preview.ts";
import { progressBar } from "./progress.ts";
import { sampleHome } from "./samples.ts";

const usage = `npm run replay -- FILE… | --since TIME | --dead-letter [--to local|function|queue] [OPTION…]   send events again

What is sent, one of these:
  FILE…             events' JSON
  --since TIME      the events that the function logged for want of a formatter since 30m, 2h, 3d, or a date
  --dead-letter     what the console refused, or could not be given for ten days: the dead-letter queue

Where it goes:
  --to local        nowhere: show the messages that it gives with the formatters as they are here (the default)
  --to function     to the deployed function, as EventBridge sends it
  --to queue        to the retry queue, from which the function reads it; dead letters are moved there

  --rate N          events a second (10)
  --yes             do not ask (needed where there is no terminal)
  --dry-run         the same as --to local
${awsUsage}

Needs, by what is asked: logs:FilterLogEvents; lambda:InvokeFunction; of SQS GetQueueUrl, GetQueueAttributes,
SendMessage, ReceiveMessage, ChangeMessageVisibility, DeleteMessage, StartMessageMoveTask, ListMessageMoveTasks and
CancelMessageMoveTask.
Exit code: 0 all were sent, 1 not all were, 2 called wrongly, 130 stopped with Ctrl-C.`;

const targets = ["local", "function", "queue"] as const;
type Target = (typeof targets)[number];

type Where = Place & { readonly stack: string };

export interface Sent {
  readonly sent: number;
  /** Why events were not taken, and how many. */
  readonly failed: ReadonlyMap<string, number>;
  /** Why it ended before the last. */
  readonly stopped?: Failure | "interrupted";
}

/** Errors that say something of one event only: the others are worth a try. */
const ofTheEvent = /TooLarge|TooLong|InvalidMessageContents|InvalidRequestContent|InvalidParameterValue/;

/** Sends events one after the other, `rate` a second. A failure that would meet every other event too ends it. */
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
      if (!ofTheEvent.test((error.cause as Error | undefined)?.name ?? "")) return { sent, failed, stopped: error };
      failed.set(error.message, (failed.get(error.message) ?? 0) + 1);
    }
    progress(index + 1);
  }
  return { sent, failed };
}

/** How an event reaches a target, and the target's name in a sentence. */
async function senderTo(
  target: Target,
  where: Where,
): Promise<{ name: string; region: string; send(event: unknown): Promise<unknown> }> {
  if (target === "queue") {
    const { retry, region, send } = await openQueues(where);
    return { name: `the queue ${retry.name}`, region, send: (event) => send(JSON.stringify(event)) };
  }
  const { InvokeCommand, LambdaClient } = await import("@aws-sdk/client-lambda");
  const client = new LambdaClient(clientOptions(where));
  tellOfThrottling(client);
  const region = await regionOf(client, where);
  return {
    name: `the function ${where.stack}`,
    region,
    send: (event) =>
      asking(
        where,
        `invoke the function ${where.stack}`,
        `There is no function ${where.stack} in ${region} (--stack, --region).`,
        () =>
          client.send(
            new InvokeCommand({
              FunctionName: where.stack,
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
    throw new Failure(`${file} is no EventBridge event: it has neither a source nor a detail-type.`);
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

const question = (what: string, to: string, account: string, region: string, rate: number): string =>
  `${what} to ${to} of account ${account} in ${region}, ${rate} a second?`;

async function sendEvents(
  events: readonly unknown[],
  target: Target,
  where: Where,
  rate: number,
  yes: boolean,
): Promise<number> {
  const { name, region, send } = await senderTo(target, where);
  const account = await accountOf({ ...where, region });
  const asked = question(`Send ${counted(events.length, "event")}`, name, account, region, rate);
  if (yes) say(asked.replace(/\?$/, "."));
  else if (!(await confirm(asked))) return declined();

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
  else if (sent > 0) console.log(`What becomes of them is in the function's log: /aws/lambda/${where.stack}`);
  return stopped === "interrupted" ? 130 : failed.size > 0 || stopped ? 1 : 0;
}

async function deadLetters(target: Target, where: Where, rate: number, yes: boolean): Promise<number> {
  const queues = await openQueues(where);
  const { deadLetters, retry, region } = queues;
  if (target === "local") {
    const letters = await peekDeadLetters(queues);
    for (const { reason, count } of tallied(letters.map(({ reason }) => reason))) say(`${count}: ${reason}`);
    const events = letters.flatMap(({ event }) => (event === undefined ? [] : [event]));
    if (letters.length > events.length) say(`${counted(letters.length - events.length, "message")} without an event.`);
    if (letters.length < deadLetters.waiting)
      say(`The queue holds about ${deadLetters.waiting}: these are the first ${letters.length}.`);
    if (letters.length > 0) return show(events);
    console.log(`No dead letters wait in ${deadLetters.name} (${region}).`);
    return 0;
  }
  if (deadLetters.waiting === 0) {
    console.log(`No dead letters wait in ${deadLetters.name} (${region}).`);
    return 0;
  }
  const account = await accountOf({ ...where, region });
  const asked = question(
    `Move ${counted(deadLetters.waiting, "dead letter")}`,
    `the queue ${retry.name}`,
    account,
    region,
    rate,
  );
  if (yes) say(asked.replace(/\?$/, "."));
  else if (!(await confirm(asked))) return declined();
  const bar = await progressBar(deadLetters.waiting, "Moving");
  const interruption = onInterrupt();
  const { moved, status, reason } = await moveDeadLetters(queues, {
    rate,
    progress: bar.update,
    interrupted: interruption.seen,
  });
  bar.stop();
  interruption.end();
  console.log(
    `${counted(moved, "dead letter")} moved to ${retry.name}; what the console refuses again comes back to ${deadLetters.name}.`,
  );
  if (status === "COMPLETED") return 0;
  say(paintError("red", `The move ended early (${status}): ${reason}`));
  return interruption.seen() ? 130 : 1;
}

const tallied = (reasons: readonly string[]): { reason: string; count: number }[] =>
  [...new Set(reasons)].map((reason) => ({ reason, count: reasons.filter((each) => each === reason).length }));

const declined = (): number => {
  say("Nothing was sent.");
  return 1;
};

/** Ctrl-C ends the work after the event that is under way, so that the summary is still told. */
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
      if (sources !== 1)
        throw new UsageError("What is to be sent? Name files, or --since, or --dead-letter: one of these.");
      if (!targets.some((target) => target === values.to))
        throw new UsageError(`--to should be ${targets.join(", ")}, not ${values.to}.`);
      const target = values["dry-run"] ? "local" : (values.to as Target);
      const rate = positive(values.rate, "--rate");
      if (target !== "local" && !values.yes) requireTerminal();
      if (values["dead-letter"]) {
        if (target === "function")
          throw new UsageError("Dead letters go --to queue: AWS moves them without losing one.");
        return deadLetters(target, values, rate, values.yes);
      }
      const events =
        values.since === undefined
          ? eventsOfFiles(files)
          : (await loggedEvents(values, timeOf(values.since))).events.map(({ event }) => event);
      if (events.length === 0) {
        console.log(paint("green", `Nothing to send: no event without formatter was logged since ${values.since}.`));
        return 0;
      }
      return target === "local" ? show(events) : sendEvents(events, target, values, rate, values.yes);
    },
  });
}
