import type * as pulumi from "@pulumi/pulumi";
import type { Duration } from "../internal/duration.js";
import type { InputOf } from "../internal/inputOf.js";
import type { Transform } from "../internal/transform.js";
import type { KubernetesAuthRoleArgs, NamespaceSelector } from "./kubernetesAuthRole.js";
import type { VaultPolicyArgs } from "./vaultPolicy.js";

/** The secrets engine that an application reads from: an {@link AwsSecretsEngine}, or what is known of one that another program made. */
export interface ApplicationEngine {
  /** Where it is mounted. */
  readonly path: pulumi.Input<string>;
  /** Its roles by name, with what they hand out. */
  readonly roles?: Readonly<
    Record<
      string,
      {
        /** Type of the role's credentials: decides whether they are read at `creds/` or at `sts/`. */
        readonly credentialType: pulumi.Input<string>;
      }
    >
  >;
  /** Its static roles by name. */
  readonly staticRoles?: Readonly<Record<string, unknown>>;
}

/** Who an application is, and what it may read. */
export interface ApplicationSettings {
  /** Names of the service accounts that its pods run as. */
  readonly serviceAccounts: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Their namespaces. Needed unless there is a selector. */
  readonly namespaces?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Selector of their namespaces by label. Vault 1.16 and later. */
  readonly namespaceSelector?: pulumi.Input<string> | InputOf<NamespaceSelector>;
  /**
   * Names of the secrets engine's roles whose credentials it may read. `iam_user` credentials are read at `creds/`, all others at `sts/`; the path can
   * be written in front, and is then held against the role: `sts/audit`. A plain value, not an output.
   */
  readonly roles?: readonly string[];
  /** Names of static roles whose keys it may read. A plain value, not an output. */
  readonly staticRoles?: readonly string[];
  /**
   * TTL of its Vault token, which clients renew. Leases end with the token that created them, and so do their IAM users.
   *
   * @default "1h"
   */
  readonly tokenTtl?: pulumi.Input<Duration>;
  /** Maximum lifetime of a token, renewals included: a client then logs in again and reads new credentials. @default - the auth method's, 768 hours unless configured */
  readonly tokenMaxTtl?: pulumi.Input<Duration>;
  /** Period of a periodic token: each renewal resets its TTL to it. Not together with `tokenTtl` and `tokenMaxTtl`. @default - none */
  readonly tokenPeriod?: pulumi.Input<Duration>;
  /**
   * Audience that the service account's token must have. A pod's own token is for the API server: another audience needs a projected token, which
   * the {@link agentInjectorAnnotations | deliveries} ask for.
   *
   * @default - none is asked for
   */
  readonly audience?: pulumi.Input<string>;
  /** Path of the Kubernetes auth method, without `auth/`. @default "kubernetes" */
  readonly authMount?: pulumi.Input<string>;
  /**
   * Whether credentials may also be read by POST, with `ttl` or `role_arn` in the body. A GET can have them as query parameters.
   *
   * @default false
   */
  readonly requestParameters?: boolean;
}

/** What {@link ApplicationAccess} takes. */
export interface ApplicationAccessArgs extends ApplicationSettings {
  /** The secrets engine. */
  readonly engine: ApplicationEngine;
  /** Name of the policy and of the auth role in Vault, in lower case. A plain value, not an output. @default - the component's name */
  readonly vaultName?: string;
  /** A kubeconfig file's path, or its contents: this cluster is asked whether it issues tokens for `audience`. @default - KUBECONFIG, or `~/.kube/config` */
  readonly kubeconfig?: pulumi.Input<string>;
  /** Context of the kubeconfig. @default - its current one */
  readonly context?: pulumi.Input<string>;
  /** Changes the arguments of a child before it is created. */
  readonly transform?: {
    /** Changes the arguments of the {@link VaultPolicy}. */
    readonly policy?: Transform<VaultPolicyArgs>;
    /** Changes the arguments of the {@link KubernetesAuthRole}. */
    readonly role?: Transform<KubernetesAuthRoleArgs>;
  };
}
