import { isVaultError } from "../../vault/errors.js";
import type { VaultClient } from "../../vault/client.js";
import type { ResourceHandlers } from "../../vaultresource/providers/handlers.js";

/** The revocation of a root token: an act, which nothing undoes and nothing has to be read of. */
export const rootTokenRevocationHandlers: ResourceHandlers = {
  validate: () => [],
  diff: () => ({ changes: false }),
  create: async ({ vault: { client } }) => {
    if (await isRoot(client)) {
      try {
        await client.write("auth/token/revoke-self", {}, { idempotent: true });
      } catch (error) {
        // The answer to a first attempt was lost: the token is gone.
        if (!isVaultError(error, "permissionDenied")) {
          throw error;
        }
      }
    }
    return { id: "root-token", outputs: {} };
  },
  read: (_, outputs) => Promise.resolve({ outputs, inputs: {} }),
  update: (_, before) => Promise.resolve(before),
  remove: () => Promise.resolve(),
};

/** A login stands in for a token that is revoked already. */
async function isRoot(client: VaultClient): Promise<boolean> {
  const policies = (await client.read("auth/token/lookup-self"))?.policies;
  return Array.isArray(policies) && policies.includes("root");
}
