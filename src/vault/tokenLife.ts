import type { VaultClient } from "./client.js";
import { isVaultError } from "./errors.js";
import type { ObtainedToken } from "./login.js";

/** When given tokens end, in milliseconds since 1970, as Vault said; undefined for never and not known. */
const ends = new Map<string, Promise<number | undefined>>();

/**
 * Seconds until a token ends, and its leases with it. Of a token that is given Vault is asked, once in a process.
 *
 * @returns undefined for never, and where the token may not ask
 */
export async function secondsLeft(client: VaultClient, token: ObtainedToken): Promise<number | undefined> {
  if (token.ttlSeconds !== undefined) {
    return token.ttlSeconds === 0 ? undefined : token.ttlSeconds;
  }
  let end = ends.get(token.token);
  if (end === undefined) {
    end = askEnd(client);
    ends.set(token.token, end);
    // A failure is not an answer to keep.
    end.catch(() => ends.delete(token.token));
  }
  const at = await end;
  return at === undefined ? undefined : Math.max(0, (at - Date.now()) / 1000);
}

async function askEnd(client: VaultClient): Promise<number | undefined> {
  try {
    const ttl = (await client.read("auth/token/lookup-self"))?.ttl;
    return typeof ttl === "number" && ttl > 0 ? Date.now() + ttl * 1000 : undefined;
  } catch (error) {
    if (isVaultError(error, "permissionDenied")) {
      return undefined;
    }
    throw error;
  }
}
