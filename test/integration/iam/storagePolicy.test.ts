import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Aws } from "../../../sandbox/aws/index.js";
import { waitFor } from "../../../sandbox/process/index.js";
import { findTool } from "../../../sandbox/tools/index.js";
import {
  initialiseVault,
  launchVault,
  sealStatus,
  unsealVault,
  vaultRequest,
  waitUntilActive,
  type Vault,
} from "../../../sandbox/vault/index.js";
import type { PolicyDocument } from "../../../src/aws/policyDocument.js";
import { storagePolicy, type StoragePolicyOptions } from "../../../src/iam/policies/storagePolicy.js";
import { statementsOf } from "../../../src/iam/policies/statements.js";
import { mutantsOf } from "../../unit/iam/support/mutants.js";
import { clients, makeUser, startTestAws } from "../aws/support.js";

const anyTable = "arn:aws:dynamodb:us-east-1:123456789012:table/any";

type Options = Omit<StoragePolicyOptions, "tableArn">;

/** What came of a Vault's life with a policy. */
interface Life {
  /** The actions that Vault called and was allowed. */
  readonly used: string[];
  /** The first action that it was refused. */
  readonly refused?: string;
}

let aws: Aws;
let workDir: string;
let lives = 0;
beforeAll(async () => {
  aws = await startTestAws();
  workDir = await mkdtemp(path.join(tmpdir(), "storage-policy-"));
});
afterAll(async () => {
  await aws.stop();
  await rm(workDir, { recursive: true, force: true });
});

/** A Vault from its first start to its end, on a table and with an IAM user of its own. It ends early where it is refused anything. */
async function live(options: Options, policyOf: (tableArn: string) => PolicyDocument): Promise<Life> {
  lives += 1;
  const table = `vault-${lives}`;
  const tableArn = `arn:aws:dynamodb:us-east-1:${aws.accountId}:table/${table}`;
  if (options.createsTable !== true) {
    await makeTable(table);
  }
  const user = await makeUser(aws, `storage-${lives}`, statementsOf(policyOf(tableArn)));
  const vault = await launchVault({
    workDir: path.join(workDir, table),
    vault: (await findTool("vault")).path,
    storage: {
      type: "dynamodb",
      options: {
        table,
        region: "us-east-1",
        endpoint: aws.endpoint,
        ...(options.haEnabled === true ? { ha_enabled: "true" } : {}),
      },
    },
    env: { AWS_ACCESS_KEY_ID: user.accessKeyId, AWS_SECRET_ACCESS_KEY: user.secretAccessKey },
  });
  const requests = () => aws.control.requests(user.arn);
  const refused = async () => (await requests()).find(({ decision }) => decision === "denied")?.action;
  try {
    const work = workThrough(vault);
    const end = work.then(
      () => "done",
      () => "failed",
    );
    await Promise.race([
      end,
      waitFor(refused, { what: "a refusal or Vault's end", timeoutMs: 60_000, intervalMs: 100 }),
    ]);
  } finally {
    await vault.process.kill();
  }
  const used = (await requests()).filter(({ decision }) => decision === "allowed").map(({ action = "" }) => action);
  return { used: [...new Set(used)].sort(), refused: await refused() };
}

async function makeTable(TableName: string): Promise<void> {
  await clients(aws, aws.admin).dynamodb.send(
    new CreateTableCommand({
      TableName,
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
}

/** Initialises and unseals Vault, writes, lists and deletes a secret, and stops Vault as its host would. */
async function workThrough(vault: Vault): Promise<void> {
  await waitFor(() => sealStatus(vault), {
    what: "Vault to answer",
    timeoutMs: 60_000,
    abortIf: vault.process.assertRunning,
  });
  const keys = await initialiseVault(vault);
  await unsealVault(vault, keys.unsealKeys);
  await waitUntilActive(vault);
  const call = (method: "GET" | "POST" | "DELETE", route: string, body?: unknown) =>
    vaultRequest(vault, { method, path: route, body, token: keys.rootToken });
  await call("POST", "sys/mounts/kv", { type: "kv" });
  await call("POST", "kv/a/b/c", { value: "x" });
  await call("GET", "kv/a?list=true");
  await call("DELETE", "kv/a/b/c");
  await vault.stop();
}

/** All actions of a policy. */
function actionsOf(policy: PolicyDocument): string[] {
  return statementsOf(policy)
    .flatMap(({ Action }) => Action ?? [])
    .sort();
}

describe("the storage policy with a real Vault and enforced IAM", () => {
  test.each<[string, Options]>([
    ["of one node", {}],
    ["of several nodes", { haEnabled: true }],
    ["of a node that makes its table", { createsTable: true }],
  ])("%s suffices and is all used", async (_what, options) => {
    const life = await live(options, (tableArn) => storagePolicy({ tableArn, ...options }));
    expect(life).toEqual({ used: actionsOf(storagePolicy({ tableArn: anyTable, ...options })), refused: undefined });
  });

  const all: Options = { haEnabled: true, createsTable: true };
  test.each(mutantsOf(storagePolicy({ tableArn: anyTable, ...all })))(
    "without $without, Vault is refused",
    async ({ without, action }) => {
      const mutant = (tableArn: string) =>
        mutantsOf(storagePolicy({ tableArn, ...all })).find((one) => one.without === without)?.policy ??
        storagePolicy({ tableArn, ...all });
      expect((await live(all, mutant)).refused).toBe(action);
    },
  );
});
