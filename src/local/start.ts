import { parseArgs, styleText } from "node:util";
import type { Outcome } from "../forward.ts";
import { build } from "./build.ts";
import { type LocalFunction, startFunction } from "./runtime.ts";
import { readSample, sampleNames } from "./samples.ts";
import { tableOf } from "./table.ts";
import { startWorkshop } from "./workshop.ts";

const usage = `npm start [-- --watch] [--port N]   send every sample through the handler to a console on this machine

  --watch     keep the console up, with its page, and take messages from anywhere on this machine
  --port N    its port (5001 with --watch, else any)
  --no-send   with --watch: begin with an empty console`;

const { values } = parseArgs({
  options: {
    watch: { type: "boolean", default: false },
    port: { type: "string" },
    "no-send": { type: "boolean", default: false },
    help: { type: "boolean", short: "h" },
  },
});

if (values.help) console.log(usage);
else process.exitCode = await main();

async function main(): Promise<number> {
  build();
  const workshop = await startWorkshop({ port: Number(values.port ?? (values.watch ? 5001 : 0)), watch: values.watch });
  const { console: local } = workshop;
  const lambda = await startFunction({ API_URL: local.url, API_TOKEN: local.token });
  const failed = values["no-send"] ? 0 : await sendSamples(lambda);
  const rows = local.rows.all().sort((a, b) => b.severity - a.severity || a.node.localeCompare(b.node));
  if (rows.length > 0) console.log(tableOf(rows));

  async function sendSamples(to: LocalFunction): Promise<number> {
    let failures = 0;
    let dropped = 0;
    const started = performance.now();
    for (const name of sampleNames()) {
      const before = local.taken.length;
      const { event } = readSample(name);
      workshop.announce(event);
      const result = await to.invoke(event);
      if ("error" in result) {
        failures++;
        console.error(styleText("red", `${name}: ${result.error.errorType}: ${result.error.errorMessage}`));
      } else if (local.taken.length === before) {
        const { dropped: reasons } = result.value as Outcome;
        if (reasons.length > 0) dropped++;
        else {
          failures++;
          console.error(styleText("red", `${name}: gave no message, and no reason`));
        }
      }
    }
    const refused = local.refused.length;
    for (const { answer, body } of local.refused)
      console.error(styleText("red", `refused: ${JSON.stringify(answer.body)} ${body}`));
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(
      `${sampleNames().length} samples, ${local.taken.length} messages accepted in ${seconds} s, ${refused} refused, ` +
        `${dropped} samples dropped for a stated reason, ${failures} failed\n`,
    );
    return failures + refused + (local.taken.length === 0 ? 1 : 0);
  }

  if (values.watch) {
    console.log(
      `\nThe console is at ${styleText("underline", workshop.url)}, its API at ${local.url}, its token ${local.token}`,
    );
    console.log("Ctrl-C ends it.");
    await new Promise((resolve) => process.once("SIGINT", resolve));
  }
  await lambda.stop();
  await workshop.close();
  if (failed > 0) console.error(styleText("red", "Not every sample was accepted."));
  return failed > 0 ? 1 : 0;
}
