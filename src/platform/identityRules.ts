import { parseArn } from "../aws/arns.js";
import { partitionIssues, regionRules } from "../aws/regions.js";
import { rootCredentialIssues } from "../iam/rootCredentialRules.js";
import { mapRecord } from "../internal/records.js";
import type { Issue } from "../internal/validation/issues.js";
import { isKnown, unknownValue } from "../internal/validation/known.js";
import type { Values } from "../vaultresource/fields.js";
import { engineRole } from "./scope.js";

/** What the choice between access keys and a ServiceAccount's role rules out. */
export function identityIssues({ irsa, storage }: Values): Issue[] {
  const { credential, provider } = (storage ?? {}) as Values;
  if (irsa === undefined) {
    const kind = (credential as Values | undefined)?.kind ?? credential;
    return kind === "irsa"
      ? [
          {
            path: "storage.credential",
            rule: "cannot be irsa in a platform, whose pods have one role for all",
            fix: "Give irsa of the platform itself.",
          },
        ]
      : [];
  }
  return [
    ...irsaIssues(irsa as Values),
    ...(provider === undefined
      ? []
      : [
          {
            path: "storage.provider",
            rule: "cannot be given together with irsa: Vault looks for its table in the account of its role",
            fix: "Give the platform itself the provider of that account, or leave irsa out.",
          },
        ]),
    ...(credential === undefined
      ? []
      : [
          {
            path: "storage.credential",
            rule: "cannot be given together with irsa: Vault then uses the table by the role of its pods",
            fix: "Leave it out.",
          },
        ]),
  ];
}

/** A role that is created, or one that exists. */
function irsaIssues({ oidcProviderArn, roleArn, attachPolicies, clusterRegion }: Values): Issue[] {
  return [
    ...((oidcProviderArn === undefined) === (roleArn === undefined)
      ? [
          {
            path: "irsa",
            rule: "needs exactly one of oidcProviderArn and roleArn",
            fix: "Give oidcProviderArn to have a role created, roleArn for one that exists.",
          },
        ]
      : []),
    ...(attachPolicies !== undefined && roleArn === undefined
      ? [{ path: "irsa.attachPolicies", rule: "needs irsa.roleArn", fix: "Leave it out." }]
      : []),
    ...(clusterRegion === undefined ? [{ path: "irsa.clusterRegion", rule: "is required" }] : []),
    ...regionRules("irsa.clusterRegion", clusterRegion),
    ...clusterRegionIssues({ oidcProviderArn, roleArn, clusterRegion }),
  ];
}

/** ARNs that cannot belong to a cluster in its region: of another partition, or of the OIDC provider of an EKS cluster elsewhere. */
export function clusterRegionIssues({ oidcProviderArn, roleArn, clusterRegion }: Values): Issue[] {
  const ofPartition = Object.entries({ oidcProviderArn, roleArn }).flatMap(([name, arn]) =>
    partitionIssues(`irsa.${name}`, arn, typeof arn === "string" ? parseArn(arn)?.partition : undefined, clusterRegion),
  );
  const region = typeof oidcProviderArn === "string" ? eksIssuer.exec(oidcProviderArn)?.[1] : undefined;
  return region === undefined || ofPartition.length > 0 || !isKnown(clusterRegion) || region === clusterRegion
    ? ofPartition
    : [
        {
          path: "irsa.clusterRegion",
          rule: `must be the region of the cluster, whose OIDC provider is in ${region}`,
          actual: clusterRegion,
          fix: `Write ${JSON.stringify(region)}, or give the ARN of the other cluster's provider.`,
        },
      ];
}

/**
 * The issuer of an EKS cluster names its region.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/enable-iam-roles-for-service-accounts.html
 */
const eksIssuer = /:oidc-provider\/oidc[.-]eks\.([a-z0-9-]+)\./;

/** A rotation needs rights that only `rotateRoot` gives. */
export function rotationIssues({ irsa, rootConfig, rootCredential }: Values): Issue[] {
  if ((rootCredential as Values | undefined)?.rotateRoot === true) {
    return [];
  }
  const given = (rootConfig ?? {}) as Values;
  return ["rotateRootTrigger", "rotationSchedule", "rotationPeriod"]
    .filter((name) => given[name] !== undefined)
    .map((name) => ({
      path: `rootConfig.${name}`,
      ...(irsa === undefined
        ? {
            rule: "needs rootCredential.rotateRoot, which lets Vault replace its key",
            fix: "Set rootCredential.rotateRoot: true.",
          }
        : { rule: "cannot be given together with irsa: there is no key to rotate", fix: "Leave it out." }),
    }));
}

/** Vault takes an access key or a workload identity, and without irsa the platform gives it a key. */
export function federationIssues({ irsa, rootConfig }: Values): Issue[] {
  const { identityTokenAudience: audience } = (rootConfig ?? {}) as Values;
  return irsa !== undefined || audience === undefined || audience === ""
    ? []
    : [
        {
          path: "rootConfig.identityTokenAudience",
          rule: "cannot be given without irsa: the platform then gives Vault an access key, and Vault takes one of the two",
          fix: "Give irsa, or leave it out.",
        },
      ];
}

export function rootCredentialPart(name: string, args: Values): Issue[] {
  const { irsa, namespace } = args;
  const { oidcProviderArn, roleArn, attachPolicies } = (irsa ?? {}) as Values;
  const identity =
    irsa === undefined
      ? {}
      : roleArn === undefined
        ? {
            identity: "role",
            // What is missing is reported once, as irsa's.
            serviceAccount: {
              oidcProviderArn: oidcProviderArn ?? unknownValue,
              namespace,
              serviceAccountName: args.serverName ?? name,
            },
          }
        : { identity: "role", existingRoleArn: roleArn, attachPolicies };
  const roles = mapRecord((args.roles ?? {}) as Readonly<Record<string, Values>>, (_, role) => engineRole(role));
  const plain = { ...((args.rootCredential ?? {}) as Values), ...identity, roles, staticRoles: args.staticRoles };
  const issues = rootCredentialIssues({ entityName: unknownValue, ...plain } as never);
  return issues.map((issue) => ({
    ...issue,
    path: rootCredentialPath(issue.path),
    ...(issue.fix === undefined ? {} : { fix: issue.fix.replace('Set identity: "role"', "Give irsa") }),
  }));
}

/** The platform's argument that an argument of its RootCredential is made of. */
function rootCredentialPath(path: string): string {
  const made: Readonly<Record<string, string>> = {
    serviceAccount: "irsa",
    existingRoleArn: "irsa.roleArn",
    attachPolicies: "irsa.attachPolicies",
    "serviceAccount.oidcProviderArn": "irsa.oidcProviderArn",
    "serviceAccount.namespace": "namespace",
    "serviceAccount.serviceAccountName": "serverName",
  };
  if (Object.hasOwn(made, path)) {
    return made[path] ?? path;
  }
  return path.startsWith("roles") || path.startsWith("staticRoles") ? path : `rootCredential.${path}`;
}

/** Both arguments stand for the one template that Vault gets. */
export function templateIssues({ rootConfig, rootCredential }: Values): Issue[] {
  const [given, checked] = [rootConfig, rootCredential].map((part) => (part as Values | undefined)?.usernameTemplate);
  return given === undefined || checked === undefined || given === checked || !isKnown(given) || !isKnown(checked)
    ? []
    : [
        {
          path: "rootCredential.usernameTemplate",
          rule: "must be the same as rootConfig.usernameTemplate, which Vault gets",
          actual: checked,
          fix: "Leave it out.",
        },
      ];
}
