import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  AssumableRole,
  AwsSecretsEngine,
  CredentialSecret,
  DynamoDbStorage,
  RootCredential,
  UnsealKeys,
  VaultPlatform,
  VaultServer,
} from "../../src/index.js";
import { mockAws, registrationsDone } from "./iam/support/awsMocks.js";

type Component = new (name: string, args: never) => unknown;

function rejection(component: Component, args: object): string {
  try {
    new component("x", args as never);
  } catch (error) {
    expect(error).toBeInstanceOf(pulumi.ResourceError);
    return (error as Error).message;
  }
  return "nothing was thrown";
}

const spec = {
  version: "1.18.4",
  backend: { dynamodb: { table: "t", region: "eu-west-1" } },
  unsealer: { secretShares: 5, secretThreshold: 3, mode: { kubernetesSecret: { secretName: "k" } } },
};
const platform = { namespace: "vault", vaultServer: { version: "1.18.4" } };

beforeAll(() => {
  mockAws();
});
afterAll(registrationsDone);

describe("an argument that does not exist is rejected, with the nearest right name:", () => {
  test.each<[Component, object, string]>([
    [
      RootCredential,
      { permissionBoundaryArn: "x" },
      "permissionBoundaryArn: is not an argument of RootCredential. Did you mean permissionsBoundaryArn?",
    ],
    [
      RootCredential,
      { roles: { r: { credentialType: "iam_user", policyArn: "x", iamGroups: ["g"] } } },
      "roles.r.policyArn: is not an argument of a role of RootCredential. Did you mean policyArns?",
    ],
    [
      RootCredential,
      { staticRoles: { s: { userName: "x" } } },
      "staticRoles.s.userName: is not an argument of a static role of RootCredential. Did you mean username?",
    ],
    [
      RootCredential,
      { transform: { users: () => ({}) } },
      "transform.users: is not an argument of RootCredential.transform. Did you mean user?",
    ],
    [
      AssumableRole,
      { trustedPrincipalArn: "arn:aws:iam::123456789012:user/root", policyarns: [] },
      "policyarns: is not an argument of AssumableRole. Did you mean policyArns?",
    ],
    [DynamoDbStorage, { haEnable: true }, "haEnable: is not an argument of DynamoDbStorage. Did you mean haEnabled?"],
    [
      DynamoDbStorage,
      { table: { deletionProtected: false } },
      "table.deletionProtected: is not an argument of DynamoDbStorage.table. Did you mean deletionProtection?",
    ],
    [
      DynamoDbStorage,
      { credential: { kind: "irsa", existingRole: "r", existingRoleName: "r" } },
      "credential.existingRole: is not an argument of an irsa credential. Did you mean existingRoleName?",
    ],
    [
      VaultServer,
      { namespace: "vault", spec, readyTimeout: 5 },
      "readyTimeout: is not an argument of VaultServer. Did you mean readyTimeoutSeconds?",
    ],
    [
      VaultServer,
      {
        namespace: "vault",
        spec,
        irsa: { roleArn: "arn:aws:iam::123456789012:role/r", region: "eu-west-1", clusterRegion: "eu-west-1" },
      },
      "irsa.region: is not an argument of VaultServer.irsa. Known names: clusterRegion, roleArn.",
    ],
    [
      CredentialSecret,
      { namespace: "vault", accessKeyId: "a", secretAccessKey: "s", secretname: "s" },
      "secretname: is not an argument of CredentialSecret. Did you mean secretName?",
    ],
    [
      UnsealKeys,
      { namespace: "vault", name: "k" },
      "name: is not an argument of UnsealKeys. Known names: annotations, labels, namespace, secretName, transform.",
    ],
    [AwsSecretsEngine, { role: {} }, "role: is not an argument of AwsSecretsEngine. Did you mean roles?"],
    [
      AwsSecretsEngine,
      { roles: { r: { credentialType: "iam_user", iamGroups: ["g"], policyArn: "x" } } },
      "roles.r.policyArn: is not an argument. Write policyArns.",
    ],
    [VaultPlatform, { ...platform, role: {} }, "role: is not an argument of VaultPlatform. Did you mean roles?"],
    [
      VaultPlatform,
      { ...platform, storage: { tables: {} } },
      "storage.tables: is not an argument of DynamoDbStorage. Did you mean table?",
    ],
    [
      VaultPlatform,
      { ...platform, storage: { endpoint: "https://x" } },
      "storage.endpoint: is not an argument of DynamoDbStorage. Use endpoints.dynamodb.",
    ],
    [
      VaultPlatform,
      { ...platform, rootCredential: { permissionBoundaryArn: "x" } },
      "rootCredential.permissionBoundaryArn: is not an argument of RootCredential. Did you mean permissionsBoundaryArn?",
    ],
    [
      VaultPlatform,
      { ...platform, assumableRoles: { deploy: { maxSessionDurations: 1 } } },
      "assumableRoles.deploy.maxSessionDurations: is not an argument of AssumableRole. Did you mean maxSessionDuration?",
    ],
    [
      VaultPlatform,
      { ...platform, vaultServerOptions: { readyTimeoutSecond: 1 } },
      "vaultServerOptions.readyTimeoutSecond: is not an argument of VaultServer. Did you mean readyTimeoutSeconds?",
    ],
    [
      VaultPlatform,
      {
        ...platform,
        irsa: {
          oidcProviderArn: "arn:aws:iam::123456789012:oidc-provider/x",
          clusterRegion: "eu-west-1",
          roleName: "r",
        },
      },
      "irsa.roleName: is not an argument of irsa. Known names: attachPolicies, clusterRegion, oidcProviderArn, roleArn.",
    ],
    [
      VaultPlatform,
      { ...platform, endpoints: { dynamoDb: "https://x" } },
      "endpoints.dynamoDb: is not an argument of endpoints. Did you mean dynamodb?",
    ],
    [
      VaultPlatform,
      { ...platform, connection: { maxRetry: 1 } },
      "connection.maxRetry: is not an argument. Did you mean maxRetries?",
    ],
  ])("%o %j", (component, args, message) => {
    expect(rejection(component, args)).toContain(`invalid argument: ${message}`);
  });
});

describe("an output is rejected where it would be misread:", () => {
  const mustBeObject = "must be a plain object; its fields may be outputs.";
  const output = pulumi.output({});
  test.each<[string, Component, object, string]>([
    ["storage", VaultPlatform, { ...platform, storage: pulumi.output({ existingTableName: "t" }) }, mustBeObject],
    ["vaultServer", VaultPlatform, { ...platform, vaultServer: pulumi.output({ version: "1.18.4" }) }, mustBeObject],
    ["irsa", VaultPlatform, { ...platform, irsa: output }, mustBeObject],
    ["endpoints", VaultPlatform, { ...platform, endpoints: output }, mustBeObject],
    ["roles", VaultPlatform, { ...platform, roles: output }, mustBeObject],
    ["staticRoles", VaultPlatform, { ...platform, staticRoles: output }, mustBeObject],
    ["assumableRoles", VaultPlatform, { ...platform, assumableRoles: output }, mustBeObject],
    ["rootCredential", VaultPlatform, { ...platform, rootCredential: output }, mustBeObject],
    ["storage.table", VaultPlatform, { ...platform, storage: { table: output } }, mustBeObject],
    [
      "roles.r.assumableRoles",
      VaultPlatform,
      { ...platform, roles: { r: { credentialType: "assumed_role", assumableRoles: pulumi.output(["a"]) } } },
      "must be a plain list; its items may be outputs.",
    ],
    [
      "protectData",
      VaultPlatform,
      { ...platform, protectData: pulumi.output(true) },
      "must be a plain value, not an output: it decides which resources there are.",
    ],
    ["table", DynamoDbStorage, { table: pulumi.output({ name: "t" }) }, mustBeObject],
    ["unsealer", DynamoDbStorage, { unsealer: output }, mustBeObject],
    [
      "rotateRoot",
      RootCredential,
      { rotateRoot: pulumi.output(true) },
      "must be a plain value, not an output: it decides which resources there are.",
    ],
    ["serviceAccount", RootCredential, { identity: "role", serviceAccount: output }, mustBeObject],
    [
      "additionalPolicyArns",
      RootCredential,
      { additionalPolicyArns: pulumi.output(["arn:aws:iam::aws:policy/ReadOnlyAccess"]) },
      "must be a plain list; its items may be outputs.",
    ],
    [
      "policyArns",
      AssumableRole,
      { trustedPrincipalArn: "arn:aws:iam::123456789012:user/root", policyArns: output },
      "must be a plain list; its items may be outputs.",
    ],
    ["irsa", VaultServer, { namespace: "vault", spec, irsa: output }, mustBeObject],
    ["rootConfig", AwsSecretsEngine, { rootConfig: output }, mustBeObject],
    ["args", RootCredential, pulumi.output({ path: "/x/" }), mustBeObject],
  ])("%s of %o", (path, component, args, rule) => {
    expect(rejection(component, args)).toContain(`invalid argument: ${path}: ${rule}`);
  });

  test("by the types as well", () => {
    const build = () => {
      // @ts-expect-error: storage is a plain object
      new VaultPlatform("x", { ...platform, storage: pulumi.output({ existingTableName: "t" }) });
      // @ts-expect-error: irsa is a plain object
      new VaultPlatform("x", { ...platform, irsa: pulumi.output({ oidcProviderArn: "x", clusterRegion: "x" }) });
      // @ts-expect-error: endpoints is a plain object
      new VaultPlatform("x", { ...platform, endpoints: pulumi.output({ iam: "https://x" }) });
      // @ts-expect-error: vaultServer is a plain object
      new VaultPlatform("x", { namespace: "vault", vaultServer: pulumi.output({ version: "1.18.4" }) });
      // @ts-expect-error: rootConfig is a plain object
      new VaultPlatform("x", { ...platform, rootConfig: pulumi.output({ region: "eu-west-1" }) });
      // @ts-expect-error: table is a plain object
      new DynamoDbStorage("x", { table: pulumi.output({ name: "t" }) });
      // @ts-expect-error: a role is a plain object
      new AwsSecretsEngine("x", { roles: { r: pulumi.output({ policyArns: ["x"] }) } });
      const staticRole = pulumi.output({ username: "x", rotationPeriod: "24h" });
      // @ts-expect-error: the static role is a plain object
      new VaultPlatform("x", { ...platform, staticRoles: { s: staticRole } });
    };
    expect(build).toThrow(pulumi.ResourceError);
  });
});
