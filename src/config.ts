import * as z from "zod";
import type { Policy } from "./message.ts";
import { type Noise, noiseKinds } from "./notice.ts";

/** Where the token comes from: the environment, or a secret of AWS Secrets Manager. */
export type TokenSource =
  | { readonly kind: "value"; readonly token: string }
  | { readonly kind: "secret"; readonly arn: string; readonly key: string };

export interface Config {
  readonly apiUrl: URL;
  readonly token: TokenSource;
  readonly policy: Policy;
  /** Where refused events are kept; nowhere but the log when the function runs outside its stack. */
  readonly deadLetterQueueUrl: string | undefined;
  readonly vpcLogsBucket: string | undefined;
  readonly functionName: string;
  /** The name of the function's own IAM role. */
  readonly role: string | undefined;
  readonly region: string;
}

/** A setting is missing or malformed; the message is one sentence that says which, and what it should be. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

export const tokenPattern = /^[A-Za-z0-9]{32}$/;
const local = /^(?:localhost|127(?:\.\d+){3}|\[::1\]|host\.docker\.internal)$/;

const empty = (value: unknown): unknown => (value === "" ? undefined : value);
const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values, name: string) =>
  z.preprocess(empty, z.enum(values, `${name} should be ${values.join(" or ")}`).default(values[0] as Values[number]));

const environment = () =>
  z.object({
    API_URL: z
      .string(
        "API_URL is missing: it should be the console's address, https://NAME.app.panther.support/api/event/create",
      )
      .refine(
        (value) => URL.canParse(value.trim()) && /^https?:$/.test(new URL(value.trim()).protocol),
        "API_URL should be a web address such as https://NAME.app.panther.support/api/event/create",
      )
      .transform((value) => new URL(value.trim())),
    API_TOKEN: z.preprocess(
      empty,
      z
        .string()
        .trim()
        .regex(tokenPattern, "API_TOKEN should be the console's API key: 32 letters and digits")
        .optional(),
    ),
    API_TOKEN_SECRET_ARN: z.preprocess(
      empty,
      z
        .string()
        .regex(
          /^arn:[\w-]+:secretsmanager:[^:]+:\d{12}:secret:.+$/,
          "API_TOKEN_SECRET_ARN should be the ARN of a secret",
        )
        .optional(),
    ),
    API_TOKEN_SECRET_KEY: z.string().default(""),
    ALLOW_HTTP: oneOf(["false", "true"], "ALLOW_HTTP"),
    MIN_SEVERITY: z.preprocess(
      empty,
      z.coerce
        .number("MIN_SEVERITY should be a whole number from 0 to 5")
        .int("MIN_SEVERITY should be a whole number from 0 to 5")
        .min(0, "MIN_SEVERITY should be a whole number from 0 to 5")
        .max(5, "MIN_SEVERITY should be a whole number from 0 to 5")
        .default(1),
    ),
    DROP: z
      .string()
      .default("duplicate,passed,progress,read-only,target-tracking")
      .transform((value) =>
        value
          .split(",")
          .map((kind) => kind.trim())
          .filter((kind) => kind && kind !== "none"),
      )
      .pipe(
        z.array(z.enum(noiseKinds, `DROP should be none, or some of ${noiseKinds.join(",")}, with commas between`)),
      ),
    CLEARING: oneOf(["separate", "automation"], "CLEARING"),
    // `sam local` passes the queue's logical name in its address's place: there is no queue then.
    DEAD_LETTER_QUEUE_URL: z
      .string()
      .transform((value) => (URL.canParse(value) ? value : undefined))
      .optional(),
    VPC_LOGS_BUCKET: z.preprocess(empty, z.string().optional()),
    AWS_LAMBDA_FUNCTION_NAME: z.string().default("AWS-Events2Panther"),
    FUNCTION_ROLE: z.preprocess(empty, z.string().optional()),
    AWS_REGION: z.string().default("unknown"),
  });

/**
 * The configuration that `env` holds.
 * @throws {ConfigError}
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = environment().safeParse(env);
  if (!parsed.success) throw new ConfigError(`${parsed.error.issues[0]?.message ?? "the configuration is malformed"}.`);
  const read = parsed.data;
  if (read.API_URL.protocol !== "https:" && !local.test(read.API_URL.hostname) && read.ALLOW_HTTP !== "true") {
    throw new ConfigError(
      "API_URL should begin with https://, or ALLOW_HTTP be true: the token would travel in the clear.",
    );
  }
  return {
    apiUrl: read.API_URL,
    token: tokenSource(read.API_TOKEN, read.API_TOKEN_SECRET_ARN, read.API_TOKEN_SECRET_KEY),
    policy: {
      minSeverity: read.MIN_SEVERITY as Policy["minSeverity"],
      drop: new Set<Noise>(read.DROP),
      clearing: read.CLEARING,
    },
    deadLetterQueueUrl: read.DEAD_LETTER_QUEUE_URL,
    vpcLogsBucket: read.VPC_LOGS_BUCKET,
    functionName: read.AWS_LAMBDA_FUNCTION_NAME,
    role: read.FUNCTION_ROLE,
    region: read.AWS_REGION,
  };
}

function tokenSource(token: string | undefined, arn: string | undefined, key: string): TokenSource {
  if (token && arn) throw new ConfigError("API_TOKEN and API_TOKEN_SECRET_ARN are both set: keep one of them.");
  if (token) return { kind: "value", token };
  if (arn) return { kind: "secret", arn, key };
  throw new ConfigError("API_TOKEN is missing: it should be the console's API key, 32 letters and digits.");
}
