import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { createCertificateAuthority } from "../../../sandbox/kubernetes/index.js";
import { freePort } from "../../../sandbox/process/index.js";
import { findTool } from "../../../sandbox/tools/index.js";
import { sealStatus, startUnsealedVault, startVault, vaultRequest, type Vault } from "../../../sandbox/vault/index.js";
import { vaultEnvironment } from "../../../sandbox/vault/server.js";

let folder: string;
let vault: string;
const running: Vault[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kubevault-aws-vault-"));
  vault = (await findTool("vault")).path;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(running.splice(0).map((one) => one.stop()));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const inmem = { type: "inmem" };

it("starts sealed and not initialised", async () => {
  const one = await startVault({ workDir: join(folder, "sealed"), vault, storage: inmem });
  running.push(one);
  expect(await sealStatus(one)).toMatchObject({ initialized: false, sealed: true });
});

it("comes unsealed with its root token, and ends when told to", async () => {
  const one = await startUnsealedVault({ workDir: join(folder, "unsealed"), vault, storage: inmem });
  running.push(one);
  const { data } = await vaultRequest<{ data: { policies: string[] } }>(one, {
    path: "auth/token/lookup-self",
    token: one.rootToken,
  });
  expect(data.policies).toEqual(["root"]);
  await one.stop();
  expect(one.process.ended()).toBe(true);
});

it("verifies its certificate by the authority that is given", async () => {
  const authority = await createCertificateAuthority("test");
  const pair = await authority.issue("vault", ["127.0.0.1"]);
  const tls = { ...pair, caCertificate: authority.certificate };
  const one = await startUnsealedVault({ workDir: join(folder, "tls"), vault, storage: inmem, tls });
  running.push(one);
  expect(one.address).toBe(`https://127.0.0.1:${one.port}`);
  await expect(sealStatus({ address: one.address })).rejects.toThrow("certificate");
});

it("keeps the environment of whoever starts it from Vault, but for PATH", () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAOFTHEDEVELOPER00");
  vi.stubEnv("PATH", "/usr/bin");
  expect(vaultEnvironment({ workDir: "/work", env: { AWS_REGION: "eu-west-1" } })).toEqual({
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_REGION: "eu-west-1",
    HOME: "/work",
    PATH: "/usr/bin",
  });
});

it("says why Vault does not start", async () => {
  const storage = { type: "nonsense" };
  await expect(startVault({ workDir: join(folder, "broken"), vault, storage })).rejects.toThrow(
    /vault has ended \(exit code 1\)[^]*Unknown storage type nonsense/,
  );
});

it("says that a wanted port is taken", async () => {
  const port = await freePort();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
  await expect(startVault({ workDir: join(folder, "taken"), vault, storage: inmem, port })).rejects.toThrow(
    "address already in use",
  );
  other.close();
});

it("refuses a value that HCL would interpolate", async () => {
  const storage = { type: "file", options: { path: "${HOME}" } };
  await expect(startVault({ workDir: join(folder, "hcl"), vault, storage })).rejects.toThrow("HCL would interpolate");
});
