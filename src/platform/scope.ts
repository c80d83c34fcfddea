import type * as pulumi from "@pulumi/pulumi";
import type { VaultPlatformArgs } from "./vaultPlatformArgs.js";

/** What every part of a platform is created from. */
export interface PlatformScope {
  /** The component's name: what the names of its children begin with. */
  readonly name: string;
  readonly args: VaultPlatformArgs;
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
  return {
    name,
    args,
    parent: { parent: component },
    serverName: args.serverName ?? name,
    protectData: args.protectData ?? true,
  };
}
