import { isAccessKeyId, isSecretAccessKey, isSessionKeyId } from "../aws/accessKeys.js";
import { pathOf, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { flagIssues } from "../internal/validation/valueRules.js";
import { isLabelKey, isLabelValue, isNamespaceName, isObjectName } from "./objectNames.js";

/** The rules for the name of a namespace. */
export function namespaceIssues(path: string, name: unknown): Issue[] {
  if (name === undefined) {
    return [{ path, rule: "is required", fix: "Give the name of a Kubernetes namespace." }];
  }
  return !isKnown(name) || (typeof name === "string" && isNamespaceName(name))
    ? []
    : [
        {
          path,
          rule: "must be the name of a Kubernetes namespace",
          actual: name,
        },
      ];
}

/** The rules for the name of a Secret or ServiceAccount; what is not given is not judged. */
export function objectNameIssues(path: string, name: unknown): Issue[] {
  return name === undefined || !isKnown(name) || (typeof name === "string" && isObjectName(name))
    ? []
    : [
        {
          path,
          rule: "must be at most 253 lower-case letters, digits, hyphens and dots, and begin and end with a letter or digit",
          actual: name,
        },
      ];
}

/** The rules for `labels` of Kubernetes objects. */
export function labelIssues(path: string, labels: unknown): Issue[] {
  return entryIssues(path, labels, (key, value) => [
    ...keyIssues(pathOf(path, key), key),
    ...(!isKnown(value) || (typeof value === "string" && isLabelValue(value))
      ? []
      : [
          {
            path: pathOf(path, key),
            rule: "must be at most 63 letters, digits, hyphens, underscores and dots, and begin and end with a letter or digit",
            actual: value,
          },
        ]),
  ]);
}

/** The rules for `annotations` of Kubernetes objects. */
export function annotationIssues(path: string, annotations: unknown): Issue[] {
  return entryIssues(path, annotations, (key, value) => [
    ...keyIssues(pathOf(path, key), key),
    ...(!isKnown(value) || typeof value === "string"
      ? []
      : [{ path: pathOf(path, key), rule: "must be a text", actual: value }]),
  ]);
}

function keyIssues(path: string, key: string): Issue[] {
  return isLabelKey(key)
    ? []
    : [
        {
          path,
          rule: "must have a key of at most 63 letters, digits, hyphens, underscores and dots, with or without a DNS name and a slash before it",
          fix: "Write team, or example.com/team.",
        },
      ];
}

function entryIssues(path: string, given: unknown, of: (key: string, value: unknown) => Issue[]): Issue[] {
  if (given === undefined || !isKnown(given)) {
    return [];
  }
  return given === null || typeof given !== "object" || Array.isArray(given)
    ? [{ path, rule: "must be an object of texts", actual: given, fix: 'Write { team: "payments" }.' }]
    : Object.entries(given as Readonly<Record<string, unknown>>).flatMap(([key, value]) =>
        value === undefined ? [] : of(key, value),
      );
}

/** What Secrets of this package are made from. */
interface SecretArguments {
  readonly namespace?: unknown;
  readonly secretName?: unknown;
  readonly labels?: unknown;
  readonly annotations?: unknown;
}

/** The rules of a Secret's name, namespace and metadata. */
export function secretIssues({ namespace, secretName, labels, annotations }: SecretArguments): Issue[] {
  return [
    ...namespaceIssues("namespace", namespace),
    ...objectNameIssues("secretName", secretName),
    ...labelIssues("labels", labels),
    ...annotationIssues("annotations", annotations),
  ];
}

/** The rules of a CredentialSecret. Its keys are secret: they are never shown. */
export function credentialSecretIssues(
  args: SecretArguments & {
    readonly accessKeyId?: unknown;
    readonly secretAccessKey?: unknown;
    readonly sessionToken?: unknown;
    readonly separateSessionToken?: unknown;
  },
): Issue[] {
  const untidy = (["accessKeyId", "secretAccessKey", "sessionToken"] as const).filter((name) => {
    const value = args[name];
    return (
      value !== undefined && isKnown(value) && (typeof value !== "string" || value === "" || value.trim() !== value)
    );
  });
  const { accessKeyId, secretAccessKey, sessionToken } = args;
  const swapped = "The value is not shown: it may be a secret. Are accessKeyId and secretAccessKey swapped?";
  return [
    ...secretIssues(args),
    ...untidy.map((path) => ({ path, rule: "must be a text that is not empty, without white space around it" })),
    ...(isSecretAccessKey(accessKeyId)
      ? [{ path: "accessKeyId", rule: "must be an access key ID, and looks like a secret access key", fix: swapped }]
      : []),
    ...(isAccessKeyId(secretAccessKey)
      ? [
          {
            path: "secretAccessKey",
            rule: "must be a secret access key, and looks like an access key ID",
            fix: swapped,
          },
        ]
      : []),
    ...(isSessionKeyId(accessKeyId) && sessionToken === undefined
      ? [
          {
            path: "sessionToken",
            rule: "is required with the access key of a session, whose ID begins with ASIA",
            fix: "Give it, or the key of an IAM user.",
          },
        ]
      : []),
    ...flagIssues("separateSessionToken", args.separateSessionToken),
  ];
}
