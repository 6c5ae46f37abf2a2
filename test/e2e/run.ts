// Deploys the project with AWS's SAM CLI to a local AWS, with the commands of docs/deployment.md, and tests every path of
// an event: `npm run e2e`. Exit code: 0 passed, or this machine cannot run it; 1 failed.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { columns, paint } from "../../src/local/cli.ts";
import { type LocalConsole, startConsole } from "../../src/local/console.ts";
import { deployedResources, root } from "../../src/local/template.ts";
import {
  awsEndpoint,
  installTools,
  publish,
  type Repository,
  type Service,
  Skipped,
  startDocker,
  startLocalStack,
  type Tools,
} from "./machine.ts";
import { openShell, type Shell, sectionsOf } from "./pages.ts";
import { createLogsBucket, createSecret, isRemoved, logsBucket, rotation, scenarios, until } from "./scenarios.ts";

/** The parameters that `sam deploy --guided` asks for, in order: at most five. */
const expectedQuestions = ["APIToken", "APIUrl", "AlarmTopicArn", "VpcLogsBucket", "MaxConcurrency"];
const athenaQuestions = ["LogsBucket", "FlowLogsFormat", "LogsPath", "Accounts", "Regions", "Vpcs", "ScanLimit"];

type Line = readonly [string, "ok" | "FAILED" | "skipped" | "known failure", string, string];
const lines: Line[] = [];

/** Runs one part, and adds it to the table. */
async function part(name: string, run: () => Promise<string>, knownFailure?: string): Promise<void> {
  const started = performance.now();
  const add = (result: Line[1], observation: string): void => {
    const line: Line = [
      name,
      result,
      `${((performance.now() - started) / 1000).toFixed(1)} s`,
      observation.slice(0, 140),
    ];
    lines.push(line);
    console.error(line.join("  "));
  };
  try {
    const observation = await run();
    if (knownFailure) add("FAILED", `it passes now: remove the known failure (${knownFailure})`);
    else add("ok", stripVTControlCharacters(observation).replaceAll(/\s+/g, " "));
  } catch (error) {
    const { message } = error as Error;
    if (!knownFailure) console.error(message);
    add(knownFailure ? "known failure" : "FAILED", knownFailure ?? message.trimEnd().split("\n").at(-1) ?? message);
  }
}

interface Stage {
  readonly work: string;
  readonly tools: Tools;
  readonly console: LocalConsole;
  readonly shell: Shell;
  readonly repository: Repository;
  readonly docker: boolean;
}

const section = (title: string) => {
  const found = sectionsOf("deployment.md").find((each) => each.title === title);
  if (!found) throw new Error(`docs/deployment.md has no commands under "${title}"`);
  return found.blocks;
};

/** Runs a command with `sam deploy --guided`, answers its questions and returns them. */
async function guided(
  { shell, tools }: Stage,
  command: string,
  answers: readonly (readonly [string, string])[],
): Promise<string[]> {
  const script = path.join(import.meta.dirname, "guided.py");
  const call = `'${tools.folder}/sam/bin/python' '${script}' "$COMMAND" 2>guided.log || { tail -n 20 guided.log; exit 1; }`;
  shell.export({ COMMAND: command });
  const output = await shell.run(call, { input: JSON.stringify(answers) });
  return JSON.parse(output.trim().split("\n").at(-1) ?? "[]") as string[];
}

/** The parameters in the questions, without their defaults. */
const parametersOf = (questions: readonly string[]): string[] =>
  questions.flatMap((question) => /^Parameter (\w+)/.exec(question)?.[1] ?? []);

function expectQuestions(questions: readonly string[], expected: readonly string[]): string {
  const parameters = parametersOf(questions);
  if (parameters.join() !== expected.join()) throw new Error(`it asks for ${parameters.join(", ")}`);
  return `${questions.length} questions, ${parameters.length} of them for parameters: ${parameters.join(", ")}`;
}

/** Edits env.local.json, as a person does. */
function editEnvironment(shell: Shell, url: string, token: string): void {
  const variables = { Parameters: { API_URL: url, API_TOKEN: token } };
  writeFileSync(path.join(shell.folder, "env.local.json"), JSON.stringify(variables));
}

async function build(shell: Shell): Promise<void> {
  await part("Build, with nothing but Node.js, npm and the SAM CLI", async () => {
    const [block = ""] = section("Build");
    const [clone = "", folder = "", ...rest] = block.trim().split("\n");
    await shell.run(`${clone}\n${folder}`);
    // Only the clone needs Git, and the AWS CLI is not needed for the build.
    await shell.run(`(\nexport PATH="$BARE_PATH"\n${rest.join("\n")}\n)`);
    const bundle = ".aws-sam/build/Events2PantherFunction/handler.mjs";
    await shell.run(`npm run --silent build && cmp dist/handler.mjs ${bundle}`);
    return "the same bytes as npm run build";
  });
}

async function tryTheConsole({ shell, console: local }: Stage): Promise<void> {
  await part("What you need", async () => {
    const [identity = ""] = section("What you need");
    return shell.run(identity);
  });
  await part("Try the console", async () => {
    const [copy = "", send = ""] = section("Try the console");
    await shell.run(copy);
    editEnvironment(shell, local.url, local.token);
    return shell.run(send);
  });
}

async function tryWithDocker({ shell, console: local, docker }: Stage): Promise<void> {
  const title = "Try the function, with Docker";
  const [arm = "", x86 = "", startLambda = ""] = section(title);
  if (!docker) {
    lines.push([title, "skipped", "", "no Docker engine can be started on this machine"]);
    return;
  }
  editEnvironment(shell, local.url.replace("127.0.0.1", "host.docker.internal"), local.token);
  const blocks = process.arch === "arm64" ? [arm] : [x86];
  for (const [index, block] of [...blocks, startLambda].entries()) {
    await part(index === 0 ? `${title}: sam local invoke` : `${title}: sam local start-lambda`, async () => {
      const from = local.accepted.length;
      await shell.run(block);
      const message = await until("a message from the container", 20, () => local.accepted[from]);
      return message.event.summary;
    });
  }
  editEnvironment(shell, local.url, local.token);
}

async function deploy(stage: Stage): Promise<void> {
  const { shell, console: local } = stage;
  await createLogsBucket();
  await part("Deploy, guided", async () => {
    const [command = ""] = section("Deploy");
    const questions = await guided(stage, command, [
      ["AWS Region", "eu-west-1"],
      ["Parameter APIToken", local.token],
      ["Parameter APIUrl", local.url],
      ["Parameter VpcLogsBucket", logsBucket],
      ["Deploy this changeset", "y"],
    ]);
    return expectQuestions(questions, expectedQuestions);
  });
  await part("The saved answers hold no token", async () => {
    const saved = readFileSync(path.join(shell.folder, "samconfig.toml"), "utf8");
    if (saved.includes(local.token)) throw new Error("samconfig.toml holds the token");
    return saved.split("\n").find((line) => line.startsWith("parameter_overrides")) ?? "no parameters saved";
  });
  await part("The expanded template is below 51,200 bytes", async () => {
    const template = await shell.run(
      "aws cloudformation get-template --stack-name AWS-Events2Panther --template-stage Processed --query TemplateBody",
    );
    const bytes = Buffer.byteLength(JSON.stringify(JSON.parse(template)));
    if (bytes >= 51_200) throw new Error(`${bytes} bytes`);
    return `${bytes} bytes`;
  });
  await part("See the first row", async () => {
    const from = local.accepted.length;
    const [invoke = "", put = ""] = section("See the first row");
    const answer = await shell.run(invoke);
    if (!answer.includes('"delivered":1')) throw new Error(answer);
    await shell.run(put);
    return (await until("the row", 60, () => local.accepted[from + 1])).event.summary;
  });
}

async function inspect({ shell }: Stage): Promise<void> {
  await part("Look into it", async () => {
    const output = await shell.run(section("Look into it").join("\n"));
    if (!output.includes("Events2PantherFunctionIamRole")) throw new Error(output);
    return "outputs, resources and log";
  });
}

async function operate(stage: Stage): Promise<void> {
  const { shell, console: local, repository } = stage;
  const [update = "", sync = ""] = section("Update");
  await part("Update, with a changed setting", async () => {
    repository.change("settings.json", JSON.stringify({ minSeverity: 3 }));
    const commands = update.trim().split("\n");
    await shell.run(commands.slice(0, -1).join("\n"));
    const questions = await guided(stage, commands.at(-1) ?? "", [["Deploy this changeset", "y"]]);
    if (questions.join() !== "Deploy this changeset? [y/N]") throw new Error(questions.join());
    const from = local.accepted.length;
    const [invoke = ""] = section("See the first row");
    const answer = await shell.run(invoke);
    if (!answer.includes('"dropped":["severity"]')) throw new Error(answer);
    return `minSeverity 3 applies after sam deploy without --guided, ${local.accepted.length - from} messages`;
  });
  await part("sam sync", async () => {
    const output = await shell.run(sync, { input: "Y\n" });
    return output.trim().split("\n").at(-1) ?? "";
  });
  await part("Roll back", async () => {
    const output = await shell.run(`{ ${section("Roll back")[0] ?? ""}} 2>&1`);
    const [invoke = ""] = section("See the first row");
    const answer = await shell.run(invoke);
    if (!answer.includes('"delivered":1')) throw new Error(answer);
    // SAM names its uploads by content.
    if (!/File with same data already exists/.test(output)) throw new Error("the same sources gave a different bundle");
    return "the previous version delivers; its bundle, built again from the same sources, is identical";
  });
  await part("Deployed again without a change", async () => {
    const output = await shell.run("sam deploy --no-execute-changeset --no-confirm-changeset 2>&1");
    // AWS answers "No changes to deploy"; the local AWS creates a change set without changes.
    const changes = output.match(/^[+*-] (?:Add|Modify|Delete) .*$/gm);
    if (changes) throw new Error(changes.join());
    return "no change";
  });
}

/** The exports of "Several regions and accounts", with real values. */
function exportedValues(secret: string, url: string): string {
  const [values = ""] = section("Several regions and accounts");
  return values.replace(/arn:.*/, secret).replace(/https:.*/, url);
}

async function deployToRegions({ shell, console: local }: Stage, secret: string): Promise<void> {
  const [, regions = ""] = section("Several regions and accounts");
  await part("Several regions, with a secret's ARN", async () => {
    await shell.run(`${exportedValues(secret, local.url)}\n${regions}`);
    const query = "--query Stacks[0].StackStatus --output text --stack-name AWS-Events2Panther";
    return shell.run(`for r in eu-west-1 us-east-1; do aws cloudformation describe-stacks --region $r ${query}; done`);
  });
}

async function deployToAccounts({ shell, console: local }: Stage, secret: string): Promise<void> {
  const [, , accounts = ""] = section("Several regions and accounts");
  await part("Several accounts", async () => {
    await shell.fork().run(`${exportedValues(secret, local.url)}\n${accounts}`);
    return "development, production";
  });
}

/** In a separate copy, because a failed build removes the previous one. */
async function breakSettings({ shell }: Stage): Promise<void> {
  await part("An invalid settings.json fails the build", async () => {
    const copy = shell.fork();
    await copy.run(`git clone --quiet . ../wrong\ncd ../wrong\necho '{"minSeverity": 9}' > settings.json`);
    const output = await copy.run("sam build 2>&1 && exit 1 || true");
    const sentence = "settings.json: minSeverity should be a whole number from 0 to 5.";
    if (!output.includes(sentence)) throw new Error(output);
    return sentence;
  });
}

async function validate({ shell }: Stage): Promise<void> {
  await part("sam validate --lint", async () => {
    await shell.fork().run("sam validate --lint && sam validate --lint --template athena.yaml");
    return "template.yaml and athena.yaml";
  });
}

/** Checks the policy of docs/deployment.md against the permissions in AWS's resource schemas. */
async function checkPermissions({ shell, tools }: Stage): Promise<void> {
  await part("The documented permissions suffice", async () => {
    const types = [
      ...new Set(Object.values(deployedResources("template.yaml", { VpcLogsBucket: "b" })).map(({ Type }) => Type)),
    ].filter((type) => !type.startsWith("AWS::Serverless::"));
    // The resource types that SAM creates for the function and its events.
    const generated = ["Function", "Permission", "EventInvokeConfig", "EventSourceMapping"].map(
      (name) => `AWS::Lambda::${name}`,
    );
    const script = path.join(import.meta.dirname, "permissions.py");
    const output = await shell
      .fork()
      .run(`'${tools.folder}/sam/bin/python' '${script}' ${[...types, ...generated, "AWS::Events::Rule"].join(" ")}`);
    return expectPermissions(JSON.parse(output) as Record<string, string[]>);
  });
}

/** Permissions for features that the stack does not use: VPC, file systems, customer keys, log delivery, boundaries. */
const unused =
  /^(?:ec2|elasticfilesystem|s3files|kms|s3|firehose):|^logs:\w*(?:LogDelivery|ResourcePolic|BearerToken)|^iam:\w*(?:AttachRolePolicy|DetachRolePolicy|PermissionsBoundary)$/;

function expectPermissions(required: Readonly<Record<string, readonly string[]>>): string {
  const page = readFileSync(path.join(root, "docs/deployment.md"), "utf8");
  const policy = JSON.parse(/^```json\n(\{\n {2}"Version"[\s\S]*?)^```$/m.exec(page)?.[1] ?? "{}") as {
    Statement: { Action: string | string[] }[];
  };
  const allowed = policy.Statement.flatMap(({ Action }) => Action);
  const isAllowed = (permission: string): boolean =>
    allowed.some((action) =>
      action.endsWith("*") ? permission.startsWith(action.slice(0, -1)) : permission === action,
    );
  const needed = Object.entries(required).flatMap(([type, permissions]) => {
    if (permissions.length === 0) throw new Error(`AWS's schemas do not have ${type}`);
    return permissions.filter((permission) => !unused.test(permission));
  });
  const missing = [...new Set(needed)].filter((permission) => !isAllowed(permission));
  if (missing.length > 0) throw new Error(`missing: ${missing.join(", ")}`);
  return `${new Set(needed).size} permissions of ${Object.keys(required).length} resource types`;
}

async function deployAthenaAndPublish(stage: Stage): Promise<void> {
  const { shell } = stage;
  await part("athena.yaml, guided", async () => {
    const questions = await guided(stage, "sam deploy --guided --config-env athena", [
      ["AWS Region", "eu-west-1"],
      ["Parameter LogsBucket", logsBucket],
      ["Deploy this changeset", "y"],
    ]);
    return expectQuestions(questions, athenaQuestions);
  });
  await part("sam publish, up to the upload", async () => {
    const output = await shell.run(
      `sam package --s3-bucket ${logsBucket} --region eu-west-1 --output-template-file packaged.yaml >/dev/null 2>&1
      sam publish --template packaged.yaml --region eu-west-1 2>&1 || true`,
    );
    // The CLI checks the metadata before it calls the repository, which the local AWS does not have.
    if (!output.includes("The API for service serverlessrepo")) throw new Error(output);
    return "the metadata is valid, and the repository is called";
  });
}

async function remove({ shell }: Stage): Promise<void> {
  await part("Remove", async () => {
    await shell.run(section("Remove").join("\n"));
    if (!(await isRemoved())) throw new Error("the stack or its queues still exist");
    return "stack, queues and log group are deleted";
  });
}

/** The programs of this machine and AWS's tools, without those of the project. */
const pathOf = (tools: Tools): string =>
  [
    tools.bin,
    ...(process.env.PATH ?? "").split(":").filter((folder) => !/node_modules|node-gyp-bin/.test(folder)),
  ].join(":");

/** A PATH with Node.js, npm, the SAM CLI and a shell, and nothing else. */
function barePath(work: string, tools: Tools): string {
  const folder = path.join(work, "bare");
  const PATH = pathOf(tools);
  const which = (name: string): string => execFileSync("which", [name], { encoding: "utf8", env: { PATH } }).trim();
  const script = `mkdir -p '${folder}' && ln -sf '${which("node")}' '${which("npm")}' '${which("sh")}' '${tools.bin}/sam' '${folder}'`;
  execFileSync("sh", ["-c", script]);
  return folder;
}

async function runParts(stage: Stage): Promise<void> {
  const invocations = (): number => {
    const file = path.join(stage.work, "invocations");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").length : 0;
  };
  await tryTheConsole(stage);
  await tryWithDocker(stage);
  // Deployments mostly wait, so other parts run concurrently.
  await Promise.all([deploy(stage), validate(stage), checkPermissions(stage)]);
  const secret = await createSecret(stage.console.token);
  const accounts = deployToAccounts(stage, secret);
  for (const scenario of scenarios) {
    await part(scenario.name, () => scenario.play({ ...stage, invocations }), scenario.knownFailure);
    stage.console.fault = undefined;
  }
  await deployAthenaAndPublish(stage);
  await inspect(stage);
  await accounts;
  await operate(stage);
  await Promise.all([deployToRegions(stage, secret), breakSettings(stage)]);
  await part(rotation.name, () => rotation.play({ ...stage, invocations }));
  await remove(stage);
}

async function main(): Promise<number> {
  const started = performance.now();
  const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(0)} s`;
  const work = mkdtempSync(path.join(tmpdir(), "e2e-"));
  const services: Service[] = [];
  const local = await startConsole({ host: "0.0.0.0" });
  try {
    const tools = await installTools();
    const repository = publish(path.join(work, "origin"));
    const shell = openShell(work, environmentOf(work, tools));
    await Promise.all([tools.rest(), build(shell)]);
    console.error(`The tools are installed and the project is built after ${seconds()}.`);
    const docker = await startDocker(tools, work);
    if (docker) {
      services.push(docker);
      shell.export({ DOCKER_HOST: docker.host });
    }
    services.push(await startLocalStack(tools, work));
    await runParts({ work, tools, console: local, shell, repository, docker: docker !== undefined });
  } catch (error) {
    if (!(error instanceof Skipped)) throw error;
    console.log(`skipped: ${error.message}`);
    return 0;
  } finally {
    await Promise.all(services.map((service) => service.stop()));
    await local.close();
    if (process.env.E2E_KEEP) console.error(`Not removed: ${work}`);
    else rmSync(work, { recursive: true, force: true });
  }
  console.log(columns(["part", "result", "time", "observed"], lines));
  const failed = lines.filter(([, result]) => result === "FAILED").length;
  const skipped = lines.filter(([, result]) => result === "skipped").length;
  console.log(paint(failed > 0 ? "red" : "green", `\n${seconds()} in total`));
  console.log(`${lines.length - failed - skipped} passed, ${failed} failed, ${skipped} skipped`);
  return failed > 0 ? 1 : 0;
}

/** The environment for a deployment: a local AWS, and a local repository instead of the public one. */
function environmentOf(work: string, tools: Tools): Record<string, string> {
  const config = path.join(work, "aws-config");
  const profile = (name: string, account: string): string =>
    `[profile ${name}]\naws_access_key_id = ${account}\naws_secret_access_key = test\n`;
  writeFileSync(config, profile("development", "111111111111") + profile("production", "222222222222"));
  // Without npm's variables for this command, the project's programs and real AWS accounts.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(?:npm_(?!config)|INIT_CWD$|AWS_|NODE$)/.test(name),
  );
  return {
    ...(Object.fromEntries(inherited) as Record<string, string>),
    PATH: pathOf(tools),
    BARE_PATH: barePath(work, tools),
    SAM_CLI_TELEMETRY: "0",
    SAM_CLI_POLL_DELAY: "0.3",
    SAM_SKIP_PULL_IMAGE: "true",
    npm_config_prefer_offline: "true",
    AWS_ENDPOINT_URL: awsEndpoint,
    AWS_DEFAULT_REGION: "eu-west-1",
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_CONFIG_FILE: config,
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: `url.${work}/origin.insteadOf`,
    GIT_CONFIG_VALUE_0: "https://github.com/OpenAnswers/panther-aws-events.git",
  };
}

process.exitCode = await main();
