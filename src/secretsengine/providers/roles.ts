import { forEachAtOnce } from "../../internal/forEachAtOnce.js";
import { mapRecord } from "../../internal/records.js";
import { canonicalJson } from "../../vaultresource/canonicalJson.js";
import { isFullyKnown } from "../../internal/validation/known.js";
import { isVaultError } from "../../vault/errors.js";
import type { Values } from "../../vaultresource/fields.js";
import { untilProgramIsQuiet } from "../../vaultresource/providers/declaredPaths.js";
import { PartialFailure, type ResourceHandlers, type WorkContext } from "../../vaultresource/providers/handlers.js";
import { mountPathRules } from "../../vaultresource/rules.js";
import { roleDigest, setFields } from "../roleDigest.js";
import { eachRole, roleRules } from "../roleRules.js";
import { createRole, listRoleNames, pathOfRole, roleHandlers } from "./role.js";

/** How many roles are worked on at a time. */
const concurrency = 8;

/** How many failures in a row that are no role's own end the work: Vault is not there, or does not let anyone in. */
const hopeless = 3 * concurrency;

/** Names of the settings of a role that Vault does not hold. */
const settingNames = ["adoptExisting", "revokeLeasesOnDelete"];

type Roles = Readonly<Record<string, Values>>;

/** The roles that are a resource's own, by name: the digest of what was written, or an empty text where that is not known. */
type Written = Readonly<Record<string, string>>;

/** What the state keeps of a collection. Roles as such are in its inputs, and Vault can tell them: they are not repeated here. */
interface Kept {
  readonly mount: string;
  /** As JSON text in the outputs: the engine and its plugins take a value for each of a thousand texts, and one for one text. */
  readonly written: Written;
  /** Settings that Vault does not hold, of the roles that have some. */
  readonly settings?: Roles;
}

/** Why a role could not be worked on. */
interface Failure {
  readonly name: string;
  readonly error: unknown;
}

/** The roles by name; none where they are not known yet. */
const rolesOf = ({ roles }: Values) => (isObject(roles) ? roles : {}) as Roles;
const isObject = (value: unknown): value is Values => typeof value === "object" && value !== null;
const keptOf = (outputs: Values): Kept => ({
  ...(outputs as unknown as Kept),
  written: outputs.written === undefined ? {} : (JSON.parse(outputs.written as string) as Written),
});
const pathIn = (mount: unknown, name: string) => pathOfRole({ mount, name });

/** A role in the one form that a collection's inputs have. */
function stored(role: Values): Values {
  return { ...setFields(role), ...settingsOf(role) };
}

function settingsOf(role: Values): Values {
  return Object.fromEntries(
    Object.entries(role).filter(([key, value]) => settingNames.includes(key) && value === true),
  );
}

/** A role as the handlers of the single form take it. */
function single(mount: unknown, name: string, role: Values = {}): Values {
  return { mount, name, ...role };
}

/** Many roles of one mount of Vault's AWS secrets engine, in one resource. Each is worked on as {@link roleHandlers} do. */
export const rolesHandlers: ResourceHandlers = {
  validate: (inputs) => [...mountPathRules(inputs, "mount"), ...eachRole("roles", inputs.roles, roleRules)],

  // Only what is set, in the form in which it is read back: a refresh then finds the inputs as they are.
  prepare: (inputs) =>
    isObject(inputs.roles)
      ? { ...inputs, roles: mapRecord(rolesOf(inputs), (_, role) => (isObject(role) ? stored(role) : role)) }
      : inputs,

  declares: (inputs) => Object.keys(rolesOf(inputs)).map((name) => pathIn(inputs.mount, name)),

  diff: (before, after) => {
    const { mount, written, settings = {} } = keptOf(before);
    if (mount !== after.mount || !isObject(after.roles)) {
      return { changes: true, replaces: mount === after.mount ? [] : ["mount"] };
    }
    const roles = Object.entries(rolesOf(after));
    const changes =
      roles.length !== Object.keys(written).length ||
      roles.some(
        ([name, role]) =>
          !isFullyKnown(role) ||
          written[name] !== roleDigest(role) ||
          settings[name]?.revokeLeasesOnDelete !== settingsOf(role).revokeLeasesOnDelete,
      );
    // The inputs are in one form, so that comparing them shows what changes of which role. What was not written leaves an error in the state, which
    // makes the engine update in any case.
    return { changes: changes ? undefined : false, replaces: [] };
  },

  create: async (context, inputs) => {
    const id = `${String(inputs.mount)}/roles`;
    const { written, failures } = await writeAll(context, { mount: String(inputs.mount), written: {} }, inputs);
    const outputs = outputsOf(inputs, written);
    if (failures.length > 0 && Object.keys(written).length > 0) {
      throw new PartialFailure(messageOf(failures, inputs.mount), id, outputs);
    }
    assertNone(failures, inputs.mount);
    return { id, outputs };
  },

  read: async (context, outputs) => {
    const { mount, written, settings = {} } = keptOf(outputs);
    // An import brings the mount only, and takes over all of its roles.
    const isImport = outputs.written === undefined;
    const names = isImport ? await listRoleNames(context.vault, mount) : Object.keys(written);
    const found = new Map<string, Values>();
    const failures = await forEachRole(context, names, async (name) => {
      const reading = await roleHandlers.read(context, single(mount, name), pathIn(mount, name));
      if (reading !== undefined) {
        found.set(name, setFields(reading.inputs));
      }
    });
    assertNone(failures, mount);
    if (found.size === 0 && (isImport || names.length > 0)) {
      return undefined;
    }
    const left = names.filter((name) => found.has(name));
    const roles = Object.fromEntries(left.map((name) => [name, { ...found.get(name), ...settings[name] }]));
    const digests = mapRecord(roles, (_, role) => roleDigest(role));
    return { outputs: outputsOf({ mount, roles }, digests), inputs: { mount, roles } };
  },

  update: async (context, before, after) => {
    const kept = keptOf(before);
    const { written, failures } = await writeAll(context, kept, after);
    const removed = Object.keys(kept.written).filter((name) => !Object.hasOwn(rolesOf(after), name));
    const gone = new Set<string>();
    if (failures.length === 0 && removed.length > 0) {
      // Last, when all that comes instead is there.
      await untilProgramIsQuiet();
      failures.push(...(await removeAll(context, kept, removed, gone)));
    }
    const left = removed.filter((name) => !gone.has(name)).map((name) => [name, kept.written[name] ?? ""] as const);
    const outputs = outputsOf(after, { ...written, ...Object.fromEntries(left) }, kept.settings);
    if (failures.length > 0) {
      throw new PartialFailure(messageOf(failures, after.mount), `${kept.mount}/roles`, outputs);
    }
    return outputs;
  },

  remove: async (context, outputs) => {
    const kept = keptOf(outputs);
    assertNone(await removeAll(context, kept, Object.keys(kept.written), new Set()), kept.mount);
  },
};

/** Writes the roles that are not as they should be. Those that Vault has from elsewhere are adopted as the single form does. */
async function writeAll(context: WorkContext, { written: before }: Kept, inputs: Values) {
  const { mount } = inputs;
  const roles = rolesOf(inputs);
  const digests = mapRecord(roles, (_, role) => roleDigest(role));
  // In the inputs' order, so that states of equal roles are equal.
  const owned = Object.keys(roles).filter((name) => Object.hasOwn(before, name));
  const written = new Map(owned.map((name) => [name, before[name] ?? ""]));
  const wanting = Object.keys(roles).filter((name) => before[name] !== digests[name]);
  const inVault = await namesInVault(
    context,
    mount,
    wanting.filter((name) => !written.has(name)),
  );
  const failures = await forEachRole(context, wanting, async (name) => {
    const role = single(mount, name, roles[name]);
    const own = written.has(name);
    const existing = async () =>
      inVault?.has(name) === false ? undefined : context.vault.client.read(pathIn(mount, name));
    try {
      await (own ? roleHandlers.update(context, single(mount, name), role) : createRole(context, role, existing));
      written.set(name, digests[name] ?? "");
    } catch (error) {
      if (own || error instanceof PartialFailure) {
        // It is this resource's own, and nobody knows how it is now.
        written.set(name, "");
      }
      throw error;
    }
  });
  return { written: Object.fromEntries(written), failures };
}

/**
 * The names of all roles of the mount, where that is less to ask for than each of some; undefined where it is not, or where the token may not list
 * them.
 */
async function namesInVault(
  { vault }: WorkContext,
  mount: unknown,
  names: readonly string[],
): Promise<ReadonlySet<string> | undefined> {
  if (names.length <= concurrency) {
    return undefined;
  }
  try {
    return new Set(await listRoleNames(vault, mount));
  } catch (error) {
    if (isVaultError(error, "permissionDenied", "mountMissing")) {
      // Reading each role tells what is wrong, if anything is.
      return undefined;
    }
    throw error;
  }
}

/** Deletes roles. Those that another resource of the program has taken over stay in Vault. */
async function removeAll(
  context: WorkContext,
  { mount, settings = {} }: Kept,
  names: readonly string[],
  gone: Set<string>,
): Promise<Failure[]> {
  return forEachRole(context, names, async (name) => {
    await roleHandlers.remove(context, single(mount, name, settings[name]));
    gone.add(name);
  });
}

function outputsOf(inputs: Values, written: Written, before: Roles = {}): Values {
  const all = { ...before, ...mapRecord(rolesOf(inputs), (_, role) => settingsOf(role)) };
  const settings = Object.entries(all).filter(
    ([name, some]) => Object.hasOwn(written, name) && Object.keys(some).length > 0,
  );
  return {
    mount: inputs.mount,
    // In the order of the names, whichever answered first: the same roles are the same text.
    written: canonicalJson(written),
    ...(settings.length === 0 ? {} : { settings: Object.fromEntries(settings) }),
  };
}

/**
 * Works on roles, some at a time. A failure is that role's own, until it is clear that none can succeed.
 *
 * @returns the failures in the order of the names
 */
async function forEachRole(
  context: WorkContext,
  names: readonly string[],
  work: (name: string) => Promise<void>,
): Promise<Failure[]> {
  const failures = new Map<string, unknown>();
  let done = 0;
  let inVain = 0;
  await forEachAtOnce(names, concurrency, async (name) => {
    if (inVain >= hopeless) {
      failures.set(name, new Error("was not tried, after the failures before it"));
      return;
    }
    try {
      await work(name);
      inVain = 0;
    } catch (error) {
      failures.set(name, error);
      inVain = isForAll(error) ? inVain + 1 : 0;
    }
    done += 1;
    if (done % 100 === 0 && done < names.length) {
      context.progress(`${done} of ${names.length} roles done`);
    }
  });
  return names.flatMap((name) => (failures.has(name) ? [{ name, error: failures.get(name) }] : []));
}

/** Whether an error says something of Vault as a whole, and not of one role. */
function isForAll(error: unknown): boolean {
  return (
    isVaultError(error, "mountMissing", "sealed", "unreachable", "unavailable", "uninitialised", "tls") ||
    isVaultError(error, "permissionDenied", "kubernetes", "timeout") ||
    (error instanceof Error && isVaultError(error.cause, "mountMissing"))
  );
}

function assertNone(failures: readonly Failure[], mount: unknown): void {
  if (failures.length > 0) {
    throw new Error(messageOf(failures, mount));
  }
}

/** Each failure with its role's name; roles that failed of the same are named together. */
function messageOf(failures: readonly Failure[], mount: unknown): string {
  const groups = new Map<string, string[]>();
  for (const { name, error } of failures) {
    const message = error instanceof Error ? error.message : String(error);
    // What is the same for all but for the role's path is said once.
    const reason = message.replaceAll(pathIn(mount, name), `${String(mount)}/roles/<name>`);
    groups.set(reason, [...(groups.get(reason) ?? []), name]);
  }
  const lines = [...groups].map(([reason, names]) => `  - ${names.join(", ")}: ${reason}`);
  return `${failures.length} ${failures.length === 1 ? "role" : "roles"} of ${String(mount)} failed:\n${lines.join("\n")}`;
}
