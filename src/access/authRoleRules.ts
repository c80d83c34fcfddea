import type { Issue } from "../internal/validation/issues.js";
import { adoptionSettings, type Values, type VaultField } from "../vaultresource/fields.js";
import { kindRules, unknownArguments } from "../vaultresource/rules.js";
import { authPathRules, authRoleNameRules } from "./accessRules.js";

/** The rules of a role, with those of its place. */
export function authRoleRules(args: Values, fields: readonly VaultField[], rules: (args: Values) => Issue[]): Issue[] {
  const known = ["mount", "name", "adoptExisting", ...fields.map((field) => field.name)];
  return [
    ...unknownArguments(args, known),
    ...authPathRules(args, "mount"),
    ...authRoleNameRules(args, "name"),
    ...kindRules(adoptionSettings, args),
    ...rules(args),
  ];
}
