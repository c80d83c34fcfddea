import * as pulumi from "@pulumi/pulumi";
import { assertValid, mapInput } from "../vaultresource/inputs.js";
import { trimSlashes } from "../vaultresource/rules.js";
import type { Values } from "../vaultresource/fields.js";
import { connectionArgsOf, type VaultConnection, type VaultConnectionArgs } from "../vaultresource/vaultConnection.js";
import type { AwsCredentialsArgs } from "./awsCredentials.js";
import type { AwsSecretsRoleSpec } from "./roleSpec.js";
import { vaultReadRules, type VaultReadName } from "./vaultReadRules.js";

/** Which Vault a function reads from. */
export interface VaultReadOptions {
  /** The connection of the resources, or its arguments. */
  readonly connection: VaultConnection | VaultConnectionArgs;
}

/** Credentials as one read of Vault gave them. */
export interface AwsCredentialsResult {
  /** ID of the access key. */
  readonly accessKeyId: string;
  /** Secret of the access key. */
  readonly secretAccessKey: string;
  /** Empty for an IAM user's. */
  readonly sessionToken: string;
  /** When they end: `2026-01-31T12:00:00.000Z`. */
  readonly expiresAt: string;
}

/** Which credentials {@link getAwsCredentials} reads: the arguments of {@link AwsCredentialsArgs}, but for those on reading them again. */
export type GetAwsCredentialsArgs = Omit<AwsCredentialsArgs, "reissueBefore" | "reissueTrigger">;

/**
 * Reads AWS credentials from a role, once for each `up`, and keeps nothing in the state: for what is done in the `up` itself. Each call creates
 * credentials; those of an `iam_user` role live until their lease, or the token that read them, ends. {@link AwsCredentials} keeps credentials and
 * revokes them.
 *
 * At preview nothing is read: the result is unknown then. In other languages it is a function of the provider plugin, which has no unknown results:
 * there a preview reads credentials, too, and they are revoked when the operation ends.
 *
 * @returns a secret output
 * @throws pulumi.RunError with all that is wrong with the arguments
 *
 * @example
 * const credentials = getAwsCredentials({ mount: engine.path, role: "deploy" }, { connection });
 */
export function getAwsCredentials(
  args: GetAwsCredentialsArgs,
  options: VaultReadOptions,
): pulumi.Output<AwsCredentialsResult> {
  return readAtUp("getAwsCredentials", args, options, (values) => values as unknown as AwsCredentialsResult);
}

/** The credentials of a static role. */
export interface AwsStaticCredentialsResult {
  /** ID of the access key. */
  readonly accessKeyId: string;
  /** Secret of the access key. */
  readonly secretAccessKey: string;
  /** When Vault rotates the key next, as Vault says it; empty where it does not. */
  readonly expiration: string;
}

/** Names a role of a mount. */
export interface NamedRoleArgs {
  /** Path of the mount: `engine.path`. */
  readonly mount: pulumi.Input<string>;
  /** Name of the role. */
  readonly name: pulumi.Input<string>;
}

/**
 * Reads the credentials of a static role: `static-creds/:name`. They are Vault's current ones, and end when Vault rotates them. At preview the result is
 * unknown.
 *
 * @returns a secret output
 * @throws pulumi.RunError with all that is wrong with the arguments
 */
export function getAwsStaticCredentials(
  args: NamedRoleArgs,
  options: VaultReadOptions,
): pulumi.Output<AwsStaticCredentialsResult> {
  return readAtUp(
    "getAwsStaticCredentials",
    args,
    options,
    (values) => values as unknown as AwsStaticCredentialsResult,
  );
}

/**
 * Reads a role as Vault has it, whoever wrote it. At preview the result is unknown.
 *
 * @returns the fields that are set, as a secret output; undefined where there is no such role. In other languages the function fails then.
 * @throws pulumi.RunError with all that is wrong with the arguments
 */
export function getAwsSecretsRole(
  args: NamedRoleArgs,
  options: VaultReadOptions,
): pulumi.Output<AwsSecretsRoleSpec | undefined> {
  return readAtUp("getAwsSecretsRole", args, options, (values) => values as AwsSecretsRoleSpec | undefined);
}

/**
 * Lists the names of all roles below a mount, in order. The token needs the capability "list" on `<mount>/roles`. At preview the result is unknown.
 *
 * @throws pulumi.RunError with all that is wrong with the arguments
 */
export function listAwsSecretsRoles(
  args: Pick<NamedRoleArgs, "mount">,
  options: VaultReadOptions,
): pulumi.Output<string[]> {
  return readAtUp("listAwsSecretsRoles", args, options, (values) => values?.names as string[]);
}

/** Reads from Vault in an update; at preview Vault need not be there, and nothing may be created in it. */
function readAtUp<T>(
  name: VaultReadName,
  args: object,
  { connection }: VaultReadOptions,
  result: (values: Values | undefined) => T,
): pulumi.Output<T> {
  assertValid(name, args, vaultReadRules[name]);
  const settings = connectionArgsOf(connection);
  const mount = mapInput((args as Values).mount, (value) => trimSlashes(value as string));
  const reading = pulumi.all([{ ...args, mount } as Values, settings as Values]).apply(async ([inputs, given]) => {
    if (pulumi.runtime.isDryRun()) {
      return pulumi.unknown as unknown as T;
    }
    const { connectionOf } = await import("../vaultresource/providers/connection.js");
    const { readFromVault } = await import("./providers/vaultReads.js");
    const { session } = connectionOf({ get: (key) => settingOf(given, key.replace(/^.*:/, "")) });
    try {
      const warn = (message: string) => void pulumi.log.warn(message);
      return result((await readFromVault(name, session, inputs, warn)).values);
    } finally {
      await session.close();
    }
  });
  return pulumi.secret(reading) as pulumi.Output<T>;
}

/** A setting as a provider keeps it. */
function settingOf(settings: Values, name: string): unknown {
  const value = settings[name];
  return (name === "login" || name === "kubernetes") && value !== undefined ? JSON.stringify(value) : value;
}
