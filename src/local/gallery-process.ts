import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { flushCompileCache } from "node:module";
import path from "node:path";
import { type AwsEvent, isFields, parseEvent } from "../event.ts";
import { registry } from "../formatters/registry.ts";
import { endsOf, gradesOf } from "../grammar/formatter.ts";
import { slug } from "../grammar/words.ts";
import { fileOf, formatterFiles } from "./formatter-files.ts";
import type { Accepted, Ask, FormatterFacts, Origin, Rendered, Shown } from "./gallery.ts";
import {
  defaultPolicy,
  expectationPath,
  readExpectation,
  readSample,
  render,
  sampleHome,
  sampleNames,
  samplePath,
  writeExpectation,
} from "./samples.ts";
import { sanitise } from "./sanitise.ts";
import { root } from "./template.ts";

// The gallery's own process: it has loaded the formatters as they are on disk, and is replaced when they change. What a
// formatter does wrong (an endless loop, a crash) ends this process and not the workshop.

const files = await formatterFiles();

function facts(event: unknown): FormatterFacts | undefined {
  const parsed = parseEvent(event, sampleHome);
  const formatter = parsed && registry.find(parsed);
  if (!formatter) return undefined;
  const { source, detailType, means } = formatter;
  const file = fileOf(formatter, files);
  return { source, detailType, means, severity: gradesOf(formatter) ?? "", clears: endsOf(formatter), file };
}

const rendered = (event: unknown): Rendered => ({ event, given: render(event, registry), formatter: facts(event) });

function show(name: string): Shown {
  const expected = attempt(() => readExpectation(name));
  if (expected instanceof Error) return { name, error: `${relative(expectationPath(name))}: ${expected.message}` };
  const shown = attempt(() => rendered(readSample(name).event));
  if (shown instanceof Error) return { name, expected, error: `${relative(samplePath(name))}: ${shown.message}` };
  return { name, expected, ...shown };
}

function attempt<Value>(action: () => Value): Value | Error {
  try {
    return action();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const relative = (file: string): string => path.relative(root, file).split(path.sep).join("/");

/** @throws with a reason that can stand beside the box the text was pasted into */
function read(text: string): unknown {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch (error) {
    throw new Error(`This is not JSON: ${(error as Error).message}`);
  }
  if (Array.isArray(event)) throw new Error("This is a list. Paste one event of it.");
  if (!isFields(event)) throw new Error("This is JSON, but no object: an event begins with { and ends with }.");
  if (!parseEvent(event, sampleHome)) {
    const hint =
      "Records" in event
        ? " It looks like what S3, SNS or SQS send by themselves; EventBridge wraps an event of its own around it."
        : "eventSource" in event
          ? " It looks like a CloudTrail record; in an EventBridge event it stands under detail."
          : "";
    throw new Error(`This is not an EventBridge event: it has neither a source nor a detail-type.${hint}`);
  }
  return event;
}

/** `ec2/instance-stopped`, from which no path leads out of events/. */
const samplePattern = /^[a-z\d][a-z\d-]{0,49}\/[a-z\d][a-z\d-]{0,79}$/;

/** A free name for an event of this type. */
function suggest(event: unknown, { given, formatter }: Rendered): string {
  const { source, detailType, detail } = parseEvent(event, sampleHome) as AwsEvent;
  const service = slug(source.replace(/^aws\./, "")) || "unknown";
  const file = formatter?.file && path.basename(formatter.file, ".ts");
  const type = [detailType, detail.state ?? detail.status].filter((part) => typeof part === "string").join(" ");
  const folder = given.unformatted ? "other" : (file ?? service);
  const name = `${folder}/${slug(given.unformatted ? `${service} ${type}` : type).slice(0, 70)}`;
  let free = name;
  for (let count = 2; existsSync(samplePath(free)); count++) free = `${name}-${count}`;
  return free;
}

function accept(name: string, text: string | undefined, asPasted: boolean): Accepted {
  if (!samplePattern.test(name)) {
    throw new Error("A sample is named service/case, in lower-case letters, digits and dashes: ec2/instance-stopped.");
  }
  const pasted = text === undefined ? undefined : read(text);
  const event = pasted === undefined ? readSample(name).event : asPasted ? pasted : sanitise(pasted);
  const { given } = rendered(event);
  if (given.unformatted && !name.startsWith("other/")) {
    throw new Error("There is no formatter for this event yet; samples of the fallback are kept in other/.");
  }
  if (pasted !== undefined) {
    if (existsSync(samplePath(name))) throw new Error(`There is a sample ${name} already. Choose another name.`);
    mkdirSync(path.dirname(samplePath(name)), { recursive: true });
    writeFileSync(samplePath(name), `${JSON.stringify(event, null, 2)}\n`, { flag: "wx" });
  }
  writeExpectation(name, given);
  const files = [...(pasted === undefined ? [] : [samplePath(name)]), expectationPath(name)];
  return { name, files: files.map(relative) };
}

/** The messages of an event whatever the settings drop, so that a row can be traced to the event it came from. */
function origin(event: unknown): Origin {
  const { messages } = render(event, registry, { ...defaultPolicy, minSeverity: 0, drop: new Set() });
  return {
    event,
    formatter: facts(event),
    messages: messages.map(({ identifier, summary }) => ({ identifier, summary })),
  };
}

function answer(ask: Ask): unknown {
  switch (ask.what) {
    case "list":
      return sampleNames().map(show);
    case "render": {
      const shown = rendered(read(ask.text));
      return { ...shown, suggestion: suggest(shown.event, shown) };
    }
    case "accept":
      return accept(ask.name, ask.text, ask.asPasted);
    case "origin":
      return origin(ask.event);
  }
}

process.on("message", ({ id, ask }: { id: number; ask: Ask }) => {
  const value = attempt(() => answer(ask));
  process.send?.(value instanceof Error ? { id, error: value.message } : { id, value });
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
flushCompileCache();
