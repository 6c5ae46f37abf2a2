import { setTimeout as sleep } from "node:timers/promises";
import type { Database, StoredRow } from "./mongo.ts";
import { account, createSender, region, type Sender, type Sent, type Target } from "./sender.ts";

/**
 * Conditions that flap through an outage of the console. Times are seconds of the model: the console is down from 30 to
 * 90 minutes of its two hours, and nothing is sent meanwhile. What happened in it arrives in the half hour after it, in
 * random order, through the retry queue, among events that arrive directly. Of these one in ten is up to five minutes
 * late, so out of order.
 */
export interface Plan {
  readonly steps: readonly Step[];
  /** The severity of each condition at the end, 0 where it is over. */
  readonly live: ReadonlyMap<string, number>;
}

/** An event, when it happened and when it is sent. */
export interface Step {
  readonly name: string;
  readonly event: object;
  readonly at: number;
  readonly send: number;
  readonly isQueued: boolean;
}

interface Options {
  readonly conditions: number;
  readonly seed: number;
  /** In every name, so that each run has conditions of its own. */
  readonly run: string;
  /** The model's beginning in milliseconds since 1970. */
  readonly begin: number;
}

const minute = 60;
export const modelSeconds = 120 * minute;
const outage = { from: 30 * minute, to: 90 * minute };
const backlog = 30 * minute;
const lateness = 5 * minute;
/** Seconds between two events of a condition. */
const gap = { min: 2 * minute, mean: 15 * minute };

/** Mulberry32: the same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Half of the conditions are alarms, which can get worse; half are instances, which are stopped or not. */
export function planFlapping({ conditions, seed, run, begin }: Options): Plan {
  const random = randomOf(seed);
  const steps: Step[] = [];
  const live = new Map<string, number>();
  for (let index = 0; index < conditions; index++) {
    const isAlarm = index % 2 === 0;
    const name = `${isAlarm ? "flap" : "i-flap"}-${run}-${index}`;
    let severity = 0;
    for (let at = Math.ceil(random() * gap.mean); at < modelSeconds; at += nextGap(random)) {
      severity = isAlarm ? nextOfAlarm(severity, random()) : severity === 0 ? 2 : 0;
      const time = new Date(begin + at * 1000).toISOString().replace(/\.\d+Z$/, "Z");
      const id = `${run}-${steps.length}`;
      const event = isAlarm ? alarmEvent(name, severity, time, id) : instanceEvent(name, severity, time, id);
      steps.push({ name, event, at, ...sendingOf(at, random) });
    }
    live.set(name, severity);
  }
  return { steps: steps.sort((one, other) => one.send - other.send), live };
}

const nextGap = (random: () => number): number => gap.min + Math.floor(random() * 2 * (gap.mean - gap.min));

const nextOfAlarm = (severity: number, dice: number): number => {
  if (severity === 0) return dice < 0.7 ? 3 : 5;
  return severity === 3 && dice < 0.4 ? 5 : 0;
};

function sendingOf(at: number, random: () => number): Pick<Step, "send" | "isQueued"> {
  const direct = at + (random() < 0.9 ? random() * 0.5 * minute : random() * lateness);
  const isQueued = isDown(at) || isDown(direct);
  return { send: isQueued ? outage.to + random() * backlog : direct, isQueued };
}

const isDown = (time: number): boolean => time >= outage.from && time < outage.to;

export const instanceEvent = (id: string, severity: number, time: string, eventId: string): object => ({
  version: "0",
  id: eventId,
  "detail-type": "EC2 Instance State-change Notification",
  source: "aws.ec2",
  account,
  region,
  time,
  resources: [`arn:aws:ec2:${region}:${account}:instance/${id}`],
  detail: { "instance-id": id, state: severity === 0 ? "running" : "stopped" },
});

/** An alarm whose description states its severity. */
export const alarmEvent = (name: string, severity: number, time: string, eventId: string): object => ({
  version: "0",
  id: eventId,
  "detail-type": "CloudWatch Alarm State Change",
  source: "aws.cloudwatch",
  account,
  region,
  time,
  resources: [`arn:aws:cloudwatch:${region}:${account}:alarm:${name}`],
  detail: {
    alarmName: name,
    state: { value: severity === 0 ? "OK" : "ALARM", reason: "Threshold Crossed" },
    previousState: { value: severity === 0 ? "ALARM" : "OK" },
    configuration: { metrics: [], description: severity === 0 ? "" : `[sev:${severity}]` },
  },
});

export interface FlappingResult {
  readonly events: number;
  readonly queued: number;
  /** Messages of late problems. */
  readonly late: number;
  readonly sent: readonly Sent[];
  readonly seconds: number;
  /** Events that were sent again because the console did not accept them. */
  readonly again: number;
  /** Seconds of the model by which the last event was sent later than planned. */
  readonly behind: number;
  readonly errors: readonly string[];
}

/** As in template.yaml. */
const instances = 8;
const batchSize = 10;

/**
 * Plays a plan through instances of the real forwarder. Their clock is the model's, which runs `scale` times as fast and
 * reaches the real time at the end: the kit does not believe a recovery of the future.
 */
export async function playFlapping(target: Target, plan: Plan, begin: number, scale: number): Promise<FlappingResult> {
  const end = begin + modelSeconds * 1000;
  const now = (): number => end - (end - Date.now()) * scale;
  const senders = Array.from({ length: instances }, () => createSender(target, { now, scale }));
  const player = new Player(senders, plan, begin, scale, now);
  const started = Date.now();
  await player.play();
  const sent = senders.flatMap((sender) => sender.sent);
  await Promise.all(senders.map((sender) => sender.close()));
  return {
    events: plan.steps.length,
    queued: plan.steps.filter(({ isQueued }) => isQueued).length,
    late: sent.filter(({ message }) => message.severity > 0 && message.external_id.includes("@")).length,
    sent,
    seconds: (Date.now() - started) / 1000,
    again: player.again,
    behind: player.behind,
    errors: senders.flatMap(({ errors }) => errors),
  };
}

/** Sends each event at its time: queued ones in batches, by an instance that is free. */
class Player {
  again = 0;
  behind = 0;
  private readonly free: Sender[];
  private readonly plan: Plan;
  private readonly begin: number;
  private readonly scale: number;
  private readonly now: () => number;
  private readonly queue: object[] = [];
  private readonly running = new Set<Promise<void>>();

  constructor(senders: readonly Sender[], plan: Plan, begin: number, scale: number, now: () => number) {
    this.free = [...senders];
    this.plan = plan;
    this.begin = begin;
    this.scale = scale;
    this.now = now;
  }

  async play(): Promise<void> {
    for (const { send, event, isQueued } of this.plan.steps) {
      await this.until(send);
      this.behind = Math.max(this.behind, this.elapsed() - send);
      if (isQueued) this.queue.push(event);
      else await this.run((sender) => this.sendDirect(sender, event));
      if (this.queue.length >= batchSize) await this.sendBatch();
    }
    while (this.queue.length > 0 || this.running.size > 0) {
      if (this.queue.length > 0) await this.sendBatch();
      else await Promise.race(this.running);
    }
  }

  private elapsed(): number {
    return (this.now() - this.begin) / 1000;
  }

  private async until(send: number): Promise<void> {
    const wait = ((send - this.elapsed()) * 1000) / this.scale;
    if (wait > 0) await sleep(wait);
  }

  private sendBatch(): Promise<void> {
    const batch = this.queue.splice(0, batchSize);
    return this.run(async (sender) => {
      const done = await sender.queued(batch);
      await this.keep(batch.filter((_, index) => !done[index]));
    });
  }

  private async sendDirect(sender: Sender, event: object): Promise<void> {
    if (!(await sender.direct(event))) await this.keep([event]);
  }

  /** Puts events into the queue again, as AWS does. */
  private async keep(events: readonly object[]): Promise<void> {
    if (events.length === 0) return;
    this.again += events.length;
    await sleep(1000);
    this.queue.push(...events);
  }

  /** Returns as soon as an instance has started. */
  private async run(task: (sender: Sender) => Promise<void>): Promise<void> {
    while (this.free.length === 0) await Promise.race(this.running);
    const sender = this.free.shift() as Sender;
    const running: Promise<void> = task(sender).finally(() => {
      this.free.push(sender);
      this.running.delete(running);
    });
    this.running.add(running);
  }
}

export interface FlappingRows {
  readonly conditions: number;
  readonly live: number;
  readonly liveWithoutRow: number;
  /** Live conditions that have rows, but none of their severity. */
  readonly liveWithoutSeverity: number;
  readonly overWithRows: number;
  readonly rowsOver: number;
  /** Rows of late problems, and how many say when they were. */
  readonly lateRows: number;
  readonly lateRowsWithTime: number;
  readonly examples: readonly string[];
}

/** What the console's rows say of the plan's conditions. */
export async function compareFlapping(plan: Plan, run: string, database: Database): Promise<FlappingRows> {
  const byName = new Map<string, StoredRow[]>();
  for (const row of await database.rows()) {
    const name = new RegExp(`(?:i-)?flap-${run}-\\d+`).exec(row.external_id)?.[0];
    if (name && row.severity > 0) byName.set(name, [...(byName.get(name) ?? []), row]);
  }
  const conditions = [...plan.live].map(([name, severity]) => ({ name, severity, rows: byName.get(name) ?? [] }));
  const live = conditions.filter(({ severity }) => severity > 0);
  const hidden = live.filter(({ rows }) => rows.length === 0);
  const wrongSeverity = live.filter(
    ({ rows, severity }) => rows.length > 0 && !rows.some((row) => row.severity === severity),
  );
  const over = conditions.filter(({ severity, rows }) => severity === 0 && rows.length > 0);
  const late = [...byName.values()].flat().filter(({ external_id }) => external_id.includes("@"));
  return {
    conditions: conditions.length,
    live: live.length,
    liveWithoutRow: hidden.length,
    liveWithoutSeverity: wrongSeverity.length,
    overWithRows: over.length,
    rowsOver: over.reduce((sum, { rows }) => sum + rows.length, 0),
    lateRows: late.length,
    lateRowsWithTime: late.filter(({ summary }) => / \(at \d\d:\d\d UTC\)$/.test(summary)).length,
    examples: [...hidden, ...wrongSeverity].map(({ name }) => name),
  };
}
