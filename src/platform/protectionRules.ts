import type { Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { terminationPolicies } from "../kubernetes/vaultServerSpec.js";
import type { Values } from "../vaultresource/fields.js";

/** What `protectData` rules out: it promises that nobody deletes the VaultServer by mistake, with `kubectl` neither. */
export function protectionIssues({ protectData, vaultServer }: Values): Issue[] {
  const terminationPolicy = policyOf(vaultServer);
  return protectData === false || terminationPolicy === undefined || terminationPolicy === "DoNotTerminate"
    ? []
    : [
        {
          path: "vaultServer.terminationPolicy",
          rule: "must be DoNotTerminate while protectData is enabled: with another, whoever deletes the VaultServer deletes Vault",
          actual: terminationPolicy,
          fix: "Leave it out, or set protectData: false.",
        },
      ];
}

/** What is protected where `protectData` is false, and not where it is true. */
export function protectionWarnings({ protectData, vaultServer, storage }: Values): Issue[] {
  if (protectData === false) {
    return policyOf(vaultServer) === "DoNotTerminate"
      ? [
          {
            path: "vaultServer.terminationPolicy",
            rule: "is DoNotTerminate while protectData is false: pulumi destroy would delete what is in Vault, and stop at the VaultServer",
            fix: "Leave it out before a destroy.",
          },
        ]
      : [];
  }
  const { table } = (storage ?? {}) as { readonly table?: Values };
  return table?.deletionProtection === false
    ? [
        {
          path: "storage.table.deletionProtection",
          rule: "is false while protectData is enabled: whoever may delete tables can delete Vault's data",
          fix: "Leave it out.",
        },
      ]
    : [];
}

/** The policy, where it is one: what is none is reported by the rules of the VaultServer. */
function policyOf(vaultServer: unknown): string | undefined {
  const { terminationPolicy } = (isKnown(vaultServer) ? (vaultServer ?? {}) : {}) as Values;
  return typeof terminationPolicy === "string" && (terminationPolicies as readonly string[]).includes(terminationPolicy)
    ? terminationPolicy
    : undefined;
}
