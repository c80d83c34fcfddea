import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KMSClient } from "@aws-sdk/client-kms";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient, type Credentials } from "@aws-sdk/client-sts";
import { startAws, type Aws, type AwsOptions } from "../../../sandbox/aws/index.js";
import { pythonEnvironment } from "../../../sandbox/tools/index.js";

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Clients {
  readonly iam: IAMClient;
  readonly sts: STSClient;
  readonly dynamodb: DynamoDBClient;
  readonly kms: KMSClient;
  readonly ssm: SSMClient;
}

/** An AWS of its own for a test file, removed without a trace by `stop()`. */
export async function startTestAws(options: Partial<AwsOptions> = {}): Promise<Aws> {
  const workDir = await mkdtemp(path.join(tmpdir(), "sandbox-aws-test-"));
  const aws = await startAws({ workDir, python: await pythonEnvironment(), keyDelaySeconds: 0, ...options });
  const stop = async () => {
    await aws.stop();
    await rm(workDir, { recursive: true, force: true });
  };
  return { ...aws, stop };
}

/** Clients that sign with these keys and never retry, so that every answer is seen as it is. */
export function clients(aws: Aws, credentials: Keys, region = aws.region): Clients {
  const config = { endpoint: aws.endpoint, region, credentials, maxAttempts: 1 };
  return {
    iam: new IAMClient(config),
    sts: new STSClient(config),
    dynamodb: new DynamoDBClient(config),
    kms: new KMSClient(config),
    ssm: new SSMClient(config),
  };
}

export function keysOf(credentials: Credentials | undefined): Keys {
  if (credentials?.AccessKeyId === undefined || credentials.SecretAccessKey === undefined) {
    throw new Error("STS answered without credentials");
  }
  return {
    accessKeyId: credentials.AccessKeyId,
    secretAccessKey: credentials.SecretAccessKey,
    sessionToken: credentials.SessionToken,
  };
}

/** A policy document of the statements, as text. */
export function document(...statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

export function allow(action: string | string[], resource: string | string[] = "*", condition?: object): object {
  return {
    Effect: "Allow",
    Action: action,
    Resource: resource,
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}

export function deny(action: string | string[], resource: string | string[] = "*"): object {
  return { Effect: "Deny", Action: action, Resource: resource };
}

export function trust(principal: object | string, action: string | string[] = "sts:AssumeRole", condition?: object) {
  return {
    Effect: "Allow",
    Principal: principal,
    Action: action,
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}

export interface TestUser extends Keys, Clients {
  readonly name: string;
  readonly arn: string;
}

/** A user with one inline policy and one access key. */
export async function makeUser(aws: Aws, name: string, statements: readonly object[], path = "/"): Promise<TestUser> {
  const { iam } = clients(aws, aws.admin);
  await iam.send(new CreateUserCommand({ UserName: name, Path: path }));
  if (statements.length > 0) {
    await iam.send(
      new PutUserPolicyCommand({ UserName: name, PolicyName: "test", PolicyDocument: document(...statements) }),
    );
  }
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
  const keys = { accessKeyId: key?.AccessKeyId ?? "", secretAccessKey: key?.SecretAccessKey ?? "" };
  return { name, arn: `arn:aws:iam::${aws.accountId}:user${path}${name}`, ...keys, ...clients(aws, keys) };
}

/** `allowed`, or the code of the error. What is not an answer of AWS is thrown on. */
export async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "allowed";
  } catch (error) {
    const { name, $metadata: metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    if (metadata?.httpStatusCode === undefined || metadata.httpStatusCode >= 500) {
      throw error;
    }
    return name;
  }
}

/** The message of the error that AWS answers with. */
export async function messageOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("AWS allowed a call that it must refuse");
}
