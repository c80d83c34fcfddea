import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { inspectCluster } from "../../../src/kubernetes/inspectCluster.js";
import {
  ClusterApiError,
  UnreachableClusterError,
  type ClusterApi,
} from "../../../src/kubernetes/providers/clusterApi.js";
import { record } from "../../support/recorder.js";

const subject = 'VaultServer "vault"';
const parent = "urn:pulumi:dev::shop::a:b:Team$kubevault-aws:index:VaultServer::vault";
const created = {
  urn: "urn:pulumi:dev::shop::kubernetes:kubevault.com/v1alpha2:VaultServer::vault-vault-server",
  id: "",
  name: "vault-vault-server",
  type: "kubernetes:kubevault.com/v1alpha2:VaultServer",
  newInputs: { metadata: { name: "vault", namespace: "demo" } },
};
const known = ["vaultserverversions/1.18.4"];

/** What a hook says of a cluster that has these objects. */
async function told(
  objects: readonly string[],
  { preview = false, served = true, failure }: { preview?: boolean; served?: boolean; failure?: Error } = {},
): Promise<string> {
  await record({ preview });
  const answer = <T>(value: T) => (failure === undefined ? Promise.resolve(value) : Promise.reject(failure));
  const api = {
    server: "https://cluster",
    serves: () => answer(served),
    find: ({ plural }: { plural: string }, name: string, namespace?: string) =>
      answer(objects.includes(`${plural}/${namespace === undefined ? "" : `${namespace}/`}${name}`) ? {} : undefined),
  } as unknown as ClusterApi;
  const hook = inspectCluster(
    { subject, apiVersion: "kubevault.com/v1alpha2", version: "1.18.4", parent, kubeconfig: "kind: Config" },
    () => false,
    () => Promise.resolve(api),
  );
  return Promise.resolve(hook(created as pulumi.ResourceHookArgs)).then(
    () => "nothing",
    (error: Error) => error.message,
  );
}

describe("the look at a cluster before a VaultServer is created", () => {
  it("says nothing where KubeVault has the version, and no VaultServer of the name", async () => {
    expect(await told(known)).toBe("nothing");
    expect(await told([...known, "vaultservers/other/vault", "vaultservers/demo/other"])).toBe("nothing");
  });

  it("says that KubeVault is not installed", async () => {
    expect(await told([], { served: false, preview: true })).toBe(
      `${subject}: KubeVault is not installed in the cluster at https://cluster: it does not serve kubevault.com/v1alpha2 VaultServer (the ` +
        "CustomResourceDefinition vaultservers.kubevault.com). Install KubeVault's Helm chart, or give kubeconfig and context if the VaultServer " +
        "belongs into another cluster",
    );
  });

  it("says that the version is missing", async () => {
    expect(await told([], { preview: true })).toBe(
      `${subject}: spec.version: the cluster at https://cluster has no VaultServerVersion "1.18.4". ` +
        "kubectl get vaultserverversions lists those it has; another one can be created as an object of your own",
    );
  });

  it("gives the command that takes in the VaultServer of an up that was killed", async () => {
    expect(await told([...known, "vaultservers/demo/vault"])).toBe(
      `${subject}: VaultServer demo/vault exists in the cluster at https://cluster, but not in the stack's state, as after an up that was killed. ` +
        "Where it belongs to another program, give this one another serverName or namespace. Otherwise take it into the state, then run pulumi up again: " +
        "pulumi import kubernetes:kubevault.com/v1alpha2:VaultServer vault-vault-server demo/vault " +
        `--parent 'parent=${parent}' --protect=false --generate-code=false --yes`,
    );
  });

  it("says nothing of it at preview, where one that is replaced is still there", async () => {
    expect(await told([...known, "vaultservers/demo/vault"], { preview: true })).toBe("nothing");
  });

  it.each([new ClusterApiError(403, "no"), new UnreachableClusterError("no")])(
    "leaves the judgement to others where it may not look: %s",
    async (failure) => {
      expect(await told([], { failure })).toBe("nothing");
    },
  );

  it("passes on what is a fault of its own", async () => {
    expect(await told([], { failure: new TypeError("x is not a function") })).toBe("x is not a function");
  });
});
