import type { Fault } from "../../src/local/console.ts";
import type { AwsTrouble } from "./aws.ts";
import type { Random } from "./clock.ts";
import type { RequestSeen, Trouble } from "./console.ts";
import type { EventKind } from "./events.ts";

export interface Scenario extends AwsTrouble {
  readonly name: string;
  /** Milliseconds over which the events arrive. */
  readonly over: number;
  readonly events?: EventKind;
  readonly trouble?: (request: RequestSeen) => Trouble;
  /** The console keeps rows, with or without the kit. */
  readonly rows?: "kit" | "stock";
  /** From this time the console accepts another token; the secret has it two minutes later. */
  readonly rotatedAt?: number;
  readonly isSecretDown?: (time: number) => boolean;
  /** The dead-letter queue denies, or does not answer. */
  readonly deadLetters?: "denied" | "hung";
  readonly isLogHung?: (random: Random) => boolean;
  /** Duplicates that its trouble causes, as a share of the events; without it there are none. */
  readonly duplicates?: number;
  /** Invocations at most, as a multiple of the events. */
  readonly invocations?: number;
  /** AWS loses events in it, and an alarm states so. */
  readonly isAwsLosing?: boolean;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const html = (status: number, text = "unavailable"): Fault => ({ status, body: `<html><body>${text}</body></html>` });
const json = (status: number, body: object): Fault => ({ status, body });
const isBetween = (from: number, to: number) => (time: number) => time >= from && time < to;
const between = (from: number, to: number, trouble: Trouble) => {
  const isActive = isBetween(from, to);
  return ({ time }: RequestSeen): Trouble => (isActive(time) ? trouble : undefined);
};
const oneIn =
  (many: number, trouble: Trouble) =>
  ({ count }: RequestSeen) =>
    count % many === 0 ? trouble : undefined;
const lasting20 = (trouble: Trouble) => between(10 * minute, 30 * minute, trouble);

const unauthorised = json(401, {
  error: { message: "Unauthorised Auth service failed", name: "HttpError401", status: 401 },
});
const refusal = json(400, { error: { message: "Field [node] should be a string", name: "ValidationError" } });
const discarded = json(400, { message: "Event discarded" });
/** Answers of status 2xx that are not the console's. */
const alien: readonly Fault[] = [
  { status: 200, body: "" },
  { status: 204, body: "" },
  { status: 200, body: '{"status":"Crea' },
  json(200, { status: "Queued" }),
  json(202, {}),
  json(200, []),
];
/** Pages and refusals of what stands in front of the console. */
const fronts = [400, 402, 405, 407, 421, 451, 302].map((status) => html(status, "blocked"));

const pick = (faults: readonly Fault[], { random }: RequestSeen): Fault | undefined =>
  faults[Math.floor(random() * faults.length)];
/** The same for every request of a message. */
const isChosen = ({ message }: RequestSeen, oneOf: number): boolean =>
  [...message.identifier].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7) % oneOf === 0;

const consoleFails: readonly Scenario[] = [
  { name: "nothing wrong", over: hour },
  { name: "down for an hour", over: 2 * hour, trouble: between(10 * minute, 70 * minute, html(502)) },
  { name: "down for three days", over: 4 * day, trouble: between(hour, hour + 3 * day, html(503)) },
  { name: "every second answer 503", over: hour, trouble: oneIn(2, html(503)) },
  { name: "hanging for 10 minutes", over: hour, trouble: between(10 * minute, 20 * minute, "hang") },
  { name: "hanging, but accepting", over: hour, trouble: between(10 * minute, 20 * minute, "late"), duplicates: 0.2 },
  {
    name: "accepting a minute later",
    over: hour,
    trouble: between(10 * minute, 20 * minute, "delayed"),
    duplicates: 0.2,
  },
  { name: "one connection in five reset", over: hour, trouble: oneIn(5, "reset") },
  { name: "authentication down (401)", over: 2 * hour, trouble: between(10 * minute, 40 * minute, unauthorised) },
  { name: "storage failing (400 {})", over: hour, trouble: lasting20(json(400, {})) },
  {
    name: "storage failing (400, a string)",
    over: hour,
    trouble: lasting20(json(400, { error: "MongoTimeoutError" })),
  },
  { name: "slow (10 s an answer)", over: 2 * hour, trouble: between(10 * minute, 20 * minute, "slow") },
  {
    name: "too many requests (429)",
    over: hour,
    trouble: lasting20({ ...html(429), headers: { "retry-after": "30" } }),
  },
  { name: "HTML pages with status 200", over: hour, trouble: lasting20(html(200, "Sign in")) },
  {
    name: "empty, half and alien answers of 2xx",
    over: hour,
    trouble: (request) => (isBetween(10 * minute, 30 * minute)(request.time) ? pick(alien, request) : undefined),
  },
  { name: "404 pages of a default backend", over: hour, trouble: lasting20(html(404, "default backend - 404")) },
  {
    name: "pages of a firewall (400 to 451, 302)",
    over: hour,
    trouble: (request) => (isBetween(10 * minute, 30 * minute)(request.time) ? pick(fronts, request) : undefined),
  },
  { name: "its owner discards half", over: hour, trouble: (request) => (isChosen(request, 2) ? discarded : undefined) },
];

const refusing = (request: RequestSeen): Trouble => (isChosen(request, 20) ? refusal : undefined);

const functionFails: readonly Scenario[] = [
  { name: "token rotated", over: hour, rotatedAt: 20 * minute, invocations: 1.3 },
  { name: "secret not readable for 20 minutes", over: hour, isSecretDown: isBetween(0, 20 * minute) },
  { name: "frozen, its connections dead", over: 2 * day },
  { name: "one message in 20 refused", over: hour, trouble: refusing },
  { name: "refused, dead-letter queue denies", over: hour, trouble: refusing, deadLetters: "denied" },
  { name: "refused, dead-letter queue hangs", over: hour, trouble: refusing, deadLetters: "hung" },
  {
    name: "VPC logs in the batches",
    over: 2 * hour,
    events: "logs",
    trouble: between(10 * minute, 40 * minute, html(502)),
  },
  {
    name: "VPC logs, one read in five hangs",
    over: 2 * hour,
    events: "logs",
    trouble: between(10 * minute, 40 * minute, html(502)),
    isLogHung: (random) => random() < 0.2,
  },
];

const awsFails: readonly Scenario[] = [
  { name: "delivered twice, one event in five", over: hour, twice: 0.2, duplicates: 0.5 },
  { name: "instance recycled, one invocation in 5", over: hour, trouble: oneIn(3, html(503)), recycled: 0.2 },
  { name: "killed, one invocation in 20", over: hour, killed: 0.05, duplicates: 0.2 },
  {
    name: "killed in mid-batch, one in 5",
    over: hour,
    trouble: lasting20(html(502)),
    killed: 0.2,
    duplicates: 0.5,
  },
  {
    name: "a burst at eight instances",
    over: 2 * minute,
    trouble: (request) => (isBetween(minute, 2 * minute)(request.time) ? oneIn(3, html(503))(request) : undefined),
  },
  {
    name: "throttled for seven hours",
    over: 8 * hour,
    concurrency: (time) => (isBetween(hour, 8 * hour)(time) ? 0 : 8),
  },
  { name: "one instance left for an hour", over: hour, concurrency: () => 1 },
  { name: "not invokable for 25 hours", over: 26 * hour, isUninvokable: isBetween(hour / 2, 25.5 * hour) },
  { name: "arrays of ten events", over: hour, events: "arrays", trouble: lasting20(html(502)) },
  {
    name: "arrays, one message in nine waits",
    over: hour,
    events: "arrays",
    trouble: (request) => (isChosen(request, 9) && request.time < 30 * minute ? html(503) : undefined),
  },
  { name: "events of nearly 1 MiB", over: hour, events: "large", trouble: lasting20(html(502)) },
  {
    name: "down, and the retry queue denies",
    over: hour,
    trouble: lasting20(html(502)),
    isQueueDenied: isBetween(15 * minute, 25 * minute),
    isAwsLosing: true,
  },
];

const late = (random: Random): number => (random() < 0.9 ? random() * 500 : random() * 5 * minute);
const outage = between(30 * minute, 90 * minute, html(502));

const orders: readonly Scenario[] = [
  {
    name: "late and reordered pairs",
    over: hour,
    events: "pairs",
    rows: "kit",
    delay: (random) => (random() < 0.5 ? random() * 500 : random() * 20 * minute),
  },
  {
    name: "flapping instances, with the kit",
    over: 2 * hour,
    events: "flapping",
    rows: "kit",
    delay: late,
    trouble: outage,
  },
  {
    name: "flapping instances, no kit",
    over: 2 * hour,
    events: "flapping",
    rows: "stock",
    delay: late,
    trouble: outage,
  },
  {
    name: "flapping, all from the queue at once",
    over: 2 * hour,
    events: "flapping",
    rows: "kit",
    delay: late,
    concurrency: (time) => (time < 9 * hour ? 0 : 8),
  },
  {
    name: "flapping, killed and delivered twice",
    over: 2 * hour,
    events: "flapping",
    rows: "kit",
    delay: late,
    twice: 0.1,
    killed: 0.05,
    recycled: 0.1,
    duplicates: 0.5,
    trouble: (request) => outage(request) ?? oneIn(10, html(503))(request),
  },
];

const everything: Scenario = {
  name: "all of it at once",
  over: 3 * hour,
  events: "logs",
  delay: (random) => (random() < 0.8 ? random() * 500 : random() * 20 * minute),
  twice: 0.05,
  killed: 0.03,
  recycled: 0.05,
  duplicates: 0.5,
  rotatedAt: 150 * minute,
  isLogHung: (random) => random() < 0.02,
  isSecretDown: isBetween(40 * minute, 45 * minute),
  isUninvokable: isBetween(100 * minute, 110 * minute),
  concurrency: (time) => (isBetween(110 * minute, 130 * minute)(time) ? 1 : 8),
  trouble: (request) => {
    const { time, random } = request;
    if (isChosen(request, 50)) return refusal;
    if (isBetween(10 * minute, 30 * minute)(time)) return html(502);
    if (isBetween(50 * minute, 60 * minute)(time)) return html(200);
    if (isBetween(70 * minute, 75 * minute)(time)) return "late";
    const dice = random();
    if (dice < 0.05) return html(503);
    if (dice < 0.08) return "reset";
    return dice < 0.1 ? json(400, {}) : undefined;
  },
};

export const scenarios: readonly Scenario[] = [...consoleFails, ...functionFails, ...awsFails, ...orders, everything];

/** The scenarios that are also played without the circuit, and by a forwarder that tries once. */
export const withoutCircuit = [
  "down for an hour",
  "hanging for 10 minutes",
  "hanging, but accepting",
  "authentication down (401)",
];
export const baseline = [
  "nothing wrong",
  "down for an hour",
  "down for three days",
  "every second answer 503",
  "hanging for 10 minutes",
  "one connection in five reset",
  "authentication down (401)",
  "HTML pages with status 200",
  "token rotated",
  "killed, one invocation in 20",
];

export const scenarioNamed = (name: string): Scenario => {
  const scenario = scenarios.find((one) => one.name === name);
  if (!scenario) throw new Error(`no such scenario: ${name}`);
  return scenario;
};
