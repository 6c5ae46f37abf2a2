import { setTimeout as sleep } from "node:timers/promises";
import { columns, Failure, paint, paintError, positive, runCommand, say, UsageError } from "../../src/local/cli.ts";
import { playAnswers } from "./answers.ts";
import {
  compareFlapping,
  type FlappingResult,
  type FlappingRows,
  instanceEvent,
  modelSeconds,
  planFlapping,
  playFlapping,
} from "./flapping.ts";
import { type Database, openDatabase } from "./mongo.ts";
import { compareOrders, orders, playOrders } from "./orders.ts";
import { compareRows, sendSamples } from "./samples.ts";
import { createSender, type Target } from "./sender.ts";

const usage = `npm run test:console -- URL TOKEN [--mongo URL] [OPTION…]   test forwarder and kit on a real console

  URL               the console's event API, http://127.0.0.1:5001/api/event/create
  TOKEN             its API key, 32 letters and digits
  --mongo URL       the console's database, mongodb://127.0.0.1:27017/panther: its rows are compared. Without it only
                    the console's answers are
  --kit             fail where the console is without the kit
  --conditions N    conditions that flap through an outage (200)
  --seed N          of their random order (1)
  --scale N         seconds of the model in a second: 2 hours take 2 minutes (60)

The console keeps the rows: use one of its own. Takes five minutes.
Exit code: 0 all is as it should be, 1 it is not, 2 wrong arguments.`;

interface Options {
  readonly target: Target;
  readonly database: Database | undefined;
  readonly needsKit: boolean;
  readonly conditions: number;
  readonly seed: number;
  readonly scale: number;
}

/** Seconds in which the kit ends what is over after the last message. */
const settleSeconds = 60;

class Test {
  private readonly options: Options;
  /** Makes the conditions of this run its own. */
  private readonly run = Date.now().toString(36);
  private failures = 0;

  constructor(options: Options) {
    this.options = options;
  }

  async all(): Promise<number> {
    const { database, needsKit } = this.options;
    if (!database) console.log("No --mongo: only the console's answers are compared, not its rows");
    await this.answers();
    const withKit = database ? await this.hasKit(database) : false;
    if (database) console.log(`The kit ${withKit ? "works" : "is not installed"}`);
    if (needsKit && !withKit) this.fail(["the kit is not installed, or cannot be found without --mongo"]);
    await this.samples(withKit);
    await this.flapping(withKit);
    console.log(this.failures === 0 ? paint("green", "Passed") : paint("red", `${this.failures} wrong`));
    return this.failures === 0 ? 0 : 1;
  }

  private fail(reasons: readonly string[]): void {
    this.failures += reasons.length;
    for (const reason of reasons.slice(0, 20)) say(paintError("red", `  ${reason}`));
    if (reasons.length > 20) say(paintError("red", `  and ${reasons.length - 20} more`));
  }

  private async answers(): Promise<void> {
    const { lines, wrong } = await playAnswers(this.options.target, this.run);
    console.log(paint("bold", "\nAnswers"));
    for (const line of lines) console.log(`  ${line}`);
    this.fail(wrong);
  }

  /** Whether a recovery ends its problem. */
  private async hasKit(database: Database): Promise<boolean> {
    const sender = createSender(this.options.target);
    const id = `i-kit-${this.run}`;
    const time = (secondsAgo: number): string =>
      new Date(Date.now() - secondsAgo * 1000).toISOString().replace(/\.\d+Z$/, "Z");
    await sender.direct(instanceEvent(id, 2, time(20), `${id}-1`));
    const isThere = async (): Promise<boolean> =>
      (await database.rows()).some((row) => row.severity > 0 && row.external_id.endsWith(`:${id}`));
    if (!(await isThere())) throw new Failure("A delivered problem has no row in this database: is it the console's?");
    await sender.direct(instanceEvent(id, 0, time(10), `${id}-2`));
    await sender.close();
    for (let seconds = 0; seconds < 15; seconds++) {
      await sleep(1000);
      if (!(await isThere())) return true;
    }
    return false;
  }

  private async samples(withKit: boolean): Promise<void> {
    const { target, database } = this.options;
    const before = (await database?.rows()) ?? [];
    const { samples, sent, seconds, outcomes, repeated, wrong } = await sendSamples(target);
    console.log(paint("bold", "\nSamples"));
    const counts = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
    console.log(
      `  ${samples} samples, ${sent.length} messages in ${seconds.toFixed(1)} s: ${counts.join(", ")}, ${repeated} sent again`,
    );
    this.fail(wrong);
    if (!database) return;
    const rows = await compareRows(sent, database, before, withKit);
    console.log(
      `  ${rows.expected} rows of problems compared${withKit ? `, ${rows.over} ended by a recovery` : ""}, ${rows.wrong.length} differences`,
    );
    this.fail(rows.wrong);
  }

  private async flapping(withKit: boolean): Promise<void> {
    const { target, database, conditions, seed, scale } = this.options;
    const realSeconds = modelSeconds / scale;
    const begin = Math.floor(Date.now() / 1000 + 1 + realSeconds - modelSeconds) * 1000;
    const plan = planFlapping({ conditions, seed, run: this.run, begin });
    const result = await playFlapping(target, plan, begin, scale);
    console.log(paint("bold", "\nConditions that flap through an outage"));
    this.fail(showFlapping(result));
    if (!database) return;
    const settled = sleep(settleSeconds * 1000);
    if (withKit) await playOrders(target, this.run);
    await settled;
    const rows = await compareFlapping(plan, this.run, database);
    this.fail(showRows(rows, withKit));
    if (withKit) await this.orders(database);
  }

  private async orders(database: Database): Promise<void> {
    await sleep(30_000);
    const wrong = await compareOrders(this.run, database);
    console.log(paint("bold", "\nOrders of a problem and its recovery"));
    console.log(`  ${orders.length - wrong.length} of ${orders.length} as they should be`);
    this.fail(wrong);
  }
}

function showFlapping({ events, queued, late, sent, seconds, again, behind, errors }: FlappingResult): string[] {
  const undelivered = sent.filter(({ delivery }) => delivery.outcome !== "delivered").length;
  console.log(
    `  ${events} events in ${seconds.toFixed(0)} s, ${queued} of them through the queue; ${late} late problems, ` +
      `${undelivered} messages undelivered at first, ${again} events sent again, at most ${(behind / 60).toFixed(1)} minutes of the model behind`,
  );
  const delivered = sent.length - undelivered;
  return [...errors, ...(delivered === events ? [] : [`${delivered} of ${events} events delivered`])];
}

function showRows(rows: FlappingRows, withKit: boolean): string[] {
  const shown: [string, number][] = [
    ["conditions", rows.conditions],
    ["live at the end", rows.live],
    ["live without a row", rows.liveWithoutRow],
    ["live without a row of its severity", rows.liveWithoutSeverity],
    ["over, but with rows", rows.overWithRows],
    ["rows of what is over", rows.rowsOver],
    ["rows of late problems", rows.lateRows],
    ["of these with their time", rows.lateRowsWithTime],
  ];
  const table = columns(["", "count"], shown);
  console.log(table.replace(/^/gm, "  ").split("\n").slice(1).join("\n"));
  const wrong = rows.examples.map((name) => `${name} is live, and has no row that shows it`);
  if (withKit && rows.rowsOver > 0) wrong.push(`${rows.rowsOver} rows of what is over`);
  if (rows.lateRowsWithTime < rows.lateRows) wrong.push("rows of late problems without their time");
  return wrong;
}

await runCommand({
  usage,
  options: {
    mongo: { type: "string" },
    kit: { type: "boolean", default: false },
    conditions: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    scale: { type: "string", default: "60" },
  },
  async run(values, [url, token, ...rest]) {
    if (!url || !token || rest.length > 0) throw new UsageError("Name the console's URL and its token.");
    const database = values.mongo ? await openDatabase(values.mongo) : undefined;
    try {
      return await new Test({
        target: { url, token },
        database,
        needsKit: values.kit,
        conditions: positive(values.conditions, "--conditions"),
        seed: positive(values.seed, "--seed"),
        scale: positive(values.scale, "--scale"),
      }).all();
    } finally {
      database?.close();
    }
  },
});
