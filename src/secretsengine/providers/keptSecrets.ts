import { scryptSync } from "node:crypto";
import { isKnown, unknownValue } from "../../internal/validation/known.js";
import type { Values } from "../../vaultresource/fields.js";

/** Secrets by their digest, for as long as this process lives: what a check took out of the inputs, the write after it needs. */
const secrets = new Map<string, string>();

/** Digests of pairs of public part and secret: each takes some 100 ms, and an `up` checks inputs several times. */
const digests = new Map<string, string>();

/**
 * Stands for a secret where only "is it still the same?" has to be known. The salt is the secret's own public part, so that a secret has one
 * digest, whichever run computes it, and equal secrets of different keys have different ones.
 *
 * AWS's secret keys have 240 random bits: nobody finds one by trying. scrypt makes guessing slow nevertheless.
 */
function secretDigest(publicPart: string, secret: string): string {
  const pair = JSON.stringify([publicPart, secret]);
  const digest =
    digests.get(pair) ?? scryptSync(secret, `pulumi-kubevault-aws:${publicPart}`, 24).toString("base64url");
  digests.set(pair, digest);
  return digest;
}

/** Stands for the secret of a key that was imported: Vault has it and does not show it. */
export const importedDigest = "imported";

/**
 * Inputs as the state may hold them: with `secretKeyDigest` instead of `secretKey`. The engine checks inputs, in the same process, before each
 * create and update.
 */
export function withSecretKept(inputs: Values): Values {
  const { secretKey, ...rest } = inputs;
  if (secretKey === undefined || secretKey === null || secretKey === "") {
    return rest;
  }
  if (typeof secretKey !== "string" || !isKnown(secretKey) || !isKnown(inputs.accessKey)) {
    return { ...rest, secretKeyDigest: unknownValue };
  }
  const digest = secretDigest(String(inputs.accessKey), secretKey);
  secrets.set(digest, secretKey);
  return { ...rest, secretKeyDigest: digest };
}

/**
 * The secret that inputs stand for; undefined where they have none.
 *
 * @throws Error where it is not known: Vault would store an empty secret
 */
export function keptSecret(inputs: Values): string | undefined {
  const digest = inputs.secretKeyDigest;
  if (digest === undefined) {
    return undefined;
  }
  const secret = typeof digest === "string" ? secrets.get(digest) : undefined;
  if (secret === undefined) {
    throw new Error("the secret key is not known: inputs were written that this process has not checked");
  }
  return secret;
}
