import { AsyncResource } from "node:async_hooks";
import { getAccessKeys } from "@pulumi/aws/iam/getAccessKeys.js";
import * as pulumi from "@pulumi/pulumi";
import { whereHooksRun } from "../internal/hooks.js";

/**
 * Why no seed key may be made for a user that has these keys; undefined where one may.
 *
 * @param subject the component, as messages name it
 */
export function seedKeyProblem(subject: string, user: string, keyIds: readonly string[]): string | undefined {
  if (keyIds.length === 0) {
    return undefined;
  }
  const which = keyIds.length === 1 ? "an access key" : "access keys";
  return (
    `${subject}: a seed key would be made, but the IAM user ${user} already has ${which} (${keyIds.join(", ")}). ` +
    "Where Vault has rotated the root key, set seedKey: false: the seed is used up, and Vault's own key stays in use. " +
    "Where Vault has lost its key, delete that key in IAM, and run this again."
  );
}

/**
 * A hook that lets a seed key be made only for a user without any key. After a rotation AWS no longer has the seed: a refresh takes it out of the
 * state, and without the hook the next `up` would make another key, which nothing uses and which stands in the way of the next rotation.
 * Only the moment of creation tells a lost seed from one that was never made.
 */
export function seedKeyGuard(
  owner: pulumi.Resource,
  name: string,
  subject: string,
): pulumi.ResourceHookBinding | undefined {
  return whereHooksRun(() => {
    // Hooks run outside of the program's own context, in which alone functions of providers can be called.
    const keysOf = AsyncResource.bind(async (user: string) => {
      const { accessKeys } = await getAccessKeys({ user }, { parent: owner });
      return accessKeys.map((key) => key.accessKeyId);
    });
    const guard: pulumi.ResourceHookFunction = async ({ newInputs }) => {
      const user: unknown = newInputs?.["user"];
      // A user that is yet to be made has no key.
      const refusal = typeof user === "string" ? seedKeyProblem(subject, user, await keysOf(user)) : undefined;
      if (refusal !== undefined) {
        throw new Error(refusal);
      }
    };
    return {
      beforeCreate: [
        new pulumi.ResourceHook(`kubevault-aws:RootCredential:${name}:seed-key`, guard, { onDryRun: true }),
      ],
    };
  });
}
