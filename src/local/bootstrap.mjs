// What Lambda's Node.js runtime does around a handler: asks the Runtime API for an event, calls the handler, tells the
// Runtime API what it returned or threw.
import { pathToFileURL } from "node:url";

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const post = (path, body) => fetch(`${api}${path}`, { method: "POST", body: JSON.stringify(body ?? null) });

const { lambdaHandler } = await import(pathToFileURL(process.argv[2] ?? "").href);
for (;;) {
  const next = await fetch(`${api}/invocation/next`).catch((error) => {
    // Nothing to do for five minutes is no error; a Runtime API that is gone ends the function.
    if (error.cause?.code !== "UND_ERR_HEADERS_TIMEOUT") process.exit(1);
  });
  if (!next) continue;
  const id = next.headers.get("lambda-runtime-aws-request-id");
  const deadline = Number(next.headers.get("lambda-runtime-deadline-ms"));
  const context = {
    awsRequestId: id,
    invokedFunctionArn: next.headers.get("lambda-runtime-invoked-function-arn"),
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  try {
    await post(`/invocation/${id}/response`, await lambdaHandler(await next.json(), context));
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    console.error(
      JSON.stringify({ level: "ERROR", errorType: name, errorMessage: message, stackTrace: stack?.split("\n") }),
    );
    await post(`/invocation/${id}/error`, { errorType: name, errorMessage: message });
  }
}
