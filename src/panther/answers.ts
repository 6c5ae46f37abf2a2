import { asString, type Fields, isFields } from "../event.ts";

/** What an answer means. `unauthorised`: the token is wrong, or the console's own authentication is down. */
export type Answer =
  | { readonly kind: "delivered" }
  | { readonly kind: "refused" | "transient" | "unauthorised"; readonly reason: string };

/**
 * Classifies an answer of panther-core 4. Only the console's own JSON decides: a page of a proxy, a firewall or a sign-in
 * in front of it is transient, whatever its status, because the event has not reached the console.
 * @param body the answer's body, or as much of it as was read
 */
export function classify(status: number, body: string): Answer {
  const answer = parse(body);
  if (isSuccess(status) && (answer?.status === "Created" || answer?.status === "discarded"))
    return { kind: "delivered" };
  // A rule of the console's owner discards the event.
  if (status === 400 && answer?.message === "Event discarded") return { kind: "delivered" };
  const reason = `HTTP ${status}${answer ? reasonIn(answer) : excerptOf(body)}`;
  if (isSuccess(status)) return { kind: "transient", reason: `${reason}, not from the console's event API` };
  if (status === 401 || status === 403) return { kind: "unauthorised", reason };
  if (status === 408 || status === 425 || status === 429) return { kind: "transient", reason };
  return { kind: isRefusal(status, answer) ? "refused" : "transient", reason };
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/**
 * Whether the same event would be refused again. The console gives the reason in an object; while its database fails, it
 * answers 400 with none or with a string.
 */
function isRefusal(status: number, answer: Fields | undefined): boolean {
  if (!isFields(answer?.error)) return false;
  // The console builds regular expressions from an event's property names.
  if (status >= 500) return /^Invalid regular expression/.test(asString(answer.error.message) ?? "");
  return status >= 400;
}

/** The object in a JSON body; absent where the body is anything else. */
function parse(body: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function reasonIn({ error, message, status }: Fields): string {
  const reason = isFields(error) ? error.message : (error ?? message ?? status);
  return typeof reason === "string" && reason ? `: ${reason.slice(0, maxExcerpt)}` : "";
}

/** The beginning of a body that is not the console's, for the log. */
const excerptOf = (body: string): string => {
  const text = body.replace(/\s+/g, " ").trim();
  return text ? `: ${JSON.stringify(text.slice(0, maxExcerpt))}` : ", without a body";
};

/** Characters of an answer that are logged. */
const maxExcerpt = 200;

/** The milliseconds to wait by a `Retry-After` header, which holds seconds or a date. */
export function retryAfterOf(header: string | string[] | undefined, now: number): number | undefined {
  if (typeof header !== "string") return undefined;
  const seconds = Number(header);
  const pause = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(pause) && pause > 0 ? pause : undefined;
}
