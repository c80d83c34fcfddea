import * as pulumi from "@pulumi/pulumi";
import { applicationsIssues } from "./applicationRules.js";
import { automationIssues } from "./automationRules.js";
import { assumableRoleIssues } from "../iam/assumableRoleRules.js";
import { assumedRoleIssues } from "../iam/sessionRules.js";
import { endpointIssues } from "../aws/endpoints.js";
import { mapRecord } from "../internal/records.js";
import { namespaceIssues, objectNameIssues } from "../kubernetes/objectRules.js";
import { vaultServerIssues, type VaultServerPlainArgs } from "../kubernetes/vaultServerRules.js";
import { engineRules } from "../secretsengine/awsSecretsEngine.js";
import { shapedIssues } from "../internal/validation/argumentShape.js";
import { storageIssues } from "../storage/storageRules.js";
import { formatIssues, pathOf, under, type Issue } from "../internal/validation/issues.js";
import { isKnown, unknownValue } from "../internal/validation/known.js";
import { maskUnknowns } from "../internal/validation/maskUnknowns.js";
import { flagIssues } from "../internal/validation/valueRules.js";
import { connectionIssues } from "./connectionIssues.js";
import { unsealSecretName } from "./names.js";
import { namingIssues } from "./namingRules.js";
import {
  federationIssues,
  identityIssues,
  rootCredentialPart,
  rotationIssues,
  templateIssues,
} from "./identityRules.js";
import { unassumedRoles, engineRole, platformRoles } from "./scope.js";
import { protectionIssues, protectionWarnings } from "./protectionRules.js";
import { platformShape } from "./platformShape.js";
import { unsealingIssues } from "./unsealingRules.js";
import type { VaultPlatformArgs } from "./vaultPlatformArgs.js";
import type { Values } from "../vaultresource/fields.js";

/**
 * Checks all plain values in a platform's arguments against the rules of all its children, so that validation errors are reported together and under
 * the platform's own argument names. Outputs are checked by the children, once they are known.
 *
 * @throws pulumi.ResourceError with all problems in its message
 */
export function assertValidPlatform(
  resource: pulumi.Resource,
  name: string,
  args: VaultPlatformArgs | null | undefined,
): void {
  const issues = platformIssues(name, maskUnknowns(args ?? {}) as Values);
  if (issues.length > 0) {
    throw new pulumi.ResourceError(formatIssues(`VaultPlatform ${JSON.stringify(name)}`, issues), resource, true);
  }
}

/** What is allowed but not advisable. */
export function platformWarnings(args: VaultPlatformArgs): Issue[] {
  return [
    ...plainHttpWarnings(args),
    ...protectionWarnings(maskUnknowns(args) as Values),
    ...unassumedRoleWarnings(args),
  ];
}

/** Roles made for Vault to assume that it gets no right to. */
function unassumedRoleWarnings(args: VaultPlatformArgs): Issue[] {
  return unassumedRoles(args).map((key) => ({
    path: pathOf("assumableRoles", key),
    rule: "is not in the assumableRoles of any role: Vault gets no right to assume it",
    fix: "Name it there, or leave it out.",
  }));
}

function plainHttpWarnings({ plainHttp }: VaultPlatformArgs): Issue[] {
  return plainHttp === true
    ? [
        {
          path: "plainHttp",
          rule: "is for trials only: tokens and credentials cross the cluster's network in plain text",
          fix: "Leave it out: KubeVault's operator signs certificates itself where no issuer is given.",
        },
      ]
    : [];
}

/** All that is wrong with a platform's plain arguments. */
export function platformIssues(name: string, args: Values): Issue[] {
  return unique(
    shapedIssues(platformShape, args, () => {
      const naming = namingIssues(name, args);
      const base = typeof args.namePrefix === "string" && naming.length === 0 ? args.namePrefix : name;
      return [...naming, ...partIssues(base, args)];
    }),
  );
}

/** The issues without repetitions: some rules of a role are both the secrets engine's and the root credential's. */
function unique(issues: readonly Issue[]): Issue[] {
  const byText = new Map(issues.map((issue) => [JSON.stringify(issue), issue]));
  return [...byText.values()];
}

function partIssues(name: string, args: Values): Issue[] {
  const issues = ownIssues(name, args);
  // The rules of roles and names that the root credential shares with the secrets engine and the VaultServer are reported by those.
  const reported = new Set(issues.map(({ path }) => path));
  return [...issues, ...rootCredentialPart(name, args).filter(({ path }) => !reported.has(path))];
}

function ownIssues(name: string, args: Values): Issue[] {
  const named = { ...args, serverName: args.serverName ?? name };
  return [
    ...vaultServerPart(name, args),
    ...under("storage", storageIssues(args.storage ?? {})),
    ...connectionIssues(args),
    ...unsealingIssues(args),
    ...plainHttpIssues(args),
    ...protectionIssues(args),
    ...identityIssues(args),
    ...rotationIssues(args),
    ...federationIssues(args),
    ...assumableRoleParts(args),
    ...enginePart(args),
    ...templateIssues(args),
    ...assumedRoleIssues(platformRoles(args), (args.assumableRoles ?? {}) as never),
    ...flagIssues("protectData", args.protectData),
    ...flagIssues("plainHttp", args.plainHttp),
    ...endpointParts(args),
    ...applicationsIssues({ ...named, roles: platformRoles(args) }),
    ...automationIssues(named),
  ];
}

function vaultServerPart(name: string, args: Values): Issue[] {
  const given = args.vaultServer as Values | undefined;
  if (given === undefined) {
    return [
      { path: "vaultServer", rule: "is required", fix: 'Give at least { version: "1.18.4" }.' },
      ...namespaceIssues("namespace", args.namespace),
    ];
  }
  if (!isKnown(given)) {
    return [];
  }
  const backend =
    "backend" in given
      ? [
          {
            path: "vaultServer.backend",
            rule: "is created by VaultPlatform",
            fix: "Use storage and endpoints instead.",
          },
        ]
      : [];
  const plain = {
    ...((args.vaultServerOptions ?? {}) as Values),
    serverName: args.serverName ?? name,
    namespace: args.namespace,
    apiVersion: (args.vaultServerOptions as Values | undefined)?.apiVersion ?? "kubevault.com/v1alpha2",
    spec: {
      ...unsealerSpec(args, args.serverName ?? name),
      ...given,
      // What is neither is reported as the storage's own.
      backend: { dynamodb: { haEnabled: (args.storage as Values | undefined)?.haEnabled !== false } },
    },
  } as unknown as VaultServerPlainArgs;
  const issues = vaultServerIssues(plain).map((issue) => ({
    ...issue,
    path: serverPath(issue.path, given),
    rule: inPlatformTerms(issue.rule),
    ...(issue.fix === undefined ? {} : { fix: inPlatformTerms(issue.fix) }),
    ...(issue.path === "serverName" && args.serverName === undefined
      ? {
          fix: `Give serverName: without it the ${args.namePrefix === undefined ? "component's name" : "namePrefix"} is taken.`,
        }
      : {}),
  }));
  return [...backend, ...issues];
}

/** The platform's argument that an argument of its VaultServer is made of. */
function serverPath(path: string, { unsealer }: Values): string {
  if (/^spec(?=\.|\[|$)/.test(path)) {
    return unsealer === undefined && path.startsWith("spec.unsealer.")
      ? path.replace(/^spec\./, "")
      : path.replace(/^spec/, "vaultServer");
  }
  return ["serverName", "namespace"].includes(path) ? path : `vaultServerOptions.${path}`;
}

/** The shares of the platform's own unsealer, for the rules of `spec.unsealer`. */
function unsealerSpec(args: Values, serverName: unknown): Values {
  const { unsealer } = args;
  const { secretShares = 5, secretThreshold = Math.min(3, Number(secretShares)) } = (
    typeof unsealer === "object" && unsealer !== null ? unsealer : {}
  ) as Values;
  const secretName = unsealSecretName(args, serverName);
  // A name that is none is reported as that of what it is made of.
  const isNamed = typeof secretName === "string" && objectNameIssues("secretName", secretName).length === 0;
  const mode = isNamed ? { kubernetesSecret: { secretName } } : unknownValue;
  return { unsealer: { secretShares, secretThreshold, mode } };
}

function inPlatformTerms(text: string): string {
  return text
    .replaceAll("backend.dynamodb.haEnabled", "storage.haEnabled")
    .replaceAll("unsealer.mode.kubernetesSecret.secretName", "unsealer.secretName");
}

function plainHttpIssues({ plainHttp, vaultServer }: Values): Issue[] {
  return plainHttp === true && (vaultServer as Values | undefined)?.tls !== undefined
    ? [
        {
          path: "plainHttp",
          rule: "cannot be given together with vaultServer.tls",
          fix: "Leave one of the two out.",
        },
      ]
    : [];
}

function endpointParts({ endpoints, storage, assumableRoles }: Values): Issue[] {
  const providers: [string, unknown][] = [
    ["storage.provider", (storage as Values | undefined)?.provider],
    ...Object.entries((assumableRoles ?? {}) as Readonly<Record<string, Values>>).map(
      ([key, role]): [string, unknown] => [`${pathOf("assumableRoles", key)}.provider`, role.provider],
    ),
  ];
  return [
    ...endpointIssues("endpoints.dynamodb", (endpoints as Values | undefined)?.dynamodb),
    ...providers
      .filter(([, provider]) => provider !== undefined && isKnown(provider))
      .map(([path]) => ({ path, rule: "must be an AWS provider: new aws.Provider(...)" })),
  ];
}

function assumableRoleParts({ assumableRoles }: Values): Issue[] {
  return Object.entries((assumableRoles ?? {}) as Readonly<Record<string, Values>>).flatMap(([key, role]) =>
    under(pathOf("assumableRoles", key), assumableRoleIssues({ ...role, trustedPrincipalArn: unknownValue })),
  );
}

function enginePart(args: Values): Issue[] {
  const roles = (args.roles ?? {}) as Readonly<Record<string, Values>>;
  const known = Object.keys(args.assumableRoles ?? {});
  const missing = Object.entries(roles).flatMap(([name, role]) =>
    ((role.assumableRoles ?? []) as readonly string[]).flatMap((key, index) =>
      known.includes(key)
        ? []
        : [
            {
              path: `${pathOf("roles", name)}.assumableRoles[${index}]`,
              rule:
                known.length === 0
                  ? "names a role, and there are no assumableRoles"
                  : `must be one of ${known.join(", ")}`,
              actual: key,
            },
          ],
    ),
  );
  const issues = engineRules({
    path: args.mountPath,
    mount: args.mount,
    rootConfig: rootConfigOf(args),
    leaseConfig: args.leaseConfig,
    roles: mapRecord(roles, (_, role) => engineRole(role)),
    staticRoles: args.staticRoles,
  });
  return [...missing, ...issues.map((issue) => ({ ...issue, path: enginePaths[issue.path] ?? issue.path }))];
}

/** The platform's arguments that arguments of its engine are made of. */
const enginePaths: Readonly<Record<string, string>> = {
  path: "mountPath",
  "rootConfig.iamEndpoint": "endpoints.iam",
  "rootConfig.stsEndpoint": "endpoints.sts",
};

function rootConfigOf({ rootConfig, endpoints }: Values): unknown {
  const { iam, sts } = (endpoints ?? {}) as Values;
  return iam === undefined && sts === undefined
    ? rootConfig
    : { ...(rootConfig as Values | undefined), iamEndpoint: iam, stsEndpoint: sts };
}
