import type * as pulumi from "@pulumi/pulumi";
import type { InputOf } from "../internal/inputOf.js";
import type { Values } from "../vaultresource/fields.js";
import { assertValid, mapInput } from "../vaultresource/inputs.js";
import { VaultResource } from "../vaultresource/vaultResource.js";
import { policyText, type PolicyRule } from "./policyRule.js";
import { vaultPolicyRules } from "./vaultPolicyRules.js";

/** What {@link VaultPolicy} takes: `rules` or `policy`. */
export interface VaultPolicyArgs {
  /** Name of the policy, in lower case. A change replaces the policy. */
  readonly name: pulumi.Input<string>;
  /** What the policy allows. */
  readonly rules?: pulumi.Input<readonly InputOf<PolicyRule>[]>;
  /** The same as a text in HCL or JSON. */
  readonly policy?: pulumi.Input<string>;
  /** Takes over a policy of the same name that exists already and says something else, instead of failing. @default false */
  readonly adoptExisting?: pulumi.Input<boolean>;
}

/**
 * An ACL policy of Vault. Policies are compared by what they say: formatting, comments and the order of rules are no changes.
 *
 * @example
 * new VaultPolicy(
 *   "shop",
 *   { name: "shop", rules: [{ path: "aws/creds/deploy", capabilities: ["read"] }] },
 *   { provider: connection },
 * );
 *
 * @see https://developer.hashicorp.com/vault/api-docs/system/policies#create-update-acl-policy
 */
export class VaultPolicy extends VaultResource {
  /** Name of the policy in Vault. */
  declare public readonly name: pulumi.Output<string>;
  /** The policy's text. */
  declare public readonly policy: pulumi.Output<string>;

  /** @throws pulumi.RunError with all problems of the arguments */
  constructor(name: string, args: VaultPolicyArgs, opts?: pulumi.CustomResourceOptions) {
    assertValid(`VaultPolicy "${name}"`, args, vaultPolicyRules);
    const inputs: Values = {
      name: args.name,
      policy: args.policy ?? mapInput(args.rules, (rules) => policyText(rules as readonly PolicyRule[])),
      adoptExisting: args.adoptExisting,
    };
    super("VaultPolicy", name, inputs, [], opts);
  }
}
