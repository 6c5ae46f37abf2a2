import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { startConsole } from "../../src/local/console.ts";
import { root } from "../../src/local/template.ts";
import { run } from "./command.ts";

const sample = "events/ec2/instance-stopped.json";
const file = (content: unknown): string => {
  const name = path.join(mkdtempSync(path.join(tmpdir(), "invoke-")), "x.json");
  writeFileSync(name, typeof content === "string" ? content : JSON.stringify(content));
  return name;
};
/** A copy of the tracked env.json, so that the tests never read a developer's env.local.json. */
const trackedEnv = (): string => {
  const copy = path.join(mkdtempSync(path.join(tmpdir(), "invoke-")), "env.json");
  copyFileSync(path.join(root, "env.json"), copy);
  return copy;
};
const invoke = (...args: string[]) => run("invoke", ["--no-build", ...args]);

test("an event goes through the built handler to a local console", async () => {
  const { code, out, err } = await invoke(sample);
  expect(out).toMatch(/2 warning +i-0a1b2c3d4e5f60718 .*EC2 instance i-0a1b2c3d4e5f60718 is stopped/);
  expect(err).toBe("1 delivered, 0 refused, 0 undelivered\n");
  expect(code).toBe(0);
});

test("an event is read from standard input; one without a formatter is reported", async () => {
  const event = {
    ...JSON.parse(readFileSync(path.join(root, sample), "utf8")),
    source: "aws.quasar",
    "detail-type": "Quasar Beam Change",
  };
  const { code, out, err } = await run("invoke", ["-", "--no-build"], { input: JSON.stringify(event) });
  expect(out).toContain("(aws.quasar)");
  expect(err).toContain("WARN  There is no formatter for the event");
  expect(code).toBe(0);
});

test("a batch of the retry queue is read as Lambda passes it", async () => {
  const body = readFileSync(path.join(root, sample), "utf8");
  const { code, out, err } = await invoke(file({ Records: [{ eventSource: "aws:sqs", messageId: "m1", body }] }));
  expect(out).toContain("is stopped");
  expect(err).toBe("All messages of the batch are done.\n");
  expect(code).toBe(0);
});

test("--dry-run only shows the messages, and explains why there are none", async () => {
  const { code, out, err } = await invoke(sample, "--dry-run");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain("is stopped");
  const env = file({
    Parameters: { API_URL: "https://acme.example/api/event/create", API_TOKEN: "a".repeat(32), MIN_SEVERITY: 4 },
  });
  expect(await invoke(sample, "--dry-run", "--env-vars", env)).toEqual({
    code: 0,
    out: "",
    err: "Not sent: less severe than minSeverity.\n",
  });
});

test("--env-vars sends to the console that it names", async () => {
  const local = await startConsole();
  const env = file({ Parameters: { API_URL: local.url, API_TOKEN: local.token } });
  try {
    const { code, out } = await invoke(sample, "--env-vars", env);
    expect(code).toBe(0);
    expect(out).toContain("is stopped");
    expect(local.accepted).toHaveLength(1);

    local.acceptedToken = "another";
    const refused = await invoke(sample, "--env-vars", env);
    expect(refused.err).toMatch(/UndeliveredError: .*could not be delivered now/);
    expect(refused.err).not.toContain(local.token);
    expect(refused.code).toBe(1);
  } finally {
    await local.close();
  }
});

test("env.local.json is read instead of the env.json in the same folder", async () => {
  const env = trackedEnv();
  const local = env.replace(/env\.json$/, "env.local.json");
  expect(await invoke(sample, "--dry-run", "--env-vars", env)).toEqual({
    code: 1,
    out: "",
    err: `${env} still has the placeholder <PANTHER_NAME> in API_URL: copy ${env} to ${local} and put your values there (git ignores it).\n`,
  });
  copyFileSync(env, local);
  const notice = `Reading ${local} instead of ${env}.\n`;
  expect((await invoke(sample, "--dry-run", "--env-vars", env)).err).toBe(
    `${notice}${local} still has the placeholder <PANTHER_NAME> in API_URL: put your value there.\n`,
  );
  const Parameters = { API_URL: "https://acme.example/api/event/create", API_TOKEN: "a".repeat(32) };
  writeFileSync(local, JSON.stringify({ Parameters }));
  const { code, out, err } = await invoke(sample, "--dry-run", "--env-vars", env);
  expect({ code, err }).toEqual({ code: 0, err: notice });
  expect(out).toContain("is stopped");
});

test.each([
  [["nope.json"], 1, "There is no file nope.json.\n"],
  [["events"], 1, "events is a folder: name the files in it, such as events/*.json.\n"],
  [
    [sample, "--env-vars", "biome.json"],
    1,
    'biome.json should hold {"Parameters": {"API_URL": "https://…", "API_TOKEN": "…"}}.\n',
  ],
  [
    [sample, "--env-vars", file({ Parameters: { API_URL: "https://acme.example/api/event/create" } })],
    1,
    "API_TOKEN is missing: it should be the console's API key, 32 letters and digits.\n",
  ],
  [[sample, sample], 2, "Name one file only: npm run replay accepts several.\nSee --help.\n"],
])("%j gives an error of one sentence", async (args, code, err) => {
  expect(await invoke(...args)).toEqual({ code, out: "", err });
});

test("a file that is not JSON or not an event is reported", async () => {
  expect((await invoke(file('{"source":'))).err).toMatch(/x\.json is not JSON: [^\n]+\n$/);
  expect((await invoke(file(""))).err).toMatch(/x\.json is empty: an event's JSON is expected\.\n$/);
  expect((await invoke(file({ a: 1 }), "--dry-run")).err).toMatch(
    /This is not an EventBridge event: it has neither a source nor a detail-type\.\n$/,
  );
});
