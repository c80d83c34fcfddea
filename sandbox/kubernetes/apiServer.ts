import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Agent, request } from "undici";
import { freePort, startProcess, waitFor, type ManagedProcess } from "../process/index.js";
import type { CertificateAuthority } from "./certificates.js";
import type { Etcd } from "./etcd.js";

export interface ApiServer {
  /** `https://127.0.0.1:6443` */
  readonly url: string;
  /** A cluster administrator's bearer token. */
  readonly token: string;
  /** The token of kube-controller-manager. */
  readonly controllerToken: string;
  /** PEM file of the key that signs ServiceAccount tokens. */
  readonly serviceAccountKeyFile: string;
  readonly process: ManagedProcess;
}

/** What ServiceAccount tokens name as their issuer; on EKS this is the cluster's OIDC provider. */
export const serviceAccountIssuer = "https://oidc.sandbox.invalid/id/kubernetes";

export async function startApiServer(
  kubeApiserver: string,
  folder: string,
  authority: CertificateAuthority,
  etcd: Etcd,
): Promise<ApiServer> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const [token, controllerToken] = [randomBytes(32).toString("hex"), randomBytes(32).toString("hex")];
  const users = [
    `${token},sandbox-admin,sandbox-admin,system:masters`,
    // In one process that acts as itself, the controllers need the rights of all of them together.
    `${controllerToken},system:kube-controller-manager,kube-controller-manager,system:masters`,
  ];
  const secretFile = async (name: string, content: string): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, content, { mode: 0o600 });
    return file;
  };
  const { certificate, key } = await authority.issue("kube-apiserver", [
    "127.0.0.1",
    "localhost",
    "kubernetes.default.svc",
  ]);
  const serviceAccountKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const serviceAccountKeyFile = await secretFile(
    "service-account.key",
    serviceAccountKey.export({ type: "pkcs1", format: "pem" }).toString(),
  );
  const process = await startProcess({
    name: "kube-apiserver",
    command: kubeApiserver,
    args: [
      "--bind-address=127.0.0.1",
      "--advertise-address=127.0.0.1",
      `--secure-port=${port}`,
      `--cert-dir=${folder}`,
      `--tls-cert-file=${await secretFile("server.crt", certificate)}`,
      `--tls-private-key-file=${await secretFile("server.key", key)}`,
      `--etcd-servers=${etcd.url}`,
      `--etcd-cafile=${etcd.caFile}`,
      `--etcd-certfile=${etcd.certificateFile}`,
      `--etcd-keyfile=${etcd.keyFile}`,
      "--service-cluster-ip-range=10.0.0.0/16",
      `--service-account-issuer=${serviceAccountIssuer}`,
      `--service-account-key-file=${serviceAccountKeyFile}`,
      `--service-account-signing-key-file=${serviceAccountKeyFile}`,
      `--token-auth-file=${await secretFile("tokens.csv", `${users.join("\n")}\n`)}`,
      "--anonymous-auth=false",
      "--authorization-mode=RBAC",
      // One API server has nobody to share the "kubernetes" Service with.
      "--endpoint-reconciler-type=none",
      "--profiling=false",
    ],
    env: {},
    cwd: folder,
    logFile: join(folder, "kube-apiserver.log"),
  });
  const server: ApiServer = { url, token, controllerToken, serviceAccountKeyFile, process };
  try {
    await untilReady(server, authority.certificate);
  } catch (error) {
    await process.kill();
    throw error;
  }
  return server;
}

async function untilReady({ url, token, process }: ApiServer, ca: string): Promise<void> {
  const dispatcher = new Agent({ connect: { ca } });
  try {
    await waitFor(
      async () => {
        const { statusCode, body } = await request(`${url}/readyz`, {
          dispatcher,
          headers: { authorization: `Bearer ${token}` },
        });
        const text = await body.text();
        if (statusCode !== 200) {
          throw new Error(text.split("\n").find((line) => line.startsWith("[-]")) ?? `status ${statusCode}`);
        }
        return true;
      },
      { what: `kube-apiserver at ${url} to be ready`, timeoutMs: 120_000, abortIf: process.assertRunning },
    );
  } finally {
    await dispatcher.close();
  }
}
