import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../../../sandbox/process/index.js";
import { kubernetesRest, type KubernetesRest } from "../../../sandbox/kubernetes/index.js";
import { createVaultServer, startTestKubernetes, vaultServerPath, type TestKubernetes } from "./support.js";

interface Stored {
  readonly metadata: {
    readonly uid: string;
    readonly finalizers?: readonly string[];
    readonly deletionTimestamp?: string;
  };
  readonly data?: Readonly<Record<string, string>>;
}

let kubernetes: TestKubernetes;
let rest: KubernetesRest;

beforeAll(async () => {
  kubernetes = await startTestKubernetes();
  rest = kubernetes.rest;
});

afterAll(() => kubernetes.stop());

const inDefault = (path: string) => `/api/v1/namespaces/default/${path}`;

const untilGone = (path: string) =>
  waitFor(async () => ((await rest.find(path)) === undefined ? true : undefined), {
    what: `${path} to be gone`,
    timeoutMs: 20_000,
  });

async function createConfigMap(name: string, owner?: Stored & { kind: string; apiVersion: string; name: string }) {
  await rest.call("POST", inDefault("configmaps"), {
    metadata: {
      name,
      ownerReferences:
        owner === undefined
          ? []
          : [
              {
                apiVersion: owner.apiVersion,
                kind: owner.kind,
                name: owner.name,
                uid: owner.metadata.uid,
                blockOwnerDeletion: true,
              },
            ],
    },
  });
}

async function ownerWithDependent(owner: string, dependent: string): Promise<void> {
  const stored = await rest.call<Stored>("POST", inDefault("configmaps"), { metadata: { name: owner } });
  await createConfigMap(dependent, { ...stored, apiVersion: "v1", kind: "ConfigMap", name: owner });
}

describe("the garbage collector", () => {
  it("ends a foreground deletion once the dependents are gone", async () => {
    await ownerWithDependent("owner", "dependent");
    await rest.merge(inDefault("configmaps/dependent"), { metadata: { finalizers: ["example.com/hold"] } });
    const deleted = await rest.call<Stored>("DELETE", inDefault("configmaps/owner"), {
      propagationPolicy: "Foreground",
    });
    expect(deleted.metadata.finalizers).toEqual(["foregroundDeletion"]);

    const held = await waitFor(
      async () => {
        const dependent = await rest.find<Stored>(inDefault("configmaps/dependent"));
        return dependent?.metadata.deletionTimestamp === undefined ? undefined : dependent;
      },
      { what: "the dependent to be deleted", timeoutMs: 20_000 },
    );
    expect(held.metadata.finalizers).toEqual(["example.com/hold"]);
    expect(await rest.find(inDefault("configmaps/owner"))).toBeDefined();

    await rest.merge(inDefault("configmaps/dependent"), { metadata: { finalizers: [] } });
    await untilGone(inDefault("configmaps/owner"));
    expect(await rest.find(inDefault("configmaps/dependent"))).toBeUndefined();
  });

  it("deletes what a VaultServer owned", async () => {
    const stored = (await createVaultServer(rest, "v1alpha2", "owner", {
      version: "1.18.4",
      backend: { inmem: {} },
    })) as unknown as Stored;
    await createConfigMap("owned", {
      ...stored,
      apiVersion: "kubevault.com/v1alpha2",
      kind: "VaultServer",
      name: "owner",
    });
    await rest.call("DELETE", vaultServerPath("v1alpha2", "owner"), { propagationPolicy: "Foreground" });
    await untilGone(vaultServerPath("v1alpha2", "owner"));
    await untilGone(inDefault("configmaps/owned"));
  });

  it("keeps what an owner left behind as an orphan", async () => {
    await ownerWithDependent("leaving", "orphan");
    await rest.call("DELETE", inDefault("configmaps/leaving"), { propagationPolicy: "Orphan" });
    await untilGone(inDefault("configmaps/leaving"));
    const orphan = await rest.call<{ metadata: { ownerReferences?: unknown } }>("GET", inDefault("configmaps/orphan"));
    expect(orphan.metadata.ownerReferences).toBeUndefined();
  });
});

describe("a namespace", () => {
  it("gets a ServiceAccount and the certificate to verify the API server with", async () => {
    await rest.call("POST", "/api/v1/namespaces", { metadata: { name: "fresh" } });
    await waitFor(() => rest.find("/api/v1/namespaces/fresh/serviceaccounts/default"), {
      what: "the ServiceAccount default",
      timeoutMs: 20_000,
    });
    const { data } = await waitFor(() => rest.find<Stored>("/api/v1/namespaces/fresh/configmaps/kube-root-ca.crt"), {
      what: "kube-root-ca.crt",
      timeoutMs: 20_000,
    });
    expect(data).toEqual({ "ca.crt": kubernetes.caCertificate });
  });

  it("goes with all that is in it, and not before", async () => {
    await rest.call("POST", "/api/v1/namespaces", { metadata: { name: "leaving" } });
    await rest.call("POST", "/api/v1/namespaces/leaving/secrets", { metadata: { name: "kept" } });
    const vaultServers = "/apis/kubevault.com/v1alpha2/namespaces/leaving/vaultservers";
    await rest.call("POST", vaultServers, {
      apiVersion: "kubevault.com/v1alpha2",
      kind: "VaultServer",
      metadata: { name: "vault", finalizers: ["example.com/hold"] },
      spec: { version: "1.18.4", backend: { inmem: {} } },
    });
    await rest.remove("/api/v1/namespaces/leaving");
    await untilGone("/api/v1/namespaces/leaving/secrets/kept");
    // The namespace controller deletes one resource type after the other.
    const deleted = async () => (await rest.call<Stored>("GET", `${vaultServers}/vault`)).metadata.deletionTimestamp;
    await expect.poll(deleted, { timeout: 30_000 }).toBeDefined();
    expect(await rest.find("/api/v1/namespaces/leaving")).toBeDefined();

    await rest.merge(`${vaultServers}/vault`, { metadata: { finalizers: [] } });
    await untilGone("/api/v1/namespaces/leaving");
  });
});

describe("a ServiceAccount's token", () => {
  const audience = "https://vault.example";

  async function token(audiences: readonly string[]): Promise<string> {
    const { status } = await rest.call<{ status: { token: string } }>("POST", inDefault("serviceaccounts/shop/token"), {
      spec: { audiences, expirationSeconds: 600 },
    });
    return status.token;
  }

  async function review(reviewer: KubernetesRest, reviewed: string, audiences?: readonly string[]) {
    const { status } = await reviewer.call<{ status: Record<string, unknown> & { user?: Record<string, unknown> } }>(
      "POST",
      "/apis/authentication.k8s.io/v1/tokenreviews",
      { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token: reviewed, audiences } },
    );
    return status;
  }

  beforeAll(async () => {
    for (const name of ["shop", "reviewer"]) {
      await rest.call("POST", inDefault("serviceaccounts"), { metadata: { name } });
    }
  });

  it("is authenticated by TokenReview, for its audience", async () => {
    const { uid } = (await rest.call<Stored>("GET", inDefault("serviceaccounts/shop"))).metadata;
    const status = await review(rest, await token([audience]), [audience]);
    expect(status).toMatchObject({
      authenticated: true,
      audiences: [audience],
      user: {
        username: "system:serviceaccount:default:shop",
        uid,
        groups: ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"],
      },
    });
  });

  it("is authenticated without an audience only where it was made for the API server", async () => {
    expect(await review(rest, await token([]))).toMatchObject({
      authenticated: true,
      audiences: [kubernetes.serviceAccountIssuer],
    });
    const other = await review(rest, await token([audience]));
    expect(other.authenticated).toBeUndefined();
    expect(other.error).toContain("token audiences");
  });

  it("is rejected for another audience, when altered, and when it is none", async () => {
    expect((await review(rest, await token([audience]), ["another"])).authenticated).toBeUndefined();
    const [header, claims, signature = ""] = (await token([audience])).split(".");
    const altered = [header, claims, signature.split("").reverse().join("")].join(".");
    expect((await review(rest, altered, [audience])).authenticated).toBeUndefined();
    expect((await review(rest, "hvs.none", [audience])).authenticated).toBeUndefined();
  });

  it("lets a ServiceAccount review tokens that has the role system:auth-delegator, and no other", async () => {
    const reviewer = kubernetesRest(await kubernetes.kubeconfigOf("default", "reviewer"));
    try {
      await expect(review(reviewer, await token([audience]), [audience])).rejects.toThrow(
        'tokenreviews.authentication.k8s.io is forbidden: User "system:serviceaccount:default:reviewer" cannot create resource "tokenreviews"',
      );
      await rest.call("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
        metadata: { name: "reviewer" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:auth-delegator" },
        subjects: [{ kind: "ServiceAccount", name: "reviewer", namespace: "default" }],
      });
      const status = await waitFor(async () => review(reviewer, await token([audience]), [audience]), {
        what: "the binding to be effective",
        timeoutMs: 10_000,
      });
      expect(status.user?.username).toBe("system:serviceaccount:default:shop");
    } finally {
      await reviewer.close();
    }
  });

  it("is in a Secret of type service-account-token for good, and ends with the Secret", async () => {
    await rest.call("POST", inDefault("secrets"), {
      metadata: { name: "shop-token", annotations: { "kubernetes.io/service-account.name": "shop" } },
      type: "kubernetes.io/service-account-token",
    });
    const { data } = await waitFor(
      async () => {
        const secret = await rest.find<Stored>(inDefault("secrets/shop-token"));
        return secret?.data?.token === undefined ? undefined : secret;
      },
      { what: "the token in the Secret", timeoutMs: 20_000 },
    );
    const jwt = Buffer.from(data?.token ?? "", "base64").toString("utf8");
    expect(Buffer.from(data?.["ca.crt"] ?? "", "base64").toString("utf8")).toBe(kubernetes.caCertificate);
    expect((await review(rest, jwt)).authenticated).toBe(true);
    await rest.remove(inDefault("secrets/shop-token"));
    await waitFor(async () => ((await review(rest, jwt)).authenticated === true ? undefined : true), {
      what: "the token to end",
      timeoutMs: 30_000,
    });
  });

  it("ends with its ServiceAccount", async () => {
    const jwt = await token([audience]);
    await rest.remove(inDefault("serviceaccounts/shop"));
    await waitFor(async () => ((await review(rest, jwt, [audience])).authenticated === true ? undefined : true), {
      what: "the token to end",
      timeoutMs: 30_000,
    });
  });
});
