/** What an answer means. `unauthorised`: the token is wrong, or the console's own authentication is down. */
export type Answer =
  | { readonly kind: "delivered" }
  | { readonly kind: "refused" | "transient" | "unauthorised"; readonly reason: string };

/** Classifies an answer of panther-core 4: some answers with status 400 are transient, and one with 500 is final. */
export function classify(status: number, body: string): Answer {
  if (status >= 200 && status < 300) return { kind: "delivered" };
  const answer = parse(body);
  // A rule of the console's owner discards the event.
  if (status === 400 && answer.message === "Event discarded") return { kind: "delivered" };
  const reason = `HTTP ${status}${reasonIn(answer)}`;
  if (status === 401 || status === 403) return { kind: "unauthorised", reason };
  if (status === 408 || status === 425 || status === 429) return { kind: "transient", reason };
  // A redirect comes from a proxy in front of the console, and may be gone tomorrow.
  if (status < 400) return { kind: "transient", reason };
  // The console builds regular expressions from an event's property names: the same event fails again.
  if (status >= 500) return { kind: /Invalid regular expression/.test(body) ? "refused" : "transient", reason };
  // The console answers like this while its database fails.
  if (status === 400 && (typeof answer.error === "string" || Object.keys(answer).length === 0)) {
    return { kind: "transient", reason };
  }
  return { kind: "refused", reason };
}

/** The object in a JSON body; a body of anything else, such as a proxy's page, never gives an empty object. */
function parse(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : { isHtml: true };
  } catch {
    return body.trim() ? { isHtml: true } : {};
  }
}

function reasonIn(answer: Record<string, unknown>): string {
  const error = answer.error as { message?: unknown } | string | undefined;
  const reason = typeof error === "string" ? error : (error?.message ?? answer.message);
  return typeof reason === "string" && reason ? `: ${reason.slice(0, 200)}` : "";
}

/** The milliseconds to wait by a `Retry-After` header, which holds seconds or a date. */
export function retryAfterOf(header: string | string[] | undefined, now: number): number | undefined {
  if (typeof header !== "string") return undefined;
  const seconds = Number(header);
  const pause = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(pause) && pause > 0 ? pause : undefined;
}
