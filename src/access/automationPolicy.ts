import { ownTokenRules } from "./applicationPolicy.js";
import type { PolicyRule } from "./policyRule.js";

/** The objects in Vault that a stack manages: what its own login must be able to write, read and delete. */
export interface ManagedObjects {
  /** Where the secrets engine is mounted. */
  readonly mount: string;
  readonly roles: readonly string[];
  readonly staticRoles: readonly string[];
  /** Whether Vault is asked to replace the root key. */
  readonly rotatesRoot: boolean;
  readonly applications: readonly ManagedApplication[];
  /** The login itself: a refresh reads it, and only a root token may change it. */
  readonly login?: ManagedLogin;
}

/** The policy and the auth role of a stack's own login, and what they rest on. */
export interface ManagedLogin {
  /** Name of both. */
  readonly name: string;
  readonly authMount: string;
  /** Whether the stack has enabled the auth method for it. */
  readonly ownsMethod: boolean;
}

/** The policy and the auth role of an application. */
export interface ManagedApplication {
  /** Name of both. */
  readonly name: string;
  readonly authMount: string;
  /** The policy's text. */
  readonly policy: string;
}

const manage: PolicyRule["capabilities"] = ["create", "read", "update", "delete"];

/**
 * The least policy for a stack that manages just these objects. It reads no credentials, and can give nobody more than the stack declares: the
 * policies of applications can be written only as they are, and their auth roles can name no other policy.
 */
export function automationPolicy(managed: ManagedObjects): PolicyRule[] {
  const { mount, roles, staticRoles, applications } = managed;
  return [
    // All mounts: Vault answers for one path with the mount above it, too.
    { path: "sys/mounts", capabilities: ["read"] },
    { path: `sys/mounts/${mount}`, capabilities: manage },
    { path: `sys/mounts/${mount}/tune`, capabilities: ["update"] },
    { path: `${mount}/config/root`, capabilities: ["create", "read", "update"] },
    { path: `${mount}/config/lease`, capabilities: ["create", "read", "update"] },
    ...(managed.rotatesRoot ? [{ path: `${mount}/config/rotate-root`, capabilities: ["update"] } as const] : []),
    ...roles.map((role): PolicyRule => ({ path: `${mount}/roles/${role}`, capabilities: manage })),
    // A role that is no longer declared must still be deleted: less than to unmount the engine, which the stack may anyway.
    { path: `${mount}/roles/*`, capabilities: ["list", "read", "delete"] },
    { path: `${mount}/static-roles/*`, capabilities: ["read", "delete"] },
    { path: `sys/leases/revoke-prefix/${mount}/*`, capabilities: ["update", "sudo"] },
    ...staticRoles.map((role): PolicyRule => ({ path: `${mount}/static-roles/${role}`, capabilities: manage })),
    ...applications.flatMap(applicationRules),
    ...(managed.login === undefined ? [] : loginRules(managed.login)),
    ...ownTokenRules,
  ];
}

function loginRules({ name, authMount, ownsMethod }: ManagedLogin): PolicyRule[] {
  const read = (path: string): PolicyRule => ({ path, capabilities: ["read"] });
  return [
    read(`sys/policies/acl/${name}`),
    read(`auth/${authMount}/role/${name}`),
    ...(ownsMethod ? ["sys/auth", `auth/${authMount}/config`, `auth/${authMount}/role/${name}/role-id`].map(read) : []),
  ];
}

function applicationRules({ name, authMount, policy }: ManagedApplication): PolicyRule[] {
  return [
    {
      path: `sys/policies/acl/${name}`,
      capabilities: manage,
      allowedParameters: { policy: [policy] },
    },
    {
      path: `auth/${authMount}/role/${name}`,
      capabilities: manage,
      allowedParameters: { token_policies: [[name]], "*": [] },
      // The parameter's name of old, which would go past the rule above.
      deniedParameters: { policies: [] },
    },
  ];
}
