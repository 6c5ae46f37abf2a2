import { Failure, say } from "./cli.ts";

/** Options of every command that calls AWS. */
export const awsOptions = {
  stack: { type: "string", default: "AWS-Events2Panther" },
  profile: { type: "string" },
  region: { type: "string" },
} as const;

export const awsUsage = `  --stack NAME      the stack's name (AWS-Events2Panther)
  --profile NAME    a profile of ~/.aws/config, instead of AWS_PROFILE or the default
  --region REGION   the stack's region, instead of AWS_REGION, AWS_DEFAULT_REGION or the profile's`;

/** The profile and region of AWS calls; without them, those of the environment. */
export interface AwsSession {
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
}

/** The SDK's attempts for a request, with increasing pauses. */
const maxAttempts = 8;

/**
 * Options of every client. The SDK retries throttled and interrupted requests. Unlike the AWS CLI and the SAM CLI, it does
 * not read AWS_DEFAULT_REGION.
 */
export const clientOptions = ({
  profile,
  region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION,
}: AwsSession) => ({
  ...(profile === undefined ? {} : { profile }),
  ...(region === undefined ? {} : { region }),
  maxAttempts,
});

interface MiddlewareStack {
  add(
    middleware: (next: (args: unknown) => Promise<unknown>) => (args: unknown) => Promise<unknown>,
    options: { step: "finalizeRequest"; priority: "low"; name: string },
  ): void;
}

/** Reports the first time that AWS throttles a request of the client. */
export function reportThrottling(client: { readonly middlewareStack: unknown }): void {
  let isReported = false;
  (client.middlewareStack as MiddlewareStack).add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (!isReported && isThrottling(error)) {
          isReported = true;
          say("AWS throttles the requests: they are retried, with pauses.");
        }
        throw error;
      }
    },
    { step: "finalizeRequest", priority: "low", name: "reportThrottling" },
  );
}

const nameOf = (error: unknown): string => {
  const { name, Code, code } = error as { name?: string; Code?: string; code?: string };
  return name && name !== "Error" ? name : (Code ?? code ?? "Error");
};

const isThrottling = (error: unknown): boolean =>
  /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/.test(nameOf(error));

/**
 * Calls AWS. An error becomes one sentence.
 * @param action for the sentence, such as `read the log group X`
 * @param notFound the sentence if the resource does not exist
 * @throws {Failure}
 */
export async function callAws<Result>(
  session: AwsSession,
  action: string,
  notFound: string,
  call: () => Promise<Result>,
): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(sentenceOf(error, session, action, notFound), { cause: error });
  }
}

function sentenceOf(
  error: unknown,
  { profile = process.env.AWS_PROFILE }: AwsSession,
  action: string,
  notFound: string,
): string {
  const name = nameOf(error);
  const text = error instanceof Error ? error.message : String(error);
  const codes = [error, ...((error as { errors?: unknown[] }).errors ?? [])].map(
    (each) => (each as { code?: string }).code,
  );
  const signIn = profile ? `aws sso login --profile ${profile}` : "aws sso login";
  if (/Region is missing/.test(text))
    return "No region is set: give --region, such as --region eu-west-1, or set AWS_REGION.";
  if (/ExpiredToken|TokenRefreshRequired|RequestExpired/.test(name) || /(?:token|session)\b.*\bexpired/i.test(text)) {
    return `The AWS session has expired: sign in again, such as with ${signIn}.`;
  }
  if (
    /CredentialsProviderError|TokenProviderError|CredentialUnavailable/.test(name) ||
    /Could not load credentials/.test(text)
  ) {
    return profile
      ? `The profile ${profile} gives no AWS credentials: ${withFullStop(text)} Check its name, and sign in (${signIn}).`
      : `There are no AWS credentials: sign in (${signIn}), name a profile with --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`;
  }
  if (
    /UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSignature|AuthFailure|MissingAuthenticationToken/.test(
      name,
    )
  ) {
    return `AWS does not accept these credentials (${name}): they are wrong or deleted, or the clock of this machine is wrong.`;
  }
  if (/AccessDenied|AccessDeniedException|UnauthorizedOperation|NotAuthorized|KMSAccessDenied/.test(name)) {
    return `These credentials may not ${action}: ${withFullStop(text)}`;
  }
  if (/ResourceNotFound|QueueDoesNotExist|NonExistentQueue/.test(name)) return notFound;
  if (isThrottling(error)) {
    return `AWS still throttled the requests after ${maxAttempts} attempts: try again in a minute.`;
  }
  if (
    codes.some((code) =>
      /^(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/.test(code ?? ""),
    ) ||
    name === "TimeoutError"
  ) {
    return `AWS could not be reached (${codes.find(Boolean) ?? name}): check the network and the spelling of the region.`;
  }
  return `Could not ${action}: ${name}: ${withFullStop(text)}`;
}

const withFullStop = (text: string): string => text.replace(/\.?\s*$/, ".");

/** The account that the credentials belong to. */
export async function accountOf(session: AwsSession): Promise<string> {
  const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  const client = new STSClient(clientOptions(session));
  const { Account } = await callAws(session, "get the caller's identity", "The caller does not exist.", () =>
    client.send(new GetCallerIdentityCommand({})),
  );
  return Account ?? "unknown";
}

/** @throws {Failure} if no region is set */
export const regionOf = (
  client: { readonly config: { region(): Promise<string> } },
  session: AwsSession,
): Promise<string> => callAws(session, "get the region", "There is no region.", () => client.config.region());
