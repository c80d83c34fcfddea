import { under, type Issue } from "../internal/validation/issues.js";
import { unknownValue } from "../internal/validation/known.js";
import { connectionRules } from "../vaultresource/connectionRules.js";
import type { Values } from "../vaultresource/fields.js";
import { clusterRules } from "../vaultresource/kubernetesConnectionRules.js";

/** How `pulumi up` reaches Vault: at an address or through the Kubernetes API. */
export function connectionIssues({ portForward, vaultAddress, connection, kubeconfig, context }: Values): Issue[] {
  const issues: Issue[] = [];
  if (portForward !== undefined && vaultAddress !== undefined) {
    issues.push({
      path: "portForward",
      rule: "cannot be given together with vaultAddress: Vault is reached at its address or through the Kubernetes API",
      fix: "Leave one of the two out.",
    });
  }
  for (const field of ["address", "kubernetes"].filter(
    (name) => (connection as Values | undefined)?.[name] !== undefined,
  )) {
    issues.push({
      path: `connection.${field}`,
      rule: "is created by VaultPlatform",
      fix: `Use ${field === "address" ? "vaultAddress" : "portForward"} instead.`,
    });
  }
  const others = issues.some(({ path }) => path.startsWith("connection"))
    ? []
    : connectionRules({
        ...(connection as Values | undefined),
        ...(vaultAddress === undefined
          ? { kubernetes: { namespace: unknownValue, service: unknownValue } }
          : { address: vaultAddress }),
      }).flatMap((issue) =>
        issue.path === "address" ? [{ ...issue, path: "vaultAddress" }] : under("connection", [issue]),
      );
  return [...issues, ...portForwardIssues(portForward), ...clusterRules({ kubeconfig, context }), ...others];
}

function portForwardIssues(given: unknown): Issue[] {
  return given === undefined || typeof given === "boolean"
    ? []
    : [
        {
          path: "portForward",
          rule: "must be true or false",
          fix: "kubeconfig and context are arguments of VaultPlatform itself.",
        },
      ];
}
