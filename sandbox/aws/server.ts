import { randomBytes, randomInt } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { startProcess, waitFor, type ManagedProcess } from "../process/index.js";
import { awsControl, type AwsControl } from "./control.js";

export interface AwsOptions {
  /** Folder for the log; made if missing. */
  readonly workDir: string;
  /** Python interpreter with the packages of sandbox/python/requirements.txt, as `pythonEnvironment()` gives it. */
  readonly python: string;
  /** How long a new access key is rejected, in seconds. Default 2; on AWS it is 5 to 10. */
  readonly keyDelaySeconds?: number;
  /** Port on 127.0.0.1. Default: a free one. */
  readonly port?: number;
  /** Accounts besides the main one, for what crosses accounts. */
  readonly otherAccountIds?: readonly string[];
  /** Region that clients use unless they are told another. Default us-east-1. */
  readonly region?: string;
  readonly log?: (line: string) => void;
}

/** An access key of the administrator of an account, who may do everything in it. */
export interface AwsAdmin {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** IAM, STS, DynamoDB, KMS, SSM and Application Auto Scaling on 127.0.0.1, with IAM enforced. All services answer at one endpoint. */
export interface Aws {
  readonly endpoint: string;
  readonly region: string;
  readonly accountId: string;
  /** Administrator of {@link accountId}. It is no IAM user: an account from which all is deleted is empty. */
  readonly admin: AwsAdmin;
  /** Administrators by account, the main one included. */
  readonly admins: Readonly<Record<string, AwsAdmin>>;
  readonly control: AwsControl;
  readonly process: ManagedProcess;
  readonly stop: () => Promise<void>;
}

const mainAccountId = "123456789012";
const pythonPath = path.join(__dirname, "..", "python");

/** Starts the sandbox's AWS and returns when it answers. */
export async function startAws(options: AwsOptions): Promise<Aws> {
  const admins = Object.fromEntries(
    [mainAccountId, ...(options.otherAccountIds ?? [])].map((account) => [account, randomAdmin()]),
  );
  await mkdir(options.workDir, { recursive: true, mode: 0o700 });
  const logFile = path.join(options.workDir, "aws.log");
  // The log is appended to: only what comes after its present end is this start's.
  const logStart = existsSync(logFile) ? statSync(logFile).size : 0;
  const process = await startProcess({
    name: "AWS (moto)",
    command: options.python,
    args: ["-m", "sandbox_aws", "--port", String(options.port ?? 0)],
    env: environment(options.workDir),
    logFile,
    // Secrets go through standard input: arguments and environments can be read by others.
    input: JSON.stringify({ admins, keyDelaySeconds: options.keyDelaySeconds ?? 2 }),
  });
  try {
    const port = await waitFor(() => announcedPort(logFile, logStart), {
      what: "the sandbox's AWS to listen",
      timeoutMs: 60_000,
      intervalMs: 50,
      abortIf: process.assertRunning,
    });
    const endpoint = `http://127.0.0.1:${port}`;
    options.log?.(`AWS: process ${process.pid} at ${endpoint}, log ${logFile}`);
    const admin = admins[mainAccountId] as AwsAdmin;
    return {
      endpoint,
      region: options.region ?? "us-east-1",
      accountId: mainAccountId,
      admin,
      admins,
      control: awsControl(endpoint, admin.secretAccessKey),
      process,
      stop: () => process.stop(),
    };
  } catch (error) {
    await process.kill();
    throw error;
  }
}

function announcedPort(logFile: string, start: number): number | undefined {
  const line = /^\{"port": (\d+)\}$/m.exec(readFileSync(logFile).subarray(start).toString("utf8"));
  return line === null ? undefined : Number(line[1]);
}

function environment(home: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: home,
    PYTHONPATH: pythonPath,
    PYTHONUNBUFFERED: "1",
    // Nothing is written next to the sources, which may be read-only.
    PYTHONDONTWRITEBYTECODE: "1",
    // moto imports boto3, which would look for a machine's identity where none is.
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

const keyAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function randomAdmin(): AwsAdmin {
  const suffix = Array.from({ length: 16 }, () => keyAlphabet.charAt(randomInt(keyAlphabet.length))).join("");
  return { accessKeyId: `AKIA${suffix}`, secretAccessKey: randomBytes(30).toString("base64") };
}
