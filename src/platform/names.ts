import * as pulumi from "@pulumi/pulumi";

/** Where the SSM parameters of a Vault's unseal keys are by default: apart for each stack, since an account may hold several. */
export function defaultSsmKeyPrefix(serverName: string): string {
  return `/vault/${pulumi.getProject()}/${pulumi.getStack()}/${serverName}/`;
}
