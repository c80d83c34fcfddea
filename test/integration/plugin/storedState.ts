import type { PulumiFn } from "@pulumi/pulumi/automation/index.js";
import {
  AppRoleAuthRole,
  AwsLeaseConfig,
  AwsRootConfig,
  AwsSecretsMount,
  AwsSecretsRole,
  AwsSecretsRoles,
  AwsStaticRole,
  VaultAuditDevice,
  VaultAuthMethod,
  VaultConnection,
  VaultPolicy,
} from "../../../src/index.js";

/** What differs between the Vault that a stored state was made with and the one that the state names. */
export interface StoredSettings {
  readonly address: string;
  readonly token: string;
}

/** AWS's example key: no key at all. */
const exampleKey = {
  accessKey: "AKIAIOSFODNN7EXAMPLE",
  secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

export const storedSettings: StoredSettings = { address: "https://vault.example.com:8200", token: "hvs.example" };

/**
 * The program of the states in test/fixtures/states. A program and a state that users have: neither is changed with the package. The mount
 * `static` is there already, with a root credential.
 */
export function storedProgram({ address, token }: StoredSettings): PulumiFn {
  return async () => {
    const provider = new VaultConnection("vault", { address, login: { kind: "token", token } });
    const mount = new AwsSecretsMount("mount", { path: "aws", defaultLeaseTtl: "1h" }, { provider });
    const below = { provider, dependsOn: mount };
    const keyReadiness = { skip: true };
    new AwsRootConfig("root", { mount: mount.path, region: "eu-west-1", ...exampleKey, keyReadiness }, below);
    new AwsLeaseConfig("lease", { mount: mount.path, lease: "30m", leaseMax: "12h" }, below);
    const policyDocument = {
      Version: "2012-10-17" as const,
      Statement: [{ Effect: "Allow" as const, Action: ["s3:GetObject", "s3:PutObject"], Resource: "arn:aws:s3:::b/*" }],
    };
    const deploy = { mount: mount.path, name: "deploy", credentialType: "iam_user" } as const;
    new AwsSecretsRole("deploy", { ...deploy, policyDocument, iamTags: { team: "shop" }, userPath: "/vault/" }, below);
    new AwsSecretsRoles(
      "roles",
      {
        mount: mount.path,
        roles: {
          audit: {
            credentialType: "assumed_role",
            roleArns: ["arn:aws:iam::123456789012:role/a"],
            defaultStsTtl: "1h",
          },
          session: { credentialType: "session_token", maxStsTtl: "12h" },
        },
      },
      below,
    );
    new AwsStaticRole("ci", { mount: "static", name: "ci", username: "ci", rotationPeriod: "24h" }, { provider });
    new VaultPolicy(
      "policy",
      { name: "shop", rules: [{ path: "aws/creds/deploy", capabilities: ["read"] }] },
      { provider },
    );
    const method = new VaultAuthMethod("approle", { type: "approle" }, { provider });
    const login = { mount: method.path, name: "ci", tokenPolicies: ["shop"], tokenTtl: "20m" };
    new AppRoleAuthRole("login", login, { provider, dependsOn: method });
    new VaultAuditDevice("audit", {}, { provider });
  };
}
