import { mapRecord } from "../../internal/records.js";
import { pathOf, under, type Issue } from "../../internal/validation/issues.js";
import { isKnown } from "../../internal/validation/known.js";
import {
  adoptionSettings,
  credentialFields,
  credentialOutputs,
  credentialSettings,
  leaseFields,
  mountFields,
  mountSettings,
  roleFields,
  roleSettings,
  rootConfigFields,
  rootConfigSettings,
  staticRoleFields,
} from "../../secretsengine/engineFields.js";
import { legacyRoleRules, withoutLegacyForm } from "../../secretsengine/legacyRole.js";
import { canonicalValue, singleLineTemplate, type Field, type Values } from "../../vaultresource/fields.js";
import { trimSlashes } from "../../vaultresource/rules.js";
import { configId, mountId, roleId, type ParseId } from "./importIds.js";

/**
 * What the provider plugin has to know of a kind of resource beside its handlers. In a TypeScript program the class does this, in its constructor;
 * test/unit/plugin/provider/kinds.test.ts compares the two.
 */
export interface Kind {
  /** Outputs that are no inputs. */
  readonly computed: readonly string[];
  /** Outputs that are secret whatever the inputs were. */
  readonly secretOutputs: readonly string[];
  /** Rules of forms that only users write: the handlers see {@link Kind.toInputs}' result. */
  readonly rules?: (args: Values) => Issue[];
  /** The arguments in the form that the state holds. */
  readonly toInputs: (args: Values) => Values;
  /** The properties that an ID stands for, for `pulumi import`. Undefined where nothing in Vault can be imported. */
  readonly parseId?: ParseId;
}

const origin = ["vaultClusterId", "vaultAddress", "vaultNamespace"];

/** The arguments, with those that are fields in canonical form. */
function canonical(fields: readonly Field[], args: Values): Values {
  const given = fields.filter(({ name }) => args[name] !== undefined && args[name] !== null);
  return {
    ...args,
    ...Object.fromEntries(given.map((field) => [field.name, canonicalValue(field, args[field.name])])),
  };
}

function withTrimmedPath(args: Values, name: string): Values {
  const path = args[name];
  return typeof path === "string" && isKnown(path) ? { ...args, [name]: trimSlashes(path) } : args;
}

function rolesByName(roles: unknown): Readonly<Record<string, Values>> {
  return typeof roles === "object" && roles !== null ? (roles as Readonly<Record<string, Values>>) : {};
}

/** A role in the fields of today; `policy` and `arn` are the form of Vault before 0.11. */
function roleInputs({ mount, name, ...settings }: Values): Values {
  return withTrimmedPath({ mount, name, ...settingsInputs(settings) }, "mount");
}

function settingsInputs({ adoptExisting, revokeLeasesOnDelete, ...settings }: Values): Values {
  const role = { adoptExisting, revokeLeasesOnDelete, ...withoutLegacyForm(settings) };
  return canonical([...roleFields, ...adoptionSettings, ...roleSettings], role);
}

function rootConfigInputs(args: Values): Values {
  const { usernameTemplate } = args;
  const template = typeof usernameTemplate === "string" ? singleLineTemplate(usernameTemplate) : usernameTemplate;
  const fields = [...rootConfigFields, ...rootConfigSettings, ...adoptionSettings];
  return canonical(fields, withTrimmedPath({ ...args, usernameTemplate: template }, "mount"));
}

/** The kinds of resources by the name of their class, which is the last part of their type token. */
export const kinds: Readonly<Record<string, Kind>> = {
  AwsSecretsMount: {
    computed: [...origin, "accessor"],
    secretOutputs: [],
    toInputs: (args) =>
      canonical(
        [...mountFields, ...adoptionSettings, ...mountSettings],
        withTrimmedPath({ ...args, path: args.path ?? "aws" }, "path"),
      ),
    parseId: mountId,
  },
  AwsSecretsRole: {
    computed: origin,
    secretOutputs: [],
    rules: legacyRoleRules,
    toInputs: roleInputs,
    parseId: roleId("roles"),
  },
  AwsSecretsRoles: {
    computed: [...origin, "written", "settings"],
    // What was written may be secret, and so is what stands for it.
    secretOutputs: ["written"],
    rules: ({ roles }) =>
      Object.entries(rolesByName(roles)).flatMap(([name, role]) => under(pathOf("roles", name), legacyRoleRules(role))),
    toInputs: ({ mount, roles }) => ({
      ...withTrimmedPath({ mount }, "mount"),
      roles: isKnown(roles) ? mapRecord(rolesByName(roles), (_, role) => settingsInputs(role)) : roles,
    }),
  },
  AwsStaticRole: {
    computed: [...origin, "userId"],
    secretOutputs: [],
    toInputs: (args) => canonical([...staticRoleFields, ...adoptionSettings], withTrimmedPath(args, "mount")),
    parseId: roleId("static-roles"),
  },
  AwsRootConfig: {
    computed: [...origin, "activeAccessKey", "keyRotated"],
    secretOutputs: [],
    toInputs: rootConfigInputs,
    parseId: configId("root"),
  },
  AwsLeaseConfig: {
    computed: origin,
    secretOutputs: [],
    toInputs: (args) => canonical([...leaseFields, ...adoptionSettings], withTrimmedPath(args, "mount")),
    parseId: configId("lease"),
  },
  AwsCredentials: {
    computed: [...origin, ...Object.keys(credentialOutputs)],
    secretOutputs: Object.keys(credentialOutputs).filter((name) => credentialOutputs[name] === "secret"),
    toInputs: (args) => canonical([...credentialFields, ...credentialSettings], withTrimmedPath(args, "mount")),
  },
  AwsSessionCredentials: {
    computed: ["sessionAccessKeyId", "sessionSecretAccessKey", "sessionToken", "expiration"],
    secretOutputs: ["secretAccessKey", "sessionSecretAccessKey", "sessionToken"],
    toInputs: (args) => {
      const durationSeconds = args.durationSeconds ?? 3600;
      const half = isKnown(durationSeconds) ? Math.floor(Number(durationSeconds) / 2) : durationSeconds;
      return { sessionName: "vault-storage", renewBeforeSeconds: half, ...args, durationSeconds };
    },
  },
};
