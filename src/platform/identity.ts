import * as pulumi from "@pulumi/pulumi";
import { AssumableRole } from "../iam/assumableRole.js";
import { RootCredential } from "../iam/rootCredential.js";
import type { RootCredentialArgs } from "../iam/rootCredentialArgs.js";
import type { RootCredentialRoleArgs } from "../iam/roleInputs.js";
import { mapRecord } from "../internal/records.js";
import { mergedTexts } from "../internal/texts.js";
import type { AwsSecretsRoleSettings } from "../secretsengine/awsSecretsRole.js";
import { unassumedRoles, partOptions, type PlatformRole, type PlatformScope } from "./scope.js";

/** Vault's identity in AWS, and the IAM roles that it may assume. */
export interface PlatformIdentity {
  readonly rootCredential: RootCredential;
  readonly assumableRoles: Readonly<Record<string, AssumableRole>>;
}

/** Creates the root credential and the roles that trust it. Its policies name the roles' ARNs, so they are created after the roles. */
export function createIdentity(scope: PlatformScope): PlatformIdentity {
  const { name, args, roles, parent } = scope;
  const [roleArns, resolveRoleArns] = pulumi.deferredOutput<Record<string, string>>();
  const [trustPolicies, resolveTrustPolicies] = pulumi.deferredOutput<Record<string, string>>();
  const given = args.rootCredential?.trustPolicies ?? {};
  // The root credential judges the trust policies of the roles that it may assume.
  const unassumed = unassumedRoles(args);
  const ownRoles = Object.keys(args.assumableRoles ?? {}).filter((key) => !unassumed.includes(key));
  const rootCredential = new RootCredential(
    `${name}-root`,
    {
      ...args.rootCredential,
      // The template that Vault gets is the one whose names the policy must cover.
      usernameTemplate: args.rootConfig?.usernameTemplate ?? args.rootCredential?.usernameTemplate,
      ...identityArgs(scope),
      roles: mapRecord(roles, (_, role) => rootCredentialRole(role, roleArns)),
      staticRoles: args.staticRoles,
      ...(ownRoles.length === 0 ? {} : { trustPolicies: withOwn(given, trustPolicies) }),
      tags: mergedTexts(args.tags, args.rootCredential?.tags),
    },
    parent,
  );
  const assumableRoles = mapRecord(
    args.assumableRoles ?? {},
    (key, { provider, ...role }) =>
      new AssumableRole(
        `${name}-${key}`,
        {
          // A boundary is a policy of the role's own account.
          ...(provider === undefined ? { permissionsBoundaryArn: args.permissionsBoundaryArn } : {}),
          ...role,
          tags: mergedTexts(args.tags, role.tags),
          trustedPrincipalArn: rootCredential.principalArn,
        },
        partOptions(scope, provider),
      ),
  );
  const assumable = Object.entries(assumableRoles);
  resolveRoleArns(pulumi.all(Object.fromEntries(assumable.map(([key, role]) => [key, role.arn]))));
  resolveTrustPolicies(
    pulumi
      .all(
        assumable.filter(([key]) => ownRoles.includes(key)).map(([, role]) => pulumi.all([role.arn, role.trustPolicy])),
      )
      .apply((pairs) => Object.fromEntries(pairs)),
  );
  return { rootCredential, assumableRoles };
}

type TrustPolicies = NonNullable<RootCredentialArgs["trustPolicies"]>;

/** The trust policies that the user gives of roles of others, and those of the platform's own roles once their ARNs are known: the others do not wait. */
function withOwn(given: TrustPolicies, own: pulumi.Output<Record<string, string>>): TrustPolicies {
  const areKnown = (own as unknown as { readonly isKnown: Promise<boolean> }).isKnown;
  const merged = pulumi.all([given, own]).apply(([others, ours]) => ({ ...others, ...ours }));
  return areKnown.then((known): TrustPolicies => (known ? merged : given)) as TrustPolicies;
}

/** Who Vault is in AWS: a user, the role of its pods that is created, or one that exists. */
function identityArgs({
  args: { irsa, namespace, permissionsBoundaryArn, rootCredential },
  serverName,
}: PlatformScope) {
  const boundary = { permissionsBoundaryArn: rootCredential?.permissionsBoundaryArn ?? permissionsBoundaryArn };
  if (irsa === undefined) {
    return { identity: "user" as const, ...boundary };
  }
  const { oidcProviderArn = "", roleArn, attachPolicies } = irsa;
  return roleArn === undefined
    ? {
        identity: "role" as const,
        serviceAccount: { oidcProviderArn, namespace, serviceAccountName: serverName },
        ...boundary,
      }
    : { identity: "role" as const, existingRoleArn: roleArn, attachPolicies };
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
  { assumableRoles, ...role }: PlatformRole,
  roleArns: pulumi.Output<Record<string, string>>,
): RootCredentialRoleArgs {
  if (assumableRoles === undefined) {
    return role;
  }
  const own = assumableRoles.map((key) => roleArns.apply((arns) => arns[key] ?? ""));
  return { ...role, roleArns: allRoleArns(role.roleArns, own) };
}
