import type { Context } from "aws-lambda";
import { readConfig } from "./config.ts";
import { before } from "./deadline.ts";
import { registry } from "./formatters/registry.ts";
import { createForwarder, type Forwarder } from "./forward/forward.ts";
import { sqsQueue } from "./forward/queues.ts";
import { createReport } from "./forward/report.ts";
import { lazy } from "./lazy.ts";
import { pantherConsole } from "./panther/client.ts";
import { tokenOf } from "./panther/token.ts";

/** Milliseconds that the first invocation waits for a secret before its lines are logged. */
const maxTokenWait = 5000;

/** Connected by the first invocation; a warm function keeps it. */
const forwarder = lazy(connect);

/**
 * The Lambda entry: takes an event of EventBridge or a batch of the retry queue, and sends the messages to the console.
 * @returns the event's outcome, or for a batch which of its messages stay in the queue.
 * @throws {UndeliveredError} where a message is undelivered: AWS then keeps the event.
 * @throws {ConfigError} where a setting is missing or malformed.
 */
export async function lambdaHandler(input: unknown, context: Context): Promise<unknown> {
  return forwarder()(input, context);
}

function connect(): Forwarder {
  const config = readConfig(process.env);
  const report = createReport(config.functionName);
  const token = tokenOf(config.token);
  const hiddenToken = async (): Promise<string> => report.hide(await token.current());
  // Before the first line is logged. Where the token cannot be read, the first delivery reports it.
  const hidden = hiddenToken().catch(() => "");
  const forward = createForwarder({
    config,
    registry,
    report,
    console: pantherConsole({ url: config.apiUrl, token: { current: hiddenToken, refresh: () => token.refresh() } }),
    // Most events are no log files: the reader is loaded with the first one that is.
    readLog: async (object) => (await import("./vpclogs/index.ts")).readVpcLog(object),
    deadLetter: config.deadLetterQueueUrl ? sqsQueue(config.deadLetterQueueUrl) : undefined,
    retry: config.retryQueueUrl ? sqsQueue(config.retryQueueUrl) : undefined,
  });
  return async (input, invocation) => {
    await before(maxTokenWait, hidden).catch(() => {});
    return forward(input, invocation);
  };
}
