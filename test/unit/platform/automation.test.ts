import { describe, expect, it } from "vitest";
import { VaultPlatform, type VaultPlatformArgs, type VaultPlatformAutomationArgs } from "../../../src/index.js";
import { formatIssue } from "../../../src/internal/validation/issues.js";
import { managedObjects } from "../../../src/platform/automation.js";
import { automationIssues } from "../../../src/platform/automationRules.js";
import { inputsOf, record, settled, type Answers } from "../../support/recorder.js";
import { valueOf } from "../../support/outputs.js";

const account = "123456789012";
const cloud: Answers = {
  outputs: ({ type, name }) => {
    const kind = type.split(":").at(-1) ?? "";
    switch (kind) {
      case "Table":
        return { name, arn: `arn:aws:dynamodb:eu-west-1:${account}:table/${name}` };
      case "User":
        return { name, arn: `arn:aws:iam::${account}:user/${name}` };
      case "Policy":
        return { arn: `arn:aws:iam::${account}:policy/${name}` };
      case "AccessKey":
        return { secret: "secret" };
      case "Secret":
        return { metadata: { name, namespace: "vault" } };
      default:
        return kind.endsWith("AppRoleAuthRole") ? { roleId: "the-role-id" } : {};
    }
  },
  calls: {
    "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: account, arn: "", id: account, userId: "" }),
    "aws:index/getRegion:getRegion": () => ({
      region: "eu-west-1",
      name: "eu-west-1",
      id: "eu-west-1",
      description: "",
      endpoint: "",
    }),
    "aws:index/getPartition:getPartition": () => ({ partition: "aws", id: "aws", dnsSuffix: "", reverseDnsPrefix: "" }),
  },
};

const platform: VaultPlatformArgs = {
  namespace: "vault",
  vaultServer: { version: "1.18.4" },
  roles: {
    deploy: {
      credentialType: "iam_user",
      policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
      revokeLeasesOnDelete: true,
    },
  },
  applications: { shop: { serviceAccounts: ["shop"], namespaces: ["shop"], roles: ["deploy"] } },
};

async function loginWith(automation: VaultPlatformAutomationArgs) {
  const recorded = await record(cloud);
  const made = new VaultPlatform("p", { ...platform, automation });
  await valueOf(made.engine.accessor);
  await settled();
  const loginOf = (name: string) => {
    const text = inputsOf(recorded, name)["kubevault-aws:login"];
    return JSON.parse(typeof text === "string" ? text : (text as { value: string }).value) as Record<string, unknown>;
  };
  const own = recorded
    .filter(({ name }) => name.startsWith("p-automation"))
    .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);
  return { bootstrap: loginOf("p-bootstrap"), login: loginOf("p-connection"), own: own.sort(), recorded };
}

describe("automation of a platform", () => {
  it("of kind kubernetes takes the auth method that the operator enables", async () => {
    const { bootstrap, login, own, recorded } = await loginWith({
      kind: "kubernetes",
      serviceAccounts: ["pulumi"],
      namespaces: ["ci"],
    });
    expect(bootstrap).toMatchObject({
      kind: "revocable",
      token: { kind: "kubernetesSecret", namespace: "vault", name: "p-unseal-keys-secret" },
      standIn: { kind: "kubernetes", role: "p-automation", mount: "kubernetes" },
    });
    expect(login).toEqual({ kind: "kubernetes", role: "p-automation", mount: "kubernetes" });
    expect(own).toEqual(["KubernetesAuthRole p-automation-role", "VaultPolicy p-automation-policy"]);
    const { __provider: _, ...role } = inputsOf(recorded, "p-automation-role");
    expect(role).toEqual({
      mount: "kubernetes",
      name: "p-automation",
      boundServiceAccountNames: ["pulumi"],
      boundServiceAccountNamespaces: ["ci"],
      tokenPolicies: ["p-automation"],
      tokenNoDefaultPolicy: true,
      tokenTtl: 3600,
    });
    const policy = String(inputsOf(recorded, "p-automation-policy").policy);
    expect([...policy.matchAll(/^path "(.*)"/gm)].map(([, path]) => path)).toEqual([
      "auth/kubernetes/role/p-automation",
      "auth/kubernetes/role/shop",
      "auth/token/lookup-self",
      "auth/token/renew-self",
      "auth/token/revoke-self",
      "aws/config/lease",
      "aws/config/root",
      "aws/roles/*",
      "aws/roles/deploy",
      "aws/static-roles/*",
      "sys/leases/revoke-prefix/aws/*",
      "sys/mounts",
      "sys/mounts/aws",
      "sys/mounts/aws/tune",
      "sys/policies/acl/p-automation",
      "sys/policies/acl/shop",
    ]);
    expect(policy).toContain('path "sys/policies/acl/p-automation" {\n  capabilities = ["read"]\n}');
    // What the application's policy may be is what it is.
    expect(managedObjects(platform, "/aws/").applications[0]?.policy).toBe(
      inputsOf(recorded, "p-app-shop-policy").policy,
    );
  });

  it("of kind jwt enables and configures an auth method", async () => {
    const { bootstrap, login, own, recorded } = await loginWith({
      kind: "jwt",
      mount: "github",
      config: { oidcDiscoveryUrl: "https://token.actions.githubusercontent.com" },
      role: { userClaim: "repository", boundClaims: { repository: "example/platform" } },
      jwtVariable: "VAULT_JWT",
    });
    expect(login).toEqual({ kind: "jwt", role: "p-automation", mount: "github", jwtVariable: "VAULT_JWT" });
    expect(bootstrap.standIn).toEqual(login);
    expect(String(inputsOf(recorded, "p-automation-policy").policy)).toContain('path "auth/github/config"');
    expect(own).toEqual([
      "JwtAuthMethodConfig p-automation-auth-config",
      "JwtAuthRole p-automation-role",
      "VaultAuthMethod p-automation-auth",
      "VaultPolicy p-automation-policy",
    ]);
  });

  it("of kind appRole takes the role ID from Vault, and the secret ID from where pulumi runs", async () => {
    const { bootstrap, login, own } = await loginWith({ kind: "appRole", secretIdVariable: "VAULT_SECRET_ID" });
    // The role ID is an output of what the connection itself creates.
    expect(bootstrap.kind).toBe("kubernetesSecret");
    expect(login).toEqual({
      kind: "appRole",
      roleId: "the-role-id",
      mount: "approle",
      secretIdVariable: "VAULT_SECRET_ID",
    });
    expect(own).toEqual([
      "AppRoleAuthRole p-automation-role",
      "VaultAuthMethod p-automation-auth",
      "VaultPolicy p-automation-policy",
    ]);
  });

  it("of kind appRole is read with the login once its role ID is given", async () => {
    const { bootstrap, login } = await loginWith({ kind: "appRole", roleId: "the-role-id", secretIdVariable: "S" });
    expect(bootstrap).toMatchObject({ kind: "revocable", standIn: login });
  });

  it.each<[object, string]>([
    [{ automation: { kind: "oidc" } }, 'automation.kind: must be one of kubernetes, jwt, appRole, got "oidc".'],
    [
      { automation: { kind: "jwt", jwtFile: "/jwt" } },
      "automation.role: is required. Say which tokens may log in: { userClaim, boundClaims }.",
    ],
    [
      { automation: { kind: "appRole" } },
      "automation.secretIdVariable: or secretIdFile is required. It says where the login's secret is when pulumi runs.",
    ],
    [
      { automation: { kind: "appRole", secretIdFile: "/s", secretIdVariable: "S" } },
      "automation.secretIdFile: cannot be given together with secretIdVariable. Leave one of the two out.",
    ],
    [
      { automation: { kind: "appRole", secretIdFile: "/s", name: "root" } },
      'automation.name: must not be one of Vault\'s own policies (root, default, response-wrapping, control-group), got "root". Choose another name.',
    ],
    [
      { automation: { kind: "appRole", secretIdFile: "/s", revokeRootToken: true } },
      "automation.revokeRootToken: cannot be true for kind appRole, got true. Its secret ID can be made only after the first up. Revoke the token then: vault token revoke -self.",
    ],
    [
      { automation: { kind: "jwt", jwtFile: "/jwt", role: { userClaim: "sub" }, revokeRootToken: "yes" } },
      'automation.revokeRootToken: must be true or false, got "yes".',
    ],
    [
      { automation: { kind: "kubernetes", mount: "eks" } },
      'automation.mount: must be where the VaultServer has a Kubernetes auth method: kubernetes, got "eks". Add it to vaultServer.authMethods, or leave it out.',
    ],
    [
      { automation: { kind: "appRole", secretIdFile: "/s" }, connection: { login: { kind: "environment" } } },
      "connection.login: cannot be given together with automation, which makes the login. Leave one of the two out.",
    ],
  ])("reports %j", (args, message) => {
    expect(automationIssues({ vaultServer: { version: "1.18.4" }, ...args }).map(formatIssue)).toContain(message);
  });
});
