import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../../sandbox/process/index.js";
import { kubernetesRest } from "../../sandbox/kubernetes/index.js";
import { startSandbox, type Sandbox } from "../../sandbox/index.js";
import { awsClients, leftovers, takeInventory, type Inventory } from "../../sandbox/proof/index.js";

const repository = path.join(__dirname, "..", "..");

/** One program for each case; `late` values are outputs that are known at preview. In JavaScript, which no compiler has looked at. */
const program = `
const pulumi = require("@pulumi/pulumi");
const { VaultPlatform } = require("pulumi-kubevault-aws");
const late = (value) => pulumi.output(Promise.resolve(value));
const roles = { deploy: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] } };
const base = { namespace: "vault", vaultServer: { version: "1.18.4" }, roles };
const issuer = "https://oidc.eks.eu-west-1.amazonaws.com/id/X";
const clusterRegion = "us-east-1";
const policy = JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action: "s3:*", Resource: "*" } });
const cases = {
  right: {},
  oldForm: { roles: { deploy: { policy }, audit: { arn: "arn:aws:iam::123456789012:role/audit" } } },
  absentTable: { storage: { existingTableName: "nonexistent" } },
  wrongTable: { storage: { existingTableName: "terraform-locks" } },
  lateStorage: { storage: late({ existingTableName: "terraform-locks" }) },
  lateServer: { vaultServer: late({ version: "1.18.4" }) },
  issuer: { irsa: { oidcProviderArn: issuer, clusterRegion } },
  lateIssuer: { irsa: { oidcProviderArn: late(issuer), clusterRegion } },
  lateVersion: { vaultServer: { version: late("openbao-2.4.3") } },
  lateNamespace: { namespace: late("Not_A_Namespace"), irsa: { oidcProviderArn: "arn:aws:iam::123456789012:oidc-provider/x", clusterRegion } },
  lateAddress: { vaultAddress: late("vault.example.com:8200") },
  documented: { rootCredential: { permissions: "documented" }, roles: { x: { credentialType: "iam_user", iamGroups: ["devs"] } } },
  wipeOut: { vaultServer: { version: "1.18.4", terminationPolicy: late("WipeOut") } },
  toleration: { vaultServer: { version: "1.18.4", podTemplate: { spec: { tolerations: [{ key: "vault", operator: "Exists", value: "true" }] } } } },
};
new VaultPlatform("vault", { ...base, ...cases[new pulumi.Config().require("case")] });
`;

const provider = "must be the ARN of an IAM OIDC provider, arn:aws:iam::ACCOUNT:oidc-provider/HOST/PATH";

describe("pulumi preview of a platform", () => {
  let sandbox: Sandbox;
  let folder: string;
  let before: Inventory;

  beforeAll(async () => {
    sandbox = await startSandbox();
    const rest = kubernetesRest(sandbox.kubernetes.kubeconfigPath);
    await rest.call("POST", "/api/v1/namespaces", { metadata: { name: "vault" } });
    await rest.close();
    const { dynamodb, destroy } = awsClients(sandbox.aws, sandbox.aws.admin);
    await dynamodb.send(
      new CreateTableCommand({
        TableName: "terraform-locks",
        KeySchema: [{ AttributeName: "LockID", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "LockID", AttributeType: "S" }],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
    destroy();
    // In the repository, so that the program finds its packages.
    folder = await mkdtemp(path.join(repository, "examples", ".previews-"));
    await writeFile(
      path.join(folder, "Pulumi.yaml"),
      "name: previews\nruntime:\n  name: nodejs\n  options: { typescript: false }\n",
    );
    await writeFile(path.join(folder, "package.json"), JSON.stringify({ name: "previews", main: "index.js" }));
    await writeFile(path.join(folder, "index.js"), program);
    await pulumi("stack", "init", "dev");
    before = await inventory();
  });

  afterAll(async () => {
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const pulumi = (...args: string[]) => sandbox.engine.run([...args, "--non-interactive"], folder);
  const inventory = () =>
    takeInventory({ aws: sandbox.aws, kubeconfigPath: sandbox.kubernetes.kubeconfigPath }, "vault");

  async function preview(name: string): Promise<{ readonly failed: boolean; readonly printed: string }> {
    await pulumi("config", "set", "case", name);
    return pulumi("preview").then(
      (printed) => ({ failed: false, printed }),
      (error: Error) => ({ failed: true, printed: error.message }),
    );
  }

  it.each(["right", "oldForm"])("ends with exit code 0: %s", async (name) => {
    const { failed, printed } = await preview(name);
    expect(printed).toMatch(/\+ \d+ to create/);
    expect(failed).toBe(false);
  });

  it.each([
    [
      "absentTable",
      'DynamoDbStorage "vault-storage": invalid argument: existingTableName: must be the name of a table in the provider\'s account and region, ' +
        'got "nonexistent". Create the table first, leave existingTableName out, or let Vault create it by vaultTable.',
    ],
    [
      "wrongTable",
      'DynamoDbStorage "vault-storage": invalid argument: existingTableName: table "terraform-locks" cannot hold Vault\'s data: its partition key must ' +
        'be "Path" (S) and its sort key "Key" (S), but they are "LockID" (S) and none. A primary key cannot be changed: make a new table, or leave ' +
        "existingTableName out.",
    ],
    [
      "lateStorage",
      'VaultPlatform "vault": invalid argument: storage: must be a plain object; its fields may be outputs.',
    ],
    [
      "lateServer",
      'VaultPlatform "vault": invalid argument: vaultServer: must be a plain object; its fields may be outputs.',
    ],
    [
      "issuer",
      `VaultPlatform "vault": invalid argument: irsa.oidcProviderArn: ${provider}, got "https://oidc.eks.eu-west-1.amazonaws.com/id/X".`,
    ],
    [
      "lateIssuer",
      `RootCredential "vault-root": invalid argument: serviceAccount.oidcProviderArn: ${provider}, got "https://oidc.eks.eu-west-1.amazonaws.com/id/X".`,
    ],
    [
      "lateVersion",
      'VaultServer "vault-server": invalid argument: spec.version: must be a version of HashiCorp Vault: OpenBao and Sigilr have no DynamoDB storage and ' +
        'no AWS secrets engine, got "openbao-2.4.3".',
    ],
    [
      "lateNamespace",
      'VaultPlatform "vault": invalid argument: namespace: must be the name of a Kubernetes namespace, got "Not_A_Namespace".',
    ],
    [
      "lateAddress",
      'VaultPlatform "vault": invalid argument: vaultAddress: must be an http or https URL, got "vault.example.com:8200". Write https://vault.example.com:8200.',
    ],
    ["documented", "roles.x.iamGroups[0]: iam:AddUserToGroup on arn:aws:iam::123456789012:group/devs"],
    [
      "wipeOut",
      'VaultPlatform "vault": invalid argument: vaultServer.terminationPolicy: must be DoNotTerminate while protectData is enabled: with another, ' +
        'whoever deletes the VaultServer deletes Vault, got "WipeOut". Leave it out, or set protectData: false.',
    ],
    [
      "toleration",
      'VaultPlatform "vault": invalid argument: vaultServer.podTemplate.spec.tolerations[0].value: must be left out with operator Exists, which tolerates ' +
        'every value, got "true". Write operator: "Equal", or leave value out.',
    ],
  ])("ends with another exit code, one error and nothing created: %s", async (name, message) => {
    const { failed, printed } = await preview(name);
    expect(failed).toBe(true);
    // The diagnostics at the end; above, the progress repeats the first line of each.
    const diagnostics = printed.slice(printed.indexOf("Diagnostics:"));
    expect(diagnostics.split(message)).toHaveLength(2);
    expect(diagnostics.match(/^ {4}error: /gm)).toHaveLength(1);
    expect(printed).not.toMatch(/^\s+at .+:\d+:\d+/m);
    expect(printed).not.toContain("error serializing property");
    expect(leftovers(before, await inventory())).toEqual([]);
  });

  describe.each([
    [
      "the VaultServerVersion",
      "/apis/catalog.kubevault.com/v1alpha1/vaultserverversions/1.18.4",
      (server: string) =>
        `VaultServer "vault-server": spec.version: the cluster at ${server} has no VaultServerVersion "1.18.4". kubectl get vaultserverversions ` +
        "lists those it has; another one can be created as an object of your own",
    ],
    [
      "KubeVault",
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/vaultservers.kubevault.com",
      (server: string) =>
        `VaultServer "vault-server": KubeVault is not installed in the cluster at ${server}: it does not serve kubevault.com/v1alpha2 VaultServer (the ` +
        "CustomResourceDefinition vaultservers.kubevault.com). Install KubeVault's Helm chart, or give kubeconfig and context if the VaultServer belongs " +
        "into another cluster",
    ],
  ])("in a cluster without %s", (_, missing, message) => {
    it("ends with another exit code, says what is missing, and creates nothing", async () => {
      const rest = kubernetesRest(sandbox.kubernetes.kubeconfigPath);
      await rest.remove(missing);
      await waitFor(async () => ((await rest.find(missing)) === undefined ? true : undefined), {
        what: `the end of ${missing}`,
        timeoutMs: 30_000,
      });
      await rest.close();
      const { failed, printed } = await preview("right");
      expect(failed).toBe(true);
      expect(printed).toContain(message(sandbox.kubernetes.server));
      expect(leftovers(before, await inventory())).toEqual([]);
    });
  });
});
