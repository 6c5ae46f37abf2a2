import type { Notice, Severity } from "../condition.ts";
import { wholeSeconds } from "../event.ts";
import { bodyOf, compose, sanitize } from "../message.ts";
import { classify } from "../panther/answers.ts";
import { tokenOf } from "../panther/token.ts";
import { Failure, paint, paintError, runCommand, say, UsageError } from "./cli.ts";
import { configOf, readVariables } from "./settings.ts";

const usage = `npm run send -- --node NODE --summary TEXT [OPTION…]   send one test message to the console, and explain its answer

  --node NODE       what the message is about, such as web1
  --summary TEXT    what it says, such as "hello"
  --severity N      0 clear, 1 indeterminate, 2 warning, 3 minor, 4 major, 5 critical (1)
  --tag TAG         the console's grouping tag (Test)
  --env-vars FILE   take API_URL and API_TOKEN from a file such as env.json, instead of which env.local.json is read
                    where it exists
  --url URL         the console's API, instead of API_URL of the environment
  --token TOKEN     its key, instead of API_TOKEN (other users of this machine may see it in the list of processes)
  --timeout N       seconds to wait for an answer (10)

Exit code: 0 the console took the message, 1 it did not, 2 called wrongly.`;

/** What came back: an answer, or the error that came instead. */
export type Reply =
  | { readonly status: number; readonly location?: string | undefined; readonly body: string }
  | { readonly code: string; readonly message: string };

export interface Explanation {
  readonly accepted: boolean;
  /** What happened, and what to do. */
  readonly text: string;
}

/** Explains the reply that `url` gave, as panther-core 4 and what may stand in front of it answer. */
export function explain(reply: Reply, url: URL): Explanation {
  if ("code" in reply) return { accepted: false, text: withoutAnswer(reply, url) };
  const fields = json(reply.body);
  const answer: Answer = { ...reply, url, fields, message: messageIn(fields) };
  const accepted = acceptance(answer);
  return accepted ? { accepted: true, text: accepted } : { accepted: false, text: refusal(answer) };
}

interface Answer {
  readonly status: number;
  readonly location?: string | undefined;
  readonly body: string;
  readonly url: URL;
  /** The fields of the body, where it is the console's JSON. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
  /** The message in them. */
  readonly message: string;
}

function acceptance({ status, fields }: Answer): string | undefined {
  if (!fields) return undefined;
  if (status === 400 && fields.message === "Event discarded") return discardedBy("a server rule");
  if (status < 200 || status >= 300) return undefined;
  if (fields.status === "discarded") return discardedBy("an agent rule");
  const isRepeat = String(fields.message).startsWith("Updated");
  return `The console took the message.${isRepeat ? " It was counted on the row that was there already." : ""}`;
}

const discardedBy = (rule: string): string =>
  `The console took the message, and a rule of its owner (${rule}) discarded it: it is not shown. Address and token are right.`;

/** Why an answer that is no acceptance was given. */
function refusal(answer: Answer): string {
  const { status, url, body, fields, message } = answer;
  if (status < 300) {
    return `${url.host} answered HTTP ${status}, but with ${describe(body)} instead of the console's JSON: a login or proxy page, or another server. API_URL should end in /api/event/create.`;
  }
  if (status < 400) return redirect(answer);
  if (status === 413 || /too large/i.test(message)) {
    return "The message is too large: the console takes 4,096 bytes. A shorter summary will do.";
  }
  const known = refusals[status]?.(answer);
  if (known) return fields || status === 404 || status === 405 || status === 407 ? known : `${known}${origin(answer)}`;
  const { kind } = classify(status, body);
  if (status >= 500) {
    return fields
      ? `The console failed on the message (HTTP ${status}${quoted(message)}).${kind === "transient" ? " Try again shortly." : ""}`
      : `A proxy in front of the console could not reach it (HTTP ${status}): the console is down or restarting. Try again shortly.`;
  }
  return kind === "transient"
    ? `The console could not store the message now (HTTP ${status}${quoted(message)}): its database has trouble. Try again shortly.`
    : `The console refused the message (HTTP ${status}${quoted(message)}): sending it again cannot help.${fields ? "" : origin(answer)}`;
}

function redirect({ status, location, url }: Answer): string {
  const isUpgrade = location?.startsWith("https:") && url.protocol === "http:";
  const upgrade = isUpgrade ? " The address should begin with https://." : "";
  return `${url.host} sends on to ${location ?? "another address"} (HTTP ${status}); messages do not follow.${upgrade} Set API_URL to the console's own address, ending in /api/event/create.`;
}

const noSuchPage = ({ status, url }: Answer): string =>
  `There is no such page (HTTP ${status}): the path ${url.pathname} is wrong. API_URL should end in /api/event/create.`;

/** What a status means, whoever answers with it. */
const refusals: Readonly<Record<number, (answer: Answer) => string>> = {
  401: ({ message }) =>
    /auth service failed/i.test(message)
      ? "The console's own authentication service is down or slow (HTTP 401: Auth service failed): the token may well be right. Try again in a minute; if that lasts, the console's administrator must look."
      : `The console does not accept the token (HTTP 401${quoted(message)}). It is wrong, revoked or of another console; or the console's authentication failed in the last minute, which it answers in the same way: if the token is certain, try again in a minute.`,
  403: ({ message }) =>
    `Access is forbidden (HTTP 403${quoted(message)}): a firewall or proxy in front of the console blocks this address or this request.`,
  404: noSuchPage,
  405: noSuchPage,
  407: () => "A proxy asks for its own sign-in (HTTP 407): the console was not reached.",
  429: () => "Something limits the rate of requests (HTTP 429): the forwarder waits and sends again; so can you.",
};

/** Where an answer without the console's JSON comes from. */
const origin = ({ body }: Answer): string =>
  ` The answer is ${describe(body)}, so it came from something in front of the console.`;

const selfSigned = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
]);

function withoutAnswer({ code, message }: { code: string; message: string }, url: URL): string {
  const at = `${url.hostname} on port ${url.port || (url.protocol === "https:" ? 443 : 80)}`;
  if (code === "ENOTFOUND") return `There is no host ${url.hostname} (DNS): is its name in API_URL spelt right?`;
  if (code === "EAI_AGAIN")
    return `The name ${url.hostname} could not be looked up: this machine's DNS does not answer. Is it on the network?`;
  if (code === "ECONNREFUSED") return `Nothing listens at ${at}: the console is down, or the port in API_URL is wrong.`;
  if (code === "ECONNRESET" || code === "UND_ERR_SOCKET" || code === "EPIPE") {
    return `The connection to ${at} was cut before an answer came: the console restarted, or a firewall stands in between.`;
  }
  if (code === "UND_ERR_CONNECT_TIMEOUT" || code === "ETIMEDOUT" || code === "EHOSTUNREACH" || code === "ENETUNREACH") {
    return `No connection to ${at} could be made (${code}): a firewall drops it, or the host is down.`;
  }
  if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT") {
    return `The console took the request and did not answer in time: its event server may be down. The message may still arrive later, so sending it again may count it twice.`;
  }
  if (selfSigned.has(code)) {
    return `The certificate of ${url.hostname} is not signed by an authority that this machine knows (${code}). If it is your own console's, name its authority: NODE_EXTRA_CA_CERTS=/path/to/ca.pem npm run send …`;
  }
  if (code === "CERT_HAS_EXPIRED") return `The certificate of ${url.hostname} has expired: it must be renewed.`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return `The certificate at ${at} is for another host than ${url.hostname}: API_URL should name the host as the certificate does.`;
  if (/^(?:ERR_SSL|ERR_TLS|EPROTO|CERT_)/.test(code))
    return `No secure connection to ${at} could be made (${code}): does it speak https at all?`;
  if (code === "HTTPParserError" || code.startsWith("HPE_"))
    return `What answers at ${at} does not speak HTTP (${code}): if it speaks https, API_URL should begin with https://.`;
  return `No answer came from ${at}: ${code} ${message}`.trim();
}

function json(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function messageIn(fields: Answer["fields"]): string {
  const error = fields?.error as { message?: unknown } | string | undefined;
  const message = typeof error === "string" ? error : (error?.message ?? fields?.message);
  return typeof message === "string" ? message.slice(0, 200) : "";
}

const quoted = (message: string): string => (message ? `: ${message}` : "");

function describe(body: string): string {
  if (!body.trim()) return "empty";
  const [, title] = /<title[^>]*>([^<]{1,80})/i.exec(body) ?? [];
  if (title) return `a web page titled “${title.replace(/\s+/g, " ").trim()}”`;
  return /^\s*</.test(body) ? "a web page" : "no JSON";
}

/** Posts `body` once, without following a redirect. */
export async function post(url: URL, token: string, body: string, timeout: number): Promise<Reply> {
  const { Agent, request } = await import("undici");
  const dispatcher = new Agent({ connect: { timeout }, headersTimeout: timeout, bodyTimeout: timeout });
  try {
    const {
      statusCode,
      headers,
      body: answer,
    } = await request(url, {
      dispatcher,
      method: "POST",
      headers: { "content-type": "application/json", "x-api-token": token },
      body,
    });
    return {
      status: statusCode,
      location: headers.location === undefined ? undefined : String(headers.location),
      body: (await answer.text()).slice(0, 10_000).replaceAll(token, "(token)"),
    };
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException;
    return { code: code || name, message };
  } finally {
    await dispatcher.destroy();
  }
}

/** The message that the forwarder itself would make of this. */
export function testMessage(node: string, summary: string, severity: Severity, tag: string): string {
  const fields = { node, thing: summary, outcome: "", tag, condition: `test:${node}:${summary}` };
  const notice: Notice = severity === 0 ? { ...fields, severity, worst: 5 } : { ...fields, severity };
  const event = {
    id: "",
    time: wholeSeconds(new Date()),
    source: "aws-events2panther",
    detailType: "Test message",
    account: "local",
    region: "local",
    resources: [],
    detail: {},
  };
  const [message] = compose([notice], event, { minSeverity: 0, drop: new Set() }).messages;
  if (!message) throw new Failure("Nothing is left of this message.");
  // A notice's sentence begins with a capital letter; a test message reads as it was typed.
  const first = sanitize(summary).charAt(0);
  return bodyOf({ ...message, summary: `${first}${message.summary.slice(first.toUpperCase().length)}` });
}

if (import.meta.main) {
  await runCommand({
    usage,
    options: {
      node: { type: "string" },
      summary: { type: "string" },
      severity: { type: "string", default: "1" },
      tag: { type: "string", default: "Test" },
      "env-vars": { type: "string" },
      url: { type: "string" },
      token: { type: "string" },
      timeout: { type: "string", default: "10" },
    },
    async run(values, positionals) {
      if (!values.node || !values.summary) throw new UsageError("--node and --summary are needed.");
      if (positionals.length > 0)
        throw new UsageError(`What is ${positionals[0]}? A summary of several words needs quotes.`);
      if (!/^[0-5]$/.test(values.severity)) throw new UsageError("--severity should be a whole number from 0 to 5.");
      const seconds = Number(values.timeout);
      if (!(seconds > 0)) throw new UsageError("--timeout should be a number of seconds.");
      const config = configOf({
        ...(values["env-vars"] === undefined ? process.env : readVariables(values["env-vars"])),
        ...(values.url === undefined ? {} : { API_URL: values.url }),
        ...(values.token === undefined ? {} : { API_TOKEN: values.token }),
      });
      const body = testMessage(values.node, values.summary, Number(values.severity) as Severity, values.tag);
      const reply = await post(config.apiUrl, await tokenOf(config.token).current(), body, seconds * 1000);
      const { accepted, text } = explain(reply, config.apiUrl);
      if (accepted) {
        console.log(paint("green", text));
        if (values.severity === "0") console.log("Severity 0 is clear: its row goes within 20 seconds.");
      } else say(paintError("red", text));
      return accepted ? 0 : 1;
    },
  });
}
