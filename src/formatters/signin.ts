import type * as z from "zod";
import { condition, type Notice, note, type ProblemSeverity, type Statement } from "../condition.ts";
import { type AwsEvent, asString } from "../event.ts";
import { object, text } from "../grammar/fields.ts";
import { formatter } from "../grammar/formatter.ts";
import { words } from "../grammar/words.ts";
import { actionOf } from "./cloudtrail/phrase.ts";
import { errorOf, readsOnly, type TrailEvent, trailEventOf, trailRecord } from "./cloudtrail/record.ts";

const access = condition("signin", {
  grades: {
    5: "root without MFA, or its password or e-mail changed",
    4: "root with MFA, or failed",
    3: "IAM user without MFA",
    2: "IAM user failed",
  },
});

const schema = () => trailRecord().extend({ additionalEventData: object({ MFAUsed: text }) });
type SignInRecord = z.infer<ReturnType<typeof schema>>;

export const signin = () =>
  formatter({
    source: "aws.signin",
    // `AWS Console Signin via CloudTrail`, as a guide prints it, is the same to the router.
    detailType: "AWS Console Sign In via CloudTrail",
    means: "Someone signed in to the AWS console, tried to, or changed the password or address of the account",
    conditions: [access],
    detail: schema,
    format: (record, event) => {
      const attempt = attemptOf(record, event);
      if (attempt.trail.call === "ConsoleLogin") return signInNotice(attempt);
      return /^(?:Password|Email)Updated$/.test(attempt.trail.call) ? credentialNotice(attempt) : stepNotice(attempt);
    },
  });

/** What somebody did at the console's sign-in, or tried to. */
interface Attempt {
  readonly record: SignInRecord;
  readonly trail: TrailEvent;
  readonly accountId: string;
  readonly isRoot: boolean;
  readonly isUser: boolean;
  readonly isFailed: boolean;
}

function attemptOf(record: SignInRecord, event: AwsEvent): Attempt {
  const trail = trailEventOf(record, event);
  const { type, accountId = event.account } = record.userIdentity ?? {};
  // Such as `{"ConsoleLogin": "Failure"}`.
  const outcome = asString(record.responseElements?.[trail.call]);
  const isFailed = outcome?.toLowerCase() === "failure" || errorOf(record) !== undefined;
  return { record, trail, accountId, isRoot: type === "Root", isUser: type === "IAMUser", isFailed };
}

function signInNotice(attempt: Attempt): Notice {
  const { record, accountId, isRoot, isUser, isFailed } = attempt;
  const hasMfa = /^(?:yes|true)$/i.test(record.additionalEventData?.MFAUsed ?? "");
  // A role's MFA is asked for elsewhere: its sign-in always says that none was used.
  const lacksMfa = !hasMfa && (isRoot || isUser) && !isFailed;
  const mfa = lacksMfa ? " without MFA" : hasMfa && !isFailed ? " with MFA" : "";
  return noticeOf(
    attempt,
    signInSeverity(attempt, hasMfa),
    isFailed ? "failure" : lacksMfa ? "without-mfa" : "success",
    {
      ...signerOf(attempt),
      outcome: isFailed ? "failed to sign in" : `signed in${mfa}`,
      context: `to the console of account ${accountId}`,
    },
  );
}

/** How bad a sign-in is; who has no MFA in an account of their own is a risk, who comes through a role is not. */
function signInSeverity({ isRoot, isUser, isFailed }: Attempt, hasMfa: boolean): ProblemSeverity {
  if (isRoot) return isFailed || hasMfa ? 4 : 5;
  if (!isUser) return 1;
  if (isFailed) return 2;
  return hasMfa ? 1 : 3;
}

/** The password or the e-mail address that somebody signs in with was changed. */
function credentialNotice(attempt: Attempt): Notice {
  const { trail, accountId, isRoot, isFailed } = attempt;
  const credential = words(trail.call).replace(" updated", "");
  return noticeOf(attempt, isRoot ? (isFailed ? 4 : 5) : 1, `${trail.call}${isFailed ? ":failed" : ""}`, {
    thing: isRoot ? `Root user's ${credential}` : credential,
    name: isRoot ? undefined : trail.caller.name,
    outcome: isFailed ? "could not be changed" : "was changed",
    context: `in account ${accountId}`,
  });
}

/** Anything else, such as the check of a second factor or a switch of role. */
function stepNotice(attempt: Attempt): Notice {
  const { trail, accountId, isRoot, isFailed } = attempt;
  const { verb, noun } = actionOf(trail.call);
  const isNamed = verb !== undefined && noun !== "" && !isFailed;
  return noticeOf(attempt, isRoot && isFailed ? 4 : 1, `${trail.call}${isFailed ? ":failed" : ""}`, {
    thing: isNamed ? noun : "Console sign-in step",
    name: isNamed ? undefined : trail.call,
    outcome: isNamed ? `was ${verb}` : isFailed ? "failed" : "was done",
    context: `in the console of account ${accountId}`,
    actor: { name: trail.caller.name },
  });
}

/** Who signs in, as the sentence begins: `IAM user` `alice`. */
function signerOf({ trail, isRoot, isUser, record }: Attempt): Pick<Statement, "thing" | "name"> {
  const { name } = trail.caller;
  if (isRoot) return { thing: "Root user" };
  // Words that stand for a name.
  if (/^(?:account \d|another account$|a user whose|a role$|a federated user$|someone$)/.test(name))
    return { thing: name };
  const isRole = record.userIdentity?.type === "AssumedRole" && name === trail.caller.key;
  return { thing: isUser ? "IAM user" : isRole ? "Role" : "User", name };
}

type Parts = Pick<Statement, "thing" | "name" | "outcome" | "context" | "actor">;

function noticeOf(attempt: Attempt, severity: ProblemSeverity, key: string, parts: Parts): Notice {
  const { record, trail, accountId, isUser, isFailed } = attempt;
  const { type = "unknown", userName } = record.userIdentity ?? {};
  const isQuiet = severity === 1 && trail.call !== "ConsoleLogin" && readsOnly(record, trail.call);
  const statement: Statement = {
    of: `${accountId}:${type}:${trail.caller.key}:${key}`,
    node: isUser && userName && !userName.startsWith("HIDDEN_") ? userName : accountId,
    link: trail.link,
    ...parts,
    reason: isFailed ? (record.errorMessage ?? record.errorCode) : undefined,
    actor: { ...parts.actor, address: trail.actor(severity).address },
    noise: isQuiet ? "read-only" : undefined,
  };
  return severity === 1 ? note(access.name, statement) : access.raise(severity, statement);
}
