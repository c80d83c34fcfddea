import { KubeConfig } from "@kubernetes/client-node";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
