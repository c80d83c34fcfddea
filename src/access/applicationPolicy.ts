import type { PolicyRule } from "./policyRule.js";

/** A role of the secrets engine, as an application reads credentials of it. */
export interface ReadableRole {
  readonly name: string;
  /** What it hands out: `iam_user`, `assumed_role`, `federation_token` or `session_token`. */
  readonly credentialType: string;
}

/** What an application may read. */
export interface ApplicationPolicyRequest {
  /** Where the secrets engine is mounted. */
  readonly mount: string;
  readonly roles: readonly ReadableRole[];
  /** Names of static roles. */
  readonly staticRoles: readonly string[];
  /** Whether credentials may also be read by POST, with `ttl` or `role_arn` in the body. */
  readonly requestParameters: boolean;
}

/**
 * The endpoint that credentials of a type are read at: IAM users have leases that can be renewed, all others are sessions of STS.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/secret/aws#generate-credentials
 */
export function endpointOf(credentialType: string): "creds" | "sts" {
  return credentialType === "iam_user" ? "creds" : "sts";
}

/** The path that an application reads credentials of a role at. */
export function credentialPath(mount: string, role: ReadableRole): string {
  return `${mount}/${endpointOf(role.credentialType)}/${role.name}`;
}

/** The path that an application reads the key of a static role at. */
export function staticCredentialPath(mount: string, name: string): string {
  return `${mount}/static-creds/${name}`;
}

/**
 * The least policy for an application: the exact paths of its credentials, the leases that come of them, and its own token. It replaces Vault's
 * policy `default`, which lets every token renew any lease that it knows of.
 */
export function applicationPolicy(request: ApplicationPolicyRequest): PolicyRule[] {
  const { mount, roles, staticRoles, requestParameters } = request;
  const readable = roles.map((role) => credentialPath(mount, role));
  // Sessions of STS can be neither renewed nor revoked.
  const leases = roles
    .filter(({ credentialType }) => endpointOf(credentialType) === "creds")
    .map((role) => `${credentialPath(mount, role)}/*`)
    .sort();
  return [
    ...readable.map((path): PolicyRule => ({
      path,
      capabilities: requestParameters ? ["read", "update"] : ["read"],
    })),
    ...staticRoles.map((name): PolicyRule => ({ path: staticCredentialPath(mount, name), capabilities: ["read"] })),
    ...(leases.length === 0 ? [] : leaseRules(leases)),
    ...ownTokenRules,
  ];
}

/** Leases are named in the body: Vault holds the names against the paths that they come from. */
function leaseRules(leases: readonly string[]): PolicyRule[] {
  return [
    {
      path: "sys/leases/renew",
      capabilities: ["update"],
      allowedParameters: { lease_id: leases, increment: [] },
      requiredParameters: ["lease_id"],
    },
    {
      path: "sys/leases/revoke",
      capabilities: ["update"],
      allowedParameters: { lease_id: leases, sync: [] },
      requiredParameters: ["lease_id"],
    },
  ];
}

/** What every client does with its own token. */
export const ownTokenRules: readonly PolicyRule[] = [
  { path: "auth/token/lookup-self", capabilities: ["read"] },
  { path: "auth/token/renew-self", capabilities: ["update"] },
  { path: "auth/token/revoke-self", capabilities: ["update"] },
];
