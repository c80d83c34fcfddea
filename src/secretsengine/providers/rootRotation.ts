import { pause } from "../../internal/pause.js";
import { isVaultError } from "../../vault/errors.js";
import type { Values } from "../../vaultresource/fields.js";
import { PartialFailure, type WorkContext } from "../../vaultresource/providers/handlers.js";
import { isAnswerLost, messageOf } from "../../vaultresource/providers/writing.js";
import { retryOnIamPropagation } from "./retryOnIamPropagation.js";
import { mayHaveMadeKey } from "./lostKeys.js";
import { isRotationPending, pathOfRoot, textOf } from "./rootKey.js";

/** How long config/root is read for the outcome of a rotation whose answer was lost. */
const rotationLookupMs = 2_000;

/** What tells that AWS refused the calls of a rotation that come before Vault stores the new key. */
const refusedBeforeRotation =
  /error calling (?:GetUser|CreateAccessKey)[\s\S]*(?:InvalidClientTokenId|SignatureDoesNotMatch|AccessDenied)/;

/**
 * Lets Vault make itself a new root key, where that is asked for and not done: from then on only Vault knows the secret. It is never asked for twice.
 *
 * @param outputs of the resource, with the key in use
 * @throws PartialFailure with the key that is in use then
 */
export async function rotateIfAsked(context: WorkContext, outputs: Values): Promise<Values> {
  if (!isRotationPending(outputs, outputs)) {
    return outputs;
  }
  const path = pathOfRoot(outputs);
  const before = textOf(outputs.activeAccessKey);
  const rotated = (accessKey: string): Values => ({
    ...outputs,
    activeAccessKey: accessKey,
    keyRotated: true,
    rotatedFor: outputs.rotateRootTrigger,
  });
  try {
    const { data } = await retryOnIamPropagation(
      () => context.vault.client.write(`${String(outputs.mount)}/config/rotate-root`, undefined),
      context.progress,
      refusedBeforeRotation,
    );
    return rotated(textOf(data?.access_key) || (await keyInUse(context, path)));
  } catch (error) {
    // Vault stores the new key before it deletes the old one: an error does not mean that nothing happened.
    const found = await keyAfterFailure(context, path, before, error);
    if (found === undefined) {
      throw new PartialFailure(
        `whether the root key was rotated could not be read, it was ${before}: ${messageOf(error)}. The next up looks again`,
        path,
        outputs,
      );
    }
    if (found === "" || found === before) {
      const left = mayHaveMadeKey(error)
        ? `. An access key of its IAM user other than ${before} may be left over of this attempt or one before: delete it in AWS, ` +
          "which allows two, and run up again"
        : "";
      throw new PartialFailure(
        `the root key could not be rotated, ${before} is still in use: ${messageOf(error)}${left}`,
        path,
        outputs,
      );
    }
    if (isAnswerLost(error)) {
      context.warn(
        `the answer to the rotation of the root key was lost (${messageOf(error)}): Vault uses ${found} now. ` +
          `Check in AWS that the old key ${before} is deleted`,
      );
      return rotated(found);
    }
    throw new PartialFailure(
      `the root key was rotated to ${found}, but the old key ${before} may be left over in AWS: delete it there. ${messageOf(error)}`,
      path,
      rotated(found),
    );
  }
}

export async function keyInUse(context: WorkContext, path: string): Promise<string> {
  return textOf((await context.vault.client.read(path))?.access_key);
}

/** The key in use after a rotation failed; undefined where that cannot be read. Where the answer was lost, Vault may still be at work. */
async function keyAfterFailure(
  context: WorkContext,
  path: string,
  before: string,
  failure: unknown,
): Promise<string | undefined> {
  const deadline = Date.now() + (isAnswerLost(failure) ? rotationLookupMs : 0);
  for (;;) {
    try {
      const found = await keyInUse(context, path);
      if (found !== before || Date.now() >= deadline) {
        return found;
      }
    } catch (error) {
      if (!isVaultError(error)) {
        throw error;
      }
      if (Date.now() >= deadline) {
        return undefined;
      }
    }
    await pause(500);
  }
}
