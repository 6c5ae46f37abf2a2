import type { Outcome } from "../forward/forward.ts";
import { build } from "./build.ts";
import { counted, paint, paintError, runCommand, say, UsageError } from "./cli.ts";
import { type LocalFunction, startFunction } from "./runtime.ts";
import { readSample, sampleNames } from "./samples.ts";
import { tableOf } from "./table.ts";
import { startWorkshop, type Workshop } from "./workshop.ts";

const usage = `npm start [-- --watch]   send every sample through the handler to a console on this machine

  --watch           keep the console up, with its page and its gallery (npm run console)
  --port N          its port: 5001 with --watch, else any
  --host ADDRESS    where its API listens (127.0.0.1); 0.0.0.0 lets containers reach it, and others too
  --kit             a console with the kit of console/: a recovery ends the older problems of its condition
  --no-send         with --watch: begin with an empty console

Exit code 0 only where every sample was accepted, or dropped for a stated reason.`;

interface Values {
  readonly watch?: boolean | undefined;
  readonly port?: string | undefined;
  readonly host?: string | undefined;
  readonly kit?: boolean | undefined;
  readonly send?: boolean | undefined;
}

async function start({ watch = false, port, host, kit = false, send = true }: Values): Promise<number> {
  const number = Number(port ?? (watch ? 5001 : 0));
  if (!Number.isInteger(number) || number < 0 || number > 65_535) throw new UsageError(`${port} is no port.`);
  build();
  const workshop = await startWorkshop({ port: number, watch, kit, host });
  const variables = { API_URL: workshop.console.url, API_TOKEN: workshop.console.token };
  const lambda = { current: await startFunction(variables) };
  const failures = send ? await sendSamples(lambda.current, workshop) : 0;
  if (kit && send) showEnded(workshop);
  const rows = workshop.console.rows.all().sort((a, b) => b.severity - a.severity || a.node.localeCompare(b.node));
  if (rows.length > 0) console.log(tableOf(rows));
  if (watch) await keepUp(workshop, lambda, variables);
  await lambda.current.stop();
  await workshop.close();
  return failures > 0 ? 1 : 0;
}

/** Deletes what the kit deletes after the samples, and says how much that is. */
function showEnded({ console: local }: Workshop): void {
  const before = local.rows.all().filter(({ severity }) => severity > 0).length;
  local.sweep();
  const ended = before - local.rows.all().filter(({ severity }) => severity > 0).length;
  console.log(`The kit ended ${ended} of ${counted(before, "problem")}: those with a later recovery\n`);
}

/** Serves the page until Ctrl-C; the function is built and started anew when its sources change. */
async function keepUp(
  workshop: Workshop,
  lambda: { current: LocalFunction },
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  workshop.deliver = (event) => lambda.current.invoke(event);
  workshop.onSources = () => {
    restart().catch((error: Error) => say(paintError("yellow", `The handler stays as it was: ${error.message}`)));
  };
  console.log(`\nThe console is at ${paint("underline", workshop.url)}`);
  console.log(`Its API is ${variables.API_URL}, its token ${variables.API_TOKEN}. Ctrl-C ends it.`);
  await new Promise((resolve) => process.once("SIGINT", resolve));

  async function restart(): Promise<void> {
    build();
    const before = lambda.current;
    lambda.current = await startFunction(variables);
    await before.stop();
  }
}

/** Sends all samples one after the other; returns how many were not accepted. */
async function sendSamples(lambda: LocalFunction, workshop: Workshop): Promise<number> {
  const { accepted, refused } = workshop.console;
  const names = sampleNames();
  const wrong: string[] = [];
  let dropped = 0;
  const started = performance.now();
  for (const name of names) {
    const before = accepted.length;
    const { event } = readSample(name);
    workshop.announce(event);
    const result = await lambda.invoke(event);
    if ("error" in result) wrong.push(`${name}: ${result.error.errorType}: ${result.error.errorMessage}`);
    else if (accepted.length === before) {
      if ((result.value as Outcome).dropped.length > 0) dropped++;
      else wrong.push(`${name} gave no message, and no reason`);
    }
  }
  for (const { answer, body } of refused) wrong.push(`refused: ${JSON.stringify(answer.body)} ${body}`);
  for (const why of wrong) say(paintError("red", why));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `${names.length} samples, ${accepted.length} messages accepted in ${seconds} s, ` +
      `${dropped} samples dropped for a stated reason, ${wrong.length} wrong\n`,
  );
  return wrong.length + (accepted.length === 0 ? 1 : 0);
}

await runCommand({
  usage,
  options: {
    watch: { type: "boolean" },
    port: { type: "string" },
    host: { type: "string" },
    kit: { type: "boolean" },
    send: { type: "boolean" },
  },
  run: (values) => start(values),
});
