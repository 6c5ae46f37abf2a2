import { readConfig } from "../../src/config.ts";
import { registry } from "../../src/formatters/registry.ts";
import { createForwarder, type Forwarder } from "../../src/forward/forward.ts";
import { createReport, type Report } from "../../src/forward/report.ts";
import { UnexpectedPayload } from "../../src/grammar/formatter.ts";
import { judge } from "../../src/local/contract.ts";
import { defaultPolicy } from "../../src/local/samples.ts";
import { bodyOf, type PantherMessage } from "../../src/message.ts";

/** `thrown`: the forwarder failed on an event; `refused`: the console's contract refuses a message. */
export type FaultKind = "thrown" | "refused" | "unclean" | "silent" | "formatter" | "polluted";

export interface Fault {
  readonly kind: FaultKind;
  readonly text: string;
}

const invocation = { invokedFunctionArn: "arn:aws:lambda:eu-west-1:111122223333:function:AWS-Events2Panther" };
export const token = "Q7bTokenOfTheConsoleForTheFuzz4x";
const config = readConfig({
  API_URL: "https://x.example/api/event/create",
  API_TOKEN: token,
  DROP: "none",
  MIN_SEVERITY: "0",
});

/** No event of the samples is late by this clock, but those with a time of its own may be. */
export const epoch = Date.parse("2027-01-01T00:00:00Z");

/** What no screen may get: controls, what is invisible or turns the text around, half characters, markup, braces. */
const unsafeText = /[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb<>{}]|\s\s|^\s|\s$|^$/u;
const malformedText = /\bundefined\b|\bNaN\b|\bnull\b|\[object /;
const timeText = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** The real forwarder, with a console that judges messages by its contract and stores nothing. */
export class Subject {
  private readonly forward: Forwarder;
  private now = epoch;
  private faults: Fault[] = [];
  /** The messages of the last input. */
  sent: PantherMessage[] = [];
  /** All messages of all inputs. */
  messages = 0;

  constructor() {
    this.forward = createForwarder({
      config: { ...config, policy: { ...defaultPolicy, minSeverity: 0, drop: new Set() } },
      registry,
      report: this.watched(createReport("AWS-Events2Panther", () => this.now)),
      now: () => this.now,
      readLog: async () => ({ notices: [], account: "", region: "" }),
      deadLetter: async () => {},
      console: {
        available: () => true,
        close: async () => {},
        deliver: async (message) => {
          this.deliver(message);
          return { outcome: "delivered", requests: 1 };
        },
      },
    });
  }

  /** Whether a message of the last input may contain `null` and the like, is for `isClean` to say. */
  async check(input: unknown, now: number, isClean = false): Promise<readonly Fault[]> {
    this.now = now;
    this.faults = [];
    this.sent = [];
    try {
      const outcome = await this.forward(input, invocation);
      const failures = "batchItemFailures" in outcome ? outcome.batchItemFailures.length : outcome.undelivered;
      if (failures > 0) this.fault("thrown", `${failures} events are to be sent again`);
      const dropped = "dropped" in outcome ? outcome.dropped.length : 1;
      if (this.sent.length + dropped === 0) this.fault("silent", "neither a message nor a reason why there is none");
    } catch (error) {
      this.fault("thrown", textOf(error));
    }
    for (const message of this.sent) this.checkText(message, isClean);
    this.messages += this.sent.length;
    for (const key in {}) this.fault("polluted", `every object has ${key}`);
    return this.faults;
  }

  private deliver(message: PantherMessage): void {
    this.sent.push(message);
    const body = Buffer.from(bodyOf(message));
    const { answer } = judge({ contentType: "application/json", token, body }, token);
    if (answer.status !== 200) this.fault("refused", JSON.stringify(answer.body));
  }

  private checkText(message: PantherMessage, isClean: boolean): void {
    for (const [name, text] of Object.entries(message)) {
      if (typeof text !== "string") continue;
      if (unsafeText.test(text)) this.fault("unclean", `${name}: ${JSON.stringify(text)}`);
      else if (isClean && malformedText.test(text)) this.fault("unclean", `${name}: ${text}`);
    }
    const { identifier, external_id, link, time } = message;
    if (identifier.length > 1012 || /\$/.test(identifier + external_id))
      this.fault("unclean", `identifier: ${identifier}`);
    if (!timeText.test(time)) this.fault("unclean", `time: ${time}`);
    if (link !== undefined && !/^https:\/\/[^\s"']+$/.test(link)) this.fault("unclean", `link: ${link}`);
  }

  /** The report, with what it hears of failures noted. */
  private watched(report: Report): Report {
    const failed = report.failed.bind(report);
    const unformatted = report.unformatted.bind(report);
    report.failed = (error) => {
      this.fault("thrown", textOf(error));
      failed(error);
    };
    report.unformatted = (event, payload, error) => {
      if (error && !(error instanceof UnexpectedPayload))
        this.fault("formatter", `${event.source} ${event.detailType}: ${textOf(error)}`);
      unformatted(event, payload, error);
    };
    return report;
  }

  private fault(kind: FaultKind, text: string): void {
    if (this.faults.length < 20) this.faults.push({ kind, text: text.slice(0, 600) });
  }
}

/** An error with the place where it was thrown. */
const textOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message).split("\n").slice(0, 4).join(" | ") : typeof error;
