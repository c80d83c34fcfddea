import { mapRecord } from "../../internal/records.js";
import { isKnown } from "../../internal/validation/known.js";
import { eachRole } from "../../secretsengine/roleRules.js";
import { legacyRoleRules, withoutLegacyForm } from "../../secretsengine/legacyRole.js";
import {
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
import { adoptionSettings, singleLineTemplate, type Values } from "../../vaultresource/fields.js";
import { belowMountId, mountId, roleId } from "./importIds.js";
import { canonical, origin, withTrimmedPath, type Kind } from "./kind.js";

function rolesByName(roles: unknown): Readonly<Record<string, Values>> {
  return typeof roles === "object" && roles !== null ? (roles as Readonly<Record<string, Values>>) : {};
}

/** A role in the current fields; `policy` and `arn` are the form of Vault before 0.11. */
function roleInputs({ mount, name, ...settings }: Values): Values {
  return withTrimmedPath({ mount, name, ...settingsInputs(settings) }, "mount");
}

function rolesInputs(roles: unknown): unknown {
  return isKnown(roles)
    ? mapRecord(rolesByName(roles), (_, role) => (isKnown(role) ? settingsInputs(role) : role))
    : roles;
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

/** The resources of the AWS secrets engine. */
export const engineKinds: Readonly<Record<string, Kind>> = {
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
      roles === undefined || roles === null
        ? [{ path: "roles", rule: "is required", fix: "Give the settings of each role by its name." }]
        : eachRole("roles", roles, legacyRoleRules),
    toInputs: ({ mount, roles }) => ({
      ...withTrimmedPath({ mount }, "mount"),
      roles: rolesInputs(roles),
    }),
    parseId: belowMountId("roles"),
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
    stored: ["secretKeyDigest"],
    parseId: belowMountId("config/root"),
  },
  AwsLeaseConfig: {
    computed: origin,
    secretOutputs: [],
    toInputs: (args) => canonical([...leaseFields, ...adoptionSettings], withTrimmedPath(args, "mount")),
    parseId: belowMountId("config/lease"),
  },
  AwsCredentials: {
    computed: [...origin, ...Object.keys(credentialOutputs)],
    secretOutputs: Object.keys(credentialOutputs).filter((name) => credentialOutputs[name] === "secret"),
    toInputs: (args) => canonical([...credentialFields, ...credentialSettings], withTrimmedPath(args, "mount")),
  },
};
