import { randomUUID } from "node:crypto";
import { isVaultError } from "../../vault/errors.js";
import { secondsLeft } from "../../vault/tokenLife.js";
import type { VaultAnswer } from "../../vault/vaultCall.js";
import { credentialsRules } from "../configRules.js";
import { canonicalValue, canonicalValues, changedFields, isSet, type Values } from "../../vaultresource/fields.js";
import { credentialFields, credentialOutputs, credentialSettings } from "../engineFields.js";
import { retryOnIamPropagation } from "./retryOnIamPropagation.js";
import { waitForKey } from "./waitForKey.js";
import { PartialFailure, type ResourceHandlers, type WorkContext } from "../../vaultresource/providers/handlers.js";
import { assertFieldsSupported, isAnswerLost, messageOf } from "../../vaultresource/providers/writing.js";

function pathOfCredentials(inputs: Values): string {
  return `${String(inputs.mount)}/${inputs.endpoint === "sts" ? "sts" : "creds"}/${String(inputs.role)}`;
}

/** Releases of Vault differ in where they say the lifetime of session credentials. */
function secondsOfLease(answer: VaultAnswer): number {
  const ttl = answer.data?.ttl;
  return (answer.leaseDuration ?? 0) > 0 ? Number(answer.leaseDuration) : typeof ttl === "number" ? ttl : 3600;
}

/** A refusal of the first of Vault's calls to AWS: after a later one, a user is left behind until Vault cleans up. */
const refusedAtFirstCall =
  /InvalidClientTokenId|SignatureDoesNotMatch|(?:creating IAM user|assuming role|generating STS keys).*AccessDenied/s;

/** Reads new credentials. Each read makes some: it must not be repeated when its answer got lost. */
async function readNew(context: WorkContext, inputs: Values): Promise<VaultAnswer> {
  const path = pathOfCredentials(inputs);
  const parameters = credentialFields
    .filter((field) => isSet(field, inputs[field.name]))
    .map((field) => [field.vaultName, String(canonicalValue(field, inputs[field.name]))] as const);
  const query = parameters.length === 0 ? undefined : Object.fromEntries(parameters);
  try {
    // With GET, the capability "read" suffices.
    return await retryOnIamPropagation(
      () => context.vault.client.call({ method: "GET", path, query }, { idempotent: false }),
      context.progress,
      refusedAtFirstCall,
    );
  } catch (error) {
    if (isAnswerLost(error)) {
      throw new Error(
        `${messageOf(error)}. Vault may have created credentials nevertheless: they end with their lease, or with the token they were read with`,
        { cause: error },
      );
    }
    throw error;
  }
}

async function revokeLease(context: WorkContext, leaseId: unknown): Promise<void> {
  if (typeof leaseId !== "string" || leaseId === "") {
    return;
  }
  const revoke = (sync: boolean) =>
    context.vault.client.write(
      "sys/leases/revoke",
      { lease_id: leaseId, sync },
      { idempotent: true, secrets: [leaseId] },
    );
  try {
    await revoke(true);
  } catch (error) {
    if (isOfDeletedUser(error)) {
      await revoke(false);
      context.warn(
        "the IAM user of these credentials is deleted already, which Vault believes only 5 minutes after it made the user: " +
          "it revokes their lease then, by itself",
      );
    } else if (!isGoneLease(error)) {
      throw error;
    }
  }
}

/** AWS's answer to Vault, when it deleted the user of a lease, was lost. */
function isOfDeletedUser(error: unknown): boolean {
  return (
    isVaultError(error, "invalid") &&
    error.errors.some((text) => /failed to revoke entry[\s\S]*NoSuchEntity: The user with name/.test(text))
  );
}

/** Revokes the token that a lease was made with: without its lease, it is of no use. */
async function revokeToken(context: WorkContext, accessor: unknown): Promise<void> {
  if (typeof accessor !== "string" || accessor === "") {
    return;
  }
  try {
    const options = { idempotent: true, secrets: [accessor] };
    await context.vault.client.write("auth/token/revoke-accessor", { accessor }, options);
  } catch (error) {
    if (!isVaultError(error, "permissionDenied", "invalid")) {
      throw error;
    }
    // The lease is revoked, which is what counts: the token ends by itself.
  }
}

function isGoneLease(error: unknown): boolean {
  return (
    isVaultError(error, "invalid", "absent") && error.errors.some((text) => /invalid lease|lease not found/.test(text))
  );
}

/** Seconds before their end from which on an `up` reads new credentials: a third of their lifetime, unless a time is given that is shorter than it. */
function reissueSeconds(outputs: Values, inputs: Values): number {
  const life = lifeOf(outputs);
  const before = Number(canonicalValues(credentialSettings, inputs).reissueBefore);
  return before >= 0 && before < life ? before : life / 3;
}

function lifeOf(outputs: Values): number {
  return (Date.parse(String(outputs.expiresAt)) - Date.parse(String(outputs.issuedAt))) / 1000;
}

/** Longer than their lifetime, it would have every `up` read new ones. */
function warnOfReissue(context: WorkContext, outputs: Values): void {
  const before = Number(canonicalValues(credentialSettings, outputs).reissueBefore);
  const life = lifeOf(outputs);
  if (before >= life) {
    context.warn(
      `reissueBefore (${before} s) is not shorter than the lifetime of the credentials (${Math.round(life)} s): they are read again when a third of ` +
        "their lifetime is left",
    );
  }
}

/** Session credentials end by themselves and cannot be ended before: neither their lease nor its token is needed any more. */
async function withoutToken(context: WorkContext, outputs: Values): Promise<Values> {
  if (!context.vault.token.own) {
    return outputs;
  }
  try {
    await context.vault.client.write("auth/token/revoke-self", undefined, { idempotent: true });
    return { ...outputs, leaseId: "", tokenAccessor: "" };
  } catch (error) {
    if (!isVaultError(error)) {
      throw error;
    }
    // It is revoked when the credentials are deleted.
    return outputs;
  }
}

/** Credentials from `creds/:role` or `sts/:role` of Vault's AWS secrets engine, and their lease. */
export const credentialsHandlers: ResourceHandlers = {
  createsLease: true,

  validate: credentialsRules,

  diff: (before, after) => {
    const replaces = ["mount", "role"].filter((name) => before[name] !== after[name]);
    const decisive = [...credentialFields, ...credentialSettings].filter(
      // A code is good for one read: another one is no reason to read again.
      ({ name }) => name !== "mfaCode" && name !== "reissueBefore",
    );
    replaces.push(...changedFields(decisive, before, after).map((field) => field.name));
    const end = Date.parse(String(before.expiresAt)) - reissueSeconds(before, after) * 1000;
    if (replaces.length === 0 && Date.now() >= end) {
      // New ones are read, whoever uses them is updated, and then the old lease is revoked.
      replaces.push("expiresAt");
    }
    return { changes: replaces.length > 0 || changedFields(credentialSettings, before, after).length > 0, replaces };
  },

  create: async (context, inputs) => {
    const { token, server } = context.vault;
    const path = pathOfCredentials(inputs);
    assertFieldsSupported(path, credentialFields, inputs, server);
    const tokenSeconds = await secondsLeft(context.vault.client, context.vault.token);
    const answer = await readNew(context, inputs);
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
      leaseDuration: leaseSeconds,
      renewable: answer.renewable === true,
      issuedAt: new Date(issued).toISOString(),
      expiresAt: new Date(issued + seconds * 1000).toISOString(),
      callerArn: typeof data.arn === "string" ? data.arn : "",
      tokenAccessor: token.own ? (token.accessor ?? "") : "",
    };
    warnOfReissue(context, outputs);
    // A lease's ID is a secret, which a resource's ID is not.
    const id = `${path}/${randomUUID()}`;
    try {
      const key = {
        accessKeyId: String(outputs.accessKeyId),
        secretAccessKey: String(outputs.secretAccessKey),
        sessionToken: outputs.sessionToken === "" ? undefined : String(outputs.sessionToken),
      };
      await waitForKey(context, inputs, key, { arns: [outputs.callerArn, inputs.roleArn] });
    } catch (error) {
      try {
        // The token that it was made with is revoked by whoever made it.
        await revokeLease(context, outputs.leaseId);
      } catch (revocation) {
        throw new PartialFailure(
          `${messageOf(error)}. Their lease could not be revoked: ${messageOf(revocation)}`,
          id,
          // Taken for ended, so that the next `up` reads others and revokes these.
          { ...outputs, expiresAt: outputs.issuedAt },
        );
      }
      throw error;
    }
    return { id, outputs: isUser ? outputs : await withoutToken(context, outputs) };
  },

  read: async (context, outputs, id) => {
    if (outputs.expiresAt === undefined) {
      throw new Error(
        `${id}: credentials cannot be read a second time, nor imported: each read of Vault makes new ones`,
      );
    }
    const inputs = Object.fromEntries(Object.entries(outputs).filter(([name]) => !(name in credentialOutputs)));
    const isGone =
      Date.now() >= Date.parse(outputs.expiresAt as string) || !(await isLeaseAlive(context, outputs.leaseId));
    if (isGone) {
      await revokeToken(context, outputs.tokenAccessor);
      return undefined;
    }
    return { outputs, inputs };
  },

  // Only when to read them again can change without reading them again.
  update: (context, before, after) => {
    const computed = Object.fromEntries(Object.entries(before).filter(([name]) => name in credentialOutputs));
    const outputs = { ...after, ...computed };
    warnOfReissue(context, outputs);
    return Promise.resolve(outputs);
  },

  remove: async (context, outputs) => {
    try {
      await revokeLease(context, outputs.leaseId);
    } catch (error) {
      const why = whyNotNeeded(outputs);
      if (why === undefined || !isVaultError(error, "permissionDenied")) {
        throw error;
      }
      context.warn(`${why}. It was not revoked: ${messageOf(error)}`);
    }
    await revokeToken(context, outputs.tokenAccessor);
  },
};

/** Why credentials are gone, or will be, where their lease cannot be revoked: the token of the connection may have ended as they have. */
function whyNotNeeded({ expiresAt, sessionToken }: Values): string | undefined {
  const end = String(expiresAt);
  if (Date.now() >= Date.parse(end)) {
    return `the lease of these credentials ended by itself at ${end}`;
  }
  return sessionToken === "" ? undefined : `the session of these credentials ends at ${end}, with or without its lease`;
}

async function isLeaseAlive(context: WorkContext, leaseId: unknown): Promise<boolean> {
  if (typeof leaseId !== "string" || leaseId === "") {
    return true;
  }
  try {
    const options = { idempotent: true, secrets: [leaseId] };
    await context.vault.client.write("sys/leases/lookup", { lease_id: leaseId }, options);
    return true;
  } catch (error) {
    if (isGoneLease(error)) {
      return false;
    }
    throw error;
  }
}
