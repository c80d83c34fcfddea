import { randomUUID } from "node:crypto";
import { waitUntilAccepted } from "../../aws/sts/keyReadiness.js";
import { durationSeconds } from "../../internal/duration.js";
import { isVaultError } from "../../vault/errors.js";
import type { VaultAnswer } from "../../vault/vaultCall.js";
import { credentialFields, credentialsRules, reissueFields } from "../credentialsRules.js";
import { canonicalValue, changedFields, isSet, type Values } from "../../vaultresource/fields.js";
import type { Duration } from "../../internal/duration.js";
import { retryOnIamPropagation } from "./retryOnIamPropagation.js";
import { PartialFailure, type ResourceHandlers, type WorkContext } from "../../vaultresource/providers/handlers.js";

function pathOfCredentials(inputs: Values): string {
  return `${String(inputs.mount)}/${inputs.endpoint === "sts" ? "sts" : "creds"}/${String(inputs.role)}`;
}

/** Seconds until the token in use ends, and its leases with it; undefined for never, and where the token may not ask. */
async function secondsOfToken(context: WorkContext): Promise<number | undefined> {
  const { client, token } = context.vault;
  if (token.ttlSeconds !== undefined) {
    return token.ttlSeconds === 0 ? undefined : token.ttlSeconds;
  }
  try {
    const ttl = (await client.read("auth/token/lookup-self"))?.ttl;
    return typeof ttl === "number" && ttl > 0 ? ttl : undefined;
  } catch (error) {
    if (isVaultError(error, "permissionDenied")) {
      return undefined;
    }
    throw error;
  }
}

/** Releases of Vault differ in where they say how long session credentials live. */
function secondsOfLease(answer: VaultAnswer): number {
  const ttl = answer.data?.ttl;
  return (answer.leaseDuration ?? 0) > 0 ? Number(answer.leaseDuration) : typeof ttl === "number" ? ttl : 3600;
}

async function waitForKey(context: WorkContext, inputs: Values, keys: Values): Promise<void> {
  const readiness = (inputs.keyReadiness ?? {}) as Values;
  if (readiness.skip === true) {
    return;
  }
  await waitUntilAccepted(
    {
      accessKeyId: String(keys.accessKeyId),
      secretAccessKey: String(keys.secretAccessKey),
      sessionToken: keys.sessionToken === "" ? undefined : String(keys.sessionToken),
    },
    {
      region: readiness.region as string | undefined,
      endpoint: readiness.stsEndpoint as string | undefined,
      consecutiveSuccesses: readiness.consecutiveSuccesses as number | undefined,
      timeoutMs: (durationSeconds((readiness.timeout as Duration | undefined) ?? 180) ?? 180) * 1000,
      onWait: context.progress,
    },
  );
}

async function revoke(context: WorkContext, outputs: Values): Promise<void> {
  const { client } = context.vault;
  if (typeof outputs.leaseId === "string" && outputs.leaseId !== "") {
    try {
      const body = { lease_id: outputs.leaseId, sync: true };
      await client.write("sys/leases/revoke", body, { idempotent: true });
    } catch (error) {
      if (!isGoneLease(error)) {
        throw error;
      }
    }
  }
  const accessor = outputs.tokenAccessor;
  if (typeof accessor === "string" && accessor !== "") {
    try {
      await client.write("auth/token/revoke-accessor", { accessor }, { idempotent: true });
    } catch (error) {
      if (!isVaultError(error, "permissionDenied", "invalid")) {
        throw error;
      }
      // The lease is revoked, which is what counts: the token that it was made with ends by itself.
    }
  }
}

function isGoneLease(error: unknown): boolean {
  return (
    isVaultError(error, "invalid", "absent") && error.errors.some((text) => /invalid lease|lease not found/.test(text))
  );
}

/** Milliseconds since 1970 from which on an `up` reads new credentials. */
function reissueTime(outputs: Values, inputs: Values): number {
  const [issued, expires] = [Date.parse(String(outputs.issuedAt)), Date.parse(String(outputs.expiresAt))];
  const before = durationSeconds((inputs.reissueBefore as Duration | undefined) ?? -1);
  return before === undefined ? expires - (expires - issued) / 3 : expires - before * 1000;
}

const computedNames = [
  "accessKeyId",
  "secretAccessKey",
  "sessionToken",
  "leaseId",
  "issuedAt",
  "expiresAt",
  "callerArn",
  "tokenAccessor",
];

/** A refusal of the first of Vault's calls to AWS: after a later one, a user is left behind until Vault cleans up. */
const refusedAtFirstCall =
  /InvalidClientTokenId|SignatureDoesNotMatch|(?:creating IAM user|assuming role|generating STS keys).*AccessDenied/s;

/** Credentials from `creds/:role` or `sts/:role` of Vault's AWS secrets engine, and their lease. */
export const credentialsHandlers: ResourceHandlers = {
  createsLease: true,

  validate: credentialsRules,

  diff: (before, after) => {
    const replaces = ["mount", "role", "endpoint", "reissueTrigger"].filter((name) => before[name] !== after[name]);
    replaces.push(...changedFields(credentialFields, before, after).map((field) => field.name));
    if (replaces.length === 0 && Date.now() >= reissueTime(before, after)) {
      // New ones are read, whoever uses them is updated, and then the old lease is revoked.
      replaces.push("expiresAt");
    }
    return { changes: replaces.length > 0 || changedFields(reissueFields, before, after).length > 0, replaces };
  },

  create: async (context, inputs) => {
    const { client, token } = context.vault;
    const path = pathOfCredentials(inputs);
    const parameters = credentialFields
      .filter((field) => isSet(field, inputs[field.name]))
      .map((field) => [field.vaultName, canonicalValue(field, inputs[field.name])] as const);
    const tokenSeconds = await secondsOfToken(context);
    // Each call makes new credentials: it must not be repeated when its answer got lost.
    const answer = await retryOnIamPropagation(
      () => client.write(path, Object.fromEntries(parameters)),
      context.progress,
      refusedAtFirstCall,
    );
    const data = answer.data ?? {};
    const session = data.session_token ?? data.security_token;
    const issued = Date.now();
    const leaseSeconds = secondsOfLease(answer);
    const isUser = typeof session !== "string" || session === "";
    // What AWS made for a session ends when it ends; an IAM user is deleted with its lease, and the lease ends with the token.
    const seconds = isUser ? Math.min(leaseSeconds, tokenSeconds ?? leaseSeconds) : leaseSeconds;
    if (seconds < leaseSeconds) {
      context.warn(
        `the lease of ${path} ends with the token it was made with, in ${Math.round(seconds)} s: the role's own would be ${leaseSeconds} s`,
      );
    }
    const outputs: Values = {
      ...inputs,
      accessKeyId: String(data.access_key),
      secretAccessKey: String(data.secret_key),
      sessionToken: isUser ? "" : session,
      leaseId: answer.leaseId ?? "",
      issuedAt: new Date(issued).toISOString(),
      expiresAt: new Date(issued + seconds * 1000).toISOString(),
      callerArn: typeof data.arn === "string" ? data.arn : "",
      tokenAccessor: token.own ? (token.accessor ?? "") : "",
    };
    const id = answer.leaseId ?? `${path}/${randomUUID()}`;
    try {
      await waitForKey(context, inputs, outputs);
    } catch (error) {
      try {
        // The token that it was made with is revoked by whoever made it.
        await revoke(context, { leaseId: outputs.leaseId });
      } catch (revocation) {
        throw new PartialFailure(
          `${(error as Error).message}. Their lease could not be revoked: ${(revocation as Error).message}`,
          id,
          outputs,
        );
      }
      throw error;
    }
    return { id, outputs };
  },

  read: async (context, outputs) => {
    const inputs = Object.fromEntries(Object.entries(outputs).filter(([name]) => !computedNames.includes(name)));
    if (Date.now() >= Date.parse(String(outputs.expiresAt))) {
      return undefined;
    }
    if (typeof outputs.leaseId === "string" && outputs.leaseId !== "") {
      try {
        const body = { lease_id: outputs.leaseId };
        await context.vault.client.write("sys/leases/lookup", body, { idempotent: true });
      } catch (error) {
        if (isGoneLease(error)) {
          return undefined;
        }
        throw error;
      }
    }
    return { outputs, inputs };
  },

  // Only when to read anew can change without reading anew.
  update: (_context, before, after) => Promise.resolve({ ...before, ...after }),

  remove: revoke,
};
