import { under, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { honouredPodFields, type PodTemplate } from "./podTemplate.js";
import type { VaultServerPlainArgs } from "./vaultServerRules.js";
import type { UnsealerMode, VaultServerSpec, VaultServerUnsealer } from "./vaultServerSpec.js";
import { liveVaultVersions, vaultVersionStanding } from "./vaultVersions.js";

/** What is allowed but does not do what it says, or is likely not meant. Only for arguments that break no rule. */
export function vaultServerWarnings({ apiVersion, spec }: VaultServerPlainArgs): Issue[] {
  if (!isKnown(spec)) {
    return [];
  }
  return [
    ...(apiVersion === "kubevault.com/v1alpha1" ? [oldApiVersion()] : []),
    ...under("spec", [
      ...versionWarnings(spec.version),
      ...unsealerWarnings(spec),
      ...authMethodWarnings(spec),
      ...(spec.podTemplate === undefined || !isKnown(spec.podTemplate) ? [] : podTemplateWarnings(spec.podTemplate)),
    ]),
  ];
}

function oldApiVersion(): Issue {
  return {
    path: "apiVersion",
    rule: "kubevault.com/v1alpha1 is converted to v1alpha2 when stored, and the conversion drops sessionTokenSecret",
    fix: "Take kubevault.com/v1alpha2. A session token must be in the Secret of credentialSecretRef too, where CredentialSecret puts it.",
  };
}

function versionWarnings(version: string): Issue[] {
  switch (isKnown(version) ? vaultVersionStanding(version) : "live") {
    case "deprecated":
      return [
        {
          path: "version",
          rule: "is deprecated by KubeVault, which does not install it by default: the VaultServer is rejected where it is missing",
          actual: version,
          fix: `Current versions: ${liveVaultVersions.join(", ")}.`,
        },
      ];
    case "custom":
      return [
        {
          path: "version",
          rule: "is not in KubeVault's catalog: a VaultServerVersion of this name must exist in the cluster",
          actual: version,
          fix: `KubeVault's own: ${liveVaultVersions.join(", ")}.`,
        },
      ];
    default:
      return [];
  }
}

function unsealerWarnings({ unsealer }: VaultServerSpec): Issue[] {
  if (unsealer === undefined) {
    return [
      {
        path: "unsealer",
        rule: "is not given: nobody initialises or unseals Vault, and the VaultServer does not become Ready until someone does by hand",
        fix: "Give unsealer, with secretShares, secretThreshold and mode.",
      },
    ];
  }
  const mode = isKnown(unsealer) && isKnown(unsealer.mode) ? unsealer.mode : undefined;
  return [...overwriteWarnings(unsealer), ...endpointWarnings(mode)];
}

function overwriteWarnings({ overwriteExisting }: VaultServerUnsealer): Issue[] {
  return overwriteExisting === true
    ? [
        {
          path: "unsealer.overwriteExisting",
          rule: "lets a Vault that is initialised on an empty table overwrite the unseal keys that are there: the data they belong to is then lost",
          fix: "Leave it out, and keep the keys of each table apart.",
        },
      ]
    : [];
}

function endpointWarnings(mode: UnsealerMode | undefined): Issue[] {
  return mode?.awsKmsSsm !== undefined && isKnown(mode.awsKmsSsm) && mode.awsKmsSsm.endpoint !== undefined
    ? [
        {
          path: "unsealer.mode.awsKmsSsm.endpoint",
          rule: "has no effect: KubeVault's unsealer does not read it",
          fix: "Reach a private KMS endpoint by private DNS.",
        },
      ]
    : [];
}

function authMethodWarnings({ authMethods }: VaultServerSpec): Issue[] {
  return (isKnown(authMethods) ? (authMethods ?? []) : []).flatMap((method, index) =>
    isKnown(method) && method.kubernetesConfig !== undefined
      ? [
          {
            path: `authMethods[${index}].kubernetesConfig`,
            rule: "makes KubeVault's conversion to v1alpha1 fail: whatever reads the object as v1alpha1 gets an error",
            fix: "Configure the method in Vault instead.",
          },
        ]
      : [],
  );
}

function podTemplateWarnings({ metadata, controller, spec }: PodTemplate): Issue[] {
  const ignored = (path: string): Issue => ({
    path: `podTemplate.${path}`,
    rule: "is accepted by KubeVault's schema, but its operator is not known to use it",
    fix: mends[path] ?? "Do not rely on it.",
  });
  const podFields = spec === undefined || !isKnown(spec) ? [] : Object.entries(spec);
  const warnings = podFields
    .filter(([key, value]) => value !== undefined && !honouredPodFields.some((honoured) => honoured === key))
    .map(([key]) => ignored(`spec.${key}`));
  const labels = Object.entries({ metadata, controller }).flatMap(([key, template]) =>
    template !== undefined && isKnown(template) && template.labels !== undefined ? [ignored(`${key}.labels`)] : [],
  );
  const annotations =
    metadata !== undefined && isKnown(metadata) && isKnown(metadata.annotations) ? metadata.annotations : {};
  const roleOnPod = Object.hasOwn(annotations ?? {}, roleArnAnnotation)
    ? [
        {
          path: `podTemplate.metadata.annotations[${JSON.stringify(roleArnAnnotation)}]`,
          rule: "has no effect on a pod: EKS reads it from the ServiceAccount",
          fix: "Give irsa instead.",
        },
      ]
    : [];
  return [...labels, ...roleOnPod, ...warnings];
}

/** The annotation of a ServiceAccount by which EKS gives its pods an IAM role. */
export const roleArnAnnotation = "eks.amazonaws.com/role-arn";

const mends: Readonly<Record<string, string>> = {
  "spec.env": "Vault's settings go into configSecret, AWS credentials into backend.dynamodb.credentialSecretRef.",
  "spec.serviceAccountName": "Vault's pods run as the ServiceAccount named as the VaultServer; give irsa for its role.",
  "spec.topologySpreadConstraints": "Spread the pods by affinity.",
};
