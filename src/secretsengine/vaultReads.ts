import * as pulumi from "@pulumi/pulumi";
import type { Issue } from "../internal/validation/issues.js";
import { assertValid, mapInput } from "../vaultresource/inputs.js";
import type { OpenVault } from "../vault/session.js";
import { mountPathRules, objectNameRules, trimSlashes, unknownArguments } from "../vaultresource/rules.js";
import type { Values } from "../vaultresource/fields.js";
import { connectionArgsOf, type VaultConnection, type VaultConnectionArgs } from "../vaultresource/vaultConnection.js";
import type { AwsCredentialsArgs } from "./awsCredentials.js";
import { credentialsRules } from "./configRules.js";
import { credentialFields } from "./engineFields.js";
import type { AwsSecretsRoleSpec } from "./roleSpec.js";

/** Which Vault a function reads from. */
export interface VaultReadOptions {
  /** The connection of the resources, or its arguments. */
  readonly connection: VaultConnection | VaultConnectionArgs;
}

/** Credentials as one read of Vault gave them. */
export interface AwsCredentialsResult {
  readonly accessKeyId: string;
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
 * At preview nothing is read: the result is unknown then.
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
  const names = ["mount", "role", "endpoint", ...credentialFields.map((field) => field.name), "keyReadiness"];
  assertValid("getAwsCredentials", args, (given) => [...unknownArguments(given, names), ...credentialsRules(given)]);
  return readAtUp(args, options, async (inputs, connection) => {
    const { credentialsHandlers } = await import("./providers/credentials.js");
    return connection.useOwnToken(async (vault) => {
      const context = {
        vault,
        recreate: false,
        progress: () => undefined,
        warn: (message: string) => void pulumi.log.warn(message),
      };
      const { outputs } = await credentialsHandlers.create(context, inputs);
      const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = outputs as unknown as AwsCredentialsResult;
      return { accessKeyId, secretAccessKey, sessionToken, expiresAt };
    });
  });
}

/** The credentials of a static role. */
export interface AwsStaticCredentialsResult {
  readonly accessKeyId: string;
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
  assertValid("getAwsStaticCredentials", args, namedRoleRules);
  return readAtUp(args, options, (inputs, connection) =>
    connection.use(async ({ client }) => {
      const path = `${String(inputs.mount)}/static-creds/${String(inputs.name)}`;
      const data = await client.read(path);
      if (data === undefined) {
        throw new Error(`${path}: Vault has no such static role, or no key of it yet`);
      }
      return {
        accessKeyId: String(data.access_key),
        secretAccessKey: String(data.secret_key),
        expiration: typeof data.expiration === "string" ? data.expiration : "",
      };
    }),
  );
}

/**
 * Reads a role as Vault has it, whoever wrote it. At preview the result is unknown.
 *
 * @returns the fields that are set; undefined where there is no such role
 * @throws pulumi.RunError with all that is wrong with the arguments
 */
export function getAwsSecretsRole(
  args: NamedRoleArgs,
  options: VaultReadOptions,
): pulumi.Output<AwsSecretsRoleSpec | undefined> {
  assertValid("getAwsSecretsRole", args, namedRoleRules);
  return readAtUp(args, options, async (inputs, connection) => {
    const { pathOfRole, readRole, setFieldsOf } = await import("./providers/role.js");
    return connection.use(async (vault) => {
      const role = await readRole(vault, pathOfRole(inputs));
      return role === undefined ? undefined : (setFieldsOf(role) as unknown as AwsSecretsRoleSpec);
    });
  });
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
  assertValid("listAwsSecretsRoles", args, (given) => [
    ...unknownArguments(given, ["mount"]),
    ...mountPathRules(given, "mount"),
  ]);
  return readAtUp(args, options, (inputs, connection) =>
    connection.use(async ({ client }) => {
      const { isVaultError } = await import("../vault/errors.js");
      try {
        const path = `${String(inputs.mount)}/roles`;
        const { data } = await client.call({ method: "GET", path, query: { list: "true" } });
        return Array.isArray(data?.keys) ? data.keys.map(String).sort() : [];
      } catch (error) {
        if (isVaultError(error, "absent")) {
          return [];
        }
        throw error;
      }
    }),
  );
}

function namedRoleRules(args: Values): Issue[] {
  return [
    ...unknownArguments(args, ["mount", "name"]),
    ...mountPathRules(args, "mount"),
    ...objectNameRules(args, "name"),
  ];
}

/** A session with Vault, as far as a function needs it. */
interface Session {
  readonly use: <T>(work: (vault: OpenVault) => Promise<T>) => Promise<T>;
  readonly useOwnToken: <T>(work: (vault: OpenVault) => Promise<T>) => Promise<T>;
}

/** Reads from Vault in an update; at preview Vault need not be there, and nothing may be created in it. */
function readAtUp<T>(
  args: object,
  { connection }: VaultReadOptions,
  read: (inputs: Values, session: Session) => Promise<T>,
): pulumi.Output<T> {
  const settings = connectionArgsOf(connection);
  const mount = mapInput((args as Values).mount, (value) => trimSlashes(value as string));
  const result = pulumi.all([{ ...args, mount } as Values, settings as Values]).apply(async ([inputs, given]) => {
    if (pulumi.runtime.isDryRun()) {
      return pulumi.unknown as unknown as T;
    }
    const { connectionOf } = await import("../vaultresource/providers/connection.js");
    const { session } = connectionOf({ get: (key) => settingOf(given, key.replace(/^.*:/, "")) });
    try {
      return await read(inputs, session);
    } finally {
      await session.close();
    }
  });
  return pulumi.secret(result) as pulumi.Output<T>;
}

/** A setting as a provider keeps it. */
function settingOf(settings: Values, name: string): unknown {
  const value = settings[name];
  return (name === "login" || name === "kubernetes") && value !== undefined ? JSON.stringify(value) : value;
}
