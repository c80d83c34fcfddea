import { pathOf, under, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { objectNameIssues } from "../kubernetes/objectRules.js";
import { unsealerKeyIssues } from "../storage/storageRules.js";
import type { Values } from "../vaultresource/fields.js";

const kinds = ["kubernetesSecret", "awsKmsSsm"];

/** What is wrong with where a platform's unseal keys are kept. */
export function unsealingIssues(args: Values): Issue[] {
  const { unsealer } = args;
  const own = (args.vaultServer as Values | undefined)?.unsealer;
  if (own !== undefined) {
    return [
      ...(unsealer === undefined
        ? []
        : [
            {
              path: "unsealer",
              rule: "cannot be given together with vaultServer.unsealer",
              fix: "Leave one of the two out.",
            },
          ]),
      ...(isKnown(own) ? ownUnsealerIssues(own as Values, args) : []),
    ];
  }
  return unsealer === undefined || !isKnown(unsealer) ? [] : under("unsealer", unsealerIssues(unsealer, args));
}

function unsealerIssues(unsealer: unknown, { storage }: Values): Issue[] {
  const { kind, ...given } = (typeof unsealer === "object" ? unsealer : { kind: unsealer }) as Values;
  if (!kinds.includes(kind as string)) {
    return [
      {
        path: typeof unsealer === "object" ? "kind" : "",
        rule: `must be one of ${kinds.join(", ")}`,
        actual: kind,
        fix: "For another mode of KubeVault's use vaultServer.unsealer.",
      },
    ];
  }
  if (kind !== "awsKmsSsm") {
    const { secretName, existingSecretName } = given;
    return [
      ...objectNameIssues("secretName", secretName),
      ...objectNameIssues("existingSecretName", existingSecretName),
      ...(secretName === undefined || existingSecretName === undefined
        ? []
        : [
            {
              path: "secretName",
              rule: "cannot be given together with existingSecretName",
              fix: "Leave one of them out.",
            },
          ]),
    ];
  }
  const credential = (storage as Values | undefined)?.credential;
  const isSession = typeof credential === "object" && (credential as Values | null)?.kind === "session";
  return [
    ...unsealerKeyIssues({ kmsKeyArn: given.kmsKeyArn, ssmKeyPrefix: given.ssmKeyPrefix }),
    ...(isSession
      ? [
          {
            path: "",
            rule: "cannot be awsKmsSsm with session credentials: KubeVault hands the unsealer no session token",
            fix: "Use an access key or irsa.",
          },
        ]
      : []),
  ];
}

/** An unsealer in KubeVault's own terms: rights and login are derived from it. */
function ownUnsealerIssues({ mode }: Values, { connection }: Values): Issue[] {
  if (mode === undefined || !isKnown(mode) || typeof mode !== "object" || mode === null) {
    return [];
  }
  const path = "vaultServer.unsealer.mode";
  const { awsKmsSsm, kubernetesSecret } = mode as { readonly awsKmsSsm?: Values; readonly kubernetesSecret?: unknown };
  if (awsKmsSsm !== undefined && isKnown(awsKmsSsm)) {
    const { kmsKeyID, ssmKeyPrefix } = awsKmsSsm;
    const names: Readonly<Record<string, string>> = { kmsKeyArn: "kmsKeyID" };
    return [
      ...unsealerKeyIssues({ kmsKeyArn: kmsKeyID, ssmKeyPrefix }),
      ...(ssmKeyPrefix === undefined
        ? [{ path: "ssmKeyPrefix", rule: "is required, since Vault's rights cover it" }]
        : []),
    ].map((issue) => ({ ...issue, path: pathOf(`${path}.awsKmsSsm`, names[issue.path] ?? issue.path) }));
  }
  const hasLogin = (connection as Values | undefined)?.login !== undefined;
  return kubernetesSecret === undefined && awsKmsSsm === undefined && !hasLogin
    ? [
        {
          path: "connection.login",
          rule: "is required where the root token is neither in a Secret nor in an SSM parameter",
          fix: "Give the login that the resources in Vault are managed with.",
        },
      ]
    : [];
}
