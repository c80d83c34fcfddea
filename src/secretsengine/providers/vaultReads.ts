import type { OpenVault, VaultSession } from "../../vault/session.js";
import type { Values } from "../../vaultresource/fields.js";
import type { WorkContext } from "../../vaultresource/providers/handlers.js";
import { setFields } from "../roleDigest.js";
import type { VaultReadName } from "../vaultReadRules.js";
import { credentialsHandlers } from "./credentials.js";
import { listRoleNames, pathOfRole, readRole } from "./role.js";

/** What a function returns. */
export interface VaultReading {
  /** Undefined where there is no such role. */
  readonly values: Values | undefined;
  /** Revokes the credentials that were created for it, and the token that they were created with. */
  readonly revoke?: () => Promise<void>;
}

/** Runs one of the functions. */
export async function readFromVault(
  name: VaultReadName,
  session: VaultSession,
  args: Values,
  warn: (message: string) => void,
): Promise<VaultReading> {
  const contextOf = (vault: OpenVault) => ({ vault, recreate: false, progress: () => undefined, warn });
  const { read, createsLease = false } = vaultReads[name];
  const work = (vault: OpenVault) => read(contextOf(vault), args);
  const { values, created } = await (createsLease ? session.useOwnToken(work) : session.use(work));
  if (created === undefined) {
    return { values };
  }
  return {
    values,
    revoke: () => session.use((vault) => credentialsHandlers.remove(contextOf(vault), created)),
  };
}

/** A function that reads from Vault: plain values in and out, whatever calls it. */
interface VaultRead {
  /** Whether it takes a token that is not shared: leases end with the token they were made with. */
  readonly createsLease?: boolean;
  readonly read: (
    context: WorkContext,
    args: Values,
  ) => Promise<{ readonly values: Values | undefined; readonly created?: Values }>;
}

const vaultReads: Readonly<Record<VaultReadName, VaultRead>> = {
  getAwsCredentials: {
    createsLease: true,
    read: async (context, args) => {
      const { outputs } = await credentialsHandlers.create(context, args);
      const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = outputs;
      return { values: { accessKeyId, secretAccessKey, sessionToken, expiresAt }, created: outputs };
    },
  },
  getAwsSecretsRole: {
    read: async ({ vault }, args) => {
      const role = await readRole(vault, pathOfRole(args));
      return { values: role === undefined ? undefined : setFields(role) };
    },
  },
  getAwsStaticCredentials: {
    read: async ({ vault }, args) => {
      const path = `${String(args.mount)}/static-creds/${String(args.name)}`;
      const data = await vault.client.read(path);
      if (data === undefined) {
        throw new Error(`${path}: Vault has no such static role, or no key of it yet`);
      }
      return {
        values: {
          accessKeyId: String(data.access_key),
          secretAccessKey: String(data.secret_key),
          expiration: typeof data.expiration === "string" ? data.expiration : "",
        },
      };
    },
  },
  listAwsSecretsRoles: {
    read: async ({ vault }, { mount }) => ({ values: { names: await listRoleNames(vault, mount) } }),
  },
};
