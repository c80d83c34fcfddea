import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { providerText } from "../../src/vaultresource/providerText.js";

const repository = path.join(__dirname, "..", "..");
const pnpmVersion = "10.34.9";
const yarnVersion = "4.18.1";

/** How long one installation may take; most of it is the download of the SDK. */
const installTimeoutMs = 240_000;

/**
 * What the text in a state does in the plugin: it is compiled as Pulumi's dynamic-provider plugin compiles it, with the project's folder as working
 * directory, and asked to check a role. Prints where the package was found and what the check said.
 */
const pluginScript = `
const { createRequire } = require("node:module");
const sdk = createRequire(process.cwd() + "/_").resolve("@pulumi/pulumi/cmd/dynamic-provider");
const requireFromString = createRequire(sdk)("require-from-string");
const answer = (body) => console.log(JSON.stringify(body));
try {
  const provider = requireFromString(process.env.TEXT).handler();
  provider.check({}, { mount: "aws", name: "deploy", credentialType: "iam_user" }).then(({ failures }) => {
    const entry = Object.keys(require.cache).find((file) => file.endsWith("plugin/dynamic/entry.js"));
    answer({ entry, reason: failures[0].reason });
  });
} catch (error) {
  answer({ error: error.message, stack: error.stack });
}
`;

interface Found {
  readonly entry?: string;
  readonly reason?: string;
  readonly error?: string;
  readonly stack?: string;
}

/**
 * An organisation's own component, which depends on this package, in a project that depends on the component only: wherever the package
 * manager does not hoist, the project itself cannot reach this package.
 */
describe("the text in a state finds the packed package", () => {
  let root: string;
  let tarballs: Readonly<Record<"package" | "aws" | "kubernetes" | "component", string>>;
  let tools: string;
  let sdkVersion: string;

  beforeAll(async () => {
    root = await realpath(await mkdtemp(path.join(tmpdir(), "packaging-")));
    tools = path.join(root, "tools");
    sdkVersion = await versionOf("@pulumi/pulumi");
    const own = await pack(repository);
    // The plugin's side never loads these two; their real packages are a quarter of a gigabyte.
    const aws = await packManifest({ name: "@pulumi/aws", version: await versionOf("@pulumi/aws") });
    const kubernetes = await packManifest({
      name: "@pulumi/kubernetes",
      version: await versionOf("@pulumi/kubernetes"),
    });
    const component = await packManifest(componentManifest(own));
    tarballs = { package: own, aws, kubernetes, component };
    await writeProject(tools, { dependencies: { pnpm: pnpmVersion, "@yarnpkg/cli-dist": yarnVersion } });
    await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund"], tools);
  }, installTimeoutMs);

  afterAll(async () => {
    await rm(root, { recursive: true, force: true });
  });

  const componentManifest = (own: string) => ({
    name: "@acme/platform",
    version: "1.0.0",
    dependencies: { "pulumi-kubevault-aws": `file:${own}` },
    peerDependencies: { "@pulumi/aws": "^7.0.0", "@pulumi/kubernetes": "^4.0.0", "@pulumi/pulumi": "^3.200.0" },
  });

  const npm = (folder: string, ...args: string[]) =>
    run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", ...args], folder);
  const pnpm = (folder: string, ...args: string[]) =>
    run(
      path.join(tools, "node_modules/.bin/pnpm"),
      ["install", "--prefer-offline", "--ignore-scripts", ...args],
      folder,
    );
  const yarn = (folder: string, ...args: string[]) => run(path.join(tools, "node_modules/.bin/yarn"), args, folder);

  async function yarnInstall(folder: string, nodeLinker: string): Promise<void> {
    await writeFile(
      path.join(folder, ".yarnrc.yml"),
      `nodeLinker: ${nodeLinker}\nenableTelemetry: false\nenableScripts: false\nenableImmutableInstalls: false\n`,
    );
    // Without a lockfile of its own, Yarn takes a folder for a part of the project around it.
    await writeFile(path.join(folder, "yarn.lock"), "");
    await yarn(folder, "install");
  }

  /** A project that depends on the component only; `component` says how. */
  async function project(name: string, component = `file:${tarballs.component}`): Promise<string> {
    return writeProject(path.join(root, name), {
      dependencies: {
        "@acme/platform": component,
        "@pulumi/aws": `file:${tarballs.aws}`,
        "@pulumi/kubernetes": `file:${tarballs.kubernetes}`,
        "@pulumi/pulumi": sdkVersion,
      },
    });
  }

  /** The component as a checkout beside the project, with what it depends on installed in its own folder. */
  async function componentCheckout(name: string): Promise<string> {
    const folder = await writeProject(path.join(root, name), componentManifest(tarballs.package));
    // A second copy of the SDK in it would be one too many: Pulumi programs work with one only.
    await npm(folder, "--legacy-peer-deps");
    return folder;
  }

  async function found(folder: string, node = [process.execPath]): Promise<Found> {
    const script = path.join(root, "plugin.cjs");
    await writeFile(script, pluginScript);
    const [command = "", ...args] = node;
    const { stdout } = await execa(command, [...args, script], {
      cwd: folder,
      env: { TEXT: providerText("AwsSecretsRole") },
      timeout: 60_000,
    });
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Found;
  }

  const works = (inside: string) => ({
    entry: expect.stringMatching(
      new RegExp(`^${inside.replaceAll(/[.\\]/g, String.raw`\$&`)}/.*dynamic/entry\\.js$`),
    ) as string,
    reason:
      "AwsSecretsRole: invalid argument: policyDocument: or policyArns or iamGroups is needed for credential type iam_user. " +
      "The users would have no permissions at all.",
  });

  const reach = (folder: string) => () => createRequire(path.join(folder, "_")).resolve("pulumi-kubevault-aws");

  it("npm, hoisted; also from a folder below the project's", { timeout: installTimeoutMs }, async () => {
    const folder = await project("npm");
    await npm(folder);
    const program = path.join(folder, "src", "program");
    await mkdir(program, { recursive: true });
    expect(await found(folder)).toEqual(works(folder));
    expect(await found(program)).toEqual(works(folder));
  });

  it("npm, nested; also from a folder below the project's", { timeout: installTimeoutMs }, async () => {
    const folder = await project("npm-nested");
    await npm(folder, "--install-strategy=nested");
    const program = path.join(folder, "src", "program");
    await mkdir(program, { recursive: true });
    expect(reach(folder)).toThrow("Cannot find module");
    expect(await found(folder)).toEqual(works(folder));
    expect(await found(program)).toEqual(works(folder));
  });

  it("npm, a file: link to a component outside the project", { timeout: installTimeoutMs }, async () => {
    const component = await componentCheckout("linked-component");
    const folder = await project("npm-file", `file:${component}`);
    await npm(folder);
    expect(reach(folder)).toThrow("Cannot find module");
    expect(await found(folder)).toEqual(works(component));
  });

  it(
    "npm link: a component that the manifest names by version, and a link replaces",
    { timeout: installTimeoutMs },
    async () => {
      const component = await componentCheckout("npm-linked-component");
      const folder = await project("npm-link");
      await npm(folder, "--install-strategy=nested");
      const installed = path.join(folder, "node_modules", "@acme", "platform");
      await rm(installed, { recursive: true });
      await symlink(component, installed);
      expect(await found(folder)).toEqual(works(component));
    },
  );

  it(
    "npm workspaces: program, component and package each in a folder of its own",
    { timeout: installTimeoutMs },
    async () => {
      const folder = await writeProject(path.join(root, "npm-workspaces"), { workspaces: ["packages/*"] });
      await writeProject(path.join(folder, "packages", "platform"), componentManifest(tarballs.package));
      const infra = await writeProject(path.join(folder, "packages", "infra"), {
        dependencies: {
          "@acme/platform": "1.0.0",
          "@pulumi/aws": `file:${tarballs.aws}`,
          "@pulumi/kubernetes": `file:${tarballs.kubernetes}`,
          "@pulumi/pulumi": sdkVersion,
        },
      });
      await npm(folder);
      expect(await found(infra)).toEqual(works(folder));
    },
  );

  it.each([
    ["pnpm, isolated, as it is by default", []],
    ["pnpm, hoist=false", ["--config.hoist=false"]],
    ["pnpm, node-linker=hoisted", ["--config.node-linker=hoisted"]],
  ])("%s", { timeout: installTimeoutMs }, async (name, settings) => {
    const folder = await project(name.replaceAll(/\W+/g, "-"));
    await pnpm(folder, ...settings);
    expect(await found(folder)).toEqual(works(folder));
  });

  it.each(["node-modules", "pnpm"])("Yarn, nodeLinker: %s", { timeout: installTimeoutMs }, async (nodeLinker) => {
    const folder = await project(`yarn-${nodeLinker}`);
    await yarnInstall(folder, nodeLinker);
    expect(await found(folder)).toEqual(works(folder));
  });

  it("Yarn Plug'n'Play, where Node.js runs under Yarn", { timeout: installTimeoutMs }, async () => {
    const folder = await project("yarn-pnp");
    await yarnInstall(folder, "pnp");
    const { entry, reason } = await found(folder, [path.join(tools, "node_modules/.bin/yarn"), "node"]);
    expect(entry).toMatch(/\.zip\/node_modules\/pulumi-kubevault-aws\/dist\/plugin\/dynamic\/entry\.js$/);
    expect(reason).toBe(works("").reason);
  });

  it("prefers the project's own to that of a dependency", { timeout: installTimeoutMs }, async () => {
    const component = await componentCheckout("other-component");
    const folder = await project("both", `file:${component}`);
    await npm(folder, `pulumi-kubevault-aws@file:${tarballs.package}`);
    expect(await found(folder)).toEqual(works(folder));
  });

  it("says in one line what to do where it is not installed", { timeout: installTimeoutMs }, async () => {
    const folder = await writeProject(path.join(root, "without"), {
      // Names of Node.js' own modules are no folders; names that are not installed are passed over.
      dependencies: { "@pulumi/pulumi": sdkVersion, events: "3.3.0" },
      optionalDependencies: { "@acme/not-there": `file:${root}/nowhere.tgz` },
    });
    await npm(folder, "--no-optional");
    expect(await found(folder)).toEqual({
      error: `cannot find pulumi-kubevault-aws: install it in ${folder}`,
      stack: "",
    });
  });

  /** @returns the tarball's path */
  async function pack(folder: string): Promise<string> {
    const { stdout } = await execa("npm", ["pack", "--ignore-scripts", "--pack-destination", root, "--json"], {
      cwd: folder,
    });
    const [packed] = JSON.parse(stdout) as { filename: string }[];
    return path.join(root, packed?.filename ?? "");
  }

  async function packManifest(manifest: { readonly name: string; readonly version: string }): Promise<string> {
    return pack(await writeProject(path.join(root, "sources", manifest.name), manifest));
  }
});

async function writeProject(folder: string, manifest: object): Promise<string> {
  await mkdir(folder, { recursive: true });
  const whole = { name: path.basename(folder), version: "1.0.0", ...manifest };
  await writeFile(path.join(folder, "package.json"), JSON.stringify(whole));
  return folder;
}

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  await execa(command, args, { cwd, timeout: installTimeoutMs, env: { CI: "true" } });
}

async function versionOf(name: string): Promise<string> {
  const manifest = path.join(repository, "node_modules", name, "package.json");
  return (JSON.parse(await readFile(manifest, "utf8")) as { version: string }).version;
}
