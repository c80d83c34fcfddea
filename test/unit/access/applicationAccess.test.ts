import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApplicationAccess, AwsSecretsEngine, type ApplicationAccessArgs } from "../../../src/index.js";
import { applicationPolicy } from "../../../src/access/applicationPolicy.js";
import { applicationIssues } from "../../../src/access/applicationRules.js";
import { formatIssue } from "../../../src/internal/validation/issues.js";
import { unknownValue } from "../../../src/internal/validation/known.js";
import { valueOf } from "../../support/outputs.js";
import { inputsOf, listed, record, settled, type Recorded } from "../../support/recorder.js";

let recorded: Recorded[];
beforeEach(async () => {
  recorded = await record();
});

const engine = {
  path: "aws",
  roles: {
    deploy: { credentialType: "iam_user" },
    audit: { credentialType: "assumed_role" },
    build: { credentialType: "federation_token" },
    session: { credentialType: "session_token" },
  },
  staticRoles: { ci: {} },
};
const shop: ApplicationAccessArgs = { engine, serviceAccounts: ["shop"], namespaces: ["shop"], roles: ["deploy"] };

describe("the policy of an application", () => {
  it("has the exact paths of its credentials, the leases that come of them, and its own token", () => {
    expect(
      applicationPolicy({
        mount: "aws",
        roles: [
          { name: "deploy", credentialType: "iam_user" },
          { name: "audit", credentialType: "assumed_role" },
        ],
        staticRoles: ["ci"],
        requestParameters: false,
      }),
    ).toEqual([
      { path: "aws/creds/deploy", capabilities: ["read"] },
      { path: "aws/sts/audit", capabilities: ["read"] },
      { path: "aws/static-creds/ci", capabilities: ["read"] },
      {
        path: "sys/leases/renew",
        capabilities: ["update"],
        allowedParameters: { lease_id: ["aws/creds/deploy/*"], increment: [] },
        requiredParameters: ["lease_id"],
      },
      {
        path: "sys/leases/revoke",
        capabilities: ["update"],
        allowedParameters: { lease_id: ["aws/creds/deploy/*"], sync: [] },
        requiredParameters: ["lease_id"],
      },
      { path: "auth/token/lookup-self", capabilities: ["read"] },
      { path: "auth/token/renew-self", capabilities: ["update"] },
      { path: "auth/token/revoke-self", capabilities: ["update"] },
    ]);
  });

  it("has no leases where there are none, and takes parameters where it is asked to", () => {
    const policy = applicationPolicy({
      mount: "team/aws",
      roles: [{ name: "audit", credentialType: "session_token" }],
      staticRoles: [],
      requestParameters: true,
    });
    expect(policy.map(({ path, capabilities }) => `${path} ${capabilities.join()}`)).toEqual([
      "team/aws/sts/audit read,update",
      "auth/token/lookup-self read",
      "auth/token/renew-self update",
      "auth/token/revoke-self update",
    ]);
  });
});

describe("ApplicationAccess", () => {
  it("creates a policy and an auth role, and nothing else", async () => {
    const access = new ApplicationAccess("shop", shop);
    expect(await valueOf(access.credentialPaths)).toEqual({ deploy: "aws/creds/deploy" });
    expect(await valueOf(access.staticCredentialPaths)).toEqual({});
    expect(await valueOf(access.roleName)).toBe("shop");
    expect(await valueOf(access.authMount)).toBe("kubernetes");
    await settled();
    expect(listed(recorded)).toEqual([
      "kubevault-aws:index:ApplicationAccess shop",
      "pulumi-nodejs:dynamic/kubevault-aws:KubernetesAuthRole shop-role",
      "pulumi-nodejs:dynamic/kubevault-aws:VaultPolicy shop-policy",
    ]);
    const { __provider: _, ...role } = inputsOf(recorded, "shop-role");
    expect(role).toEqual({
      mount: "kubernetes",
      name: "shop",
      boundServiceAccountNames: ["shop"],
      boundServiceAccountNamespaces: ["shop"],
      tokenPolicies: ["shop"],
      tokenNoDefaultPolicy: true,
      tokenTtl: 3600,
    });
    expect(inputsOf(recorded, "shop-policy").policy).toContain(
      'path "aws/creds/deploy" {\n  capabilities = ["read"]\n}',
    );
  });

  it.each([
    ["10m", 600],
    ["2h", 3600],
    [0, 3600],
  ])("has tokens that live no longer than the maximum: %j", async (tokenMaxTtl, tokenTtl) => {
    new ApplicationAccess("a", { ...shop, tokenMaxTtl });
    await settled();
    expect(inputsOf(recorded, "a-role").tokenTtl).toBe(tokenTtl);
  });

  it("takes the types of roles from an engine of the same program", async () => {
    const own = new AwsSecretsEngine("e", {
      path: "team/aws",
      roles: {
        deploy: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] },
        session: { credentialType: "session_token" },
      },
    });
    const access = new ApplicationAccess("shop", { ...shop, engine: own, roles: ["creds/deploy", "session"] });
    expect(await valueOf(access.credentialPaths)).toEqual({
      deploy: "team/aws/creds/deploy",
      session: "team/aws/sts/session",
    });
  });

  it("gives deliveries what they take", async () => {
    const access = new ApplicationAccess("shop", { ...shop, staticRoles: ["ci"], audience: "vault", authMount: "one" });
    const common = { vaultAddress: "https://vault:8200", roleName: "shop", authMount: "one", audience: "vault" };
    expect(await valueOf(access.target("deploy", "https://vault:8200"))).toEqual({
      ...common,
      credentialPath: "aws/creds/deploy",
    });
    expect(await valueOf(access.target("ci", pulumi.output("https://vault:8200")))).toEqual({
      ...common,
      credentialPath: "aws/static-creds/ci",
    });
  });

  it("passes on all that it is told about logins, and lets the transforms have the last word", async () => {
    new ApplicationAccess("a", {
      ...shop,
      vaultName: "shop",
      namespaceSelector: { matchLabels: { team: "shop" } },
      namespaces: undefined,
      audience: "vault",
      authMount: "clusters/one",
      tokenPeriod: "30m",
      staticRoles: ["ci"],
      transform: {
        role: (args) => ({ ...args, tokenBoundCidrs: ["10.0.0.0/8"] }),
        policy: (args) => ({ ...args, adoptExisting: true }),
      },
    });
    await settled();
    const { __provider: _, ...role } = inputsOf(recorded, "a-role");
    expect(role).toEqual({
      mount: "clusters/one",
      name: "shop",
      boundServiceAccountNames: ["shop"],
      boundServiceAccountNamespaceSelector: '{"matchLabels":{"team":"shop"}}',
      audience: "vault",
      tokenPolicies: ["shop"],
      tokenNoDefaultPolicy: true,
      tokenPeriod: 1800,
      tokenBoundCidrs: ["10.0.0.0/8"],
    });
    expect(inputsOf(recorded, "a-policy").adoptExisting).toBe(true);
  });

  it.each<[object, string]>([
    [{ roles: ["deplyo"] }, 'roles[0]: must be one of deploy, audit, build, session, got "deplyo".'],
    [
      { roles: ["ci"] },
      'roles[0]: must be one of deploy, audit, build, session, got "ci". It is a static role: name it in staticRoles.',
    ],
    [{ staticRoles: ["deploy"] }, 'staticRoles[0]: must be one of ci, got "deploy". It is a role: name it in roles.'],
    [
      { roles: ["sts/deploy"] },
      'roles[0]: cannot be read at sts/: the role\'s credential type is iam_user, which is read at creds/, got "sts/deploy". Write "deploy".',
    ],
    [
      { roles: ["creds/audit"] },
      'roles[0]: cannot be read at creds/: the role\'s credential type is assumed_role, which is read at sts/, got "creds/audit". Write "audit".',
    ],
    [{ roles: ["deploy", "creds/deploy"] }, 'roles[1]: is named twice, got "deploy".'],
    [{ roles: [] }, "roles: or staticRoles is required. Name at least one role that it may read."],
    [{ serviceAccounts: [] }, 'serviceAccounts: is required. Name the service accounts that may log in; ["*"] is any.'],
    [
      { namespaces: undefined },
      'namespaces: or namespaceSelector is required. Name the namespaces of the service accounts; ["*"] is any.',
    ],
    [{ serviceAccounts: ["Shop App"] }, 'serviceAccounts[0]: must be the name of a Kubernetes object, got "Shop App".'],
    [
      { authMount: "auth/kubernetes" },
      'authMount: must be the path without "auth/", got "auth/kubernetes". Write "kubernetes".',
    ],
    [{ audience: "a b" }, 'audience: must be one audience, without spaces or commas, got "a b".'],
    [
      { tokenPeriod: "1h", tokenTtl: "1h" },
      "tokenPeriod: cannot be given together with tokenTtl or tokenMaxTtl. A periodic token has no maximum lifetime, and its period is its TTL.",
    ],
    [{ serviceAccount: "shop" }, "serviceAccount: is not an argument. Write serviceAccounts."],
    [
      { vaultName: "root" },
      'vaultName: must not be one of Vault\'s own policies (root, default, response-wrapping, control-group), got "root". Choose another name.',
    ],
    [{ vaultName: "Shop" }, 'vaultName: must be in lower case, as Vault stores it, got "Shop". Write "shop".'],
  ])("rejects %j before anything is created", async (change, message) => {
    const args = Object.fromEntries(Object.entries({ ...shop, ...change }).filter(([, value]) => value !== undefined));
    expect(() => new ApplicationAccess("a", args as unknown as ApplicationAccessArgs)).toThrow(
      `ApplicationAccess "a": invalid argument: ${message}`,
    );
    await settled();
    expect(listed(recorded)).toEqual(["kubevault-aws:index:ApplicationAccess a"]);
  });

  it("says of an engine without roles that it has none", () => {
    expect(
      applicationIssues(
        "shop",
        { serviceAccounts: ["s"], namespaces: ["n"], roles: ["x"] },
        { roles: {}, staticRoles: [] },
      ).map(formatIssue),
    ).toEqual(['roles[0]: names a role, and the secrets engine has none, got "x".']);
  });

  it("passes what is not known yet", () => {
    const settings = {
      serviceAccounts: unknownValue,
      namespaces: [unknownValue],
      roles: ["sts/deploy"],
      tokenTtl: unknownValue,
    };
    expect(applicationIssues("shop", settings, { roles: { deploy: unknownValue }, staticRoles: [] })).toEqual([]);
  });

  it("rejects a type that shows only later, at preview on its own row", async () => {
    recorded = await record({ preview: true });
    const error = vi.spyOn(pulumi.log, "error").mockResolvedValue();
    try {
      new ApplicationAccess("a", {
        ...shop,
        engine: { path: "aws", roles: { deploy: { credentialType: pulumi.output("iam_user") } } },
        roles: ["sts/deploy"],
      });
      await settled();
      await new Promise((resolve) => setImmediate(resolve));
      expect(error.mock.calls.map(([message]) => message)).toEqual([
        'ApplicationAccess "a": invalid argument: roles[0]: cannot be read at sts/: the role\'s credential type is iam_user, which is read at ' +
          'creds/, got "sts/deploy". Write "deploy".',
      ]);
    } finally {
      error.mockRestore();
    }
  });
});
