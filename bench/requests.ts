import { request } from "node:http";
import type { VaultEndpoint } from "../sandbox/vault/index.js";

/** What Vault's configuration needs so that {@link requestsServed} can read its counters. */
export const telemetry = 'telemetry {\n  prometheus_retention_time = "24h"\n  disable_hostname = true\n}';

/**
 * Number of requests with a token that Vault served since it started, its own count (`vault.core.handle_request`). Each reading is itself
 * one request, which the next reading counts.
 *
 * @throws Error when Vault does not print its metrics
 */
export async function requestsServed(vault: VaultEndpoint, token: string): Promise<number> {
  const metrics = await read(`${vault.address}/v1/sys/metrics?format=prometheus`, token);
  // The counter is there from the first request on.
  return Number(/^vault_core_handle_request_count (\S+)$/m.exec(metrics)?.[1] ?? 0);
}

function read(url: string, token: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { "x-vault-token": token } }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      response.on("end", () => {
        if (response.statusCode === 200) {
          resolve(body);
        } else {
          reject(new Error(`${url}: ${response.statusCode ?? 0} ${body}`));
        }
      });
    })
      .on("error", reject)
      .end();
  });
}
