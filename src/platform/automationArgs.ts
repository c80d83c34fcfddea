import type * as pulumi from "@pulumi/pulumi";
import type { JwtAuthMethodConfigSettings } from "../access/jwtAuthMethodConfig.js";
import type { JwtAuthRoleSettings } from "../access/jwtAuthRole.js";
import type { Duration } from "../internal/duration.js";

interface AutomationSettings {
  /**
   * Revokes the root token at the end of the first `up`, in which it has created the policy and the login. Later operations use the login only. Changes
   * of the policy or the login need another root token: the error says how to make it. A plain value, not an output.
   *
   * KubeVault's unsealer uses the token that it keeps when it configures a Vault that it has unsealed: put another one there before Vault's pods restart.
   *
   * @default false
   */
  readonly revokeRootToken?: boolean;
  /** Name of the policy and of the auth role in Vault. A plain value, not an output. @default - `<VaultServer>-automation` */
  readonly name?: string;
  /** Path of the auth method, without `auth/`. @default - the kind's own: `kubernetes`, `jwt` or `approle` */
  readonly mount?: string;
  /** Lifetime of a token: at least as long as an `up`. It is revoked when the operation ends. @default "1h" */
  readonly tokenTtl?: pulumi.Input<Duration>;
}

/** `pulumi` runs in a pod of the cluster. */
export interface KubernetesAutomationArgs extends AutomationSettings {
  /** Selects the login by the ServiceAccount's token. */
  readonly kind: "kubernetes";
  /** Names of the service accounts that `pulumi` runs as. */
  readonly serviceAccounts: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Their namespaces. */
  readonly namespaces: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Audience that the token must be for. @default - none is asked for */
  readonly audience?: pulumi.Input<string>;
  /** File with the token. @default "/var/run/secrets/kubernetes.io/serviceaccount/token" */
  readonly tokenFile?: pulumi.Input<string>;
}

/** `pulumi` runs in a CI system that issues tokens: GitHub Actions, GitLab, Pulumi Deployments. */
export interface JwtAutomationArgs extends AutomationSettings {
  /** Selects the login by a JWT. */
  readonly kind: "jwt";
  /** Whose tokens are taken. The auth method is enabled for it. @default - the auth method is there already */
  readonly config?: JwtAuthMethodConfigSettings;
  /** Which tokens may log in. */
  readonly role: Omit<JwtAuthRoleSettings, "roleType" | "oidcScopes" | "allowedRedirectUris">;
  /** Variable with the token, where `pulumi` runs. Give it or `jwtFile`. */
  readonly jwtVariable?: pulumi.Input<string>;
  /** File with the token. */
  readonly jwtFile?: pulumi.Input<string>;
}

/** `pulumi` runs anywhere, with a secret ID that is created outside of it. The auth method is enabled for it. */
export interface AppRoleAutomationArgs extends AutomationSettings {
  /** Selects the login by AppRole. */
  readonly kind: "appRole";
  /**
   * ID of the role, once Vault has chosen it: `vault read auth/approle/role/<name>/role-id`. Without it, a refresh reads the login itself with the root
   * token.
   *
   * @default - known after the first `up`
   */
  readonly roleId?: pulumi.Input<string>;
  /** Variable with the secret ID, where `pulumi` runs. Give it or `secretIdFile`. */
  readonly secretIdVariable?: pulumi.Input<string>;
  /** File with the secret ID. */
  readonly secretIdFile?: pulumi.Input<string>;
}

/** How `pulumi up` logs in once the platform is there, instead of with the root token. */
export type VaultPlatformAutomationArgs = KubernetesAutomationArgs | JwtAutomationArgs | AppRoleAutomationArgs;
