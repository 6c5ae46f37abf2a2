import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { root } from "../../src/local/template.ts";

/** The tools that install.sh installs. */
export interface Tools {
  readonly folder: string;
  /** The folder of the programs `sam` and `aws`. */
  readonly bin: string;
  /** AWS's runtime interface emulator. */
  readonly emulator: string;
}

/** The test cannot run on this machine; the message says why. */
export class Skipped extends Error {
  override readonly name = "Skipped";
}

const cacheFolder = (): string =>
  process.env.E2E_CACHE ??
  path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), ".cache"), "aws-events2panther-e2e");

/**
 * Installs the tools of the test once per machine: first the SAM CLI, then the others with `rest`.
 * @throws {Skipped}
 */
export async function installTools(): Promise<Tools & { readonly rest: () => Promise<void> }> {
  const folder = cacheFolder();
  await install(folder, "sam");
  const architecture = process.arch === "arm64" ? "arm64" : "x86_64";
  const [emulator] = globSync(`sam/lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-${architecture}`, {
    cwd: folder,
  });
  if (!emulator) throw new Error("The SAM CLI has no runtime emulator for this machine.");
  return {
    folder,
    bin: path.join(folder, "sam/bin"),
    emulator: path.join(folder, emulator),
    rest: () => install(folder, "rest"),
  };
}

async function install(folder: string, part: "sam" | "rest"): Promise<void> {
  const script = path.join(import.meta.dirname, "install.sh");
  try {
    await promisify(execFile)("bash", [script, folder, process.execPath, part]);
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    if (code === 3) throw new Skipped(stdout.trim());
    throw new Error(`The tools could not be installed: ${stdout}${stderr}`);
  }
}

/** A process that runs until it is stopped with all of its children. */
export interface Service {
  /** The file of its output. */
  readonly log: string;
  stop(): Promise<void>;
}

export async function startService(
  command: readonly [string, ...string[]],
  options: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly log: string;
    readonly isReady: () => Promise<boolean>;
  },
): Promise<Service> {
  const output = openSync(options.log, "a");
  const [program, ...args] = command;
  const child = spawn(program, args, { env: options.env, stdio: ["ignore", output, output], detached: true });
  const service = { log: options.log, stop: () => stopGroup(child) };
  for (let tries = 0; tries < 240; tries++) {
    if (child.exitCode !== null) break;
    if (await options.isReady().catch(() => false)) return service;
    await delay(250);
  }
  await service.stop();
  throw new Error(`${program} did not start: ${readFileSync(options.log, "utf8").slice(-1500)}`);
}

async function stopGroup(child: ChildProcess): Promise<void> {
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(-Number(child.pid), name);
    } catch {
      // It has already ended.
    }
  };
  signal("SIGTERM");
  for (let tries = 0; child.exitCode === null && child.signalCode === null && tries < 40; tries++) await delay(100);
  signal("SIGKILL");
}

export const awsEndpoint = "http://127.0.0.1:4566";

/** LocalStack with AWS's runtime emulator and runtime client for its functions. */
export function startLocalStack(tools: Tools, work: string): Promise<Service> {
  const volume = path.join(work, "localstack");
  mkdirSync(volume, { recursive: true });
  const script = path.join(import.meta.dirname, "local_aws.py");
  return startService([path.join(tools.folder, "localstack/bin/python"), script], {
    log: path.join(work, "localstack.log"),
    isReady: async () => (await fetch(`${awsEndpoint}/_localstack/health`)).ok,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      RIE: tools.emulator,
      BOOTSTRAP: path.join(tools.folder, "bootstrap"),
      NODE_MODULES: path.join(root, "node_modules"),
      LOGS: work,
      LOCALSTACK_VOLUME_DIR: volume,
      FILESYSTEM_ROOT: volume,
      DISABLE_EVENTS: "1",
      SKIP_SSL_CERT_DOWNLOAD: "1",
      DNS_ADDRESS: "0",
      GATEWAY_LISTEN: "127.0.0.1:4566",
      LOCALSTACK_HOST: "127.0.0.1:4566",
      SQS_ENDPOINT_STRATEGY: "path",
      // Lambda retries an asynchronous event after one and two minutes; here after one and two seconds.
      LAMBDA_RETRY_BASE_DELAY: "1",
      LAMBDA_SYNCHRONOUS_CREATE: "1",
      // Glue and Athena are not available: only the SAM CLI's part of athena.yaml is tested.
      CFN_IGNORE_UNSUPPORTED_RESOURCE_TYPES: "1",
      PYTHONUNBUFFERED: "1",
    },
  });
}

/** A separate Docker engine with a substitute for Lambda's image; `undefined` if none can be started. */
export async function startDocker(tools: Tools, work: string): Promise<(Service & { host: string }) | undefined> {
  if (process.getuid?.() !== 0 || spawnSync("dockerd", ["--version"]).status !== 0) return undefined;
  const host = `unix://${work}/docker.sock`;
  const data = path.join(tools.folder, "docker");
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, DOCKER_HOST: host };
  const service = await startService(
    ["dockerd", "--data-root", data, "--exec-root", `${work}/docker`, "-p", `${work}/docker.pid`, "-H", host],
    {
      env,
      log: path.join(work, "dockerd.log"),
      isReady: async () => spawnSync("docker", ["info"], { env }).status === 0,
    },
  ).catch(() => undefined);
  if (!service) return undefined;
  const script = path.join(import.meta.dirname, "image.sh");
  execFileSync("bash", [script, tools.folder, process.execPath], { env, stdio: "pipe" });
  return { ...service, host };
}

export interface Repository {
  /** Commits a file's new content. */
  change(file: string, content: string): void;
}

/** A Git repository instead of the public one, with the files of the working tree. */
export function publish(folder: string): Repository {
  mkdirSync(folder, { recursive: true });
  const list = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: root, encoding: "utf8" });
  const files = list.split("\0").filter((file) => file && existsSync(path.join(root, file)));
  for (const file of files) cpSync(path.join(root, file), path.join(folder, file));
  const git = (...args: string[]): void => {
    execFileSync("git", ["-c", "user.name=e2e", "-c", "user.email=e2e@example.com", ...args], { cwd: folder });
  };
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message=The current version");
  return {
    change: (file, content) => {
      writeFileSync(path.join(folder, file), content);
      git("commit", "--quiet", "--all", `--message=Change ${file}`);
    },
  };
}
