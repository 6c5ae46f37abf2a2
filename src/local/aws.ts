import { Failure, say } from "./cli.ts";

/** Which account and region is meant: the options of every command that talks to AWS. */
export const awsOptions = {
  stack: { type: "string", default: "AWS-Events2Panther" },
  profile: { type: "string" },
  region: { type: "string" },
} as const;

export const awsUsage = `  --stack NAME      the stack's name (AWS-Events2Panther)
  --profile NAME    a profile of ~/.aws/config, instead of AWS_PROFILE or the default
  --region REGION   the stack's region, instead of AWS_REGION, AWS_DEFAULT_REGION or the profile's`;

export interface Place {
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
}

/** Requests of the SDK are tried so often before it gives up; it waits longer each time. */
const tries = 8;

/**
 * What every client is made with. The SDK retries what is throttled or interrupted. It does not read AWS_DEFAULT_REGION,
 * which the AWS CLI and the SAM CLI do.
 */
export const clientOptions = ({
  profile,
  region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION,
}: Place) => ({
  ...(profile === undefined ? {} : { profile }),
  ...(region === undefined ? {} : { region }),
  maxAttempts: tries,
});

interface Stack {
  add(
    middleware: (next: (args: unknown) => Promise<unknown>) => (args: unknown) => Promise<unknown>,
    options: { step: "finalizeRequest"; priority: "low"; name: string },
  ): void;
}

/** Says once when AWS slows the client's requests down. */
export function tellOfThrottling(client: { readonly middlewareStack: unknown }): void {
  let told = false;
  (client.middlewareStack as Stack).add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (!told && isThrottling(error)) {
          told = true;
          say("AWS slows the requests down (throttling): they are sent again, with pauses.");
        }
        throw error;
      }
    },
    { step: "finalizeRequest", priority: "low", name: "tellOfThrottling" },
  );
}

const nameOf = (error: unknown): string => {
  const { name, Code, code } = error as { name?: string; Code?: string; code?: string };
  return name && name !== "Error" ? name : (Code ?? code ?? "Error");
};

const isThrottling = (error: unknown): boolean =>
  /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/.test(nameOf(error));

/**
 * Does what `action` names, and where AWS does not, says why in one sentence.
 * @param action what is done, as `read the log group X`
 * @param absent what is said where the thing does not exist
 * @throws {Failure}
 */
export async function asking<Result>(
  place: Place,
  action: string,
  absent: string,
  ask: () => Promise<Result>,
): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof Failure ? error : new Failure(sentenceOf(error, place, action, absent), { cause: error });
  }
}

function sentenceOf(
  error: unknown,
  { profile = process.env.AWS_PROFILE }: Place,
  action: string,
  absent: string,
): string {
  const name = nameOf(error);
  const said = error instanceof Error ? error.message : String(error);
  const codes = [error, ...((error as { errors?: unknown[] }).errors ?? [])].map(
    (each) => (each as { code?: string }).code,
  );
  const signIn = profile ? `aws sso login --profile ${profile}` : "aws sso login";
  if (/Region is missing/.test(said))
    return "No region is set: give --region, such as --region eu-west-1, or set AWS_REGION.";
  if (/ExpiredToken|TokenRefreshRequired|RequestExpired/.test(name) || /(?:token|session)\b.*\bexpired/i.test(said)) {
    return `The AWS session has expired: sign in again, such as with ${signIn}.`;
  }
  if (
    /CredentialsProviderError|TokenProviderError|CredentialUnavailable/.test(name) ||
    /Could not load credentials/.test(said)
  ) {
    return profile
      ? `The profile ${profile} gives no AWS credentials: ${said.replace(/\.?\s*$/, ".")} Is its name right, and are you signed in (${signIn})?`
      : `There are no AWS credentials: sign in (${signIn}), name a profile with --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`;
  }
  if (
    /UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSignature|AuthFailure|MissingAuthenticationToken/.test(
      name,
    )
  ) {
    return `AWS does not accept these credentials (${name}): they are wrong or were deleted, or this machine's clock is off.`;
  }
  if (/AccessDenied|AccessDeniedException|UnauthorizedOperation|NotAuthorized|KMSAccessDenied/.test(name)) {
    return `These credentials may not ${action}: ${said.replace(/\.?\s*$/, ".")}`;
  }
  if (/ResourceNotFound|QueueDoesNotExist|NonExistentQueue/.test(name)) return absent;
  if (isThrottling(error)) {
    return `AWS still throttled the requests after ${tries} tries: try again in a minute.`;
  }
  if (
    codes.some((code) =>
      /^(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/.test(code ?? ""),
    ) ||
    name === "TimeoutError"
  ) {
    return `AWS could not be reached (${codes.find(Boolean) ?? name}): is this machine on the network, and the region spelt right?`;
  }
  return `AWS did not ${action}: ${name}: ${said.replace(/\.?\s*$/, ".")}`;
}

/** The account that the credentials belong to. */
export async function accountOf(place: Place): Promise<string> {
  const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  const client = new STSClient(clientOptions(place));
  const { Account } = await asking(place, "tell whose credentials these are", "AWS knows no such caller.", () =>
    client.send(new GetCallerIdentityCommand({})),
  );
  return Account ?? "unknown";
}

/** @throws {Failure} where none is set. */
export const regionOf = (client: { readonly config: { region(): Promise<string> } }, place: Place): Promise<string> =>
  asking(place, "tell the region", "There is no region.", () => client.config.region());
