import { type Condition, condition, type Notice, note, type Severity, type Statement } from "../../condition.ts";
import { type AwsEvent, type Fields, isFields } from "../../event.ts";
import { lazy } from "../../lazy.ts";
import type { Grade } from "./grades.ts";
import { byRoot, type Listed, listedAs, listedConditions } from "./listed.ts";
import { actionOf, callParts } from "./phrase.ts";
import { errorOf, isByService, readsOnly, type TrailEvent, type TrailRecord, trailEventOf } from "./record.ts";
import { kindOf, namesAt, type Target, targetOf } from "./request.ts";
import type { CallRow, Outcome } from "./row.ts";

const failure = condition("cloudtrail:failed", {
  grades: { 4: "denied to the root user, or failed", 2: "denied, unless it only reads" },
});
const byRootUser = condition("cloudtrail", { grades: { 4: "done by the root user" } });

/** What a call that no row lists can raise. */
export const unlistedConditions: readonly Condition<never>[] = [failure, byRootUser];
/** What an API call can raise or clear. */
export const callConditions = lazy(() => [...unlistedConditions, ...listedConditions()]);

/** One API call, as the functions below read it. */
interface ApiCall {
  readonly record: TrailRecord;
  readonly trail: TrailEvent;
  readonly request: Fields;
  readonly target: Target | undefined;
}

/** The notices of an API call. @throws {UnexpectedPayload} where it has no name. */
export function callNotices(record: TrailRecord, event: AwsEvent): Notice[] {
  const trail = trailEventOf(record, event);
  const request = unwrapped(record.requestParameters ?? {}, trail.call);
  const target = targetOf(request, actionOf(trail.call).noun.replaceAll(" ", ""));
  const apiCall = { record, trail, request, target };
  const error = errorOf(record);
  if (error) return [failedNotice(apiCall, error)];
  const listed = listedAs(trail.service, trail.call)
    .filter(({ row }) => !(row.people && isByService(record)))
    .flatMap((item) => listedNotices(apiCall, item));
  if (listed.length === 0) return [ownNotice(apiCall)];
  // The use of the root user is a condition of its own, even where the call only clears others.
  const onlyClears = listed.every(({ severity }) => severity === 0);
  return trail.caller.root && onlyClears ? [...listed, ownNotice(apiCall)] : listed;
}

/** EC2 puts the parameters of some calls into an object named for the call. */
function unwrapped(request: Fields, call: string): Fields {
  const inner = request[`${call}Request`];
  return isFields(inner) ? { ...inner, ...request } : request;
}

const denied = /denied|unauthori[sz]ed|notauthori[sz]ed|forbidden|authfailure/i;

/** A call that AWS refused or could not do. */
function failedNotice({ record, trail, target }: ApiCall, error: string): Notice {
  const { action, caller } = trail;
  const isDenied = denied.test(error);
  const isRead = readsOnly(record, trail.call);
  const severity = caller.root ? 4 : isDenied && !isRead ? 2 : 1;
  const statement: Statement = {
    of: `${caller.key}:${action}:${record.errorCode ?? "error"}`,
    ...commonOf(trail, target),
    ...namedCall(action, target),
    outcome: isDenied ? "was denied" : "failed",
    context: target ? undefined : `in ${trail.region}`,
    reason: isDenied ? withPolicy(error, record.errorMessage) : error,
    actor: { ...trail.actor(severity), via: undefined },
    noise: isRead ? "read-only" : undefined,
  };
  return severity === 1 ? note(failure.name, statement) : failure.raise(severity, statement);
}

/** A denial with the policy that it is for: `AccessDenied because no identity-based policy allows the … action`. */
function withPolicy(error: string, message = ""): string {
  const because = /\b(?:because |with an explicit deny)[^.]*/.exec(message)?.[0];
  return because && !error.includes(because) ? `${error} ${because}` : error;
}

/** Any call, listed or not: what was done to what, and by whom. */
function ownNotice({ record, trail, target }: ApiCall): Notice {
  const severity = trail.caller.root ? 4 : 1;
  const statement: Statement = {
    of: `${trail.caller.key}:${trail.action}`,
    ...commonOf(trail, target),
    ...callStatement(trail, severity, target),
    noise: readsOnly(record, trail.call) ? "read-only" : undefined,
  };
  return severity === 1 ? note(byRootUser.name, statement) : byRootUser.raise(severity, statement);
}

/** A notice for each resource of a call that a row lists; none where the call is harmless. */
function listedNotices({ record, trail, request }: ApiCall, { row, condition, isUndo }: Listed): Notice[] {
  const fields = { ...request, userIdentity: record.userIdentity };
  const grade = isUndo ? { severity: 0 as const } : gradeOf(row, fields, trail.call);
  if (!grade) return [];
  const severity = grade.severity && trail.caller.root ? byRoot(row, grade.severity) : grade.severity;
  const part = row.and ? namesAt(fields, row.and)[0] : undefined;
  const outcome = severity === 0 ? row.undone : row.done;
  return targetsOf(fields, row.on).map((target): Notice => {
    const statement: Statement = {
      of: [target?.name ?? "any", part].filter(Boolean).join(":"),
      ...commonOf(trail, target),
      ...(row.thing && outcome
        ? { ...statedParts(row.thing, outcome, trail, target, part), actor: trail.actor(severity) }
        : callStatement(trail, severity, target, part)),
      reason: grade.reason,
    };
    return severity === 0 ? condition.clear(statement) : condition.raise(severity, statement);
  });
}

const gradeOf = (row: CallRow, request: Fields, call: string): Grade | undefined =>
  row.gradeBy ? row.gradeBy(request, call) : { severity: row.severity };

/** The resources at the first of `paths` that is there; one that is absent where none is. */
function targetsOf(request: Fields, paths = ""): readonly (Target | undefined)[] {
  const path = paths.split(" ").find((candidate) => candidate && namesAt(request, candidate).length > 0);
  if (!path) return [undefined];
  const kind = kindOf(path.split(".").at(-1) ?? "");
  return namesAt(request, path).map((name) => ({ name, kind }));
}

const commonOf = ({ origin, link }: TrailEvent, target: Target | undefined) => ({
  node: target?.name ?? origin,
  tag: "CloudTrailEvent",
  link,
});

type Parts = Pick<Statement, "thing" | "name" | "outcome" | "context" | "actor">;

/** What a call did and who made it, in the words of its name, or that it was made where these are unknown. */
export function callStatement(trail: TrailEvent, severity: Severity, target?: Target, part?: string): Parts {
  const { call, service, action, region } = trail;
  const actor = trail.actor(severity);
  const where = target ? undefined : `in ${region}`;
  const parts = callParts({ service, call, target, part });
  if (parts) return { ...parts, context: [parts.context, where].filter(Boolean).join(" "), actor };
  return { ...namedCall(action, target), outcome: "was made", context: where, actor: { ...actor, via: undefined } };
}

const namedCall = (action: string, target: Target | undefined) => ({
  thing: "Call",
  name: target ? `${action} on ${target.name}` : action,
});

/** The words of a row, with the names of the resource and of its part filled in. */
function statedParts(
  thing: string,
  [outcome, context]: Outcome,
  { region }: TrailEvent,
  target: Target | undefined,
  part: string | undefined,
): Parts {
  if (!context) return { thing, name: target?.name, outcome, context: target ? undefined : `in ${region}` };
  const filled = context.replace(/\{(\w+)\}/g, (_, key) => (key === "name" ? target?.name : part) ?? "");
  return { thing, name: context.includes("{name}") ? undefined : target?.name, outcome, context: filled.trim() };
}
