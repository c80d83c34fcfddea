import {
  AttachRolePolicyCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { DescribeParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestSandbox } from "./support.js";

let sandbox: TestSandbox;
let iam: IAMClient;

beforeAll(async () => {
  sandbox = await TestSandbox.start();
  const { endpoint, region, admin, control } = sandbox.aws;
  iam = new IAMClient({ endpoint, region, credentials: admin });
  await control.putIssuer(sandbox.kubernetes.serviceAccountIssuer, {
    keys: sandbox.kubernetes.serviceAccountJwks.keys.map((key) => ({ ...key })),
  });
  await iam.send(
    new CreateOpenIDConnectProviderCommand({
      Url: sandbox.kubernetes.serviceAccountIssuer,
      ClientIDList: ["sts.amazonaws.com"],
      ThumbprintList: ["0".repeat(40)],
    }),
  );
});
afterAll(async () => {
  iam.destroy();
  await sandbox.stop();
});

/** A role that the ServiceAccount of one VaultServer may take on, with the given actions. */
async function makeRole(name: string, serviceAccount: string, actions: string[]): Promise<string> {
  const provider = sandbox.kubernetes.serviceAccountIssuer.replace("https://", "");
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Federated: `arn:aws:iam::${sandbox.aws.accountId}:oidc-provider/${provider}` },
            Action: "sts:AssumeRoleWithWebIdentity",
            Condition: {
              StringEquals: {
                [`${provider}:sub`]: `system:serviceaccount:default:${serviceAccount}`,
                [`${provider}:aud`]: "sts.amazonaws.com",
              },
            },
          },
        ],
      }),
    }),
  );
  const { Policy } = await iam.send(
    new CreatePolicyCommand({
      PolicyName: name,
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }],
      }),
    }),
  );
  await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: Policy?.Arn }));
  expect(Role?.Arn).toBe(`arn:aws:iam::${sandbox.aws.accountId}:role/${name}`);
  return Role?.Arn ?? "";
}

async function annotate(serviceAccount: string, roleArn: string): Promise<void> {
  await sandbox.rest.call("POST", "/api/v1/namespaces/default/serviceaccounts", {
    metadata: { name: serviceAccount, annotations: { "eks.amazonaws.com/role-arn": roleArn } },
  });
}

const storageActions = [
  "dynamodb:DescribeTable",
  "dynamodb:CreateTable",
  "dynamodb:GetItem",
  "dynamodb:BatchWriteItem",
  "dynamodb:Query",
];

describe("IAM roles for service accounts", () => {
  it("Vault itself exchanges the ServiceAccount's token for the role", async () => {
    await annotate("irsa", await makeRole("irsa-storage", "irsa", storageActions));
    await sandbox.create("irsa", { backend: { dynamodb: { table: "irsa" } } });
    await sandbox.untilPhase("irsa", "Ready");
    await sandbox.writeKv("irsa", "greeting", "hello");
    const role = `arn:aws:sts::${sandbox.aws.accountId}:assumed-role/irsa-storage/`;
    const requests = await sandbox.aws.control.requests();
    const dynamoDb = requests.filter(({ action }) => action?.startsWith("dynamodb:"));
    expect(dynamoDb.length).toBeGreaterThan(0);
    expect(dynamoDb.filter(({ principal }) => principal?.startsWith(role) !== true)).toEqual([]);
    await sandbox.delete("irsa");
  });

  it("a role that trusts another ServiceAccount is not given", async () => {
    await annotate("stranger", await makeRole("not-for-stranger", "somebody-else", storageActions));
    await sandbox.create("stranger", { backend: { dynamodb: { table: "stranger" } } });
    await sandbox.untilPhase("stranger", "NotReady");
    expect(await sandbox.condition("stranger", "AllReplicasReady")).toMatchObject({ reason: "ContainersNotReady" });
    expect(sandbox.lines.join("\n")).toMatch(/stranger-0: vault has ended[^]*NoCredentialProviders/);
    await sandbox.delete("stranger");
  });

  it("the cluster's region beats the region of the VaultServer", async () => {
    await annotate("elsewhere", await makeRole("elsewhere-storage", "elsewhere", storageActions));
    await sandbox.aws.control.clearRequests();
    await sandbox.create("elsewhere", { backend: { dynamodb: { table: "elsewhere", region: "eu-west-1" } } });
    await sandbox.untilPhase("elsewhere", "Ready");
    const requests = await sandbox.aws.control.requests();
    const regions = requests.filter(({ action }) => action === "dynamodb:BatchWriteItem").map(({ region }) => region);
    expect([...new Set(regions)]).toEqual(["us-east-1"]);
    await sandbox.delete("elsewhere");
  });

  it("the unsealer keeps its keys in SSM by the same role", async () => {
    const { endpoint, region, admin } = sandbox.aws;
    const kms = new KMSClient({ endpoint, region, credentials: admin });
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    kms.destroy();
    const unsealActions = [
      "kms:Encrypt",
      "kms:Decrypt",
      "ssm:PutParameter",
      "ssm:GetParameters",
      "ssm:DeleteParameter",
    ];
    await annotate("kms", await makeRole("kms-storage", "kms", [...storageActions, ...unsealActions]));
    await sandbox.create("kms", {
      backend: { dynamodb: { table: "kms" } },
      unsealer: {
        secretShares: 1,
        secretThreshold: 1,
        mode: { awsKmsSsm: { kmsKeyID: KeyMetadata?.KeyId, ssmKeyPrefix: "/demo/" } },
      },
    });
    await sandbox.untilPhase("kms", "Ready");
    const ssm = new SSMClient({ endpoint, region, credentials: admin });
    const { Parameters } = await ssm.send(new DescribeParametersCommand({}));
    ssm.destroy();
    expect(Parameters?.map(({ Name, Type }) => `${Name} ${Type}`).sort()).toEqual([
      "/demo/k8s.-.default.kms-root-token String",
      "/demo/k8s.-.default.kms-unseal-key-0 String",
    ]);
    await sandbox.delete("kms");
  });
});

describe("keys from a Secret", () => {
  it("of a session are used with their token", async () => {
    const { endpoint, region, admin } = sandbox.aws;
    const sts = new STSClient({ endpoint, region, credentials: admin });
    const { Credentials } = await sts.send(new GetSessionTokenCommand({}));
    sts.destroy();
    await sandbox.putSecret("session", {
      access_key: Credentials?.AccessKeyId ?? "",
      secret_key: Credentials?.SecretAccessKey ?? "",
      session_token: Credentials?.SessionToken ?? "",
    });
    await sandbox.create("session", {
      backend: { dynamodb: { table: "session", credentialSecretRef: { name: "session" } } },
    });
    await sandbox.untilPhase("session", "Ready");
    await sandbox.delete("session");
  });

  it("are not to be had where nothing gives any", async () => {
    await sandbox.create("nobody", { backend: { dynamodb: { table: "nobody" } } });
    await sandbox.untilPhase("nobody", "NotReady");
    expect(sandbox.lines.join("\n")).toMatch(/nobody-0: vault has ended[^]*NoCredentialProviders/);
    await sandbox.delete("nobody");
  });
});
