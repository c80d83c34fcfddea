import * as pulumi from "@pulumi/pulumi";
import { isKnown } from "../internal/validation/known.js";
import type { Values } from "../vaultresource/fields.js";

/** Where the SSM parameters of a Vault's unseal keys are by default: apart for each stack, since an account may hold several. */
export function defaultSsmKeyPrefix(serverName: string): string {
  return `/vault/${pulumi.getProject()}/${pulumi.getStack()}/${serverName}/`;
}

/** The Secret that a platform's unseal keys are put into; undefined where they go elsewhere, or that is not known. */
export function unsealSecretName({ unsealer, vaultServer }: Values, serverName: unknown): unknown {
  const given = isKnown(vaultServer) ? (vaultServer as Values | undefined)?.unsealer : undefined;
  if (given !== undefined) {
    const mode = isKnown(given) ? (given as Values | null)?.mode : undefined;
    const kept = isKnown(mode) ? (mode as Values | null | undefined)?.kubernetesSecret : undefined;
    return isKnown(kept) ? (kept as Values | null | undefined)?.secretName : undefined;
  }
  const {
    kind = "kubernetesSecret",
    existingSecretName,
    secretName = `${String(serverName)}-keys`,
  } = (typeof unsealer === "object" ? (unsealer ?? {}) : { kind: unsealer }) as Values;
  return kind === "kubernetesSecret" ? (existingSecretName ?? secretName) : undefined;
}
