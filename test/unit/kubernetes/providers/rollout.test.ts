import { describe, expect, it } from "vitest";
import {
  ClusterApiError,
  UnreachableClusterError,
  type ClusterApi,
} from "../../../../src/kubernetes/providers/clusterApi.js";
import { rollOut } from "../../../../src/kubernetes/providers/rollout.js";
import {
  restartRequestName,
  rolloutChange,
  type RolloutInputs,
} from "../../../../src/kubernetes/providers/rolloutRequest.js";

const inputs: RolloutInputs = {
  namespace: "vault",
  serverName: "main",
  apiVersion: "kubevault.com/v1alpha2",
  uid: "uid-1",
  specDigest: "spec-1",
  restartDigest: "pods-1",
  halted: false,
  readyTimeoutSeconds: 30,
};
const upgraded = { ...inputs, specDigest: "spec-2", restartDigest: "pods-2" };

interface Status {
  readonly phase?: string;
  readonly observedGeneration?: number;
  readonly conditions?: readonly object[];
}

/** A cluster whose VaultServer goes through the statuses given, one for each look at it, and stays at the last. */
function cluster(
  statuses: readonly (Status | Error)[],
  { generation = 1, request = undefined as Status | undefined } = {},
) {
  const calls: string[] = [];
  let looks = 0;
  const requests = new Map<string, Status>();
  if (request !== undefined) {
    requests.set(restartRequestName(inputs, upgraded), request);
  }
  const api: ClusterApi = {
    server: "https://cluster",
    find: async <T>(kind: { plural: string }, name: string) => {
      if (kind.plural === "vaultopsrequests") {
        const status = requests.get(name);
        if (status?.phase === "Progressing") {
          requests.set(name, { phase: "Successful" });
        }
        return (status === undefined ? undefined : { metadata: { name }, status }) as T | undefined;
      }
      const status = statuses[Math.min(looks, statuses.length - 1)];
      looks += 1;
      if (status instanceof Error) {
        throw status;
      }
      return { metadata: { name, uid: "uid-1", generation }, status } as T;
    },
    create: async (_kind, _namespace, body) => {
      const { metadata, spec } = body as { metadata: { name: string }; spec: object };
      calls.push(`create ${metadata.name} ${JSON.stringify(spec)}`);
      requests.set(metadata.name, { phase: "Progressing" });
    },
    remove: async (_kind, _namespace, name) => {
      calls.push(`remove ${name}`);
      requests.delete(name);
    },
    serves: () => Promise.resolve(true),
    requestToken: () => Promise.resolve(),
  };
  const progress: string[] = [];
  const run = (olds: RolloutInputs | undefined, news: RolloutInputs, restarts = false) =>
    rollOut(olds, news, restarts, {
      progress: (message) => progress.push(message),
      open: () => Promise.resolve(api),
      pollMs: 1,
    });
  return { run, calls, progress };
}

describe("rollOut", () => {
  it("waits until Vault is Ready, and says what it waits for", async () => {
    const unmet = { type: "Unsealed", status: "False", reason: "Sealed", message: "no keys" };
    const { run, progress, calls } = cluster([{}, { phase: "Unsealing", conditions: [unmet] }, { phase: "Ready" }]);
    expect(await run(undefined, inputs)).toBe("Ready");
    expect(progress).toEqual([
      "VaultServer vault/main has no phase yet: is KubeVault's operator running, and does it watch this namespace?",
      "VaultServer vault/main is in phase Unsealing. Conditions that do not hold: Unsealed: Sealed: no keys",
    ]);
    expect(calls).toEqual([]);
  });

  it("does not take a Ready of the spec before for its own", async () => {
    const { run } = cluster(
      [
        { phase: "Ready", observedGeneration: 1 },
        { phase: "Critical", observedGeneration: 2 },
        { phase: "Ready", observedGeneration: 2 },
      ],
      { generation: 2 },
    );
    expect(await run(inputs, { ...inputs, specDigest: "spec-2" })).toBe("Ready");
  });

  it("restarts the pods once the operator has seen the spec, and removes the request at the end", async () => {
    const { run, calls } = cluster(
      [
        { phase: "Ready", observedGeneration: 1 },
        { phase: "Ready", observedGeneration: 2 },
      ],
      {
        generation: 2,
      },
    );
    expect(await run(inputs, upgraded, true)).toBe("Ready");
    const name = restartRequestName(inputs, upgraded);
    expect(name).toMatch(/^main-restart-[0-9a-f]{10}$/);
    expect(calls).toEqual([
      `create ${name} {"type":"Restart","vaultRef":{"name":"main"},"restart":{}}`,
      `remove ${name}`,
    ]);
  });

  it("continues a restart that was interrupted", async () => {
    const { run, calls } = cluster([{ phase: "Ready" }], { request: { phase: "Progressing" } });
    await run(inputs, upgraded, true);
    expect(calls).toEqual([`remove ${restartRequestName(inputs, upgraded)}`]);
  });

  it("starts a restart again that has failed before", async () => {
    const { run, calls } = cluster([{ phase: "Ready" }], { request: { phase: "Failed" } });
    await run(inputs, upgraded, true);
    const name = restartRequestName(inputs, upgraded);
    expect(calls.map((call) => call.split(" ").slice(0, 2).join(" "))).toEqual([
      `remove ${name}`,
      `create ${name}`,
      `remove ${name}`,
    ]);
  });

  it("goes on when the API server is away for a while", async () => {
    const { run } = cluster([
      new UnreachableClusterError("connection refused"),
      new ClusterApiError(503, "not ready"),
      { phase: "Ready" },
    ]);
    expect(await run(undefined, inputs)).toBe("Ready");
  });

  it("says at which phase Vault is when the time is over", async () => {
    const { run } = cluster([{ phase: "Sealed", conditions: [] }]);
    await expect(run(undefined, { ...inputs, readyTimeoutSeconds: 0.02 })).rejects.toThrow(
      new Error(
        "VaultServer vault/main is in phase Sealed, and all of its conditions hold.\n" +
          'It was waited for 0.02 s (readyTimeoutSeconds). The next "pulumi up" continues to wait.',
      ),
    );
  });

  it("names the kubeconfig where the VaultServer is in another cluster", async () => {
    const { run } = cluster([{ phase: "Ready" }]);
    await expect(run(undefined, { ...inputs, uid: "uid-9" })).rejects.toThrow(
      "VaultServer vault/main is not in the cluster at https://cluster, but in the one of Pulumi's Kubernetes provider: give VaultServer or " +
        "VaultPlatform the same kubeconfig and context",
    );
  });

  it("does not wait for a halted Vault to be Ready", async () => {
    const { run } = cluster([{ phase: "NotReady" }]);
    expect(await run(inputs, { ...inputs, halted: true, specDigest: "spec-2" })).toBe("NotReady");
  });
});

describe("rolloutChange", () => {
  it.each<[string, Partial<RolloutInputs>, object]>([
    ["nothing", {}, { waits: false, restarts: false, changes: false }],
    ["replicas", { specDigest: "spec-2" }, { waits: true, restarts: false, changes: true }],
    ["the version", { specDigest: "spec-2", restartDigest: "pods-2" }, { waits: true, restarts: true, changes: true }],
    ["the object itself", { uid: "uid-2", restartDigest: "pods-2" }, { waits: true, restarts: false, changes: true }],
    ["the kubeconfig", { kubeconfig: "other" }, { waits: false, restarts: false, changes: true }],
    ["halted", { halted: true, restartDigest: "pods-2" }, { waits: true, restarts: false, changes: true }],
  ])("of %s", (_, news, change) => {
    expect(rolloutChange(inputs, { ...inputs, ...news })).toEqual(change);
  });
});
