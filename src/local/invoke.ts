import type { BatchOutcome, Outcome } from "../forward.ts";
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
  --env-vars FILE   send them to the real console, with API_URL and API_TOKEN of a file such as env.json, instead of
                    which env.local.json is read where it exists; without it, to a console on this machine
  --log             show the function's log as it is
  --no-build        take dist/handler.mjs as it is

Exit code: 0 the console took all messages, 1 it did not, or the handler failed, 2 called wrongly.`;

/** What became of an invocation, as one line and an exit code. */
export function outcomeOf(result: Result): { ok: boolean; line: string; remarks: string[] } {
  if ("error" in result) {
    return { ok: false, line: `${result.error.errorType}: ${result.error.errorMessage}`, remarks: [] };
  }
  const value = result.value as Outcome | BatchOutcome;
  if ("batchItemFailures" in value) {
    const kept = value.batchItemFailures.length;
    return {
      ok: kept === 0,
      line:
        kept === 0
          ? "All messages of the batch are done with."
          : `${counted(kept, "message")} of the batch stay in the queue.`,
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

/** A line of the function's log as a person reads it; metrics are left out. */
function readable(line: string): string | undefined {
  try {
    const said = JSON.parse(line) as {
      _aws?: unknown;
      level?: string;
      message?: string;
      errorMessage?: string;
      reason?: string;
    };
    if (said._aws) return undefined;
    return [said.level, said.message ?? said.errorMessage, said.reason].filter(Boolean).join("  ");
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
        throw new UsageError("Which event? Name a file, such as events/ec2/instance-stopped.json.");
      if (others.length > 0) throw new UsageError("One event at a time: npm run replay takes several.");
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
          const said = values.log ? line : readable(line);
          if (said) say(paintError("dim", said));
        },
      });
      try {
        const result = await lambda.invoke(input);
        if (local) {
          if (local.taken.length > 0) console.log(tableOf(local.rows.all()));
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
