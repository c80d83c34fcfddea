import { tagIssues } from "../aws/tags.js";
import { assumableRoleNameIssues } from "../iam/assumableRoleRules.js";
import { policyArnIssues } from "../iam/nameRules.js";
import { rootCredentialNameIssues } from "../iam/rootCredentialRules.js";
import { pathOf, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { annotationIssues, labelIssues, objectNameIssues } from "../kubernetes/objectRules.js";
import type { DynamoDbStorageArgs } from "../storage/dynamoDbStorageArgs.js";
import { unsealSecretName } from "./names.js";
import { storageNameIssues } from "../storage/storageNameRules.js";
import type { Values } from "../vaultresource/fields.js";

/** What is wrong with the settings that hold for all parts of a platform, and with the names of what it creates. */
export function namingIssues(name: string, args: Values): Issue[] {
  const { namePrefix, tags, labels, annotations, permissionsBoundaryArn } = args;
  if (namePrefix !== undefined && (typeof namePrefix !== "string" || namePrefix.trim() === "")) {
    return [{ path: "namePrefix", rule: "must be a text that is not empty", actual: namePrefix }];
  }
  return [
    ...madeNames(typeof namePrefix === "string" ? namePrefix : name, args),
    ...policyArnIssues("permissionsBoundaryArn", permissionsBoundaryArn),
    ...storageSecretIssues(name, args),
    ...tagIssues("tags", tags),
    ...labelIssues("labels", labels),
    ...annotationIssues("annotations", annotations),
    ...mergedTagIssues(args),
  ];
}

/** The Secret with the storage's key: a name that Kubernetes takes, of a Secret that is created, and of no other. */
function storageSecretIssues(name: string, args: Values): Issue[] {
  const { namePrefix = name, serverName = namePrefix, storageSecretName: given, irsa, storage } = args;
  const credential = (storage as Values | undefined)?.credential as Values | undefined;
  const isKept = irsa === undefined && (credential?.kind ?? credential) !== "none";
  const path = "storageSecretName";
  if (given !== undefined && !isKept) {
    const reason = irsa !== undefined ? "irsa: Vault's pods have a role" : 'storage.credential "none"';
    return [
      { path, rule: `cannot be given together with ${reason}, and there is no key to keep`, fix: "Leave it out." },
    ];
  }
  const keys = unsealSecretName(args, serverName);
  const { existingSecretName } = (typeof args.unsealer === "object" ? (args.unsealer ?? {}) : {}) as Values;
  const own = given ?? `${String(serverName)}-storage-credential`;
  return isKept && isKnown(own) && own === keys
    ? [
        {
          path:
            given === undefined
              ? `unsealer.${existingSecretName === undefined ? "secretName" : "existingSecretName"}`
              : path,
          rule: `must be another Secret than the ${given === undefined ? "storage's, which holds the access key" : "unsealer's, which holds the unseal keys"}`,
          actual: own,
        },
      ]
    : objectNameIssues(path, given);
}

/** The names in AWS that Pulumi makes of the platform's own: too long, or of characters that AWS does not take. */
function madeNames(base: string, args: Values): Issue[] {
  const storage = { ...((args.storage ?? {}) as Values) } as Values & { credential?: unknown };
  const unsealer = (args.unsealer as Values | undefined)?.kind ?? args.unsealer;
  const found = [
    ...partNames(
      "storage",
      storageNameIssues(`${base}-storage`, {
        ...storage,
        ...(args.irsa === undefined ? {} : { credential: "none" }),
        ...(unsealer === "awsKmsSsm" ? { unsealer: { kmsKeyArn: "", ssmKeyPrefix: "" } } : {}),
      } as DynamoDbStorageArgs),
    ),
    ...partNames("rootCredential", rootCredentialNameIssues(`${base}-root`, args.rootCredential ?? {})),
    ...Object.entries((args.assumableRoles ?? {}) as Readonly<Record<string, Values>>).flatMap(([key, role]) =>
      isKnown(role) ? partNames(pathOf("assumableRoles", key), assumableRoleNameIssues(`${base}-${key}`, role)) : [],
    ),
  ];
  // They all come of one name: the longest says enough.
  const [longest] = found.sort((left, right) => right.rule.length - left.rule.length);
  return longest === undefined ? [] : [{ ...longest, path: args.namePrefix === undefined ? "name" : "namePrefix" }];
}

/** The issues of a part's names, with what to give instead by its path in the platform. */
function partNames(path: string, issues: readonly Issue[]): Issue[] {
  return issues.map((issue) => ({
    ...issue,
    fix: `${(issue.fix ?? "").replace(/^Give (\S+)\.$/, `Give ${path}.$1`)}, or a shorter namePrefix.`,
  }));
}

/** The tags of a part together with the platform's: keys that differ in case only are one key to IAM. */
function mergedTagIssues({ tags, storage, rootCredential, assumableRoles }: Values): Issue[] {
  const parts: [string, unknown][] = [
    ["storage", storage],
    ["rootCredential", rootCredential],
    ...Object.entries((assumableRoles ?? {}) as Values).map(([key, role]): [string, unknown] => [
      pathOf("assumableRoles", key),
      role,
    ]),
  ];
  const common = Object.keys(tags !== null && typeof tags === "object" ? tags : {});
  return parts.flatMap(([path, part]) => {
    const own = (part as Values | undefined)?.tags;
    return Object.keys(own !== null && typeof own === "object" ? own : {}).flatMap((key) => {
      const twin = common.find((other) => other !== key && other.toLowerCase() === key.toLowerCase());
      return twin === undefined
        ? []
        : [
            {
              path: pathOf(`${path}.tags`, key),
              rule: `differs from ${pathOf("tags", twin)} in upper and lower case only, which is one key to IAM`,
              fix: `Write ${twin} to replace its value.`,
            },
          ];
    });
  });
}
