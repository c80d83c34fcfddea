import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KubernetesAuthMethodConfig, VaultAuthMethod } from "../../../src/access/index.js";
import {
  AwsCredentials,
  AwsRootConfig,
  AwsSecretsMount,
  AwsSecretsRole,
  VaultConnection,
} from "../../../src/secretsengine/index.js";
import { secretsIn } from "../../faults/secretsIn.js";
import { FaultProxy, type Fault } from "../../support/faultProxy.js";
import { makeStack, startTestEngine, type TestEngine, type TestStack } from "../engine/support.js";
import { World, type Values } from "./support.js";

const reviewerJwt = "sentinel/reviewer+jwt==.signed";

let world: World;
let engine: TestEngine;
let proxy: FaultProxy;
let test: TestStack;
let folder: string;
/** All that is secret by now: what is given, and what Vault has made. */
const secrets: string[] = [reviewerJwt];
const tokensOfLogins: string[] = [];
const processes = new Set<string>();
const files = new Set<string>();

/** The command lines of all processes, and the contents of all files in the folder for temporary files. */
async function look(): Promise<void> {
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    // It may have ended by now.
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    processes.add(line.replaceAll("\0", " "));
  }
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      files.add(await readFile(path.join(entry.parentPath, entry.name), "utf8").catch(() => ""));
    }
  }
}

/** Everything that an operation says, at the highest verbosity. */
async function saidBy(operation: "preview" | "up" | "refresh" | "destroy"): Promise<string> {
  let said = "";
  const note = (text: string) => (said += text);
  const watch = setInterval(() => void look(), 250);
  try {
    await test.stack[operation]({ onOutput: note, onError: note, logToStdErr: true, logVerbosity: 9, logFlow: true });
  } catch (error) {
    said += String(error);
  } finally {
    clearInterval(watch);
    await look();
  }
  return said;
}

beforeAll(async () => {
  world = await World.start();
  proxy = await FaultProxy.start(world.vault.address);
  folder = await mkdtemp(path.join(tmpdir(), "sentinels-test-"));
  await world.api("POST", "sys/auth/approle", { type: "approle" });
  await world.api("POST", "sys/policies/acl/all", {
    policy: 'path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }',
  });
  await world.api("POST", "auth/approle/role/ci", { token_policies: "all", token_ttl: "1h" });
  const { role_id: roleId } = await world.data("auth/approle/role/ci/role-id");
  const { data } = await world.api<{ data: Values }>("POST", "auth/approle/role/ci/secret-id");
  const keys = await world.rootUser("root");
  secrets.push(String(data.secret_id), keys.secretKey);
  engine = await startTestEngine({ env: { TMPDIR: folder } });
  test = await makeStack(
    engine,
    "sentinels",
    () => {
      const config = new pulumi.Config();
      const provider = new VaultConnection("vault", {
        address: proxy.address,
        login: { kind: "appRole", roleId: String(roleId), secretId: config.requireSecret("secretId") },
        maxRetries: 0,
      });
      const mount = new AwsSecretsMount("mount", { path: "aws" }, { provider });
      const root = new AwsRootConfig(
        "root",
        { ...world.rootConfig("aws", keys), mount: mount.path, secretKey: config.requireSecret("secretKey") },
        { provider },
      );
      const role = new AwsSecretsRole(
        "role",
        {
          mount: mount.path,
          name: "r",
          credentialType: "iam_user",
          policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        },
        { provider, dependsOn: root },
      );
      const credentials = new AwsCredentials(
        "credentials",
        { mount: mount.path, role: role.name, keyReadiness: { skip: true } },
        { provider },
      );
      const method = new VaultAuthMethod("method", { path: "cluster", type: "kubernetes" }, { provider });
      new KubernetesAuthMethodConfig(
        "cluster",
        {
          mount: method.path,
          kubernetesHost: "https://kubernetes.example.com",
          disableLocalCaJwt: true,
          tokenReviewerJwt: config.requireSecret("jwt"),
        },
        { provider },
      );
      return Promise.resolve({ secretAccessKey: credentials.secretAccessKey, leaseId: credentials.leaseId });
    },
    {
      secretId: { value: String(data.secret_id), secret: true },
      secretKey: { value: keys.secretKey, secret: true },
      jwt: { value: reviewerJwt, secret: true },
    },
  );
});
afterAll(async () => {
  await proxy.stop();
  await engine.remove();
  await world.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("secrets, raw or encoded,", () => {
  it("are found where they are", async () => {
    await writeFile(path.join(folder, "planted"), Buffer.from(`x${reviewerJwt}`.slice(1)).toString("base64"));
    await look();
    expect(secretsIn([...files], secrets)).toHaveLength(1);
    await rm(path.join(folder, "planted"));
    files.clear();
  });

  it("are nowhere: not in the state, previews, logs at -v=9, errors, process lists nor temporary files", async () => {
    const said: Record<string, string> = {};
    said.preview = await saidBy("preview");
    // Vault, or what is in front of it, quotes what it was sent.
    const quoting: Fault = {
      kind: "answer",
      status: 400,
      body: JSON.stringify({ errors: secrets.map((text) => `bad: ${text}`) }),
    };
    for (const called of ["/v1/aws/config/root", "/v1/auth/cluster/config"]) {
      proxy.plan({ fault: quoting, when: ({ method, path: at }) => method === "POST" && at === called });
    }
    said.failing = await saidBy("up");
    expect(said.failing).toMatch(/POST aws\/config\/root: 400/);
    await proxy.heal();
    said.up = await saidBy("up");
    expect(linesOf(said.up).filter((line) => /^\s*error:/.test(line))).toEqual([]);
    const { secretAccessKey, leaseId } = await test.stack.outputs();
    secrets.push(String(secretAccessKey?.value), String(leaseId?.value));
    expect(secretAccessKey?.secret).toBe(true);
    const tokens = proxy.requests.flatMap(({ headers }) => headers["x-vault-token"] ?? []);
    tokensOfLogins.push(...new Set(tokens.map(String)));
    secrets.push(...tokensOfLogins);
    expect(secrets.length).toBeGreaterThan(6);
    said.refresh = await saidBy("refresh");
    said.state = engine.storedText();
    said.destroy = await saidBy("destroy");
    for (const [what, text] of Object.entries(said)) {
      expect([what, ...linesWithSecrets(linesOf(text).filter(isNotOfTheEngine), secrets)]).toEqual([what]);
      // What never leaves the plugin is not even there.
      expect([what, ...linesWithSecrets(linesOf(text), tokensOfLogins)]).toEqual([what]);
    }
    expect(secretsIn([...processes], secrets)).toEqual([]);
    expect(secretsIn([...files], secrets)).toEqual([]);
    expect([...processes].some((line) => line.includes("pulumi"))).toBe(true);
  });
});

const linesOf = (text = "") => text.split("\n");

/** From `-v=7` on, Pulumi's engine logs the properties of all resources of all providers in plain text (SECURITY.md): those are left out. */
function isNotOfTheEngine(line: string): boolean {
  return !/^\{"time":.*"v":\d+\}$/.test(line);
}

function linesWithSecrets(lines: readonly string[], wanted: readonly string[]): string[] {
  return secretsIn(lines, wanted).map((line) => line.slice(0, 300));
}
