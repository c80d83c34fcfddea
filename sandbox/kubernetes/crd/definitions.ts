import type { V1CustomResourceConversion, V1CustomResourceDefinition } from "@kubernetes/client-node";
import type { CoreTypes } from "./coreTypes.js";
import {
  boolean,
  choice,
  int64,
  localReference,
  object,
  raw,
  required,
  string,
  type Field,
  type Schema,
} from "./schema.js";
import { specV1alpha1, specV1alpha2 } from "./spec.js";
import { conditions, status } from "./status.js";

interface Version {
  readonly name: string;
  readonly spec: Field;
  readonly status?: Field;
  readonly metadata?: Schema;
  readonly stored: boolean;
}

interface Definition {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: string[];
  readonly scope: "Namespaced" | "Cluster";
  readonly columns: Readonly<Record<string, string>>;
  readonly versions: readonly Version[];
  readonly conversion?: V1CustomResourceConversion;
}

/** KubeVault's VaultServer, both versions served, v1alpha2 stored. */
export function vaultServerCrd(core: CoreTypes, conversion: V1CustomResourceConversion): V1CustomResourceDefinition {
  const name = { type: "string", maxLength: 63, pattern: "^[a-z]([-a-z0-9]*[a-z0-9])?$" };
  return definition({
    group: "kubevault.com",
    kind: "VaultServer",
    plural: "vaultservers",
    shortNames: ["vs"],
    scope: "Namespaced",
    columns: { Replicas: ".spec.replicas", Version: ".spec.version", Status: ".status.phase" },
    conversion,
    versions: [
      {
        name: "v1alpha1",
        spec: specV1alpha1(core),
        status,
        metadata: { type: "object", properties: { name } },
        stored: false,
      },
      { name: "v1alpha2", spec: specV1alpha2(core), status, stored: true },
    ],
  });
}

/** The catalog of Vault versions that the operator may run. */
export function vaultServerVersionCrd(): V1CustomResourceDefinition {
  const image = object({ image: required(string), imagePullPolicy: string });
  const task = object({
    name: required(string),
    params: raw({ type: "array", items: object({ name: required(string), value: required(string) }).schema }),
  });
  const spec = object({
    deprecated: boolean,
    distribution: choice("Vault", "OpenBao"),
    exporter: image,
    initContainer: image,
    stash: object({ addon: object({ backupTask: required(task), restoreTask: required(task) }) }),
    unsealer: required(image),
    vault: required(image),
    version: required(string),
  });
  return definition({
    group: "catalog.kubevault.com",
    kind: "VaultServerVersion",
    plural: "vaultserverversions",
    shortNames: ["vsv"],
    scope: "Cluster",
    columns: { Version: ".spec.version", Deprecated: ".spec.deprecated" },
    versions: [{ name: "v1alpha1", spec, stored: true }],
  });
}

/** A request to the operator: restart Vault's pods, or change its TLS. */
export function vaultOpsRequestCrd(): V1CustomResourceDefinition {
  const spec = object({
    restart: object({}),
    timeout: string,
    type: required(choice("ReconfigureTLS", "Restart")),
    vaultRef: required(localReference),
  });
  const phases = ["Pending", "Progressing", "Successful", "WaitingForApproval", "Failed", "Approved", "Denied"];
  const requestStatus = object({ conditions, observedGeneration: int64, phase: choice(...phases) });
  return definition({
    group: "ops.kubevault.com",
    kind: "VaultOpsRequest",
    plural: "vaultopsrequests",
    shortNames: ["vsops"],
    scope: "Namespaced",
    columns: { Type: ".spec.type", Status: ".status.phase" },
    versions: [{ name: "v1alpha1", spec, status: requestStatus, stored: true }],
  });
}

function definition(wanted: Definition): V1CustomResourceDefinition {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${wanted.plural}.${wanted.group}`, labels: { "app.kubernetes.io/name": "kubevault" } },
    spec: {
      group: wanted.group,
      names: {
        kind: wanted.kind,
        listKind: `${wanted.kind}List`,
        plural: wanted.plural,
        singular: wanted.kind.toLowerCase(),
        shortNames: wanted.shortNames,
      },
      scope: wanted.scope,
      ...(wanted.conversion === undefined ? {} : { conversion: wanted.conversion }),
      versions: wanted.versions.map((version) => ({
        name: version.name,
        served: true,
        storage: version.stored,
        additionalPrinterColumns: Object.entries(wanted.columns).map(([name, jsonPath]) => ({
          name,
          jsonPath,
          type: "string",
        })),
        ...(version.status === undefined ? {} : { subresources: { status: {} } }),
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              apiVersion: { type: "string" },
              kind: { type: "string" },
              metadata: version.metadata ?? { type: "object" },
              spec: version.spec.schema,
              ...(version.status === undefined ? {} : { status: version.status.schema }),
            },
          },
        },
      })),
    },
  };
}
