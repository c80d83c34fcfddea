import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import {
  VaultPlatform,
  type PolicyDocument,
  type PolicyStatement,
  type RootCredentialArgs,
  type VaultPlatformArgs,
} from "../../../src/index.js";
import { record, type Answers } from "../../support/recorder.js";

const accountId = "123456789012";
const partner = "arn:aws:iam::999999999999:role/deploy";

/** A preview of a platform of which nothing exists yet. */
const cloud: Answers = {
  preview: true,
  outputs: ({ type }) => (type === "aws:iam/accessKey:AccessKey" ? { secret: "" } : { arn: "", name: "" }),
  calls: {
    "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId, arn: "", id: accountId, userId: "" }),
    "aws:iam/getRole:getRole": ({ name }) => ({ name, arn: `arn:aws:iam::${accountId}:role/${String(name)}` }),
    "aws:index/getPartition:getPartition": () => ({ partition: "aws", id: "aws", dnsSuffix: "", reverseDnsPrefix: "" }),
  },
};
const base: VaultPlatformArgs = { namespace: "vault", vaultServer: { version: "1.18.4" } };
const late = <T>(value: T) => pulumi.output(Promise.resolve(value));
const unknown = <T>() => pulumi.output(pulumi.unknown as unknown as T);
const trusting = (user: string, Condition?: PolicyStatement["Condition"]): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${accountId}:user/${user}` },
      Action: "sts:AssumeRole",
      ...(Condition === undefined ? {} : { Condition }),
    },
  ],
});

/** The lines that a preview shows, errors and warnings. */
async function shown(args: Partial<VaultPlatformArgs>): Promise<{ errors: string[]; warnings: string[] }> {
  await record(cloud);
  const error = vi.spyOn(pulumi.log, "error").mockResolvedValue();
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  new VaultPlatform("p", { ...base, ...args });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const lines = { errors: error.mock.calls.map(([line]) => line), warnings: warn.mock.calls.map(([line]) => line) };
  vi.restoreAllMocks();
  return lines;
}

describe("a preview of a platform whose arguments are outputs", () => {
  it("compares those that are known, beside others that are not", async () => {
    const { errors, warnings } = await shown({
      assumableRoles: {
        deploy: { externalId: late("abc"), maxSessionDuration: late(3600) },
        audit: { externalId: unknown<string>(), maxSessionDuration: unknown<number>() },
      },
      roles: {
        d: {
          credentialType: "assumed_role",
          assumableRoles: ["deploy", "audit"],
          defaultStsTtl: late("2h"),
          maxStsTtl: late("4h"),
          sessionTags: late({ team: "a" }),
        },
      },
    });
    expect(errors).toEqual([
      'VaultPlatform "p": 4 invalid arguments:\n' +
        '  - roles.d.externalId: must be the one that assumableRoles.deploy asks for, "abc". Vault sends none: every read would be denied.\n' +
        "  - roles.d.sessionTags: needs assumableRoles.deploy.sessionTags: its trust policy must allow sts:TagSession. Set assumableRoles.deploy.sessionTags: true.\n" +
        '  - roles.d.defaultStsTtl: must be at most 3600 seconds, the maxSessionDuration of assumableRoles.deploy, got "2h". Raise assumableRoles.deploy.maxSessionDuration, or lower it.\n' +
        "  - roles.d.sessionTags: needs assumableRoles.audit.sessionTags: its trust policy must allow sts:TagSession. Set assumableRoles.audit.sessionTags: true.",
    ]);
    expect(warnings.filter((line) => line.includes("maxStsTtl"))).toEqual([
      'VaultPlatform "p": roles.d.maxStsTtl: is "4h", but assumableRoles.deploy allows sessions of 3600 seconds. ' +
        "Raise assumableRoles.deploy.maxSessionDuration, or lower it.",
    ]);
  });

  it("shows nothing where all agrees, or nothing is known", async () => {
    const agreeing = await shown({
      assumableRoles: { deploy: { externalId: late("abc"), sessionTags: true, maxSessionDuration: late(7200) } },
      roles: {
        d: {
          credentialType: "assumed_role",
          assumableRoles: ["deploy"],
          externalId: late("abc"),
          defaultStsTtl: late("2h"),
          sessionTags: late({ team: "a" }),
        },
        e: {
          credentialType: "assumed_role",
          assumableRoles: ["deploy"],
          externalId: unknown<string>(),
          defaultStsTtl: unknown<string>(),
        },
      },
    });
    expect(agreeing).toEqual({ errors: [], warnings: [] });
  });

  it("compares the template that Vault gets with what the policy covers", async () => {
    const roles = {
      d: { credentialType: "iam_user" as const, policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] },
    };
    const error = (begins: string) =>
      `VaultPlatform "p": invalid argument: rootConfig.usernameTemplate: begins with "${begins}", not with vault-, as the users do that Vault may make. ` +
      "Change the template, or set userNamePrefix to what it begins with.";
    for (const rootConfig of [
      { usernameTemplate: "app-{{ random 20 }}" },
      { usernameTemplate: late("app-{{ random 20 }}") },
    ]) {
      const { errors } = await shown({ roles, rootConfig });
      expect(
        errors.map((line) =>
          line.replace(
            /^RootCredential "p-root": invalid argument: /,
            'VaultPlatform "p": invalid argument: rootConfig.',
          ),
        ),
      ).toEqual([error("app-")]);
    }
    const rootConfig = { usernameTemplate: late("app-{{ random 20 }}") };
    expect((await shown({ roles, rootConfig, rootCredential: { userNamePrefix: "app-" } })).errors).toEqual([]);
    expect((await shown({ roles, rootCredential: { userNamePrefix: "app-" } })).errors).toEqual([
      'RootCredential "p-root": invalid argument: userNamePrefix: Vault\'s own username_template makes names that begin with "vault-", not with ' +
        "app-, as the users do that Vault may make. Set usernameTemplate to one that begins with app-, in config/root too, or leave userNamePrefix out.",
    ]);
    expect(
      (
        await shown({
          roles,
          rootConfig,
          rootCredential: { usernameTemplate: "vault-{{ random 20 }}", userNamePrefix: "app-" },
        })
      ).errors[0],
    ).toContain("rootCredential.usernameTemplate: must be the same as rootConfig.usernameTemplate, which Vault gets");
  });

  it("limits sessions of a chained role that is an output", async () => {
    const { errors } = await shown({
      irsa: {
        oidcProviderArn: `arn:aws:iam::${accountId}:oidc-provider/x.example.com/id/1`,
        clusterRegion: "eu-west-1",
      },
      roles: { d: { credentialType: "assumed_role", roleArns: [partner], defaultStsTtl: late("2h") } },
    });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("roles.d.defaultStsTtl: must be at most 3600 seconds: the root credential is a role");
  });

  it("compares the cluster's region with that of its OIDC provider", async () => {
    const issuer = "oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF";
    const irsa = { oidcProviderArn: late(`arn:aws:iam::${accountId}:oidc-provider/${issuer}`) };
    const { errors } = await shown({ roles: {}, irsa: { ...irsa, clusterRegion: late("eu-west-1") } });
    expect(errors).toEqual([
      'VaultPlatform "p": invalid argument: irsa.clusterRegion: must be the region of the cluster, whose OIDC provider is in us-east-1, ' +
        'got "eu-west-1". Write "us-east-1", or give the ARN of the other cluster\'s provider.',
    ]);
    expect((await shown({ roles: {}, irsa: { ...irsa, clusterRegion: late("us-east-1") } })).errors).toEqual([]);
  });

  it("warns of an assumable role that no role names, in the platform's own terms", async () => {
    const unassumed =
      'VaultPlatform "p": assumableRoles.audit: is not in the assumableRoles of any role: Vault gets no right to assume it. ' +
      "Name it there, or leave it out.";
    const assumableRoles = { audit: { policyArns: ["arn:aws:iam::aws:policy/SecurityAudit"] } };
    expect((await shown({ assumableRoles, roles: {} })).warnings).toEqual([unassumed]);
    const roles = { audit: { credentialType: "assumed_role", assumableRoles: ["audit"] } } as const;
    expect((await shown({ assumableRoles, roles })).warnings).toEqual([]);
    const rootCredential = { userName: "root", assumeRoleArns: [`arn:aws:iam::${accountId}:role/p-audit-role`] };
    expect((await shown({ assumableRoles, roles: {}, rootCredential })).warnings).not.toContain(unassumed);
  });

  it("compares trust policies of roles of others with what Vault sends", async () => {
    const rootCredential = (trust: object) => ({
      userName: "root",
      trustPolicies: { [partner]: late(trust as never) },
    });
    const asking = trusting("root", { StringEquals: { "sts:ExternalId": "abc" } });
    const staticRoles = (more: object = {}) => ({
      s: { username: "svc", rotationPeriod: "24h", assumeRoleArn: partner, ...more },
    });
    const errorsOf = async (args: Partial<VaultPlatformArgs>) =>
      (await shown(args)).errors.map((line) => line.replace(/^RootCredential "p-root": invalid argument: /, ""));
    expect(await errorsOf({ rootCredential: rootCredential(trusting("other")), staticRoles: staticRoles() })).toEqual([
      `staticRoles.s.assumeRoleArn: the trust policy of ${partner} does not let arn:aws:iam::${accountId}:user/root in (sts:AssumeRole). ` +
        "Name it as the principal, as RootCredential.trustPolicy() does.",
    ]);
    expect(await errorsOf({ rootCredential: rootCredential(asking), staticRoles: staticRoles() })).toEqual([
      `staticRoles.s.assumeRoleArn: the trust policy of ${partner} asks for an external ID (sts:ExternalId), the role sends none. Set externalId.`,
    ]);
    expect(
      await errorsOf({ rootCredential: rootCredential(asking), staticRoles: staticRoles({ externalId: late("x12") }) }),
    ).toEqual([
      `staticRoles.s.assumeRoleArn: the trust policy of ${partner} asks for another external ID (sts:ExternalId) than the role sends. Set externalId to it.`,
    ]);
    expect(
      await errorsOf({ rootCredential: rootCredential(asking), staticRoles: staticRoles({ externalId: late("abc") }) }),
    ).toEqual([]);
    expect(
      await errorsOf({ rootCredential: { ...rootCredential(trusting("other")), assumeRoleArns: [partner] } }),
    ).toEqual([expect.stringContaining("assumeRoleArns[0]: the trust policy of")]);
  });

  it("compares the trust policies of roles of others beside the platform's own roles, whose ARNs are not known", async () => {
    const own = {
      assumableRoles: { deploy: { policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] } },
      roles: {
        d: { credentialType: "assumed_role" as const, assumableRoles: ["deploy"] },
        p: { credentialType: "assumed_role" as const, roleArns: [partner] },
      },
    };
    const refused = [
      `RootCredential "p-root": invalid argument: roles.p.roleArns[0]: the trust policy of ${partner} does not let arn:aws:iam::${accountId}:user/root in ` +
        "(sts:AssumeRole). Name it as the principal, as RootCredential.trustPolicy() does.",
    ];
    const stranger = "arn:aws:iam::999999999999:role/stranger";
    const all: NonNullable<RootCredentialArgs["trustPolicies"]>[] = [
      { [partner]: trusting("other") },
      { [partner]: late(trusting("other")) },
      { [partner]: trusting("other"), [stranger]: unknown<string>() },
      late<Record<string, PolicyDocument>>({ [partner]: trusting("other") }),
    ];
    for (const trustPolicies of all) {
      const { errors } = await shown({ ...own, rootCredential: { userName: "root", trustPolicies } });
      expect(errors).toEqual(refused);
    }
    expect(
      await shown({ ...own, rootCredential: { userName: "root", trustPolicies: { [partner]: trusting("root") } } }),
    ).toEqual({ errors: [], warnings: [] });
  });

  it("compares the trust policy that a transform gives an assumable role with the root credential, whose ARN follows from its name", async () => {
    const of = (user: string): Partial<VaultPlatformArgs> => ({
      rootCredential: { userName: "root" },
      assumableRoles: {
        deploy: { transform: { role: (args) => ({ ...args, assumeRolePolicy: JSON.stringify(trusting(user)) }) } },
      },
      roles: { d: { credentialType: "assumed_role", assumableRoles: ["deploy"] } },
    });
    expect((await shown(of("root"))).errors).toEqual([]);
    expect((await shown(of("other"))).errors).toEqual([
      `AssumableRole "p-deploy": invalid argument: transform.role.assumeRolePolicy: does not let arn:aws:iam::${accountId}:user/root in (sts:AssumeRole). ` +
        "Keep the statements of the original policy, and add others.",
    ]);
  });

  it("judges the trust policy of a role of its own whose name is given, as a transform leaves it", async () => {
    const asking = (Condition: PolicyStatement["Condition"], roleName?: string): Partial<VaultPlatformArgs> => ({
      rootCredential: { userName: "root" },
      assumableRoles: {
        deploy: {
          roleName,
          transform: {
            role: (args) => ({ ...args, assumeRolePolicy: JSON.stringify(trusting("root", Condition)) }),
          },
        },
      },
      roles: { d: { credentialType: "assumed_role", assumableRoles: ["deploy"] } },
    });
    const externalId = { StringEquals: { "sts:ExternalId": "abc" } };
    expect((await shown(asking(externalId, "deploy"))).errors).toEqual([
      `RootCredential "p-root": invalid argument: roles.d.roleArns[0]: the trust policy of arn:aws:iam::${accountId}:role/deploy asks for an ` +
        "external ID (sts:ExternalId), the role sends none. Set externalId.",
    ]);
    // AWS makes up the name, and with it the ARN, in the update.
    expect((await shown(asking(externalId))).errors).toEqual([]);
    // What lets nobody in is the role's own error.
    expect((await shown(asking({ Bool: { "aws:MultiFactorAuthPresent": "true" } }, "deploy"))).errors).toEqual([
      `AssumableRole "p-deploy": invalid argument: transform.role.assumeRolePolicy: does not let arn:aws:iam::${accountId}:user/root in ` +
        "(sts:AssumeRole). Keep the statements of the original policy, and add others.",
    ]);
  });
});
