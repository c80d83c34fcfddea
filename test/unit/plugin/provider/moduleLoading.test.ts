import { execFileSync } from "node:child_process";
import path from "node:path";
import { expect, it } from "vitest";

const root = path.join(__dirname, "..", "..", "..", "..");

// The engine starts one process for each provider resource. Pulumi's SDK costs ten times what all the rest of the plugin does.
it("the plugin checks its configuration and resources without Pulumi's SDK", () => {
  const script = `
    const { VaultProvider } = require(${JSON.stringify(path.join(root, "src/plugin/provider/vaultProvider.ts"))});
    require(${JSON.stringify(path.join(root, "src/plugin/server/serve.ts"))});
    const schema = require(${JSON.stringify(path.join(root, "schema/schema.json"))});
    const provider = new VaultProvider("0.0.0", () => JSON.stringify(schema));
    const subject = { type: "kubevault-aws:index:AwsSecretsRole" };
    const config = { address: "https://vault.example.com", caCertificate: "no certificate" };
    const { failures } = provider.checkConfig(config);
    provider.check(subject, {}, { mount: "aws", name: "deploy" }).then((role) => {
      console.log(JSON.stringify({ failures: [...failures, ...role.failures], loaded: Object.keys(require.cache) }));
    });
  `;
  const printed = execFileSync(process.execPath, ["--require", "tsx/cjs", "-e", script], {
    encoding: "utf8",
    timeout: 60_000,
    cwd: root,
  });
  const { failures, loaded } = JSON.parse(printed) as { failures: string[]; loaded: string[] };
  expect(failures.join("\n")).toMatch(/caCertificate: .*\n.*credentialType: /s);
  const files = loaded.map((file) => path.relative(path.join(root, "node_modules"), file));
  expect(files.filter((file) => file.startsWith("@pulumi/") && !file.startsWith("@pulumi/pulumi/proto/"))).toEqual([]);
  const packages = new Set(files.flatMap((file) => /^((?:@[^/]+\/)?[^/.]+)\//.exec(file)?.[1] ?? []));
  const heavy = ["@kubernetes/client-node", "undici", "ws"];
  expect([...packages].filter((name) => heavy.includes(name) || name.startsWith("@aws-sdk/"))).toEqual([]);
}, 60_000);
