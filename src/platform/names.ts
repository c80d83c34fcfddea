import * as pulumi from "@pulumi/pulumi";
import type { Values } from "../vaultresource/fields.js";

/** Where the SSM parameters of a Vault's unseal keys are by default: apart for each stack, since an account may hold several. */
export function defaultSsmKeyPrefix(serverName: string): string {
  return `/vault/${pulumi.getProject()}/${pulumi.getStack()}/${serverName}/`;
}

/** The Secret that the unseal keys are put into; undefined where they go elsewhere. */
export function unsealSecretName(unsealer: unknown, serverName: unknown): unknown {
  const {
    kind = "kubernetesSecret",
    existingSecretName,
    secretName = `${String(serverName)}-keys`,
  } = (typeof unsealer === "object" ? (unsealer ?? {}) : { kind: unsealer }) as Values;
  return kind === "kubernetesSecret" ? (existingSecretName ?? secretName) : undefined;
}
