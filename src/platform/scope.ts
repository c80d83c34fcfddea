import * as pulumi from "@pulumi/pulumi";
import { mapRecord } from "../internal/records.js";
import { unknownValue } from "../internal/validation/known.js";
import { withoutLegacyForm } from "../secretsengine/legacyRole.js";
import type { CredentialType } from "../secretsengine/roleSpec.js";
import type { Values } from "../vaultresource/fields.js";
import type { VaultPlatformArgs, VaultPlatformRoleArgs } from "./vaultPlatformArgs.js";

/** A role with its credential type, in today's form. */
export type PlatformRole = VaultPlatformRoleArgs & { readonly credentialType: CredentialType };

/** What every part of a platform is created from. */
export interface PlatformScope {
  /** What the names of the children begin with. */
  readonly name: string;
  readonly args: VaultPlatformArgs;
  /** The roles in today's form, with the platform's permissions boundary. */
  readonly roles: Readonly<Record<string, PlatformRole>>;
  /** Resource options of the children. */
  readonly parent: { readonly parent: pulumi.ComponentResource };
  /** Name of the VaultServer, its Service and its ServiceAccount. */
  readonly serverName: string;
  readonly protectData: boolean;
}

/** The scope of a platform, with the defaults of its arguments in place. */
export function platformScope(
  component: pulumi.ComponentResource,
  name: string,
  args: VaultPlatformArgs,
): PlatformScope {
  const { namePrefix = name } = args;
  return {
    name: namePrefix,
    args,
    roles: platformRoles(args) as unknown as Readonly<Record<string, PlatformRole>>,
    parent: { parent: component },
    serverName: args.serverName ?? namePrefix,
    protectData: args.protectData ?? true,
  };
}

/** The roles of a platform in today's form; users of Vault's get the platform's permissions boundary, as all others. */
export function platformRoles({
  roles,
  permissionsBoundaryArn,
}: {
  readonly roles?: unknown;
  readonly permissionsBoundaryArn?: unknown;
}): Record<string, Values> {
  return mapRecord((roles ?? {}) as Readonly<Record<string, Values>>, (_, given) => {
    const role = withoutLegacyForm(given);
    return role.credentialType === "iam_user" && role.permissionsBoundaryArn === undefined
      ? { ...role, ...(permissionsBoundaryArn === undefined ? {} : { permissionsBoundaryArn }) }
      : role;
  });
}

/** A role as the engine takes it: the platform's own roles are ARNs that are not known yet. */
export function engineRole({ assumableRoles, ...role }: Values): Values {
  return assumableRoles === undefined ? role : { ...role, roleArns: unknownValue };
}

/** Names of the assumable roles that nothing in the platform assumes, by their name or by an ARN. */
export function unassumedRoles({
  assumableRoles,
  roles,
  staticRoles,
  rootCredential,
}: Pick<VaultPlatformArgs, "assumableRoles" | "roles" | "staticRoles" | "rootCredential">): string[] {
  const given = Object.values(roles ?? {});
  const arns = [
    rootCredential?.assumeRoleArns,
    ...given.flatMap(({ roleArns, arn }) => [roleArns, arn]),
    ...Object.values(staticRoles ?? {}).map(({ assumeRoleArn }) => assumeRoleArn),
  ];
  const assumed = new Set(given.flatMap((role) => role.assumableRoles ?? []));
  return arns.every((arn) => arn === undefined)
    ? Object.keys(assumableRoles ?? {}).filter((key) => !assumed.has(key))
    : [];
}

/** Resource options of a part that may have an AWS provider of its own. */
export function partOptions(
  { parent }: PlatformScope,
  provider: pulumi.ProviderResource | undefined,
): pulumi.ComponentResourceOptions {
  return provider === undefined ? parent : { ...parent, providers: [provider] };
}
