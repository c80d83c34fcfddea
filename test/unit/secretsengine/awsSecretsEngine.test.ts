import { beforeEach, describe, expect, it } from "vitest";
import { AwsSecretsEngine, type AwsSecretsEngineArgs } from "../../../src/secretsengine/index.js";
import { mapRecord } from "../../../src/internal/records.js";
import { formatIssue } from "../../../src/internal/validation/issues.js";
import { unknownValue } from "../../../src/internal/validation/known.js";
import { engineRules } from "../../../src/secretsengine/awsSecretsEngine.js";
import type { Values } from "../../../src/vaultresource/fields.js";
import { inputsOf, listed, record, settled, type Recorded } from "../../support/recorder.js";

let recorded: Recorded[];
beforeEach(async () => {
  recorded = await record();
});

const kind = (name: string) => `pulumi-nodejs:dynamic/kubevault-aws:${name}`;

describe("AwsSecretsEngine", () => {
  it("creates a mount and nothing else by default", async () => {
    new AwsSecretsEngine("e");
    await settled();
    expect(listed(recorded)).toEqual(["kubevault-aws:index:AwsSecretsEngine e", `${kind("AwsSecretsMount")} e-mount`]);
  });

  it("creates what is declared, below its mount", async () => {
    new AwsSecretsEngine("e", {
      path: "team/aws",
      mount: { description: "for the team" },
      rootConfig: { accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "LEAKME" },
      leaseConfig: { lease: "30m", leaseMax: "12h" },
      roles: { deploy: { credentialType: "session_token" }, audit: { arn: "arn:aws:iam::aws:policy/SecurityAudit" } },
      staticRoles: { ci: { username: "ci", rotationPeriod: "24h" } },
    });
    await settled();
    expect(listed(recorded)).toEqual([
      "kubevault-aws:index:AwsSecretsEngine e",
      `${kind("AwsLeaseConfig")} e-lease-config`,
      `${kind("AwsRootConfig")} e-root-config`,
      `${kind("AwsSecretsMount")} e-mount`,
      `${kind("AwsSecretsRoles")} e-roles`,
      `${kind("AwsStaticRole")} e-static-role-ci`,
    ]);
    expect(inputsOf(recorded, "e-mount")).toMatchObject({ path: "team/aws", description: "for the team" });
    for (const name of ["e-lease-config", "e-root-config", "e-roles", "e-static-role-ci"]) {
      expect(inputsOf(recorded, name).mount).toBe("team/aws");
    }
    expect(Object.keys(inputsOf(recorded, "e-roles").roles as object)).toEqual(["audit", "deploy"]);
    // What a component is given is stored as it is: its arguments hold secrets.
    expect(inputsOf(recorded, "e")).toEqual({});
  });

  it("lets children be changed before they are made", async () => {
    new AwsSecretsEngine("e", {
      roles: { deploy: { credentialType: "session_token" } },
      transform: {
        roles: ({ roles, ...args }) => ({
          ...args,
          roles: mapRecord(roles, (_, role) => ({ ...role, defaultStsTtl: "15m" })),
        }),
      },
    });
    await settled();
    expect(inputsOf(recorded, "e-roles").roles).toEqual({
      deploy: { credentialType: "session_token", defaultStsTtl: 900 },
    });
  });

  it("refuses all that is wrong together, with the paths of the user's arguments", () => {
    const args = {
      path: "sys",
      mount: { maxLeaseTtl: "long" },
      rootConfig: { accessKey: "AKIAIOSFODNN7EXAMPLE" },
      leaseConfig: { lease: "2h", leaseMax: "1h" },
      roles: {
        "bad name": { credentialType: "session_token" },
        deploy: { credentialType: "iam_user", policyArns: ["x"] },
      },
      staticRoles: { ci: { username: "ci", rotationPeriod: 1 } },
    };
    expect(() => new AwsSecretsEngine("e", args as AwsSecretsEngineArgs)).toThrow(
      'AwsSecretsEngine "e": 7 invalid arguments:\n' +
        `  - path: must not be at or under Vault's own sys/, got "sys".\n` +
        '  - mount.maxLeaseTtl: must be a length of time, got "long". Write seconds as a number, or a text such as "15m", "1h30m" or "2d".\n' +
        "  - rootConfig.secretKey: is missing: accessKey and secretKey belong together. Give both, or neither to let Vault use the identity of the machine it runs on.\n" +
        '  - leaseConfig.lease: must not be longer than leaseMax (3600 seconds), got "2h".\n' +
        '  - roles["bad name"]: must be letters, digits and "_", with "-", "." and "@" between them, got "bad name". Vault finds no path for other names.\n' +
        '  - roles.deploy.policyArns[0]: must be the ARN of an IAM policy, arn:aws:iam::ACCOUNT:policy/NAME, got "x".\n' +
        "  - staticRoles.ci.rotationPeriod: must be at least 60 seconds, got 1.",
    );
  });
});

/** Arguments that are each right. */
describe("parts of an AwsSecretsEngine that cannot work together", () => {
  const federated = { identityTokenAudience: "vault", roleArn: "arn:aws:iam::123456789012:role/vault" };
  const assumed = (more: object = {}) => ({
    credentialType: "assumed_role",
    roleArns: ["arn:aws:iam::123456789012:role/deploy"],
    ...more,
  });
  const token = { credentialType: "federation_token", policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] };
  const user = { credentialType: "iam_user", iamGroups: ["devs"] };
  const long = (length: number) => `{{ printf "vault-%s" (random ${length}) }}`;
  const lines = (args: object) => engineRules(args as Values).map(formatIssue);

  it.each<[string, object, string[]]>([
    [
      "sessions of more than an hour with workload identity federation",
      { rootConfig: federated, roles: { d: assumed({ defaultStsTtl: "8h" }), e: assumed({ defaultStsTtl: "1h" }) } },
      [
        "roles.d.defaultStsTtl: must be at most 3600 seconds: with rootConfig.identityTokenAudience Vault is the session of a role, " +
          'and AWS limits a session that assumes another role to one hour, got "8h".',
      ],
    ],
    [
      "tokens of a user with workload identity federation",
      { rootConfig: federated, roles: { f: token, s: { credentialType: "session_token" } } },
      [
        ["f", "federation_token"],
        ["s", "session_token"],
      ].map(
        ([name, type]) =>
          `roles.${name}.credentialType: cannot be had with rootConfig.identityTokenAudience: AWS gives these tokens to the keys of an IAM ` +
          `user alone, got "${type}". Use assumed_role, or give rootConfig.accessKey and secretKey.`,
      ),
    ],
    [
      "lifetimes beyond the mount's",
      {
        mount: { maxLeaseTtl: "1h" },
        leaseConfig: { lease: "2h", leaseMax: "4h" },
        roles: { d: assumed({ defaultStsTtl: "2h" }), e: assumed({ defaultStsTtl: "2h", maxStsTtl: "2h" }) },
      },
      [
        'leaseConfig.lease: must not be longer than mount.maxLeaseTtl (3600 seconds), which Vault cuts it to, got "2h".',
        'roles.d.defaultStsTtl: must not be longer than mount.maxLeaseTtl (3600 seconds), which Vault cuts it to, got "2h".',
      ],
    ],
    [
      "names that are too long for federation tokens",
      { rootConfig: { usernameTemplate: long(40) }, roles: { f: token } },
      [
        "rootConfig.usernameTemplate: must not make names of more than 32 characters (type STS): these have at least 46, got " +
          `${JSON.stringify(long(40))}.`,
      ],
    ],
    [
      "names that are too long for users",
      {
        rootConfig: { usernameTemplate: `{{ if eq .Type "STS" }}x{{ else }}${long(70)}{{ end }}` },
        roles: { u: user },
      },
      [
        "rootConfig.usernameTemplate: must not make names of more than 64 characters (type IAM): these have at least 76, got " +
          `${JSON.stringify(`{{ if eq .Type "STS" }}x{{ else }}${long(70)}{{ end }}`)}.`,
      ],
    ],
    ["nothing: long names for users only", { rootConfig: { usernameTemplate: long(40) }, roles: { u: user } }, []],
    [
      "nothing: sessions within the mount's limit",
      { mount: { maxLeaseTtl: "8h" }, roles: { d: assumed({ defaultStsTtl: "8h" }) } },
      [],
    ],
    [
      "nothing: a mount without a limit",
      { mount: { maxLeaseTtl: 0 }, leaseConfig: { lease: "2h", leaseMax: "4h" } },
      [],
    ],
    [
      "nothing that is known",
      {
        mount: { maxLeaseTtl: unknownValue },
        rootConfig: { identityTokenAudience: unknownValue, roleArn: federated.roleArn, usernameTemplate: unknownValue },
        roles: { d: assumed({ defaultStsTtl: "8h" }) },
      },
      [],
    ],
  ])("%s", (_, args, expected) => {
    expect(lines(args)).toEqual(expected);
  });
});
