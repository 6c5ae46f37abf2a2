import { describe, expect, test } from "vitest";
import { readConfig } from "../src/config.ts";
import { describeSettings, readSettings } from "../src/settings.ts";

const good = { API_URL: "https://example.app.panther.support/api/event/create", API_TOKEN: "A".repeat(32) };
const arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:panther-AbCdEf";

describe("configuration", () => {
  test("has sensible values where only the console is given", () => {
    expect(readConfig(good)).toMatchObject({
      token: { kind: "value", token: good.API_TOKEN },
      policy: { minSeverity: 1 },
      deadLetterQueueUrl: undefined,
      vpcLogsBucket: undefined,
    });
    expect(readConfig(good).policy.drop.has("sample")).toBe(false);
  });

  test("takes empty values, which a template passes for what is not set, as not set", () => {
    const empty = { ALLOW_HTTP: "", MIN_SEVERITY: "", VPC_LOGS_BUCKET: "" };
    expect(readConfig({ ...good, ...empty, DEAD_LETTER_QUEUE_URL: "" }).policy).toEqual(readConfig(good).policy);
  });

  test("takes the logical name that sam local passes for a queue's address as no queue", () => {
    expect(
      readConfig({ ...good, DEAD_LETTER_QUEUE_URL: "Events2PantherDeadLetterQueue" }).deadLetterQueueUrl,
    ).toBeUndefined();
    const url = "https://sqs.eu-west-1.amazonaws.com/111122223333/AWS-Events2Panther-DeadLetters";
    expect(readConfig({ ...good, DEAD_LETTER_QUEUE_URL: url }).deadLetterQueueUrl).toBe(url);
  });

  test("takes a secret instead of a token", () => {
    const token = (text: string) => readConfig({ ...good, API_TOKEN: text }).token;
    const secret = { kind: "secret", arn, region: "eu-west-1" };
    expect(token(arn)).toEqual({ ...secret, key: undefined });
    expect(token(`${arn}:token`)).toEqual({ ...secret, key: "token" });
    expect(token(`${arn}:token::`)).toEqual({ ...secret, key: "token" });
  });

  test("takes noise that is asked for", () => {
    expect([...readConfig({ ...good, DROP: "sample, passed" }).policy.drop]).toEqual(["sample", "passed"]);
    expect(readConfig({ ...good, DROP: "none" }).policy.drop.size).toBe(0);
  });

  test.each([
    [{ API_URL: undefined }, "API_URL is missing: it should be the console's event API"],
    [{ API_URL: "example.app.panther.support" }, "API_URL should be a web address"],
    [{ API_URL: "ftp://example.org/" }, "API_URL should be a web address"],
    [
      { API_URL: "https://acme.app.panther.support/api/event/queue" },
      "API_URL should end in /api/event/create, such as https://acme.app.panther.support/api/event/create: the queueing API never says",
    ],
    [{ API_URL: "https://acme.example" }, "such as https://acme.example/api/event/create."],
    [{ API_URL: "https://acme.example/api/event/create/" }, "API_URL should end in /api/event/create"],
    [{ API_URL: "https://:secret@acme.example/api/event/create" }, "such as https://acme.example/api/event/create."],
    [{ API_URL: "https://acme.example/api/event/create?key=1" }, "API_URL should end in /api/event/create"],
    [
      { API_URL: "http://panther.example.org/api/event/create" },
      "API_URL should begin with https://, or allowHttp be true in settings.json",
    ],
    [{ API_TOKEN: undefined }, "API_TOKEN is missing"],
    [
      { API_TOKEN: "<PANTHER_API_TOKEN>" },
      "API_TOKEN should be the console's API key (32 letters and digits), or the ARN of a secret",
    ],
    [{ API_TOKEN: arn.slice(0, -7) }, "API_TOKEN should be the whole ARN of a secret"],
    [{ MIN_SEVERITY: "6" }, "MIN_SEVERITY should be a whole number from 0 to 5"],
    [{ MIN_SEVERITY: "major" }, "MIN_SEVERITY should be a whole number from 0 to 5"],
    [{ DROP: "everything" }, "DROP should be a list of some of duplicate, passed"],
  ])("%j is refused in one sentence", (changed, sentence) => {
    const read = () => readConfig({ ...good, ...changed });
    expect(read).toThrow(sentence);
    expect(read).toThrow(/^[^\n]+\.$/);
    expect(read).not.toThrow(good.API_TOKEN);
  });

  test.each([
    "http://localhost:5001/api/event/create",
    "http://127.0.0.1:5001/api/event/create",
    "http://host.docker.internal:5001/api/event/create",
    "http://[::1]:5001/api/event/create",
  ])("%s needs no TLS", (url) => expect(readConfig({ ...good, API_URL: url }).apiUrl.href).toBe(url));

  test("TLS can be waived", () => {
    expect(
      readConfig({ ...good, API_URL: "http://panther.lan/api/event/create", ALLOW_HTTP: "true" }).apiUrl.hostname,
    ).toBe("panther.lan");
  });
});

describe("settings.json", () => {
  test("is what holds where no variable says otherwise", () => {
    const file = { $schema: "x", minSeverity: 3, drop: [] };
    expect(readConfig(good, file).policy).toMatchObject({ minSeverity: 3, drop: new Set() });
    expect(readConfig({ ...good, MIN_SEVERITY: "4" }, file).policy.minSeverity).toBe(4);
    expect(readConfig({ ...good, MIN_SEVERITY: "" }, file).policy.minSeverity).toBe(3);
  });

  test("may be empty: every setting has a value that its own check accepts", () => {
    expect(() =>
      readSettings(Object.fromEntries(describeSettings().map(({ name, value }) => [name, value]))),
    ).not.toThrow();
    expect(readSettings({})).toMatchObject({ minSeverity: 1, allowHttp: false });
  });

  test.each([
    [{ minSeverity: "3" }, "settings.json: minSeverity should be a whole number from 0 to 5."],
    [{ minSeverity: 2.5 }, "settings.json: minSeverity should be a whole number from 0 to 5."],
    [{ drop: "sample" }, "settings.json: drop should be a list of some of duplicate, passed"],
    [{ minseverity: 3 }, 'settings.json has no setting "minseverity": it may have minSeverity, drop'],
    [{ clearing: "separate" }, 'settings.json has no setting "clearing"'],
    [{ constructor: 1 }, 'settings.json has no setting "constructor"'],
    [[], "settings.json should hold a JSON object."],
  ])("%j is refused in one sentence", (file, sentence) => expect(() => readConfig(good, file)).toThrow(sentence));
});
