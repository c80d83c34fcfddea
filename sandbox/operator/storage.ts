import { join } from "node:path";
import { renderStorage } from "../vault/index.js";
import type { DynamoDbBackend, VaultServer } from "./vaultServer.js";

/**
 * The `storage` stanza as the operator renders it: only what is set, since Vault's own defaults hold for the rest.
 *
 * @param dataDir where a `file` backend keeps its data, in place of the volume that it claims in a cluster
 * @throws Error for a backend that the stand-in cannot run
 */
export function storageStanza({ spec }: VaultServer, dataDir: string): string {
  if (spec.backend.dynamodb !== undefined) {
    return renderStorage({ type: "dynamodb", options: dynamoDbOptions(spec.backend.dynamodb) });
  }
  if (spec.backend.inmem !== undefined) {
    return renderStorage({ type: "inmem" });
  }
  if (spec.backend.file !== undefined) {
    return renderStorage({ type: "file", options: { path: join(dataDir, "file") } });
  }
  throw new Error(`The stand-in runs dynamodb, inmem and file backends, not ${Object.keys(spec.backend).join(", ")}`);
}

function dynamoDbOptions(backend: DynamoDbBackend): Record<string, string> {
  const texts = { endpoint: backend.endpoint, region: backend.region, table: backend.table };
  const numbers = {
    read_capacity: backend.readCapacity,
    write_capacity: backend.writeCapacity,
    max_parallel: backend.maxParallel,
  };
  const options: [string, string][] = [
    ...Object.entries(texts).flatMap(([key, value]): [string, string][] =>
      value === undefined || value === "" ? [] : [[key, value]],
    ),
    ...(backend.haEnabled === true ? [["ha_enabled", "true"] as [string, string]] : []),
    ...Object.entries(numbers).flatMap(([key, value]): [string, string][] =>
      value === undefined || value === 0 ? [] : [[key, String(value)]],
    ),
  ];
  return Object.fromEntries(options);
}
