import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateUserCommand } from "@aws-sdk/client-iam";
import type * as pulumi from "@pulumi/pulumi";
import { parse, stringify } from "yaml";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { findLanguages } from "../../../sandbox/engine/index.js";
import * as library from "../../../src/index.js";
import { useDynamicProvider } from "../../../src/vaultresource/resourceHost.js";
import { installProviderPlugin } from "../../support/providerPlugin.js";
import { makeStack, startTestEngine, type TestEngine } from "../engine/support.js";
import { World, type Values } from "../secretsengine/support.js";

interface Imported {
  readonly kind: string;
  readonly id: string;
  /** The arguments that describe what was made by hand. */
  readonly args: Values;
}

interface Project {
  readonly resources: Record<string, { readonly properties: Record<string, unknown> } & Record<string, unknown>>;
}

const publicKey = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .publicKey.export({ type: "spki", format: "pem" })
  .toString();
const roleArns = ["arn:aws:iam::123456789012:role/deploy"];
const policy = 'path "aws/creds/deploy" {\n  capabilities = ["read"]\n}\n';

/** What was made by hand comes under Pulumi's management: by the command and by the resource option, from a real Vault. */
describe("import", () => {
  let world: World;
  let engine: TestEngine;
  let keys: { readonly accessKey: string; readonly secretKey: string };
  let folder: string;
  let auditFile: string;

  beforeAll(async () => {
    world = await World.start();
    folder = mkdtempSync(path.join(tmpdir(), "import-test-"));
    auditFile = path.join(folder, "audit.log");
    engine = await startTestEngine(await findLanguages(["yaml"]));
    installProviderPlugin(engine.environment.PULUMI_HOME ?? "");
    keys = await world.engine("aws");
    await world.iam.send(new CreateUserCommand({ UserName: "ci" }));
    await world.api("POST", "sys/mounts/aws/tune", { description: "by hand", default_lease_ttl: "1h" });
    await world.api("POST", "aws/config/lease", { lease: "30m", lease_max: "12h" });
    await world.api("POST", "aws/roles/deploy", { credential_type: "assumed_role", role_arns: roleArns });
    await world.api("POST", "aws/static-roles/ci", { username: "ci", rotation_period: "24h" });
    await world.api("POST", "sys/mounts/many", { type: "aws" });
    for (const name of ["one", "two"]) {
      await world.api("POST", `many/roles/${name}`, { credential_type: "assumed_role", role_arns: roleArns });
    }
    await world.api("POST", "sys/policies/acl/shop", { policy });
    await world.api("POST", "sys/audit/log", { type: "file", options: { file_path: auditFile } });
    for (const type of ["approle", "jwt", "kubernetes"]) {
      await world.api("POST", `sys/auth/${type}`, { type, description: "by hand" });
    }
    await world.api("POST", "auth/approle/role/ci", { token_policies: ["shop"], token_ttl: "20m" });
    await world.api("POST", "auth/jwt/config", { jwt_validation_pubkeys: [publicKey], bound_issuer: "https://ci" });
    await world.api("POST", "auth/jwt/role/ci", {
      role_type: "jwt",
      bound_audiences: ["vault"],
      user_claim: "sub",
      token_policies: ["shop"],
    });
    await world.api("POST", "auth/kubernetes/config", {
      kubernetes_host: "https://10.0.0.1:443",
      disable_local_ca_jwt: true,
    });
    await world.api("POST", "auth/kubernetes/role/shop", {
      bound_service_account_names: ["shop"],
      bound_service_account_namespaces: ["shop"],
      token_policies: ["shop"],
    });
  });
  afterEach(() => useDynamicProvider());
  afterAll(async () => {
    await engine.remove();
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const all = (): readonly Imported[] => [
    {
      kind: "AwsSecretsMount",
      id: "aws",
      args: { path: "aws", description: "by hand", defaultLeaseTtl: "1h" },
    },
    {
      kind: "AwsRootConfig",
      id: "aws/config/root",
      args: {
        mount: "aws",
        ...keys,
        region: world.aws.region,
        iamEndpoint: world.aws.endpoint,
        stsEndpoint: world.aws.endpoint,
      },
    },
    {
      kind: "AwsLeaseConfig",
      id: "aws/config/lease",
      args: { mount: "aws", lease: "30m", leaseMax: "12h" },
    },
    {
      kind: "AwsSecretsRole",
      id: "aws/roles/deploy",
      args: { mount: "aws", name: "deploy", credentialType: "assumed_role", roleArns },
    },
    {
      kind: "AwsSecretsRoles",
      id: "many/roles",
      args: {
        mount: "many",
        roles: {
          one: { credentialType: "assumed_role", roleArns },
          two: { credentialType: "assumed_role", roleArns },
        },
      },
    },
    {
      kind: "AwsStaticRole",
      id: "aws/static-roles/ci",
      args: { mount: "aws", name: "ci", username: "ci", rotationPeriod: "24h" },
    },
    {
      kind: "VaultPolicy",
      id: "sys/policies/acl/shop",
      args: { name: "shop", policy },
    },
    {
      kind: "VaultAuditDevice",
      id: "sys/audit/log",
      args: { path: "log", type: "file", options: { file_path: auditFile } },
    },
    {
      kind: "VaultAuthMethod",
      id: "auth/approle",
      args: { type: "approle", description: "by hand" },
    },
    {
      kind: "AppRoleAuthRole",
      id: "auth/approle/role/ci",
      args: { name: "ci", tokenPolicies: ["shop"], tokenTtl: "20m" },
    },
    {
      kind: "JwtAuthMethodConfig",
      id: "auth/jwt/config",
      args: { jwtValidationPubkeys: [publicKey], boundIssuer: "https://ci" },
    },
    {
      kind: "JwtAuthRole",
      id: "auth/jwt/role/ci",
      args: { name: "ci", roleType: "jwt", boundAudiences: ["vault"], userClaim: "sub", tokenPolicies: ["shop"] },
    },
    {
      kind: "KubernetesAuthMethodConfig",
      id: "auth/kubernetes/config",
      args: { kubernetesHost: "https://10.0.0.1:443", disableLocalCaJwt: true },
    },
    {
      kind: "KubernetesAuthRole",
      id: "auth/kubernetes/role/shop",
      args: {
        name: "shop",
        boundServiceAccountNames: ["shop"],
        boundServiceAccountNamespaces: ["shop"],
        tokenPolicies: ["shop"],
      },
    },
  ];

  it("by the option of resources: all at once, and then nothing to do, nor any drift", async () => {
    library.useProviderPlugin();
    const test = await makeStack(engine, "option", async () => {
      const login = { kind: "token", token: world.vault.rootToken } as const;
      const provider = new library.VaultConnection("vault", { address: world.vault.address, login });
      for (const { kind, id, args } of all()) {
        const Resource = classOf(kind);
        new Resource(kind, args, { provider, import: id, retainOnDelete: true });
      }
    });
    const everyOne = (operation: string) => Object.fromEntries(all().map(({ kind }) => [kind, operation]));
    expect((await test.preview()).operations).toEqual(everyOne("import"));
    expect((await test.up()).operations).toEqual(everyOne("import"));
    expect((await test.preview()).operations).toEqual({});
    expect((await test.refresh()).operations).toEqual({});
    expect((await test.up()).operations).toEqual({});
    expect(engine.storedText()).not.toContain(keys.secretKey);
    await test.destroy();
  });

  it("by the command: the program that it writes has nothing to do, nor is there any drift", async () => {
    const project = path.join(folder, "command");
    mkdirSync(project);
    const run = (...args: string[]) => engine.run([...args, "--non-interactive"], project);
    const write = (program: object) => writeFileSync(path.join(project, "Pulumi.yaml"), stringify(program));
    const base = {
      name: "command",
      runtime: "yaml",
      config: { token: { type: "string", secret: true } },
      resources: {
        vault: {
          type: "pulumi:providers:kubevault-aws",
          properties: { address: world.vault.address, login: { kind: "token", token: "${token}" } },
        },
      },
    };
    write(base);
    await run("stack", "init", "dev");
    await run("config", "set", "--secret", "token", world.vault.rootToken);
    await run("up", "--yes", "--skip-preview");
    const { deployment } = JSON.parse(await run("stack", "export")) as {
      deployment: { resources: { urn: string; type: string }[] };
    };
    const vault = deployment.resources.find(({ type }) => type === "pulumi:providers:kubevault-aws")?.urn;
    const resources = all().map(({ kind, id }) => ({
      type: `kubevault-aws:index:${kind}`,
      name: kind,
      id,
      provider: "vault",
    }));
    const list = path.join(folder, "resources.json");
    writeFileSync(list, JSON.stringify({ nameTable: { vault }, resources }));
    const code = path.join(folder, "code.yaml");
    const printed = await run("import", "--file", list, "--out", code, "--yes", "--protect=false");
    expect(printed).not.toMatch(/failed to validate|provider bug/i);
    const generated = parse(readFileSync(code, "utf8")) as Project;
    const bySuffix = Object.entries(generated.resources);
    expect(bySuffix.length).toBe(resources.length);
    for (const [name, resource] of bySuffix) {
      if (name.toLowerCase() === "awsrootconfig") {
        // Vault shows no secret: this much the user adds.
        Object.assign(resource.properties, { secretKey: "${secretKey}" });
      }
    }
    write({
      ...base,
      config: { ...base.config, secretKey: { type: "string", secret: true } },
      resources: { ...base.resources, ...generated.resources },
    });
    await run("config", "set", "--secret", "secretKey", keys.secretKey);
    expect(await run("preview", "--expect-no-changes", "--diff")).toContain("unchanged");
    expect(await run("refresh", "--yes", "--skip-preview", "--expect-no-changes")).toContain("unchanged");
    await run("up", "--yes", "--skip-preview", "--expect-no-changes");
    expect(engine.storedText()).not.toContain(keys.secretKey);
  });
});

function classOf(kind: string): ResourceClass {
  return (library as unknown as Readonly<Record<string, ResourceClass>>)[kind] as ResourceClass;
}

type ResourceClass = new (name: string, args: Values, opts: pulumi.CustomResourceOptions) => pulumi.CustomResource;
