import type { Values } from "../../vaultresource/fields.js";
import { isKnown } from "../../internal/validation/known.js";
import type { ResourceHandlers, WorkContext } from "../../vaultresource/providers/handlers.js";
import { inState, inStateIfUnanswered } from "../../vaultresource/providers/writing.js";
import { policyMeaning } from "../policyMeaning.js";
import { vaultPolicyRules } from "../vaultPolicyRules.js";

const pathOfPolicy = (values: Values) => `sys/policies/acl/${String(values.name)}`;

function sameMeaning(one: unknown, other: unknown): boolean {
  if (!isKnown(one) || !isKnown(other)) {
    return false;
  }
  return one === other || policyMeaning(String(one)).canonical === policyMeaning(String(other)).canonical;
}

/** Writes and reads back. */
async function write({ vault }: WorkContext, inputs: Values): Promise<void> {
  const path = pathOfPolicy(inputs);
  await inStateIfUnanswered(path, inputs, () =>
    vault.client.write(path, { policy: inputs.policy }, { idempotent: true }),
  );
  await inState(path, inputs, async () => {
    const stored = await vault.client.read(path);
    if (!sameMeaning(stored?.policy, inputs.policy)) {
      throw new Error(`${path}: Vault did not keep what was written. Does something else write there, too?`);
    }
  });
}

/** `sys/policies/acl/:name`. */
export const vaultPolicyHandlers: ResourceHandlers = {
  validate: vaultPolicyRules,

  diff: (before, after) => {
    const replaces = before.name === after.name ? [] : ["name"];
    return { changes: replaces.length > 0 || !sameMeaning(before.policy, after.policy), replaces };
  },

  create: async (context, inputs) => {
    const path = pathOfPolicy(inputs);
    const existing = await context.vault.client.read(path);
    if (existing !== undefined && inputs.adoptExisting !== true && !sameMeaning(existing.policy, inputs.policy)) {
      throw new Error(
        `${path} exists already in Vault and says something else. To take it over and change it, set adoptExisting: true; ` +
          "or delete it in Vault first",
      );
    }
    await write(context, inputs);
    return { id: path, outputs: inputs };
  },

  read: async (context, outputs) => {
    const data = await context.vault.client.read(pathOfPolicy(outputs));
    if (data === undefined) {
      return undefined;
    }
    const inputs = sameMeaning(data.policy, outputs.policy) ? outputs : { ...outputs, policy: data.policy };
    return { outputs: inputs, inputs };
  },

  update: async (context, before, after) => {
    const path = pathOfPolicy(after);
    const stored = (await context.vault.client.read(path))?.policy;
    if (typeof stored === "string" && ![before.policy, after.policy].some((policy) => sameMeaning(stored, policy))) {
      context.warn(`${path} was changed in Vault by something else since the last up, and is overwritten: ${stored}`);
    }
    await write(context, after);
    return after;
  },

  remove: async (context, outputs) => {
    await context.vault.client.remove(pathOfPolicy(outputs));
  },
};
