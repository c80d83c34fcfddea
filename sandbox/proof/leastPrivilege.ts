import {
  CreateTableCommand,
  DescribeTableCommand,
  GetItemCommand,
  ListTablesCommand,
  ScanCommand,
} from "@aws-sdk/client-dynamodb";
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { waitFor } from "../process/index.js";
import { vaultRequest } from "../vault/index.js";
import { awsClients, refusal, type AwsClients, type AwsKeys } from "./awsClients.js";
import { readSecret, secretNames } from "./kubernetesSecrets.js";
import type { Check, Subject } from "./subject.js";

/** A table and a user that the platform does not own: nothing of the platform may touch them. */
export const foreignTable = "orders";
export const foreignUser = "alice";

async function refusals(calls: Readonly<Record<string, () => Promise<unknown>>>): Promise<string> {
  for (const [name, call] of Object.entries(calls)) {
    try {
      await refusal(call);
    } catch (error) {
      throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
  return `refused: ${Object.keys(calls).join(", ")}`;
}

/** The keys in the Secret of the storage credential, found by what the VaultServer refers to. */
export async function storageKeys(subject: Subject): Promise<AwsKeys> {
  const { namespace } = subject.outputs;
  for (const name of await secretNames(subject.kubeconfigPath, namespace)) {
    const secret = await readSecret(subject.kubeconfigPath, namespace, name);
    if (secret.access_key !== undefined && secret.secret_key !== undefined) {
      return { accessKeyId: secret.access_key, secretAccessKey: secret.secret_key };
    }
  }
  throw new Error(`No Secret of namespace ${namespace} holds access_key and secret_key`);
}

export const leastPrivilegeChecks: readonly Check[] = [
  {
    title: "Vault's data is in the DynamoDB table",
    run: async (subject) => {
      const marker = `marker-${Date.now()}`;
      const admin = awsClients(subject.aws, subject.aws.admin);
      try {
        await vaultRequest(subject.vault, {
          method: "PUT",
          path: `sys/policies/acl/${marker}`,
          token: subject.vault.token,
          body: { policy: 'path "none/*" { capabilities = ["read"] }' },
        });
        const item = await admin.dynamodb.send(
          new GetItemCommand({
            TableName: subject.outputs.tableName,
            Key: { Path: { S: "sys/policy" }, Key: { S: marker } },
            ConsistentRead: true,
          }),
        );
        if (item.Item?.Value?.B === undefined) {
          throw new Error(`A policy written through Vault is not in table ${subject.outputs.tableName}`);
        }
        return `a policy written through Vault is an item of ${subject.outputs.tableName}`;
      } finally {
        await vaultRequest(subject.vault, {
          method: "DELETE",
          path: `sys/policies/acl/${marker}`,
          token: subject.vault.token,
        });
        admin.destroy();
      }
    },
  },
  {
    title: "The storage credential can touch nothing but Vault's table",
    run: async (subject) => {
      const clients = awsClients(subject.aws, await storageKeys(subject));
      const { tableName } = subject.outputs;
      try {
        const table = await clients.dynamodb.send(new DescribeTableCommand({ TableName: tableName }));
        if (table.Table?.TableName !== tableName) {
          throw new Error(`The storage credential cannot describe ${tableName}`);
        }
        return await refusals({
          [`reading table ${foreignTable}`]: () =>
            clients.dynamodb.send(
              new GetItemCommand({ TableName: foreignTable, Key: { id: { S: "1" } }, ConsistentRead: true }),
            ),
          "scanning its own table": () => clients.dynamodb.send(new ScanCommand({ TableName: tableName })),
          "listing tables": () => clients.dynamodb.send(new ListTablesCommand({})),
          "creating a table": () =>
            clients.dynamodb.send(
              new CreateTableCommand({
                TableName: `${tableName}-copy`,
                KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
                AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
                BillingMode: "PAY_PER_REQUEST",
              }),
            ),
          "creating a user": () => clients.iam.send(new CreateUserCommand({ UserName: "vault-intruder" })),
        });
      } finally {
        clients.destroy();
      }
    },
  },
  {
    title: "The root credential can touch no user outside vault-*",
    run: (subject) =>
      asRootUser(subject, ({ iam }) => {
        const UserName = subject.outputs.rootUserName;
        const PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess";
        return refusals({
          "creating user intruder": () => iam.send(new CreateUserCommand({ UserName: "intruder" })),
          [`deleting user ${foreignUser}`]: () => iam.send(new DeleteUserCommand({ UserName: foreignUser })),
          [`a key for ${foreignUser}`]: () => iam.send(new CreateAccessKeyCommand({ UserName: foreignUser })),
          "a policy for itself": () => iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn })),
          "a key for itself": () => iam.send(new CreateAccessKeyCommand({ UserName })),
        });
      }),
  },
];

/**
 * Runs `use` with a second key of the root user, made and deleted by the administrator: Vault never gives out the one it was configured
 * with, and rights belong to the user, not to the key.
 */
async function asRootUser<T>(subject: Subject, use: (clients: AwsClients) => Promise<T>): Promise<T> {
  const UserName = subject.outputs.rootUserName;
  const admin = awsClients(subject.aws, subject.aws.admin);
  const { AccessKey: key } = await admin.iam.send(new CreateAccessKeyCommand({ UserName }));
  if (key?.AccessKeyId === undefined || key.SecretAccessKey === undefined) {
    throw new Error(`AWS made no access key for ${UserName}`);
  }
  const clients = awsClients(subject.aws, { accessKeyId: key.AccessKeyId, secretAccessKey: key.SecretAccessKey });
  try {
    await waitFor(async () => (await clients.sts.send(new GetCallerIdentityCommand({}))).Arn, {
      what: `a new access key of ${UserName} to be accepted`,
      timeoutMs: 30_000,
      intervalMs: 250,
    });
    return await use(clients);
  } finally {
    await admin.iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: key.AccessKeyId }));
    clients.destroy();
    admin.destroy();
  }
}
