import type { V1Namespace } from "@kubernetes/client-node";
import { KubernetesError, type KubernetesRest } from "./rest.js";

interface ResourceList {
  readonly resources: readonly {
    readonly name: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
  }[];
}

export interface NamespaceFinalizer {
  readonly stop: () => Promise<void>;
}

const intervalMs = 500;

/**
 * The one controller of kube-controller-manager that a sandbox cannot do without: it empties namespaces that are being deleted and lets
 * them go. Without it, deleting a Namespace never ends.
 */
export function startNamespaceFinalizer(
  kubernetes: KubernetesRest,
  log: (message: string) => void,
): NamespaceFinalizer {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const schedule = (): void => {
    if (!stopped) {
      timer = setTimeout(() => {
        // Whatever fails, such as objects that change meanwhile, is tried again in the next round.
        running = round(kubernetes)
          .catch((error: Error) => log(`namespaces: ${error.message}`))
          .then(schedule);
      }, intervalMs);
    }
  };
  schedule();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

async function round(kubernetes: KubernetesRest): Promise<void> {
  const { items } = await kubernetes.call<{ items: V1Namespace[] }>("GET", "/api/v1/namespaces");
  for (const namespace of items.filter(({ metadata }) => metadata?.deletionTimestamp !== undefined)) {
    await finalize(kubernetes, namespace);
  }
}

async function finalize(kubernetes: KubernetesRest, namespace: V1Namespace): Promise<void> {
  const name = namespace.metadata?.name ?? "";
  let left = 0;
  for (const collection of await collections(kubernetes, name)) {
    left += await empty(kubernetes, collection);
  }
  if (left === 0) {
    await kubernetes.call("PUT", `/api/v1/namespaces/${name}/finalize`, {
      ...namespace,
      apiVersion: "v1",
      kind: "Namespace",
      spec: { ...namespace.spec, finalizers: [] },
    });
  }
}

/** Deletes all objects of one kind, and tells how many remain, held by their finalizers. */
async function empty(kubernetes: KubernetesRest, collection: string): Promise<number> {
  try {
    await kubernetes.call("DELETE", collection);
  } catch (error) {
    // One object that may not be deleted, such as a VaultServer with DoNotTerminate, must not keep the others.
    if (!(error instanceof KubernetesError)) {
      throw error;
    }
  }
  return (await kubernetes.call<{ items: unknown[] }>("GET", collection)).items.length;
}

/** Paths of the collections of all kinds of namespaced objects that can be deleted. */
async function collections(kubernetes: KubernetesRest, namespace: string): Promise<string[]> {
  const { groups } = await kubernetes.call<{ groups: { preferredVersion: { groupVersion: string } }[] }>(
    "GET",
    "/apis",
  );
  const roots = ["/api/v1", ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
  const lists = await Promise.all(
    roots.map(async (root) => ({ root, resources: (await kubernetes.call<ResourceList>("GET", root)).resources })),
  );
  return lists.flatMap(({ root, resources }) =>
    resources
      .filter(({ name, namespaced, verbs }) => namespaced && !name.includes("/") && verbs.includes("deletecollection"))
      .map(({ name }) => `${root}/namespaces/${namespace}/${name}`),
  );
}
