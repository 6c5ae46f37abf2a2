import { type TokenSource, tokenPattern } from "../config.ts";
import { isFields } from "../event.ts";
import type { Token } from "./client.ts";

type Secret = Extract<TokenSource, { kind: "secret" }>;

/** Reads the string of a secret. */
export type ReadSecret = (secret: Secret) => Promise<string | undefined>;

/** Milliseconds between two refreshes: a wrong secret must not cost a request to Secrets Manager for each event. */
const minRefreshInterval = 60_000;

/** The API token of `source`; `now` is a clock in milliseconds. */
export function tokenOf(source: TokenSource, readSecret: ReadSecret = fromSecretsManager, now = Date.now): Token {
  if (source.kind === "secret") return new SecretToken(source, readSecret, now);
  const { token } = source;
  return { current: async () => token, refresh: async () => false };
}

/** A token that is read once, and again when the console rejects it: a rotated token needs no deployment. */
class SecretToken implements Token {
  private readonly secret: Secret;
  private readonly readSecret: ReadSecret;
  private readonly now: () => number;
  private token: Promise<string> | undefined;
  private refreshing: Promise<boolean> | undefined;
  private refreshedAt = Number.NEGATIVE_INFINITY;

  constructor(secret: Secret, readSecret: ReadSecret, now: () => number) {
    this.secret = secret;
    this.readSecret = readSecret;
    this.now = now;
  }

  current(): Promise<string> {
    this.token ??= this.read();
    return this.token;
  }

  /** Callers at the same time share one refresh. */
  refresh(): Promise<boolean> {
    this.refreshing ??= this.readAgain().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  private async readAgain(): Promise<boolean> {
    const before = await this.token;
    if (this.now() - this.refreshedAt < minRefreshInterval) return false;
    this.refreshedAt = this.now();
    this.token = this.read();
    return (await this.token) !== before;
  }

  /** Reads the secret; a failure is not kept, so that the next call of `current` tries again. */
  private read(): Promise<string> {
    const reading = this.readSecret(this.secret).then((value) => tokenIn(value, this.secret.key));
    reading.catch(() => {
      if (this.token === reading) this.token = undefined;
    });
    return reading;
  }
}

/**
 * The token in a secret: its plain string, the string under `key` of its JSON, or the only string of its JSON.
 * @throws where there is none; the message never contains the secret.
 */
function tokenIn(secret: string | undefined, key: string | undefined): string {
  const token = (candidate(secret ?? "", key) ?? "").trim();
  if (tokenPattern.test(token)) return token;
  const expected = "it should be the console's API key, 32 letters and digits";
  throw new Error(
    key
      ? `The secret's key ${key} holds no token: ${expected}.`
      : `The secret holds no token: ${expected}, as a plain string or as the only string of its JSON (APIToken=ARN:KEY selects a key).`,
  );
}

function candidate(secret: string, key: string | undefined): string | undefined {
  const json = parsed(secret);
  if (!isFields(json)) return key ? undefined : secret;
  const strings = Object.entries(json).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  if (key) return strings.find(([name]) => name === key)?.[1];
  return strings.length === 1 ? strings[0]?.[1] : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function fromSecretsManager({ arn, region }: Secret): Promise<string | undefined> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
  const client = new SecretsManagerClient({
    region,
    requestHandler: { connectionTimeout: 3000, requestTimeout: 5000 },
  });
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId: arn }))).SecretString;
  } finally {
    client.destroy();
  }
}
