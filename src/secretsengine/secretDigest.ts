import { scryptSync } from "node:crypto";

/**
 * Stands for a secret where only "is it still the same?" has to be known. The salt is the secret's own public part, so that a secret has one
 * digest, whichever run computes it, and equal secrets of different keys have different ones.
 *
 * AWS's secret keys have 240 random bits: nobody finds one by trying. scrypt makes trying slow all the same.
 */
export function secretDigest(publicPart: string, secret: string): string {
  return scryptSync(secret, `pulumi-kubevault-aws:${publicPart}`, 24).toString("base64url");
}
