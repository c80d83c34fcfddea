import { ListUsersCommand } from "@aws-sdk/client-iam";
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Aws } from "../../../sandbox/aws/index.js";
import { waitFor } from "../../../sandbox/process/index.js";
import { findTool } from "../../../sandbox/tools/index.js";
import { startUnsealedVault, vaultRequest, type UnsealedVault } from "../../../sandbox/vault/index.js";
import { allow, clients, document, makeUser, outcome, startTestAws, type Clients, type TestUser } from "./support.js";

// What Vault's documentation and source say that it calls; the sandbox must neither ask for more nor let less pass.
const storageActions = ["BatchWriteItem", "DeleteItem", "DescribeTable", "GetItem", "Query", "UpdateItem"].map(
  (name) => `dynamodb:${name}`,
);
const userActions = [
  "AttachUserPolicy",
  "CreateAccessKey",
  "CreateUser",
  "DeleteAccessKey",
  "DeleteUser",
  "DeleteUserPolicy",
  "DetachUserPolicy",
  "ListAccessKeys",
  "ListAttachedUserPolicies",
  "ListGroupsForUser",
  "ListUserPolicies",
  "PutUserPolicy",
].map((name) => `iam:${name}`);

let aws: Aws;
let admin: Clients;
let vault: UnsealedVault;
let storage: TestUser;
let root: TestUser;
let workDir: string;

interface Lease {
  readonly lease_id: string;
  readonly data: { readonly access_key: string; readonly secret_key: string };
}

function call<T>(method: "GET" | "POST" | "PUT", route: string, body?: unknown): Promise<T> {
  return vaultRequest<T>(vault, { method, path: route, body, token: vault.rootToken });
}

beforeAll(async () => {
  workDir = await mkdtemp(path.join(tmpdir(), "sandbox-aws-vault-"));
  aws = await startTestAws();
  admin = clients(aws, aws.admin);
  storage = await makeUser(aws, "storage", [
    allow(storageActions, "arn:aws:dynamodb:us-east-1:123456789012:table/vault"),
  ]);
  root = await makeUser(aws, "root", [allow(userActions, "arn:aws:iam::123456789012:user/vault-*")], "/vault/");
  await admin.dynamodb.send(
    new CreateTableCommand({
      TableName: "vault",
      KeySchema: [
        { AttributeName: "Path", KeyType: "HASH" },
        { AttributeName: "Key", KeyType: "RANGE" },
      ],
      AttributeDefinitions: [
        { AttributeName: "Path", AttributeType: "S" },
        { AttributeName: "Key", AttributeType: "S" },
      ],
      BillingMode: "PAY_PER_REQUEST",
    }),
  );
  vault = await startUnsealedVault({
    workDir,
    vault: (await findTool("vault")).path,
    storage: {
      type: "dynamodb",
      options: { table: "vault", region: "us-east-1", endpoint: aws.endpoint, ha_enabled: "true" },
    },
    env: { AWS_ACCESS_KEY_ID: storage.accessKeyId, AWS_SECRET_ACCESS_KEY: storage.secretAccessKey },
  });
  await call("POST", "sys/mounts/aws", { type: "aws" });
  await call("POST", "aws/config/root", {
    access_key: root.accessKeyId,
    secret_key: root.secretAccessKey,
    region: "us-east-1",
    iam_endpoint: aws.endpoint,
    sts_endpoint: aws.endpoint,
  });
});
afterAll(async () => {
  await vault.stop();
  await aws.stop();
  await rm(workDir, { recursive: true, force: true });
});

async function actionsOf(user: TestUser): Promise<string[]> {
  const requests = await aws.control.requests(user.arn);
  expect(requests.filter((request) => request.decision !== "allowed")).toEqual([]);
  return [...new Set(requests.map((request) => request.action ?? ""))].sort();
}

describe("a real Vault", () => {
  it("keeps its data in DynamoDB with rights on its table only", async () => {
    const used = await actionsOf(storage);
    expect(storageActions).toEqual(expect.arrayContaining(used));
    expect(used).toEqual(
      expect.arrayContaining(["dynamodb:BatchWriteItem", "dynamodb:GetItem", "dynamodb:UpdateItem"]),
    );
  });

  it("makes and removes users with the documented actions", async () => {
    await call("POST", "aws/roles/deploy", {
      credential_type: "iam_user",
      policy_document: document(allow("iam:ListUsers")),
      policy_arns: ["arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"],
    });
    await aws.control.clearRequests();
    await aws.control.setKeyDelay(1);
    const lease = await call<Lease>("GET", "aws/creds/deploy");
    const keys = { accessKeyId: lease.data.access_key, secretAccessKey: lease.data.secret_key };
    const issued = clients(aws, keys);
    expect(await outcome(issued.sts.send(new GetCallerIdentityCommand({})))).toBe("InvalidClientTokenId");
    const identity = await waitFor(() => issued.sts.send(new GetCallerIdentityCommand({})), {
      what: "the new key to be accepted",
      timeoutMs: 10_000,
    });
    expect(identity.Arn).toMatch(/^arn:aws:iam::123456789012:user\/vault-root-deploy-\d+-\w+$/);
    expect(await outcome(issued.iam.send(new ListUsersCommand({})))).toBe("allowed");

    await call("PUT", "sys/leases/revoke", { lease_id: lease.lease_id, sync: true });
    expect(await outcome(issued.sts.send(new GetCallerIdentityCommand({})))).toBe("InvalidClientTokenId");
    const { Users: users } = await admin.iam.send(new ListUsersCommand({}));
    expect(users?.map((user) => user.UserName).sort()).toEqual(["root", "storage"]);
    expect(await actionsOf(root)).toEqual(userActions);
  });

  it("is refused a user outside its scope, and says so with AWS's words", async () => {
    await call("POST", "aws/roles/elsewhere", {
      credential_type: "iam_user",
      policy_document: document(allow("iam:ListUsers")),
      user_path: "/elsewhere/",
    });
    await expect(call("GET", "aws/creds/elsewhere")).rejects.toThrow(
      /is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::123456789012:user\/elsewhere\/vault-/,
    );
  });
});
