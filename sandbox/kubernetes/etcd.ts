import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Agent, request } from "undici";
import { freePort, startProcess, waitFor, type ManagedProcess } from "../process/index.js";
import type { CertificateAuthority } from "./certificates.js";

export interface Etcd {
  readonly url: string;
  readonly caFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly process: ManagedProcess;
}

/** One etcd member. It holds every Secret of the cluster, so it talks only to holders of a certificate of `authority`. */
export async function startEtcd(etcd: string, folder: string, authority: CertificateAuthority): Promise<Etcd> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const [port, peerPort] = [await freePort(), await freePort()];
  const url = `https://127.0.0.1:${port}`;
  const peerUrl = `https://127.0.0.1:${peerPort}`;
  const { certificate, key } = await authority.issue("etcd", ["127.0.0.1", "localhost"]);
  const caFile = join(folder, "ca.crt");
  const certificateFile = join(folder, "etcd.crt");
  const keyFile = join(folder, "etcd.key");
  await writeFile(caFile, authority.certificate, { mode: 0o600 });
  await writeFile(certificateFile, certificate, { mode: 0o600 });
  await writeFile(keyFile, key, { mode: 0o600 });
  const process = await startProcess({
    name: "etcd",
    command: etcd,
    args: [
      "--name=sandbox",
      `--data-dir=${join(folder, "data")}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=sandbox=${peerUrl}`,
      ...["", "peer-"].flatMap((kind) => [
        `--${kind}cert-file=${certificateFile}`,
        `--${kind}key-file=${keyFile}`,
        `--${kind}trusted-ca-file=${caFile}`,
        `--${kind}client-cert-auth`,
      ]),
      "--log-level=warn",
      // The data does not outlive the sandbox, so a crash of the machine need not spare it.
      "--unsafe-no-fsync",
    ],
    env: {},
    logFile: join(folder, "etcd.log"),
  });
  const dispatcher = new Agent({ connect: { ca: authority.certificate, cert: certificate, key } });
  try {
    await waitFor(
      async () => {
        const { statusCode, body } = await request(`${url}/health`, { dispatcher });
        await body.dump();
        return statusCode === 200 ? true : undefined;
      },
      { what: `etcd at ${url} to be healthy`, timeoutMs: 60_000, abortIf: process.assertRunning },
    );
  } catch (error) {
    await process.kill();
    throw error;
  } finally {
    await dispatcher.close();
  }
  return { url, caFile, certificateFile, keyFile, process };
}
