import { spawn } from "node:child_process";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { isFields } from "../event.ts";
import { readTemplate, root } from "./template.ts";

/** How an invocation ended: what the handler returned, or the error that it threw. */
export type Result = { readonly value: unknown } | { readonly error: { errorType: string; errorMessage: string } };

export interface LocalFunction {
  invoke(event: unknown): Promise<Result>;
  /** What the function wrote so far, a line each. */
  readonly log: readonly string[];
  stop(): Promise<void>;
}

export const accountOfSamples = "111122223333";

/** `!If [HasVpcLogs, …, …]` */
interface ByVpcLogs {
  readonly "Fn::If": readonly ["HasVpcLogs", number, number];
}

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
 * Runs dist/handler.mjs as Lambda runs it: a process of its own that asks a Runtime API for one event after the other.
 * As with `sam local invoke`, only variables that the template declares are passed on.
 */
export async function startFunction(
  variables: Readonly<Record<string, string>>,
  { onLog, bundle = "dist/handler.mjs" }: { onLog?: (line: string) => void; bundle?: string } = {},
): Promise<LocalFunction> {
  const { Resources, Parameters } = readTemplate() as unknown as Template;
  const { Properties } = Resources.Events2PantherFunction;
  const declared = Properties.Environment.Variables;
  const size = ({ "Fn::If": [, set, unset] }: ByVpcLogs): number => (variables.VPC_LOGS_BUCKET ? set : unset);
  const queue: { event: unknown; done: (result: Result) => void }[] = [];
  const running = new Map<string, (result: Result) => void>();
  let next: http.ServerResponse | undefined;
  let requests = 0;
  let ended: string | undefined;

  const hand = (): void => {
    if (!next || queue.length === 0) return;
    const { event, done } = queue.shift() as (typeof queue)[number];
    const id = `00000000-0000-4000-8000-${String(++requests).padStart(12, "0")}`;
    running.set(id, done);
    next.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": id,
      "lambda-runtime-deadline-ms": String(Date.now() + size(Properties.Timeout) * 1000),
      "lambda-runtime-invoked-function-arn": `arn:aws:lambda:eu-west-1:${accountOfSamples}:function:AWS-Events2Panther`,
    });
    next.end(JSON.stringify(event));
    next = undefined;
  };

  const server = http.createServer((request, response) => {
    const [, , , kind, id, outcome] = (request.url ?? "").split("/");
    if (kind === "invocation" && id === "next") {
      next = response;
      hand();
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8") || "null");
      const done = running.get(String(id));
      running.delete(String(id));
      done?.(outcome === "error" ? { error: body as { errorType: string; errorMessage: string } } : { value: body });
      response.writeHead(202).end();
    });
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  const log: string[] = [];
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "bootstrap.mjs"), path.resolve(root, bundle)], {
    env: {
      PATH: process.env.PATH,
      ...defaultsOf(declared, Parameters),
      ...Object.fromEntries(Object.entries(variables).filter(([name]) => name in declared)),
      ...passed(),
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_LAMBDA_FUNCTION_NAME: "AWS-Events2Panther",
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(size(Properties.MemorySize)),
      AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/AWS-Events2Panther",
      AWS_REGION: "eu-west-1",
      TZ: ":UTC",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        log.push(line);
        onLog?.(line);
      }
    });
  }
  const exited = new Promise<void>((resolve) => {
    child.on("close", (code) => {
      ended = `the function's process ended with ${code}: ${log.slice(-5).join(" ")}`;
      const error = { errorType: "Runtime.ExitError", errorMessage: ended };
      for (const done of [...running.values(), ...queue.map(({ done }) => done)]) done({ error });
      resolve();
    });
  });

  return {
    log,
    invoke: (event) =>
      new Promise((done) => {
        if (ended) return done({ error: { errorType: "Runtime.ExitError", errorMessage: ended } });
        queue.push({ event, done });
        hand();
      }),
    stop: async () => {
      child.kill();
      await exited;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The variables as `sam local` sets them: a parameter's default, a resource's logical name. */
const defaultsOf = (declared: Readonly<Record<string, unknown>>, parameters: Template["Parameters"]) =>
  Object.fromEntries(
    Object.entries(declared).map(([name, value]) => {
      const reference = isFields(value) && typeof value.Ref === "string" ? value.Ref : undefined;
      if (reference === undefined) return [name, String(value)];
      const parameter = parameters[reference];
      return [name, String(parameter ? (parameter.Default ?? "") : reference)];
    }),
  );

/** Of this machine's environment, what a function that reads real AWS logs or talks TLS to a private console needs. */
const passed = (): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) =>
      /^(?:NODE_EXTRA_CA_CERTS|AWS_(?:PROFILE|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|ENDPOINT_URL\w*))$/.test(
        name,
      ),
    ),
  );
