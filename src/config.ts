import * as z from "zod";
import settingsFile from "../settings.json" with { type: "json" };
import type { Noise } from "./condition.ts";
import type { Policy } from "./message.ts";
import { readSettings, type Settings, SettingsError } from "./settings.ts";

/** Where the token comes from: the environment, or a secret in AWS Secrets Manager. */
export type TokenSource =
  | { readonly kind: "value"; readonly token: string }
  | {
      readonly kind: "secret";
      readonly arn: string;
      readonly region: string;
      /** The key in a JSON secret; without it, the secret is a plain string or JSON with a single string. */
      readonly key: string | undefined;
    };

export interface Config {
  readonly apiUrl: URL;
  readonly token: TokenSource;
  readonly policy: Policy;
  /** The dead-letter queue for refused events; `undefined` outside a stack, where they are only logged. */
  readonly deadLetterQueueUrl: string | undefined;
  /** Where undelivered events of an array are kept. */
  readonly retryQueueUrl: string | undefined;
  readonly heartbeat: boolean;
  readonly vpcLogsBucket: string | undefined;
  readonly functionName: string;
  /** The name of the function's own IAM role. */
  readonly role: string | undefined;
  readonly region: string;
}

/** A setting is missing or malformed; the message is one sentence with its name and what it should be. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** The path of the console's event API. The queueing API never reports the outcome of an event. */
export const apiPath = "/api/event/create";
export const tokenPattern = /^[A-Za-z0-9]{32}$/;
/** The full ARN of a secret, with an optional key of its JSON as in Amazon ECS: `ARN:KEY` or `ARN:KEY::`. */
const secretPattern =
  /^(?<arn>arn:[\w-]+:secretsmanager:(?<region>[\w-]+):\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6})(?::(?<key>[\w/+=.@-]+)(?:::)?)?$/;
const local = /^(?:localhost|127(?:\.\d+){3}|\[::1\]|host\.docker\.internal)$/;

const optional = z.preprocess((value) => (value === "" ? undefined : value), z.string().optional());

/** `sam local` passes a queue's logical name in place of its URL: there is no queue then. */
const queueUrl = () =>
  z
    .string()
    .transform((value) => (URL.canParse(value) ? value : undefined))
    .optional();

const environment = () =>
  z.object({
    API_URL: z.string().trim().default(""),
    API_TOKEN: z.string().trim().default(""),
    DEAD_LETTER_QUEUE_URL: queueUrl(),
    RETRY_QUEUE_URL: queueUrl(),
    VPC_LOGS_BUCKET: optional,
    AWS_LAMBDA_FUNCTION_NAME: z.string().default("AWS-Events2Panther"),
    FUNCTION_ROLE: optional,
    AWS_REGION: z.string().default("unknown"),
  });

/**
 * The configuration in the environment `env` and in settings.json.
 * @param file the parsed content of settings.json
 * @throws {ConfigError}
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>, file: unknown = settingsFile): Config {
  const read = environment().parse(env);
  const settings = settingsOf(file, env);
  return {
    apiUrl: apiUrl(read.API_URL, settings.allowHttp),
    token: tokenSource(read.API_TOKEN),
    policy: policyOf(settings),
    deadLetterQueueUrl: read.DEAD_LETTER_QUEUE_URL,
    retryQueueUrl: read.RETRY_QUEUE_URL,
    heartbeat: settings.heartbeat,
    vpcLogsBucket: read.VPC_LOGS_BUCKET,
    functionName: read.AWS_LAMBDA_FUNCTION_NAME,
    role: read.FUNCTION_ROLE,
    region: read.AWS_REGION,
  };
}

/** The settings that concern messages. */
export const policyOf = ({ minSeverity, drop }: Settings): Policy => ({
  minSeverity: minSeverity as Policy["minSeverity"],
  drop: new Set<Noise>(drop),
});

function settingsOf(file: unknown, env: Readonly<Record<string, string | undefined>>): Settings {
  try {
    return readSettings(file, env);
  } catch (error) {
    throw error instanceof SettingsError ? new ConfigError(error.message) : error;
  }
}

/** The URL of the event API. Without TLS only on this machine, unless `allowHttp` is set. */
function apiUrl(text: string, allowHttp: boolean): URL {
  const example = `https://NAME.app.panther.support${apiPath}`;
  if (!text) throw new ConfigError(`API_URL is missing: it should be the console's event API, ${example}.`);
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new ConfigError(`API_URL should be a web address such as ${example}.`);
  }
  const url = new URL(text);
  if (!url.pathname.endsWith(apiPath) || url.search || url.hash || url.username || url.password) {
    const why = url.pathname.endsWith("/api/event/queue")
      ? ": the queueing API never says what becomes of an event"
      : "";
    throw new ConfigError(`API_URL should end in ${apiPath}, such as ${url.origin}${apiPath}${why}.`);
  }
  if (url.protocol !== "https:" && !local.test(url.hostname) && !allowHttp) {
    throw new ConfigError(
      "API_URL should begin with https://, or allowHttp be true in settings.json: the token would travel in the clear.",
    );
  }
  return url;
}

function tokenSource(text: string): TokenSource {
  if (!text) throw new ConfigError("API_TOKEN is missing: it should be the console's API key, 32 letters and digits.");
  if (tokenPattern.test(text)) return { kind: "value", token: text };
  const { arn, region, key } = secretPattern.exec(text)?.groups ?? {};
  if (arn && region) return { kind: "secret", arn, region, key };
  throw new ConfigError(
    text.startsWith("arn:")
      ? "API_TOKEN should be the whole ARN of a secret, with the six characters at its end, such as arn:aws:secretsmanager:eu-west-1:111122223333:secret:panther-AbCdEf, perhaps with :KEY after it."
      : "API_TOKEN should be the console's API key (32 letters and digits), or the ARN of a secret that holds it.",
  );
}
