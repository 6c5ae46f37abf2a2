import { spawn } from "node:child_process";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { Readable } from "node:stream";
import { isFields } from "../event.ts";
import { readTemplate, root } from "./template.ts";

/** The result of an invocation: what the handler returned, or the error that it threw. */
export type Result = { readonly value: unknown } | { readonly error: InvocationError };

interface InvocationError {
  readonly errorType: string;
  readonly errorMessage: string;
}

export interface LocalFunction {
  invoke(event: unknown): Promise<Result>;
  /** The lines that the function has written. */
  readonly log: readonly string[];
  stop(): Promise<void>;
}

const accountOfSamples = "111122223333";

/** `!If [HasVpcLogs, …, …]` */
interface ByVpcLogs {
  readonly "Fn::If": readonly ["HasVpcLogs", number, number];
}

type Variables = Readonly<Record<string, string>>;

interface Template {
  readonly Parameters: Readonly<Record<string, { readonly Default?: string | number }>>;
  readonly Resources: {
    readonly Events2PantherFunction: {
      readonly Properties: {
        readonly Timeout: ByVpcLogs;
        readonly MemorySize: ByVpcLogs;
        readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
      };
    };
  };
}

/**
 * Runs dist/handler.mjs as Lambda runs it: in a separate process that requests one event after the other from a Runtime
 * API. As with `sam local invoke`, only variables that the template declares are passed on.
 */
export async function startFunction(
  variables: Variables,
  { onLog, bundle = "dist/handler.mjs" }: { onLog?: (line: string) => void; bundle?: string } = {},
): Promise<LocalFunction> {
  const template = readTemplate() as unknown as Template;
  const { Timeout, MemorySize } = template.Resources.Events2PantherFunction.Properties;
  const size = ({ "Fn::If": [, set, unset] }: ByVpcLogs): number => (variables.VPC_LOGS_BUCKET ? set : unset);
  const api = new RuntimeApi(size(Timeout) * 1000);
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "bootstrap.mjs"), path.resolve(root, bundle)], {
    env: {
      ...environmentOf(variables, template),
      AWS_LAMBDA_RUNTIME_API: await api.listen(),
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(size(MemorySize)),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    readLines(stream, (line) => {
      log.push(line);
      onLog?.(line);
    });
  }
  const exited = new Promise<void>((resolve) => {
    child.on("close", (code) => {
      api.end(`the function's process ended with ${code}: ${log.slice(-5).join(" ")}`);
      resolve();
    });
  });
  return {
    log,
    invoke: (event) => api.invoke(event),
    stop: async () => {
      child.kill();
      await exited;
      await api.close();
    },
  };
}

interface Invocation {
  readonly event: unknown;
  readonly done: (result: Result) => void;
}

/** Lambda's Runtime API for one function process. */
class RuntimeApi {
  private readonly timeout: number;
  private readonly server: http.Server;
  private readonly waiting: Invocation[] = [];
  private readonly running = new Map<string, Invocation>();
  /** The process's open request for the next event. */
  private next: http.ServerResponse | undefined;
  private invocations = 0;
  private exitError: Result | undefined;

  /** @param timeout the function's, in milliseconds */
  constructor(timeout: number) {
    this.timeout = timeout;
    this.server = http.createServer((request, response) => this.handle(request, response));
    this.server.keepAliveTimeout = 0;
  }

  /** @returns the API's host and port. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  invoke(event: unknown): Promise<Result> {
    if (this.exitError) return Promise.resolve(this.exitError);
    return new Promise((done) => {
      this.waiting.push({ event, done });
      this.sendNext();
    });
  }

  /** The process ended: no invocation gets a result any more. */
  end(errorMessage: string): void {
    this.exitError = { error: { errorType: "Runtime.ExitError", errorMessage } };
    for (const { done } of [...this.running.values(), ...this.waiting]) done(this.exitError);
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => {
      this.server.close(() => resolve());
    });
  }

  private handle(request: http.IncomingMessage, response: http.ServerResponse): void {
    const [, , , kind, id, outcome] = (request.url ?? "").split("/");
    if (kind === "invocation" && id === "next") {
      this.next = response;
      this.sendNext();
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8") || "null");
      const invocation = this.running.get(String(id));
      this.running.delete(String(id));
      invocation?.done(outcome === "error" ? { error: body as InvocationError } : { value: body });
      response.writeHead(202).end();
    });
  }

  private sendNext(): void {
    const invocation = this.next && this.waiting.shift();
    if (!this.next || !invocation) return;
    const id = `00000000-0000-4000-8000-${String(++this.invocations).padStart(12, "0")}`;
    this.running.set(id, invocation);
    this.next.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": id,
      "lambda-runtime-deadline-ms": String(Date.now() + this.timeout),
      "lambda-runtime-invoked-function-arn": `arn:aws:lambda:eu-west-1:${accountOfSamples}:function:AWS-Events2Panther`,
    });
    this.next.end(JSON.stringify(invocation.event));
    this.next = undefined;
  }
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
}

/** The function's environment, except for what depends on its size. */
function environmentOf(variables: Variables, { Parameters, Resources }: Template): NodeJS.ProcessEnv {
  const declared = Resources.Events2PantherFunction.Properties.Environment.Variables;
  return {
    PATH: process.env.PATH,
    ...defaultsOf(declared, Parameters),
    ...Object.fromEntries(Object.entries(variables).filter(([name]) => name in declared)),
    ...inherited(),
    AWS_LAMBDA_FUNCTION_NAME: "AWS-Events2Panther",
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/AWS-Events2Panther",
    AWS_REGION: "eu-west-1",
    TZ: ":UTC",
  };
}

/** The values that `sam local` gives: a parameter's default, a resource's logical name. */
const defaultsOf = (declared: Readonly<Record<string, unknown>>, parameters: Template["Parameters"]) =>
  Object.fromEntries(
    Object.entries(declared).map(([name, value]) => {
      const reference = isFields(value) && typeof value.Ref === "string" ? value.Ref : undefined;
      if (reference === undefined) return [name, String(value)];
      const parameter = parameters[reference];
      return [name, String(parameter ? (parameter.Default ?? "") : reference)];
    }),
  );

/** Variables of this process that reading real AWS logs and TLS to a private console need. */
const inherited = (): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) =>
      /^(?:NODE_EXTRA_CA_CERTS|AWS_(?:PROFILE|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|ENDPOINT_URL\w*))$/.test(
        name,
      ),
    ),
  );
