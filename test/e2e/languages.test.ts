import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse, stringify } from "yaml";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findTool } from "../../sandbox/tools/index.js";
import { startSandbox, type Sandbox } from "../../sandbox/index.js";
import { leftovers, readSecret, takeInventory, type Inventory } from "../../sandbox/proof/index.js";
import { vaultRequest } from "../../sandbox/vault/index.js";
import { installProviderPlugin } from "../support/providerPlugin.js";

const repository = path.join(__dirname, "..", "..");
const namespace = "vault";

interface PreviewStep {
  readonly urn: string;
  readonly op: string;
  readonly detailedDiff?: Readonly<Record<string, unknown>>;
}

/** Programs in YAML and Python on the provider plugin, run by the pulumi command. Each test goes on where the one before it ended. */
describe("programs in other languages", () => {
  let sandbox: Sandbox;
  let folder: string;
  let before: Inventory;
  let sdks: string;
  let version: string;

  const visible = () => ({ aws: sandbox.aws, kubeconfigPath: sandbox.kubernetes.kubeconfigPath });
  const endpoints = () => ({ dynamodb: sandbox.aws.endpoint, iam: sandbox.aws.endpoint, sts: sandbox.aws.endpoint });
  const pulumi = (project: string, ...args: string[]) =>
    sandbox.engine.run([...args, "--non-interactive"], path.join(folder, project));
  const previewSteps = async (project: string): Promise<PreviewStep[]> => {
    const { steps } = JSON.parse(await pulumi(project, "preview", "--json")) as { steps: PreviewStep[] };
    return steps.filter(({ op }) => op !== "same");
  };
  const vault = async () => {
    const keys = await readSecret(sandbox.kubernetes.kubeconfigPath, namespace, "vault-keys");
    const token = keys[`k8s.-.${namespace}.vault-root-token`] ?? "";
    return { ...sandbox.operator.endpoint(`${namespace}/vault`), token };
  };

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "languages-e2e-"));
    sdks = path.join(folder, "sdks");
    sandbox = await startSandbox({
      languages: ["yaml", "python"],
      engineEnvironment: { PYTHONPATH: path.join(sdks, "python") },
    });
    version = installProviderPlugin(sandbox.engine.environment.PULUMI_HOME ?? "");
    const kubeconfig = new KubeConfig();
    kubeconfig.loadFromFile(sandbox.kubernetes.kubeconfigPath);
    await kubeconfig.makeApiClient(CoreV1Api).createNamespace({ body: { metadata: { name: namespace } } });
    before = await takeInventory(visible(), namespace);
  });

  afterAll(async () => {
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function initialize(project: string): Promise<void> {
    await pulumi(project, "stack", "init", "dev");
    await pulumi(project, "config", "set", "aws:region", sandbox.aws.region);
  }

  it("the schema is what pulumi package get-schema says, and the SDKs of Python, Go and Node.js are generated from it", async () => {
    const schema = path.join(repository, "schema", "schema.json");
    const home = sandbox.engine.environment.PULUMI_HOME ?? "";
    const executable = path.join(
      home,
      "plugins",
      `resource-kubevault-aws-v${version}`,
      "pulumi-resource-kubevault-aws",
    );
    const printed = await sandbox.engine.run(["package", "get-schema", executable], folder);
    expect(Object.keys((JSON.parse(printed) as { resources: object }).resources)).toEqual(
      Object.keys((JSON.parse(readFileSync(schema, "utf8")) as { resources: object }).resources),
    );
    const { path: generate } = await findTool("pulumi-gensdk");
    execFileSync(generate, [schema, sdks, "python", "go", "nodejs"]);
    // What pip writes when it installs the SDK, which asks for its own version.
    const metadata = path.join(sdks, "python", `pulumi_kubevault_aws-${version}.dist-info`);
    mkdirSync(metadata);
    writeFileSync(
      path.join(metadata, "METADATA"),
      `Metadata-Version: 2.1\nName: pulumi_kubevault_aws\nVersion: ${version}\n`,
    );
    expect(readFileSync(path.join(sdks, "python", "pulumi_kubevault_aws", "vault_platform.py"), "utf8")).toContain(
      "class VaultPlatform(pulumi.ComponentResource)",
    );
  });

  it("YAML: a misspelt property is rejected with its nearest name, before anything is created", async () => {
    mkdirSync(path.join(folder, "bad"));
    const program = parse(
      readFileSync(path.join(repository, "examples", "yaml", "Pulumi.yaml"), "utf8"),
    ) as YamlProgram;
    program.resources.platform.properties.protectdata = false;
    writeFileSync(path.join(folder, "bad", "Pulumi.yaml"), stringify(program));
    await initialize("bad");
    await expect(pulumi("bad", "preview")).rejects.toThrow(/protectdata.*(?:does not exist|protectData)/s);
    await pulumi("bad", "stack", "rm", "--yes");
  });

  it("YAML: the platform comes up, and a second up finds nothing to do", async () => {
    mkdirSync(path.join(folder, "yaml"));
    const program = parse(
      readFileSync(path.join(repository, "examples", "yaml", "Pulumi.yaml"), "utf8"),
    ) as YamlProgram;
    program.resources.platform.properties.endpoints = endpoints();
    writeFileSync(path.join(folder, "yaml", "Pulumi.yaml"), stringify(program));
    await initialize("yaml");
    await pulumi("yaml", "up", "--yes", "--skip-preview");
    expect(JSON.parse(await pulumi("yaml", "stack", "output", "--json"))).toMatchObject({ mountPath: "aws" });
    expect(await pulumi("yaml", "up", "--yes", "--skip-preview")).not.toMatch(
      /\d+ (?:created|updated|deleted|replaced)/,
    );
    const credentials = await vaultRequest<{ data: { access_key: string } }>(await vault(), {
      method: "GET",
      path: "aws/creds/deploy",
      token: (await vault()).token,
    });
    expect(credentials.data.access_key).toMatch(/^AKIA/);
    expect(await pulumi("yaml", "stack", "export")).not.toContain((await vault()).token);
  });

  it("YAML: a role made by hand is imported, and drift is shown property by property", async () => {
    const { token, ...endpoint } = await vault();
    const body = { credential_type: "assumed_role", role_arns: ["arn:aws:iam::123456789012:role/byhand"] };
    await vaultRequest(endpoint, { method: "POST", path: "aws/roles/byhand", token, body });
    const program = {
      name: "roles",
      runtime: "yaml",
      config: { token: { type: "string", secret: true } },
      resources: {
        vault: {
          type: "pulumi:providers:kubevault-aws",
          properties: { ...endpoint, login: { kind: "token", token: "${token}" } },
        },
        byhand: {
          type: "kubevault-aws:AwsSecretsRole",
          properties: {
            mount: "aws",
            name: "byhand",
            credentialType: "assumed_role",
            roleArns: ["arn:aws:iam::123456789012:role/byhand"],
          },
          options: { provider: "${vault}", import: "aws/roles/byhand" },
        },
      },
    };
    mkdirSync(path.join(folder, "roles"));
    writeFileSync(path.join(folder, "roles", "Pulumi.yaml"), stringify(program));
    await initialize("roles");
    await pulumi("roles", "config", "set", "--secret", "token", token);
    expect((await previewSteps("roles")).map(({ op }) => op).sort()).toEqual(["create", "create", "import"]);
    await pulumi("roles", "up", "--yes", "--skip-preview");
    expect(await previewSteps("roles")).toEqual([]);
    const changed = { ...body, role_arns: ["arn:aws:iam::123456789012:role/other"], default_sts_ttl: 1800 };
    await vaultRequest(endpoint, { method: "POST", path: "aws/roles/byhand", token, body: changed });
    await pulumi("roles", "refresh", "--yes", "--skip-preview");
    const [step] = await previewSteps("roles");
    expect(step?.op).toBe("update");
    expect(Object.keys(step?.detailedDiff ?? {}).sort()).toEqual(["defaultStsTtl", "roleArns[0]"]);
    await pulumi("roles", "destroy", "--yes", "--skip-preview");
  });

  it("YAML: destroy leaves nothing behind", async () => {
    await pulumi("yaml", "destroy", "--yes", "--skip-preview");
    expect(leftovers(before, await takeInventory(visible(), namespace))).toEqual([]);
  });

  it("Python: the platform comes up, and destroy leaves nothing behind", async () => {
    cpSync(path.join(repository, "examples", "python"), path.join(folder, "python"), { recursive: true });
    await initialize("python");
    for (const [name, endpoint] of Object.entries(endpoints())) {
      await pulumi("python", "config", "set", "--path", `endpoints.${name}`, endpoint);
    }
    await pulumi("python", "up", "--yes", "--skip-preview");
    expect(JSON.parse(await pulumi("python", "stack", "output", "--json"))).toMatchObject({ mountPath: "aws" });
    expect(await previewSteps("python")).toEqual([]);
    await pulumi("python", "destroy", "--yes", "--skip-preview");
    expect(leftovers(before, await takeInventory(visible(), namespace))).toEqual([]);
  });
});

interface YamlProgram {
  readonly resources: { readonly platform: { readonly properties: Record<string, unknown> } };
}
