import * as pulumi from "@pulumi/pulumi";
import { formatIssues, type Issue } from "../internal/validation/issues.js";
import type { Values } from "./fields.js";
import { resourceHost } from "./resourceHost.js";

/**
 * A resource in Vault. It is created by Pulumi's dynamic provider plugin, which comes with `@pulumi/pulumi`; a {@link VaultConnection} in `provider`
 * says where Vault is, or else VAULT_ADDR and VAULT_TOKEN do.
 */
export abstract class VaultResource extends pulumi.CustomResource {
  /** ID of the Vault cluster that holds the resource. It stays the same for as long as Vault's data exists. */
  declare public readonly vaultClusterId: pulumi.Output<string>;
  /** Address of Vault when the resource was last written. */
  declare public readonly vaultAddress: pulumi.Output<string>;

  /**
   * Registers the resource.
   *
   * @param kind name of the class, which selects the provider's code
   * @param computed names of the outputs that are no inputs
   * @throws pulumi.RunError for the option `import`, unless the provider plugin is in use
   */
  protected constructor(
    kind: string,
    name: string,
    inputs: Values,
    computed: readonly string[],
    opts?: pulumi.CustomResourceOptions,
  ) {
    const host = resourceHost();
    if (opts?.import !== undefined && !host.imports) {
      throw new pulumi.RunError(formatIssues(`${kind} "${name}"`, [importIssue]));
    }
    const outputs = ["vaultClusterId", "vaultAddress", ...computed].map((output) => [output, undefined] as const);
    const props = { ...Object.fromEntries(outputs), ...inputs, ...host.propsOf(kind) };
    super(host.typeOf(kind), name, props, host.optionsOf(kind, opts));
  }
}

/** Pulumi's dynamic providers cannot import. */
const importIssue: Issue = {
  path: "import",
  rule: "is an option that Pulumi's dynamic providers do not support",
  fix: "Remove it and set adoptExisting: true to take over what is in Vault already, or call useProviderPlugin() first: the provider plugin imports.",
};
