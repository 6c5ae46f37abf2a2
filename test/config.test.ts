import { describe, expect, test } from "vitest";
import { readConfig } from "../src/config.ts";

const good = { API_URL: "https://example.app.panther.support/api/event/create", API_TOKEN: "A".repeat(32) };
const arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:panther-AbCdEf";

describe("configuration", () => {
  test("has sensible values where only the console is given", () => {
    expect(readConfig(good)).toMatchObject({
      token: { kind: "value", token: good.API_TOKEN },
      policy: { minSeverity: 1, clearing: "separate" },
      deadLetterQueueUrl: undefined,
      vpcLogsBucket: undefined,
    });
    expect(readConfig(good).policy.drop.has("sample")).toBe(false);
  });

  test("takes empty values, which a template passes for what is not set, as not set", () => {
    const empty = { API_TOKEN_SECRET_ARN: "", ALLOW_HTTP: "", MIN_SEVERITY: "", CLEARING: "", VPC_LOGS_BUCKET: "" };
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
    expect(
      readConfig({ API_URL: good.API_URL, API_TOKEN_SECRET_ARN: arn, API_TOKEN_SECRET_KEY: "token" }).token,
    ).toEqual({
      kind: "secret",
      arn,
      key: "token",
    });
  });

  test("takes noise that is asked for", () => {
    expect([...readConfig({ ...good, DROP: "sample, passed" }).policy.drop]).toEqual(["sample", "passed"]);
    expect(readConfig({ ...good, DROP: "none" }).policy.drop.size).toBe(0);
  });

  test.each([
    [{ API_URL: undefined }, "API_URL is missing: it should be the console's address"],
    [{ API_URL: "example.app.panther.support" }, "API_URL should be a web address"],
    [{ API_URL: "ftp://example.org/" }, "API_URL should be a web address"],
    [
      { API_URL: "http://panther.example.org/api/event/create" },
      "API_URL should begin with https://, or ALLOW_HTTP be true",
    ],
    [{ API_TOKEN: undefined }, "API_TOKEN is missing"],
    [{ API_TOKEN: "<PANTHER_API_TOKEN>" }, "API_TOKEN should be the console's API key: 32 letters and digits"],
    [{ API_TOKEN_SECRET_ARN: arn }, "API_TOKEN and API_TOKEN_SECRET_ARN are both set"],
    [{ API_TOKEN: undefined, API_TOKEN_SECRET_ARN: "panther" }, "API_TOKEN_SECRET_ARN should be the ARN of a secret"],
    [{ MIN_SEVERITY: "6" }, "MIN_SEVERITY should be a whole number from 0 to 5"],
    [{ MIN_SEVERITY: "major" }, "MIN_SEVERITY should be a whole number from 0 to 5"],
    [{ DROP: "everything" }, "DROP should be none, or some of duplicate,passed"],
    [{ CLEARING: "magic" }, "CLEARING should be separate or automation"],
  ])("%j is refused in one sentence", (changed, sentence) => {
    const read = () => readConfig({ ...good, ...changed });
    expect(read).toThrow(sentence);
    expect(read).toThrow(/^[^\n]+\.$/);
    expect(read).not.toThrow(good.API_TOKEN);
  });

  test.each([
    "http://localhost:5001/x",
    "http://127.0.0.1:5001/x",
    "http://host.docker.internal:5001/x",
    "http://[::1]:5001/x",
  ])("%s needs no TLS", (url) => expect(readConfig({ ...good, API_URL: url }).apiUrl.href).toBe(url));

  test("TLS can be waived", () => {
    expect(readConfig({ ...good, API_URL: "http://panther.lan/x", ALLOW_HTTP: "true" }).apiUrl.hostname).toBe(
      "panther.lan",
    );
  });
});
