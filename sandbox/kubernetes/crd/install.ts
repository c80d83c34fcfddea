import type { V1CustomResourceConversion, V1CustomResourceDefinition } from "@kubernetes/client-node";
import { waitFor } from "../../process/index.js";
import { catalog } from "../catalog.js";
import type { KubernetesRest } from "../rest.js";
import { coreTypes, type OpenApiDocument } from "./coreTypes.js";
import { vaultOpsRequestCrd, vaultServerCrd, vaultServerVersionCrd } from "./definitions.js";

const definitionsPath = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** Puts KubeVault's types and its catalog of versions into a cluster, and waits until the API server serves them. */
export async function installKubeVaultTypes(
  kubernetes: KubernetesRest,
  conversion: V1CustomResourceConversion,
): Promise<void> {
  const core = coreTypes(await kubernetes.call<OpenApiDocument>("GET", "/openapi/v3/api/v1"));
  const definitions = [vaultServerVersionCrd(), vaultOpsRequestCrd(), vaultServerCrd(core, conversion)];
  await Promise.all(
    definitions.map(async (definition) => {
      await kubernetes.apply(`${definitionsPath}/${definition.metadata?.name}`, definition);
      await untilServed(kubernetes, definition);
    }),
  );
  await Promise.all(
    catalog().map((version) =>
      kubernetes.apply(`/apis/catalog.kubevault.com/v1alpha1/vaultserverversions/${version.metadata?.name}`, version),
    ),
  );
}

async function untilServed(kubernetes: KubernetesRest, definition: V1CustomResourceDefinition): Promise<void> {
  const name = definition.metadata?.name;
  const { group, versions, names } = definition.spec;
  await waitFor(
    async () => {
      const { status } = await kubernetes.call<V1CustomResourceDefinition>("GET", `${definitionsPath}/${name}`);
      const holds = (wanted: string) =>
        status?.conditions?.find(({ type, status }) => type === wanted && status === "True");
      const flaw = holds("NonStructuralSchema");
      if (flaw !== undefined) {
        throw new Error(flaw.message);
      }
      if (holds("Established") === undefined) {
        return undefined;
      }
      // Established is said a moment before the paths answer.
      for (const version of versions) {
        await kubernetes.call("GET", `/apis/${group}/${version.name}/${names.plural}?limit=1`);
      }
      return true;
    },
    { what: `the API server to serve ${name}`, timeoutMs: 30_000 },
  );
}
