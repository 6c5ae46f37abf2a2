import { isFields } from "../event.ts";

/** An answer of the console's API. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

const reserved = /^(?:_*id|agent|group|tally|state_change|last_occurrence|first_occurrence)$/;
const maxBytes = 4096;

const bad = (message: string, name = "ValidationError"): ApiAnswer => ({
  status: 400,
  body: { error: { message, name } },
});

/** An event as the console accepts it. */
export interface AcceptedEvent {
  readonly [property: string]: string | number;
  readonly node: string;
  readonly summary: string;
  readonly severity: number;
}

/**
 * What panther-core's `POST /api/event/create` answers to a request, and the event where it accepts it. The console's own
 * messages are kept, since they are what a developer will see again in production.
 */
export function judge(
  request: { readonly contentType: string | undefined; readonly token: string | undefined; readonly body: Buffer },
  token: string,
): { answer: ApiAnswer; event?: AcceptedEvent } {
  if (request.body.length > maxBytes) {
    const error = {
      message: "request entity too large",
      name: "PayloadTooLargeError",
      type: "entity.too.large",
      status: 413,
    };
    return { answer: { status: 400, body: { error } } };
  }
  if (request.token !== token) {
    const error = { message: "Unauthorised API Key Authentication failed", name: "HttpError401", status: 401 };
    return { answer: { status: 401, body: { error } } };
  }
  if (!/^application\/json\s*(?:;|$)/i.test(request.contentType ?? "")) return { answer: bad("no event") };
  let body: unknown;
  try {
    body = JSON.parse(request.body.toString("utf8"));
  } catch (error) {
    return { answer: bad((error as Error).message, "SyntaxError") };
  }
  if (!isFields(body) || !isFields(body.event)) return { answer: bad("no event") };
  const answer = refusal(body.event);
  if (answer) return { answer };
  const event = { severity: 1, ...body.event } as AcceptedEvent;
  return { answer: { status: 200, body: { status: "Created", message: "Saved new event", event } }, event };
}

function refusal(event: Readonly<Record<string, unknown>>): ApiAnswer | undefined {
  for (const [name, value] of Object.entries(event)) {
    if (reserved.test(name)) return bad(`Fields not allowed [${name}]`);
    if (/[()[\]]/.test(name)) return { status: 500, body: { error: { message: "Invalid regular expression" } } };
    if (!/^\w+$/.test(name))
      return bad(`The property name ${JSON.stringify(name)} corrupts another field of the console`);
    if (name === "severity") {
      if (!Number.isInteger(value) || Number(value) < 0 || Number(value) > 5)
        return bad("Severity should be between 0 and 5");
    } else if (typeof value !== "string") return bad(`Field [${name}] should be a string`);
  }
  if (event.node === undefined || event.summary === undefined) return bad("Fields required [node,summary]");
  if (event.node === "") return bad("Node field should have a value");
  if (event.summary === "") return bad("Summary field should have a value");
  return undefined;
}
