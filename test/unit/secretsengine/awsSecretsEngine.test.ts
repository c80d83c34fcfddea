import { beforeEach, describe, expect, it } from "vitest";
import { AwsSecretsEngine, type AwsSecretsEngineArgs } from "../../../src/secretsengine/index.js";
import { mapRecord } from "../../../src/internal/records.js";
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
