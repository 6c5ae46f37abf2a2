import type { Context } from "aws-lambda";
import { readConfig } from "./config.ts";
import { deadLetterQueue } from "./deadletters.ts";
import { registry } from "./formatters/registry.ts";
import { createForwarder, type Forwarder } from "./forward.ts";
import { pantherConsole } from "./panther.ts";
import { createReport } from "./report.ts";
import { tokenOf } from "./token.ts";

let forwarder: Forwarder | undefined;

/**
 * The Lambda entry: takes an event of EventBridge, or a batch of the retry queue, and sends what is to be said of it to
 * the console.
 * @returns what became of the event's messages, or for a batch which of its messages AWS must keep.
 * @throws {UndeliveredError} where the console did not take a message: AWS then keeps the event.
 * @throws {ConfigError} where a setting is missing or malformed.
 */
export async function lambdaHandler(input: unknown, context: Context): Promise<unknown> {
  forwarder ??= connect();
  return forwarder(input, context);
}

function connect(): Forwarder {
  const config = readConfig(process.env);
  const report = createReport(config.functionName);
  const token = tokenOf(config.token);
  // Known before the first line is logged; where it cannot be read, the delivery says why.
  const hidden = token.current().then(report.hide, () => "");
  const forward = createForwarder({
    config,
    registry,
    report,
    console: pantherConsole({
      url: config.apiUrl,
      token: { refresh: token.refresh, current: async () => report.hide(await token.current()) },
    }),
    // Loaded with the first log file: most events are none.
    readLog: async (object) => (await import("./vpclogs/index.ts")).readVpcLog(object),
    keep: config.deadLetterQueueUrl ? deadLetterQueue(config.deadLetterQueueUrl) : undefined,
  });
  return async (input, invocation) => {
    await hidden;
    return forward(input, invocation);
  };
}
