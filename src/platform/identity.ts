import * as pulumi from "@pulumi/pulumi";
import { AssumableRole } from "../iam/assumableRole.js";
import { RootCredential } from "../iam/rootCredential.js";
import type { RootCredentialRoleArgs } from "../iam/roleInputs.js";
import { mapRecord } from "../internal/records.js";
import type { AwsSecretsRoleSettings } from "../secretsengine/awsSecretsRole.js";
import type { PlatformScope } from "./scope.js";
import type { VaultPlatformRoleArgs } from "./vaultPlatformArgs.js";

/** Vault's identity in AWS, and the IAM roles that it may assume. */
export interface PlatformIdentity {
  readonly rootCredential: RootCredential;
  readonly assumableRoles: Readonly<Record<string, AssumableRole>>;
}

/** Creates the root credential and the roles that trust it. Its policies name the roles' ARNs, so they are created after the roles. */
export function createIdentity({ name, args, parent, serverName }: PlatformScope): PlatformIdentity {
  const [roleArns, resolveRoleArns] = pulumi.deferredOutput<Record<string, string>>();
  const [trustPolicies, resolveTrustPolicies] = pulumi.deferredOutput<Record<string, string>>();
  const given = pulumi.output(args.rootCredential?.trustPolicies ?? {});
  const ownRoles = Object.keys(args.assumableRoles ?? {});
  const rootCredential = new RootCredential(
    `${name}-root`,
    {
      ...args.rootCredential,
      // The template that Vault gets is the one whose names the policy must cover.
      usernameTemplate: args.rootConfig?.usernameTemplate ?? args.rootCredential?.usernameTemplate,
      ...(args.irsa === undefined
        ? { identity: "user" as const }
        : {
            identity: "role" as const,
            serviceAccount: {
              oidcProviderArn: args.irsa.oidcProviderArn,
              namespace: args.namespace,
              serviceAccountName: serverName,
            },
          }),
      roles: mapRecord(args.roles ?? {}, (_, role) => rootCredentialRole(role, roleArns)),
      staticRoles: args.staticRoles,
      // A plain record stays one where there is nothing to add: its policies are checked at once.
      ...(ownRoles.length === 0 ? {} : { trustPolicies: pulumi.all([given, trustPolicies]).apply(mergedRecords) }),
      tags: args.tags,
    },
    parent,
  );
  const assumableRoles = mapRecord(
    args.assumableRoles ?? {},
    (key, role) =>
      new AssumableRole(
        `${name}-${key}`,
        { tags: args.tags, ...role, trustedPrincipalArn: rootCredential.principalArn },
        parent,
      ),
  );
  const assumable = Object.entries(assumableRoles);
  resolveRoleArns(pulumi.all(Object.fromEntries(assumable.map(([key, role]) => [key, role.role.arn]))));
  resolveTrustPolicies(
    pulumi
      .all(assumable.map(([, role]) => pulumi.all([role.role.arn, role.trustPolicy])))
      .apply((pairs) => Object.fromEntries(pairs)),
  );
  return { rootCredential, assumableRoles };
}

/** The trust policies that the user gives of roles of others, and those of the platform's own roles. */
function mergedRecords<T, U>([given, own]: readonly [Readonly<Record<string, T>>, Readonly<Record<string, U>>]): Record<
  string,
  T | U
> {
  return { ...given, ...own };
}

/** ARNs given, and those of the platform's own roles. A known list stays a list, so that the number of policies is known at preview. */
export function allRoleArns(
  given: AwsSecretsRoleSettings["roleArns"],
  own: readonly pulumi.Output<string>[],
): pulumi.Input<pulumi.Input<string>[]> {
  return given === undefined || Array.isArray(given)
    ? [...((given as readonly pulumi.Input<string>[] | undefined) ?? []), ...own]
    : pulumi.all([pulumi.output(given), pulumi.all([...own])]).apply(([arns, more]) => [...arns, ...more]);
}

/** The role as the root credential's policy is derived from it. */
function rootCredentialRole(
  { assumableRoles, ...role }: VaultPlatformRoleArgs,
  roleArns: pulumi.Output<Record<string, string>>,
): RootCredentialRoleArgs {
  if (assumableRoles === undefined) {
    return role;
  }
  const own = assumableRoles.map((key) => roleArns.apply((arns) => arns[key] ?? ""));
  return { ...role, roleArns: allRoleArns(role.roleArns, own) };
}
