import type { TokenSource } from "./config.ts";
import type { Token } from "./panther.ts";

/** Reads a secret's string. */
export type ReadSecret = (arn: string) => Promise<string | undefined>;

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
    const reading = readSecret(source.arn).then((value) => tokenIn(value, source.key));
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

/** The token of a secret that is a plain string, or JSON with the token under `key`. */
function tokenIn(secret: string | undefined, key: string): string {
  const value = key ? fieldOf(secret, key) : secret;
  if (!value?.trim() || value.trim().startsWith("{")) {
    throw new Error(
      key
        ? `The secret has no token under the key ${key}: set APITokenSecretKey to the key that holds it.`
        : "The secret holds no plain string: set APITokenSecretKey to the key that holds the token.",
    );
  }
  return value.trim();
}

function fieldOf(secret: string | undefined, key: string): string | undefined {
  try {
    const value: unknown = (JSON.parse(secret ?? "") as Record<string, unknown>)[key];
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

async function fromSecretsManager(arn: string): Promise<string | undefined> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
  const client = new SecretsManagerClient({});
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId: arn }))).SecretString;
  } finally {
    client.destroy();
  }
}
