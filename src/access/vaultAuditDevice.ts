import type * as pulumi from "@pulumi/pulumi";
import type { Values } from "../vaultresource/fields.js";
import { assertValid, canonicalInputs, mapInput } from "../vaultresource/inputs.js";
import { trimSlashes } from "../vaultresource/rules.js";
import { VaultResource } from "../vaultresource/vaultResource.js";
import { auditDeviceFields, auditDeviceRules, type auditDeviceTypes } from "./auditDeviceRules.js";

/** What {@link VaultAuditDevice} takes. Vault cannot change an audit device: every change replaces it. */
export interface VaultAuditDeviceArgs {
  /** Where the log goes. @default "file" */
  readonly type?: pulumi.Input<(typeof auditDeviceTypes)[number]>;
  /** Name of the device in Vault. @default - its type */
  readonly path?: pulumi.Input<string>;
  /** For people, in `vault audit list`. @default "" */
  readonly description?: pulumi.Input<string>;
  /**
   * Options by Vault's names. A `file_path` of `stdout` writes to the log of Vault's container; a file must be on a volume that lasts.
   *
   * @default - `{ file_path: "stdout" }` for type `file`
   */
  readonly options?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
  /** Whether the device is of this cluster only, and not replicated. @default false */
  readonly local?: pulumi.Input<boolean>;
}

/**
 * An audit device of Vault: each request and answer is logged, with a HMAC in place of each secret. Vault answers no request that none of its
 * devices could log.
 *
 * @example
 * new VaultAuditDevice("audit", {}, { provider: connection }); // to stdout
 *
 * @see https://developer.hashicorp.com/vault/docs/audit
 */
export class VaultAuditDevice extends VaultResource {
  /** Where the device is enabled, without slashes around. */
  declare public readonly path: pulumi.Output<string>;
  /** Type of the device: `file`, `syslog` or `socket`. */
  declare public readonly type: pulumi.Output<string>;

  /** @throws pulumi.RunError with all problems of the arguments */
  constructor(name: string, args: VaultAuditDeviceArgs = {}, opts?: pulumi.CustomResourceOptions) {
    const type = args.type ?? "file";
    const options = args.options ?? (type === "file" ? { file_path: "stdout" } : undefined);
    const given = { ...args, type, path: args.path ?? type, options };
    assertValid(`VaultAuditDevice "${name}"`, given, auditDeviceRules);
    const inputs: Values = {
      path: mapInput(given.path, (path) => trimSlashes(path as string)),
      ...canonicalInputs(auditDeviceFields, given),
    };
    super("VaultAuditDevice", name, inputs, [], opts);
  }
}
