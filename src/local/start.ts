import type { Outcome } from "../forward.ts";
import { build } from "./build.ts";
import { paint, paintError, runCommand, say, UsageError } from "./cli.ts";
import type { LocalConsole } from "./console.ts";
import { type LocalFunction, startFunction } from "./runtime.ts";
import { readSample, sampleNames } from "./samples.ts";
import { tableOf } from "./table.ts";
import { startWorkshop, type Workshop } from "./workshop.ts";

const usage = `npm start [-- --watch]   send every sample through the handler to a console on this machine

  --watch           keep the console up, with its page and its gallery (npm run console)
  --port N          its port: 5001 with --watch, else any
  --host ADDRESS    where its API listens (127.0.0.1); 0.0.0.0 lets containers reach it, and others too
  --clear-trigger   run the trigger of docs/clearing.md, and send recoveries for it
  --no-send         with --watch: begin with an empty console

Exit code 0 only where every sample was accepted, or dropped for a stated reason.`;

interface Values {
  readonly watch?: boolean | undefined;
  readonly port?: string | undefined;
  readonly host?: string | undefined;
  readonly "clear-trigger"?: boolean | undefined;
  readonly send?: boolean | undefined;
}

async function start({ watch = false, port, host, "clear-trigger": clearTrigger = false, send = true }: Values) {
  const number = Number(port ?? (watch ? 5001 : 0));
  if (!Number.isInteger(number) || number < 0 || number > 65_535) throw new UsageError(`${port} is no port.`);
  build();
  const workshop = await startWorkshop({ port: number, watch, clearTrigger, ...(host !== undefined && { host }) });
  const { console: local } = workshop;
  const settings = {
    API_URL: local.url,
    API_TOKEN: local.token,
    CLEARING: clearTrigger ? "automation" : "separate",
  };
  let lambda = await startFunction(settings);
  const failures = send ? await sendSamples(lambda, workshop) : 0;
  const rows = local.rows.all().sort((a, b) => b.severity - a.severity || a.node.localeCompare(b.node));
  if (rows.length > 0) console.log(tableOf(rows));
  if (watch) {
    workshop.deliver = (event) => lambda.invoke(event);
    workshop.onSources = () => {
      restart().catch((error: Error) => say(paintError("yellow", `The handler stays as it was: ${error.message}`)));
    };
    console.log(`\nThe console is at ${paint("underline", workshop.url)}`);
    console.log(`Its API is ${local.url}, its token ${local.token}. Ctrl-C ends it.`);
    await new Promise((resolve) => process.once("SIGINT", resolve));
  }
  await lambda.stop();
  await workshop.close();
  return failures > 0 ? 1 : 0;

  async function restart(): Promise<void> {
    build();
    const before = lambda;
    lambda = await startFunction(settings);
    await before.stop();
  }
}

/** Sends all samples one after the other, and tells how many were not accepted. */
async function sendSamples(lambda: LocalFunction, workshop: Workshop): Promise<number> {
  const local: LocalConsole = workshop.console;
  const names = sampleNames();
  const wrong: string[] = [];
  let dropped = 0;
  const started = performance.now();
  for (const name of names) {
    const before = local.taken.length;
    const { event } = readSample(name);
    workshop.announce(event);
    const result = await lambda.invoke(event);
    if ("error" in result) wrong.push(`${name}: ${result.error.errorType}: ${result.error.errorMessage}`);
    else if (local.taken.length === before) {
      if ((result.value as Outcome).dropped.length > 0) dropped++;
      else wrong.push(`${name} gave no message, and no reason`);
    }
  }
  for (const { answer, body } of local.refused) wrong.push(`refused: ${JSON.stringify(answer.body)} ${body}`);
  for (const why of wrong) say(paintError("red", why));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `${names.length} samples, ${local.taken.length} messages accepted in ${seconds} s, ` +
      `${dropped} samples dropped for a stated reason, ${wrong.length} wrong\n`,
  );
  return wrong.length + (local.taken.length === 0 ? 1 : 0);
}

await runCommand({
  usage,
  options: {
    watch: { type: "boolean" },
    port: { type: "string" },
    host: { type: "string" },
    "clear-trigger": { type: "boolean" },
    send: { type: "boolean" },
  },
  run: (values) => start(values),
});
