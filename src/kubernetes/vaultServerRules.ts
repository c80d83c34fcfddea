import { parameterPrefixIssues } from "../aws/parameterPrefix.js";
import { regionRules } from "../aws/regions.js";
import { under, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { oneOfIssues, wholeNumberIssues } from "../internal/validation/valueRules.js";
import { annotationIssues, labelIssues, namespaceIssues, objectNameIssues } from "./objectRules.js";
import { authMethodIssues } from "./authMethodRules.js";
import { tlsIssues } from "./certificateRules.js";
import { closedFieldIssues } from "./closedFields.js";
import { fieldRuleIssues } from "./fieldRules.js";
import { serviceTemplateIssues } from "./serviceRules.js";
import { vaultServerAdvice } from "./vaultServerAdvice.js";
import { vaultServerFields } from "./vaultServerFields.js";
import type { VaultServerSpec, VaultServerUnsealer } from "./vaultServerSpec.js";
import { vaultVersionStanding, vaultVersionsWithoutIrsa } from "./vaultVersions.js";

/** The API versions of VaultServer that KubeVault serves. */
export type VaultServerApiVersion = "kubevault.com/v1alpha2" | "kubevault.com/v1alpha1";

/** The arguments of a VaultServer that rules look at, in plain values; parts not known yet are `unknownValue`. */
export interface VaultServerPlainArgs {
  readonly serverName: string;
  readonly namespace: string;
  readonly apiVersion: VaultServerApiVersion;
  readonly spec: VaultServerSpec;
  readonly irsa?: { readonly roleArn: string; readonly clusterRegion: string };
  readonly sessionTokenSecretName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly readyTimeoutSeconds?: number;
  readonly onImmutableChange?: "refuse" | "replace";
}

/** All that is wrong with the arguments of a VaultServer. */
export function vaultServerIssues(args: VaultServerPlainArgs): Issue[] {
  const shape = closedFieldIssues("spec", args.spec, vaultServerFields, vaultServerAdvice);
  const named = [...nameIssues(args), ...irsaArgumentIssues(args)];
  // The other rules read fields that must be there and of their kind first.
  return shape.length > 0 || !isKnown(args.spec)
    ? [...named, ...shape]
    : [...named, ...under("spec", specIssues(args.spec)), ...irsaIssues(args), ...apiVersionIssues(args)];
}

function nameIssues(args: VaultServerPlainArgs): Issue[] {
  const { serverName, namespace } = args;
  const isName =
    typeof serverName === "string" && /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(serverName) && serverName.length <= 63;
  return [
    ...(isName || !isKnown(serverName)
      ? []
      : [
          {
            path: "serverName",
            rule: "must be at most 63 lower-case letters, digits and hyphens, start with a letter and end with a letter or digit",
            actual: serverName,
          },
        ]),
    ...namespaceIssues("namespace", namespace),
    ...objectNameIssues("sessionTokenSecretName", args.sessionTokenSecretName),
    ...labelIssues("labels", args.labels),
    ...annotationIssues("annotations", args.annotations),
    ...oneOfIssues("apiVersion", args.apiVersion, ["kubevault.com/v1alpha2", "kubevault.com/v1alpha1"]),
    ...oneOfIssues("onImmutableChange", args.onImmutableChange, ["refuse", "replace"]),
    ...wholeNumberIssues("readyTimeoutSeconds", args.readyTimeoutSeconds, { unit: "seconds" }),
  ];
}

function specIssues(spec: VaultServerSpec): Issue[] {
  return [
    ...versionIssues(spec.version),
    ...regionIssues(spec),
    ...replicaIssues(spec),
    ...within("unsealer", spec.unsealer, unsealerIssues),
    ...unsealSecretIssues(spec),
    ...within("authMethods", spec.authMethods, authMethodIssues),
    ...within("tls", spec.tls, tlsIssues),
    ...within("serviceTemplates", spec.serviceTemplates, serviceTemplateIssues),
    ...fieldRuleIssues("", spec, vaultServerFields),
  ];
}

/** The issues of a part of the spec; what is not given or not known is not judged. */
function within<T>(path: string, part: T | undefined, rules: (part: T) => Issue[]): Issue[] {
  return part === undefined || !isKnown(part) ? [] : under(path, rules(part));
}

function versionIssues(version: string): Issue[] {
  return isKnown(version) && vaultVersionStanding(version) === "openbao"
    ? [
        {
          path: "version",
          rule: "must be a version of HashiCorp Vault: OpenBao and Sigilr have no DynamoDB storage and no AWS secrets engine",
          actual: version,
        },
      ]
    : [];
}

function regionIssues({ backend, unsealer }: VaultServerSpec): Issue[] {
  const dynamodb = isKnown(backend) && isKnown(backend.dynamodb) ? backend.dynamodb : undefined;
  const mode = isKnown(unsealer) && isKnown(unsealer?.mode) ? unsealer?.mode : undefined;
  const awsKmsSsm = isKnown(mode?.awsKmsSsm) ? mode?.awsKmsSsm : undefined;
  const regions = {
    "backend.dynamodb.region": dynamodb?.region,
    "unsealer.mode.awsKmsSsm.region": awsKmsSsm?.region,
  };
  return Object.entries(regions).flatMap(([path, region]) => regionRules(path, region));
}

function replicaIssues(spec: VaultServerSpec): Issue[] {
  const issues: Issue[] = [];
  const { replicas } = spec;
  const haEnabled = spec.backend.dynamodb?.haEnabled;
  const withoutHa = isKnown(spec.backend) && isKnown(spec.backend.dynamodb) && isKnown(haEnabled) && haEnabled !== true;
  if (replicas !== undefined && isKnown(replicas)) {
    if (replicas < 1) {
      issues.push({ path: "replicas", rule: "must be at least 1", actual: replicas, fix: "Leave it out for 1." });
    }
    if (replicas > 1 && withoutHa) {
      issues.push({
        path: "replicas",
        rule: "must be 1 unless backend.dynamodb.haEnabled is true: without its lock several active nodes would write to one table",
        actual: replicas,
        fix: "Set backend.dynamodb.haEnabled to true.",
      });
    }
  }
  if (spec.exposePrimary === true && withoutHa) {
    issues.push({
      path: "exposePrimary",
      rule: "needs backend.dynamodb.haEnabled: without it there is no active node to lead to",
      fix: "Set backend.dynamodb.haEnabled to true, or leave exposePrimary out.",
    });
  }
  return issues;
}

/** Vault splits its key over the bytes of a field of 256 elements, of which one is taken. */
const mostShares = 255;

function unsealerIssues(unsealer: VaultServerUnsealer): Issue[] {
  const { secretShares, secretThreshold } = unsealer;
  const issues: Issue[] = [];
  if (isKnown(secretShares) && (secretShares < 1 || secretShares > mostShares)) {
    issues.push({ path: "secretShares", rule: `must be from 1 to ${mostShares}`, actual: secretShares });
  }
  if (isKnown(secretThreshold)) {
    if (secretThreshold < 1 || (isKnown(secretShares) && secretThreshold > secretShares)) {
      issues.push({ path: "secretThreshold", rule: "must be from 1 to secretShares", actual: secretThreshold });
    } else if (isKnown(secretShares) && secretShares > 1 && secretThreshold === 1) {
      issues.push({
        path: "secretThreshold",
        rule: "must be at least 2 where there is more than one share: Vault refuses to initialise otherwise",
        actual: secretThreshold,
      });
    }
  }
  if (unsealer.storeRootToken === false) {
    issues.push({
      path: "storeRootToken",
      rule: "cannot be false: KubeVault takes that for not given and keeps the root token",
      fix: "Leave it out, and revoke the root token once it is no longer needed.",
    });
  }
  return [...issues, ...modeIssues(unsealer)];
}

function modeIssues({ mode }: VaultServerUnsealer): Issue[] {
  if (!isKnown(mode)) {
    return [];
  }
  const modes = Object.entries(mode).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const issues: Issue[] = [];
  if (modes.length !== 1) {
    issues.push({
      path: "mode",
      rule: "must have exactly one of kubernetesSecret, awsKmsSsm, googleKmsGcs, azureKeyVault",
      actual: modes,
    });
  }
  const { awsKmsSsm } = mode;
  if (awsKmsSsm !== undefined && isKnown(awsKmsSsm)) {
    if (awsKmsSsm.kmsKeyID === "") {
      issues.push({ path: "mode.awsKmsSsm.kmsKeyID", rule: "must be the ID or ARN of a KMS key", actual: "" });
    }
    issues.push(...parameterPrefixIssues("mode.awsKmsSsm.ssmKeyPrefix", awsKmsSsm.ssmKeyPrefix));
  }
  return issues;
}

/** The Secret of the unseal keys holds nothing else: who writes the rest would write over the keys. */
function unsealSecretIssues({ unsealer, backend, configSecret }: VaultServerSpec): Issue[] {
  const kept = isKnown(unsealer) && isKnown(unsealer?.mode) ? unsealer?.mode.kubernetesSecret : undefined;
  const keys = kept !== undefined && isKnown(kept) ? kept.secretName : undefined;
  const credential = isKnown(backend) && isKnown(backend.dynamodb) ? backend.dynamodb?.credentialSecretRef : undefined;
  const others = { "backend.dynamodb.credentialSecretRef": credential, configSecret };
  return Object.entries(others)
    .filter(([, other]) => other !== undefined && isKnown(other) && isKnown(keys) && other.name === keys)
    .map(([path]) => ({
      path: `${path}.name`,
      rule: "must be another Secret than that of the unseal keys, unsealer.mode.kubernetesSecret.secretName",
      actual: keys,
    }));
}

function irsaArgumentIssues({ irsa }: VaultServerPlainArgs): Issue[] {
  if (irsa === undefined || !isKnown(irsa) || !isKnown(irsa.roleArn)) {
    return [];
  }
  return /^arn:[^:]+:iam::\d{12}:role\/.+$/.test(irsa.roleArn)
    ? []
    : [{ path: "irsa.roleArn", rule: "must be the ARN of an IAM role", actual: irsa.roleArn }];
}

function irsaIssues({ irsa, spec }: VaultServerPlainArgs): Issue[] {
  if (irsa === undefined || !isKnown(irsa)) {
    return [];
  }
  const issues: Issue[] = [];
  const dynamodb = isKnown(spec.backend) && isKnown(spec.backend.dynamodb) ? spec.backend.dynamodb : undefined;
  const awsKmsSsm = isKnown(spec.unsealer) && isKnown(spec.unsealer?.mode) ? spec.unsealer?.mode.awsKmsSsm : undefined;
  const { clusterRegion } = irsa;
  if (dynamodb?.region !== undefined && [dynamodb.region, clusterRegion].every(isKnown)) {
    if (dynamodb.region !== clusterRegion) {
      issues.push({
        path: "spec.backend.dynamodb.region",
        rule: `must be the cluster's region ${clusterRegion} under IRSA: the AWS_REGION that EKS sets in Vault's pod wins over it, and Vault would look for the table there`,
        actual: dynamodb.region,
        fix: "Put the table into the cluster's region, or give Vault static keys by credentialSecretRef instead of irsa.",
      });
    }
  }
  if (dynamodb?.credentialSecretRef !== undefined) {
    issues.push(twoIdentities("spec.backend.dynamodb.credentialSecretRef"));
  }
  if (awsKmsSsm !== undefined && isKnown(awsKmsSsm) && awsKmsSsm.credentialSecretRef !== undefined) {
    issues.push(twoIdentities("spec.unsealer.mode.awsKmsSsm.credentialSecretRef"));
  }
  if (isKnown(spec.version) && vaultVersionsWithoutIrsa.includes(spec.version)) {
    issues.push({
      path: "spec.version",
      rule: "must not be 1.14.0 or 1.14.1 under IRSA: they ignore the pod's role",
      actual: spec.version,
    });
  }
  return issues;
}

function twoIdentities(path: string): Issue {
  return {
    path,
    rule: "must be left out under IRSA: with static keys and a role both in the pod, it depends on Vault's version which one wins",
    fix: "Take either irsa or credentialSecretRef.",
  };
}

function apiVersionIssues({ apiVersion, spec, sessionTokenSecretName }: VaultServerPlainArgs): Issue[] {
  if (apiVersion === "kubevault.com/v1alpha2") {
    return sessionTokenSecretName === undefined
      ? []
      : [
          {
            path: "sessionTokenSecretName",
            rule: "is for kubevault.com/v1alpha1 only",
            fix: "Put session_token into the Secret of spec.backend.dynamodb.credentialSecretRef instead.",
          },
        ];
  }
  const missing = (path: string): Issue => ({
    path,
    rule: "does not exist in kubevault.com/v1alpha1",
    fix: "Leave it out, or take kubevault.com/v1alpha2.",
  });
  const authConfigs = (isKnown(spec.authMethods) ? (spec.authMethods ?? []) : []).flatMap((method, index) =>
    (["kubernetesConfig", "jwtConfig", "oidcConfig"] as const)
      .filter((key) => isKnown(method) && method[key] !== undefined)
      .map((key) => missing(`spec.authMethods[${index}].${key}`)),
  );
  return [...(spec.healthChecker === undefined ? [] : [missing("spec.healthChecker")]), ...authConfigs];
}
