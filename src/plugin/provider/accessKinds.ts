import { appRoleFields } from "../../access/appRoleRules.js";
import { auditDeviceFields } from "../../access/auditDeviceRules.js";
import { jwtAuthConfigFields, kubernetesAuthConfigFields } from "../../access/authConfigRules.js";
import { authMethodFields } from "../../access/authMethodFields.js";
import { jwtAuthRoleFields } from "../../access/jwtAuthRoleRules.js";
import { kubernetesAuthRoleFields } from "../../access/kubernetesAuthRoleRules.js";
import { policyText, type PolicyRule } from "../../access/policyRule.js";
import { vaultPolicyRules } from "../../access/vaultPolicyRules.js";
import { isFullyKnown } from "../../internal/validation/known.js";
import type { Values, VaultField } from "../../vaultresource/fields.js";
import { auditDeviceId, authConfigId, authMethodId, authRoleId, policyId } from "./importIds.js";
import { canonical, origin, withTrimmedPath, type Kind } from "./kind.js";

function authRole(mount: string, fields: readonly VaultField[], computed: readonly string[] = []): Kind {
  return {
    computed: [...origin, ...computed],
    secretOutputs: [],
    toInputs: (args) => canonical(fields, withTrimmedPath({ ...args, mount: args.mount ?? mount }, "mount")),
    parseId: authRoleId(mount),
  };
}

function authConfig(mount: string, fields: readonly VaultField[], secrets: readonly string[]): Kind {
  return {
    computed: origin,
    secretOutputs: secrets,
    toInputs: (args) => canonical(fields, withTrimmedPath({ ...args, mount: args.mount ?? mount }, "mount")),
    parseId: authConfigId(mount),
  };
}

function auditDeviceInputs(args: Values): Values {
  const type = args.type ?? "file";
  const options = args.options ?? (type === "file" ? { file_path: "stdout" } : undefined);
  return canonical(auditDeviceFields, withTrimmedPath({ ...args, type, path: args.path ?? type, options }, "path"));
}

/** A policy as its text. Rules that are not known yet stay as they are: nothing is written then. */
function policyInputs({ rules, ...args }: Values): Values {
  if (rules === undefined || args.policy !== undefined) {
    return args;
  }
  return { ...args, policy: isFullyKnown(rules) ? policyText(rules as readonly PolicyRule[]) : rules };
}

/** Who may read what: policies, auth methods and their roles, audit devices. */
export const accessKinds: Readonly<Record<string, Kind>> = {
  AppRoleAuthRole: authRole("approle", appRoleFields, ["roleId"]),
  JwtAuthRole: authRole("jwt", jwtAuthRoleFields),
  KubernetesAuthRole: authRole("kubernetes", kubernetesAuthRoleFields),
  JwtAuthMethodConfig: authConfig("jwt", jwtAuthConfigFields, ["oidcClientSecret", "providerConfig"]),
  KubernetesAuthMethodConfig: authConfig("kubernetes", kubernetesAuthConfigFields, ["tokenReviewerJwt"]),
  RootTokenRevocation: { computed: origin, secretOutputs: [], toInputs: () => ({}), isInternal: true },
  VaultAuditDevice: {
    computed: origin,
    secretOutputs: [],
    toInputs: auditDeviceInputs,
    parseId: auditDeviceId,
  },
  VaultAuthMethod: {
    computed: [...origin, "accessor"],
    secretOutputs: [],
    toInputs: (args) => canonical(authMethodFields, withTrimmedPath({ ...args, path: args.path ?? args.type }, "path")),
    parseId: authMethodId,
  },
  VaultPolicy: {
    computed: origin,
    secretOutputs: [],
    rules: vaultPolicyRules,
    toInputs: policyInputs,
    parseId: policyId,
  },
};
