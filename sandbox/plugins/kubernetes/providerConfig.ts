import { existsSync } from "node:fs";
import type { PropertyObject } from "../../../src/plugin/server/propertyValues.js";

/** What the stand-in understands of the Kubernetes provider's configuration. */
export interface ProviderConfig {
  /** The kubeconfig's text; undefined: found as kubectl finds it, by KUBECONFIG or in the home folder. */
  readonly kubeconfigText: string | undefined;
  readonly kubeconfigPath: string | undefined;
  readonly context: string | undefined;
  readonly cluster: string | undefined;
  /** For namespaced objects that name none. */
  readonly defaultNamespace: string;
  /** Otherwise new data of a Secret or ConfigMap makes a new object, as in the released provider. */
  readonly enableSecretMutable: boolean;
  readonly enableConfigMapMutable: boolean;
}

const understood = [
  "kubeconfig",
  "context",
  "cluster",
  "namespace",
  "enableSecretMutable",
  "enableConfigMapMutable",
  "enableServerSideApply",
];
/** Of no consequence to the objects that the stand-in makes. */
const acceptedWithoutEffect = [
  "clusterIdentifier",
  "deleteUnreachable",
  "helmReleaseSettings",
  "kubeClientSettings",
  "skipUpdateUnreachable",
  "suppressDeprecationWarnings",
  "suppressHelmHookWarnings",
  "version",
  "pluginDownloadURL",
];

/** Complaints about provider arguments that the stand-in cannot honour. */
export function configFailures(config: PropertyObject): string[] {
  const failures = Object.keys(config)
    .filter((key) => !understood.includes(key) && !acceptedWithoutEffect.includes(key) && !key.startsWith("__"))
    .map(
      (key) =>
        `the sandbox's stand-in for the Kubernetes provider does not know the provider argument "${key}". Install the released provider (pulumi plugin install resource kubernetes) to use it.`,
    );
  return flag(config.enableServerSideApply, true)
    ? failures
    : [...failures, "the sandbox's stand-in for the Kubernetes provider works by server-side apply only."];
}

/** Reads the provider's arguments; the kubeconfig may be given as a path or as its text. */
export function parseConfig(config: PropertyObject): ProviderConfig {
  const text = (key: string): string | undefined => {
    const value = config[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const kubeconfig = text("kubeconfig");
  const isPath = kubeconfig !== undefined && !kubeconfig.includes("\n") && existsSync(kubeconfig);
  return {
    kubeconfigText: isPath ? undefined : kubeconfig,
    kubeconfigPath: isPath ? kubeconfig : undefined,
    context: text("context"),
    cluster: text("cluster"),
    defaultNamespace: text("namespace") ?? "default",
    enableSecretMutable: flag(config.enableSecretMutable, false),
    enableConfigMapMutable: flag(config.enableConfigMapMutable, false),
  };
}

/** Provider arguments come as text. */
function flag(value: unknown, otherwise: boolean): boolean {
  return value === undefined ? otherwise : value === true || value === "true";
}
