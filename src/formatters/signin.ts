import { condition, note, type Statement } from "../condition.ts";
import type { Notice, ProblemSeverity } from "../notice.ts";
import { begun } from "./cloudtrail/phrase.ts";
import { readsOnly, trailed, trailRecord } from "./cloudtrail.ts";
import { object, text } from "./fields.ts";
import { formatter } from "./formatter.ts";
import { clause, words } from "./words.ts";

const access = condition("signin", {
  grades: {
    5: "root without MFA, or its password or e-mail changed",
    4: "root with MFA, or failed",
    3: "IAM user without MFA",
    2: "IAM user failed",
  },
});

/** How bad a sign-in is; who has no MFA in an account of their own is a risk, who comes through a role is not. */
function severityOf(root: boolean, iamUser: boolean, failed: boolean, mfa: boolean): ProblemSeverity {
  if (root) return failed || mfa ? 4 : 5;
  if (!iamUser) return 1;
  if (failed) return 2;
  return mfa ? 1 : 3;
}

const noticeOf = (severity: ProblemSeverity, statement: Statement): Notice =>
  severity === 1 ? note(access.name, statement) : access.raise(severity, statement);

export const signin = () =>
  [
    formatter({
      source: "aws.signin",
      // `AWS Console Signin via CloudTrail`, as a guide prints it, is the same to the router.
      detailType: "AWS Console Sign In via CloudTrail",
      means: "Someone signed in to the AWS console, tried to, or changed the password or address of the account",
      conditions: [access],
      detail: () =>
        trailRecord().extend({
          responseElements: object({ ConsoleLogin: text, CheckMfa: text }),
          additionalEventData: object({ MFAUsed: text }),
        }),
      format: (record, event) => {
        const { call, by, link } = trailed(record, event);
        const { type, userName, accountId = event.account } = record.userIdentity ?? {};
        const account = `account ${accountId}`;
        const root = type === "Root";
        const who = root ? "Root" : begun(by.name);
        const outcome = record.responseElements?.ConsoleLogin?.toLowerCase();
        const failed = outcome === "failure" || record.errorMessage !== undefined || record.errorCode !== undefined;
        const common = {
          node: type === "IAMUser" && userName && !userName.startsWith("HIDDEN_") ? userName : accountId,
          link,
        };
        const key = `${accountId}:${type ?? "unknown"}:${by.key}`;
        if (call !== "ConsoleLogin") {
          const changed = /^(?:Password|Email)Updated$/.test(call);
          const what = changed ? words(call).replace("updated", "was changed") : `did ${call}`;
          const severity = root && changed && !failed ? 5 : root && failed ? 4 : 1;
          return noticeOf(severity, {
            ...common,
            of: `${key}:${call}${failed ? ":failed" : ""}`,
            summary: changed
              ? `${root ? "Root user's" : `${who}'s`} ${what} in ${account}${failed ? " (failed)" : ""}`
              : `${who} ${what} at the console sign-in of ${account}${failed ? ", which failed" : ""}`,
            noise: severity === 1 && readsOnly(record, call) ? "read-only" : undefined,
          });
        }
        const mfa = /^(?:yes|true)$/i.test(record.additionalEventData?.MFAUsed ?? "");
        // A role's MFA is asked for elsewhere: its sign-in always says that none was used.
        const without = !mfa && (root || type === "IAMUser") && !failed;
        return noticeOf(severityOf(root, type === "IAMUser", failed, mfa), {
          ...common,
          of: `${key}:${failed ? "failure" : without ? "without-mfa" : "success"}`,
          summary: failed
            ? `${who} failed to sign in to the console of ${account}${clause(": ", record.errorMessage, 80)}`
            : `${who} signed in to the console of ${account}${without ? " without MFA" : mfa ? " with MFA" : ""}`,
        });
      },
    }),
  ].flat();
