import type { BatchOutcome, Outcome } from "../forward/forward.ts";
import type { Policy } from "../message.ts";
import { build } from "./build.ts";
import { counted, Failure, paintError, readJson, runCommand, say, UsageError } from "./cli.ts";
import { startConsole } from "./console.ts";
import { becauseOf, eventsIn, messagesTable, type Preview, preview } from "./preview.ts";
import { type Result, startFunction } from "./runtime.ts";
import { configOf, readVariables } from "./settings.ts";
import { tableOf } from "./table.ts";

const usage = `npm run invoke -- FILE [OPTION…]   run one event through the handler as Lambda runs it, and show its messages

  FILE              an event's JSON, such as events/ec2/instance-stopped.json; - is standard input
  --dry-run         only the messages: no handler, no console
  --env-vars FILE   send them to the real console, with API_URL and API_TOKEN of a file such as env.json; if it exists,
                    env.local.json is read instead. Without this option, to a console on this machine
  --log             show the function's full log
  --no-build        use dist/handler.mjs without building it

Exit code: 0 the console accepted all messages, 1 it did not, or the handler failed, 2 wrong arguments.`;

/** The result of an invocation, as one line. */
export function outcomeOf(result: Result): { ok: boolean; line: string; remarks: string[] } {
  if ("error" in result) {
    return { ok: false, line: `${result.error.errorType}: ${result.error.errorMessage}`, remarks: [] };
  }
  const value = result.value as Outcome | BatchOutcome;
  if ("batchItemFailures" in value) {
    const failed = value.batchItemFailures.length;
    return {
      ok: failed === 0,
      line:
        failed === 0
          ? "All messages of the batch are done."
          : `${counted(failed, "message")} of the batch stay in the queue.`,
      remarks: [],
    };
  }
  const { delivered, refused, undelivered, dropped } = value;
  return {
    ok: refused + undelivered === 0,
    line: `${delivered} delivered, ${refused} refused, ${undelivered} undelivered`,
    remarks: [...new Set(dropped)].map(becauseOf),
  };
}

/** A line of the function's log as plain text; `undefined` for metrics. */
function readable(line: string): string | undefined {
  try {
    const entry = JSON.parse(line) as {
      _aws?: unknown;
      level?: string;
      message?: string;
      errorMessage?: string;
      reason?: string;
    };
    if (entry._aws) return undefined;
    return [entry.level, entry.message ?? entry.errorMessage, entry.reason].filter(Boolean).join("  ");
  } catch {
    return line;
  }
}

if (import.meta.main) {
  await runCommand({
    usage,
    options: {
      "dry-run": { type: "boolean", default: false },
      "env-vars": { type: "string" },
      log: { type: "boolean", default: false },
      build: { type: "boolean", default: true },
    },
    async run(values, [file, ...others]) {
      if (file === undefined)
        throw new UsageError("Name a file with an event, such as events/ec2/instance-stopped.json.");
      if (others.length > 0) throw new UsageError("Name one file only: npm run replay accepts several.");
      const input = readJson(file);
      const variables = values["env-vars"] === undefined ? undefined : readVariables(values["env-vars"]);
      const policy = variables && configOf(variables).policy;

      if (values["dry-run"] || variables) {
        const { messages, remarks } = await previewOf(input, policy, file);
        if (messages.length > 0) console.log(messagesTable(messages));
        for (const remark of remarks) say(remark);
        if (values["dry-run"]) return 0;
      }
      if (values.build) build();
      const local = variables ? undefined : await startConsole();
      const lambda = await startFunction(variables ?? { API_URL: local?.url ?? "", API_TOKEN: local?.token ?? "" }, {
        onLog: (line) => {
          const text = values.log ? line : readable(line);
          if (text) say(paintError("dim", text));
        },
      });
      try {
        const result = await lambda.invoke(input);
        if (local) {
          if (local.accepted.length > 0) console.log(tableOf(local.rows.all()));
          for (const { answer, body } of local.refused) say(`refused: ${JSON.stringify(answer.body)} ${body}`);
        }
        const { ok, line, remarks } = outcomeOf(result);
        for (const remark of remarks) say(remark);
        say(ok ? line : paintError("red", line));
        return ok ? 0 : 1;
      } finally {
        await lambda.stop();
        await local?.close();
      }
    },
  });
}

async function previewOf(input: unknown, policy: Policy | undefined, file: string): Promise<Preview> {
  try {
    return await preview(eventsIn(input), policy);
  } catch (error) {
    throw new Failure(`${file === "-" ? "Standard input" : file}: ${(error as Error).message}`);
  }
}
