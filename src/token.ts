import { type TokenSource, tokenPattern } from "./config.ts";
import { isFields } from "./event.ts";
import type { Token } from "./panther.ts";

type Secret = Extract<TokenSource, { kind: "secret" }>;

/** Reads a secret's string. */
export type ReadSecret = (secret: Secret) => Promise<string | undefined>;

/** How long a secret that did not help is not read again, in milliseconds. */
const pause = 60_000;

/**
 * The API token of `source`. A secret is read once and kept, and read again when the console does not take it, so that
 * a rotation needs no deployment.
 */
export function tokenOf(source: TokenSource, readSecret: ReadSecret = fromSecretsManager, now = Date.now): Token {
  if (source.kind === "value") {
    return { current: async () => source.token, refresh: async () => false };
  }
  let token: Promise<string> | undefined;
  let refreshing: Promise<boolean> | undefined;
  let refreshedAt = Number.NEGATIVE_INFINITY;
  const read = (): Promise<string> => {
    const reading = readSecret(source).then((value) => tokenIn(value, source.key));
    reading.catch(() => {
      if (token === reading) token = undefined;
    });
    return reading;
  };
  const refresh = async (): Promise<boolean> => {
    const before = await token;
    if (now() - refreshedAt < pause) return false;
    refreshedAt = now();
    token = read();
    return (await token) !== before;
  };
  return {
    current: () => {
      token ??= read();
      return token;
    },
    refresh: () => {
      refreshing ??= refresh().finally(() => {
        refreshing = undefined;
      });
      return refreshing;
    },
  };
}

/**
 * The token that a secret holds: its plain string, its JSON value under `key`, or the only string of its JSON.
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
  const client = new SecretsManagerClient({ region });
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId: arn }))).SecretString;
  } finally {
    client.destroy();
  }
}
