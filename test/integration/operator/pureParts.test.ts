import { describe, expect, it } from "vitest";
import { problemsOf } from "../../../sandbox/operator/rules.js";
import { statusOf, type NodeState, type Observation } from "../../../sandbox/operator/status.js";
import { storageStanza } from "../../../sandbox/operator/storage.js";
import type { VaultServer, VaultServerSpec } from "../../../sandbox/operator/vaultServer.js";

function vaultServer(spec: Partial<VaultServerSpec>, status?: VaultServer["status"]): VaultServer {
  return {
    metadata: { name: "vault", namespace: "demo", uid: "u", generation: 7 },
    spec: { version: "1.18.4", backend: { inmem: {} }, ...spec },
    status,
  };
}

describe("the storage stanza", () => {
  it("has every field of a dynamodb backend in Vault's spelling, numbers and all as strings", () => {
    const backend = {
      dynamodb: {
        table: "t",
        region: "eu-west-1",
        endpoint: "http://127.0.0.1:1",
        haEnabled: true,
        readCapacity: 1,
        writeCapacity: 2,
        maxParallel: 3,
      },
    };
    expect(storageStanza(vaultServer({ backend }), "/data")).toBe(
      [
        'storage "dynamodb" {',
        '  endpoint = "http://127.0.0.1:1"',
        '  region = "eu-west-1"',
        '  table = "t"',
        '  ha_enabled = "true"',
        '  read_capacity = "1"',
        '  write_capacity = "2"',
        '  max_parallel = "3"',
        "}",
      ].join("\n"),
    );
  });

  it("leaves out what is not set, empty, zero or false", () => {
    const backend = { dynamodb: { table: "", haEnabled: false, readCapacity: 0 } };
    expect(storageStanza(vaultServer({ backend }), "/data")).toBe('storage "dynamodb" {\n}');
  });

  it("refuses a backend that the stand-in cannot run", () => {
    expect(() => storageStanza(vaultServer({ backend: { raft: {} } }), "/data")).toThrow(
      "The stand-in runs dynamodb, inmem and file backends, not raft",
    );
  });
});

describe("the rules", () => {
  const surroundings = { versions: ["1.18.4"], secret: () => undefined };

  it("let a VaultServer pass that breaks none", () => {
    expect(problemsOf(vaultServer({}), surroundings)).toEqual([]);
  });

  it.each([
    [{ credentialSecretRef: { name: "" } }, "spec.backend.dynamodb.credentialSecretRef.name: is empty"],
    [{ credentialSecretRef: { name: "aws" } }, 'spec.backend.dynamodb.credentialSecretRef: Secret "aws" not found'],
  ])("want the Secret of %j", (dynamodb, problem) => {
    expect(problemsOf(vaultServer({ backend: { dynamodb } }), surroundings)).toEqual([problem]);
  });

  it("want both keys, not empty", () => {
    const backend = { dynamodb: { credentialSecretRef: { name: "aws" } } };
    const secret = () => ({ access_key: "", session_token: "t" });
    expect(problemsOf(vaultServer({ backend }), { ...surroundings, secret })).toEqual([
      'spec.backend.dynamodb.credentialSecretRef: Secret "aws" has no access_key',
      'spec.backend.dynamodb.credentialSecretRef: Secret "aws" has no secret_key',
    ]);
  });

  it("want the shares and the threshold of an unsealer", () => {
    const unsealer = { mode: { kubernetesSecret: { secretName: "keys" } } };
    expect(problemsOf(vaultServer({ unsealer }), surroundings)).toEqual([
      "spec.unsealer.secretShares: nothing is not greater than 0",
      "spec.unsealer.secretThreshold: nothing is not greater than 0",
    ]);
  });

  it("want vault.hcl in the configSecret", () => {
    const server = vaultServer({ configSecret: { name: "extra" } });
    expect(problemsOf(server, { ...surroundings, secret: () => ({ other: "" }) })).toEqual([
      'spec.configSecret: Secret "extra" has no vault.hcl',
    ]);
  });
});

describe("the phase", () => {
  const now = new Date("2026-01-02T03:04:05.678Z");
  const node = (name: string, initialized: boolean, sealed: boolean, standby: boolean): NodeState => ({
    name,
    health: { initialized, sealed, standby },
  });
  const active = node("vault-0", true, false, false);
  const standby = node("vault-1", true, false, true);
  const sealed = node("vault-2", true, true, true);
  const failure = { reason: "UnsealFailed", message: "no key" };

  it.each<[string, Partial<Observation>]>([
    ["Initializing", { nodes: [] }],
    ["Initializing", { nodes: [node("vault-0", false, true, true)] }],
    ["NotReady", { nodes: [], failure }],
    ["NotReady", { nodes: [], replicas: 0 }],
    ["Unsealing", { nodes: [sealed] }],
    ["Sealed", { nodes: [sealed], hasUnsealer: false }],
    ["NotReady", { nodes: [standby] }],
    ["Critical", { nodes: [active, sealed], replicas: 2 }],
    ["Critical", { nodes: [active, { name: "vault-1" }], replicas: 2 }],
    ["Ready", { nodes: [active, standby], replicas: 2 }],
  ])("is %s for %j", (phase, observed) => {
    const observation = { replicas: 1, nodes: [], hasUnsealer: true, ...observed };
    expect(statusOf(vaultServer({}), observation, now).phase).toBe(phase);
  });

  it("stays initialised while no node is up to say so", () => {
    const server = vaultServer({}, { initialized: true });
    const { phase, initialized } = statusOf(server, { replicas: 1, nodes: [], hasUnsealer: true }, now);
    expect({ phase, initialized }).toEqual({ phase: "NotReady", initialized: true });
  });

  it("keeps the time of a condition that has not changed", () => {
    const first = statusOf(vaultServer({}), { replicas: 1, nodes: [active], hasUnsealer: true }, now);
    const later = new Date("2026-01-02T04:00:00Z");
    const observed = { replicas: 2, nodes: [active], hasUnsealer: true };
    const { conditions } = statusOf(vaultServer({}, first), observed, later);
    expect(conditions?.map(({ type, status, lastTransitionTime }) => [type, status, lastTransitionTime])).toEqual([
      ["Initialized", "True", "2026-01-02T03:04:05Z"],
      ["Unsealed", "True", "2026-01-02T03:04:05Z"],
      ["AcceptingConnection", "True", "2026-01-02T03:04:05Z"],
      ["AllReplicasReady", "False", "2026-01-02T04:00:00Z"],
    ]);
  });
});
