import { isVaultError } from "../../vault/errors.js";
import {
  canonicalValues,
  changedFields,
  fromVault,
  inputsWithDrift,
  toVault,
  type Values,
  type VaultField,
} from "../../vaultresource/fields.js";
import type { ResourceHandlers, WorkContext } from "../../vaultresource/providers/handlers.js";
import {
  assertAdoptable,
  assertFieldsSupported,
  inState,
  inStateIfUnanswered,
  readBack,
  removeBelowMount,
  warnOfOverwriting,
} from "../../vaultresource/providers/writing.js";
import type { Issue } from "../../internal/validation/issues.js";

/** One kind of object below an auth method that is written as a whole: a role, or the method's configuration. */
export interface AuthObject {
  readonly fields: readonly VaultField[];
  readonly validate: (inputs: Values) => Issue[];
  /** `role/shop`, or `config`. */
  readonly below: (values: Values) => string;
  /** The arguments that say which object it is: another value needs a new object. */
  readonly identity: readonly string[];
  /** Fields that Vault never shows. */
  readonly writeOnly?: readonly VaultField[];
  /** Further outputs, and how to read them. */
  readonly computed?: {
    readonly names: readonly string[];
    readonly read: (context: WorkContext, path: string) => Promise<Values>;
  };
  /** Whether the object cannot be deleted, and goes with the auth method. */
  readonly permanent?: boolean;
}

/** Handlers of objects below an auth method. */
export function authObjectHandlers(kind: AuthObject): ResourceHandlers {
  const { fields, writeOnly = [] } = kind;
  const pathOf = (values: Values) => `auth/${String(values.mount)}/${kind.below(values)}`;
  const write = async (context: WorkContext, inputs: Values) => {
    const body = toVault(fields, inputs);
    const secrets = writeOnly.map((field) => inputs[field.name]).filter((value) => typeof value === "string");
    const hidden = writeOnly.filter((field) => inputs[field.name] !== undefined);
    // The same object written twice is the same object.
    await atAuthMethod(context, inputs, () =>
      context.vault.client.write(
        pathOf(inputs),
        { ...body, ...toVault(hidden, inputs) },
        { idempotent: true, secrets },
      ),
    );
  };
  const outputsOf = async (context: WorkContext, inputs: Values) => ({
    ...inputs,
    ...(await kind.computed?.read(context, pathOf(inputs))),
  });

  return {
    validate: kind.validate,

    diff: (before, after) => {
      const replaces = kind.identity.filter((name) => before[name] !== after[name]);
      return {
        changes: replaces.length > 0 || changedFields([...fields, ...writeOnly], before, after).length > 0,
        replaces,
      };
    },

    create: async (context, inputs) => {
      const path = pathOf(inputs);
      assertFieldsSupported(path, fields, inputs, context.vault.server);
      const existing = await atAuthMethod(context, inputs, () => context.vault.client.read(path));
      assertAdoptable(path, fields, inputs, existing);
      await inStateIfUnanswered(path, inputs, () => write(context, inputs));
      return inState(path, inputs, async () => {
        await readBack(context, path, fields, inputs);
        return { id: path, outputs: await outputsOf(context, inputs) };
      });
    },

    read: async (context, outputs) => {
      const path = pathOf(outputs);
      let data: Values | undefined;
      try {
        data = await context.vault.client.read(path);
      } catch (error) {
        // Roles of an auth method that was disabled are gone with it, all tokens too.
        if (!isVaultError(error, "mountMissing")) {
          throw error;
        }
      }
      if (data === undefined) {
        return undefined;
      }
      const known = Object.entries(outputs).filter(([name]) => kind.computed?.names.includes(name) !== true);
      const inputs = inputsWithDrift(fields, Object.fromEntries(known), fromVault(fields, data));
      return { outputs: await outputsOf(context, inputs), inputs };
    },

    update: async (context, before, after) => {
      const path = pathOf(after);
      assertFieldsSupported(path, fields, after, context.vault.server);
      const existing = await atAuthMethod(context, after, () => context.vault.client.read(path));
      if (existing !== undefined) {
        warnOfOverwriting(context, path, fields, { before, after, actual: fromVault(fields, existing) });
      }
      await write(context, after);
      await readBack(context, path, fields, canonicalValues(fields, after));
      return outputsOf(context, after);
    },

    remove: async (context, outputs) => {
      if (kind.permanent !== true) {
        await removeBelowMount(() => context.vault.client.remove(pathOf(outputs)));
      }
    },
  };
}

/** Says of a path without an auth method what is wrong, and which ones there are. */
async function atAuthMethod<T>(context: WorkContext, values: Values, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isVaultError(error, "mountMissing")) {
      throw error;
    }
    const known = await enabledAuthPaths(context);
    throw new Error(
      `no auth method is enabled at auth/${String(values.mount)}/. ` +
        `${known === undefined ? "" : `Enabled are: ${known.join(", ")}. `}Enable it with VaultAuthMethod, or give the path of another as mount`,
      { cause: error },
    );
  }
}

async function enabledAuthPaths(context: WorkContext): Promise<string[] | undefined> {
  try {
    const methods = (await context.vault.client.read("sys/auth")) ?? {};
    return Object.keys(methods).sort();
  } catch (error) {
    // Only to help: a token that may not list auth methods gets the shorter message.
    if (isVaultError(error, "permissionDenied")) {
      return undefined;
    }
    throw error;
  }
}
