import { KubeConfig } from "@kubernetes/client-node";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { readSecretData } from "../../../../src/vault/portForward/secretData.js";
import { LateError, loadKubeconfig, within } from "../../../../src/vault/portForward/kubeconfig.js";

let folder: string;
let text: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "kubeconfig-test-"));
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "c", server: "https://cluster.test:6443", skipTLSVerify: false },
    { name: "u", token: "LEAKME" },
  );
  text = config.exportConfig();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function messageOf(kubeconfig: string, context?: string): Promise<string> {
  return loadKubeconfig({ kubeconfig, context }, "here").then(
    () => expect.unreachable("it is loaded"),
    (error: Error) => error.message,
  );
}

/** What reading a Secret says with a kubeconfig whose command is this program. */
async function failureWith(script: string, timeoutMs: number): Promise<string> {
  const config = new KubeConfig();
  const exec = { apiVersion: "client.authentication.k8s.io/v1", command: process.execPath, args: ["-e", script] };
  config.loadFromClusterAndUser(
    { name: "c", server: "https://cluster.test:6443", skipTLSVerify: false },
    { name: "u", exec },
  );
  return readSecretData({ namespace: "n", name: "s" }, { kubeconfig: config.exportConfig() }, "here", timeoutMs).then(
    () => expect.unreachable("it is read"),
    (error: Error) => error.message,
  );
}

describe("a kubeconfig's command", () => {
  const unreadable = "here: cannot be read from https://cluster.test:6443:";

  it("that hangs is killed, and named", async () => {
    const pidFile = path.join(folder, "pid");
    const script = `require("fs").writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000)`;
    expect(await failureWith(script, 1_500)).toBe(
      `${unreadable} no answer within 1.5 s. The kubeconfig gets its credentials from the command ` +
        `"${process.execPath}": it must end by itself, without a prompt or a browser`,
    );
    const pid = Number(readFileSync(pidFile, "utf8"));
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), { timeout: 3_000 });
  });

  it.each([
    ["fails silently", "process.exit(3)", "failed: it wrote nothing to its standard error"],
    ["fails with a message", 'console.error("no session"); process.exit(1)', "failed: no session"],
    [
      "prints no JSON",
      'console.log("token: LEAKME")',
      "must print an ExecCredential as JSON, and printed something else",
    ],
    ["prints other JSON", 'console.log("{}")', "must print an ExecCredential as JSON, and printed something else"],
  ])("that %s is named, without what it printed", async (_, script, failure) => {
    expect(await failureWith(script, 20_000)).toBe(
      `${unreadable} the kubeconfig's command "${process.execPath}" ${failure}`,
    );
  });
});

describe("a kubeconfig", () => {
  it("is a text or a file", async () => {
    const file = path.join(folder, "config");
    writeFileSync(file, text);
    expect((await loadKubeconfig({ kubeconfig: text }, "here")).server).toBe("https://cluster.test:6443");
    expect((await loadKubeconfig({ kubeconfig: file }, "here")).server).toBe("https://cluster.test:6443");
  });

  it("that cannot be used is told so without its contents", async () => {
    expect(await messageOf("users: [\n  token: LEAKME: {")).toBe("here: the kubeconfig cannot be understood");
    const file = path.join(folder, "broken");
    writeFileSync(file, "users: [\n  token: LEAKME: {");
    expect(await messageOf(file)).toBe("here: the kubeconfig cannot be understood");
    expect(await messageOf(path.join(folder, "none"))).toMatch(/^here: the kubeconfig cannot be read: ENOENT: /);
    expect(await messageOf(text, "other")).toBe('here: the kubeconfig has no context "other"');
    expect(await messageOf("kind: Config\nclusters: []\n")).toMatch(/^here: the kubeconfig names no cluster/);
  });
});

describe("waiting", () => {
  it("ends in time", async () => {
    await expect(within(20, new Promise(() => undefined))).rejects.toEqual(new LateError("no answer within 0.02 s"));
    expect(await within(1_000, Promise.resolve("done"))).toBe("done");
  });
});
