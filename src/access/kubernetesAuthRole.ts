import * as pulumi from "@pulumi/pulumi";
import type { InputOf } from "../internal/inputOf.js";
import { warn } from "../internal/validation/warn.js";
import { VaultResource } from "../vaultresource/vaultResource.js";
import { authRoleInputs, type AuthRoleLocation } from "./authRole.js";
import {
  admitsEveryone,
  kubernetesAuthRoleFields,
  kubernetesAuthRoleRules,
  type aliasNameSources,
} from "./kubernetesAuthRoleRules.js";
import type { TokenSettings } from "./tokenFields.js";

/** A selector of Kubernetes namespaces by their labels. */
export interface NamespaceSelector {
  /** Labels that a namespace must have, all of them. */
  readonly matchLabels?: Readonly<Record<string, string>>;
  /** Conditions on labels that a namespace must meet, all of them. */
  readonly matchExpressions?: readonly {
    /** Key of the label. */
    readonly key: string;
    /** How the label is compared with `values`. */
    readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
    /** Values to compare with: one or more for `In` and `NotIn`, none for the others. */
    readonly values?: readonly string[];
  }[];
}

/** What {@link KubernetesAuthRole} takes. */
export interface KubernetesAuthRoleArgs extends AuthRoleLocation, TokenSettings {
  /** Path of the auth method, without `auth/`. A change replaces the role. @default "kubernetes" */
  readonly mount?: pulumi.Input<string>;
  /** Names of the service accounts that may log in; `["*"]` is any. */
  readonly boundServiceAccountNames: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Their namespaces; `["*"]` is any. Needed unless there is a selector; with both, either admits a namespace. */
  readonly boundServiceAccountNamespaces?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Selector of their namespaces by label, as an object or as JSON or YAML text. Vault must be allowed to read namespaces. Vault 1.16 and later. */
  readonly boundServiceAccountNamespaceSelector?: pulumi.Input<string> | InputOf<NamespaceSelector>;
  /**
   * Audience that a service account's token must have. Without one any token of the cluster is accepted, also one issued for another service.
   *
   * @default - none is asked for
   */
  readonly audience?: pulumi.Input<string>;
  /** Source of the client's alias in Vault: the service account's UID, or its namespace and name. @default "serviceaccount_uid" */
  readonly aliasNameSource?: pulumi.Input<(typeof aliasNameSources)[number]>;
}

/**
 * A role of Vault's Kubernetes auth method: which service accounts may log in, and what their tokens may do.
 *
 * The auth method must be enabled and configured: KubeVault's operator does so for each VaultServer, at `kubernetes`. Elsewhere use
 * {@link VaultAuthMethod} and {@link KubernetesAuthMethodConfig}.
 *
 * @example
 * new KubernetesAuthRole(
 *   "shop",
 *   {
 *     name: "shop",
 *     boundServiceAccountNames: ["shop"],
 *     boundServiceAccountNamespaces: ["shop"],
 *     tokenPolicies: ["shop"],
 *     tokenTtl: "1h",
 *   },
 *   { provider: connection },
 * );
 *
 * @see https://developer.hashicorp.com/vault/api-docs/auth/kubernetes#create-update-role
 */
export class KubernetesAuthRole extends VaultResource {
  /** Path of the auth method. */
  declare public readonly mount: pulumi.Output<string>;
  /** Name of the role in Vault. */
  declare public readonly name: pulumi.Output<string>;

  /** @throws pulumi.RunError with all problems of the arguments */
  constructor(name: string, args: KubernetesAuthRoleArgs, opts?: pulumi.CustomResourceOptions) {
    const subject = `KubernetesAuthRole "${name}"`;
    super(
      "KubernetesAuthRole",
      name,
      authRoleInputs(subject, args, "kubernetes", kubernetesAuthRoleFields, kubernetesAuthRoleRules),
      [],
      opts,
    );
    const bound = {
      boundServiceAccountNames: args.boundServiceAccountNames,
      boundServiceAccountNamespaces: args.boundServiceAccountNamespaces,
      boundServiceAccountNamespaceSelector: args.boundServiceAccountNamespaceSelector,
    };
    pulumi.output(bound).apply((known) => {
      if (admitsEveryone(known)) {
        warn(this, subject, [everyoneMayLogIn]);
      }
    });
  }
}

const everyoneMayLogIn = {
  path: "boundServiceAccountNames",
  rule: "admits every service account of every namespace",
  fix: "Name the service accounts or the namespaces: every pod of the cluster can log in to this role.",
};
