import type { Issue } from "../internal/validation/issues.js";
import { adoptionSettings, type Field, type Values, type VaultField } from "../vaultresource/fields.js";
import { word } from "../vaultresource/textForms.js";
import { kindRules, notLonger, requiredText, unknownArguments } from "../vaultresource/rules.js";
import { authPathRules } from "./accessRules.js";
import { tokenTypes } from "./tokenFields.js";

/** The fields of an auth method that can be changed in place, with `sys/auth/:path/tune`. */
export const tunableAuthFields: readonly VaultField[] = [
  { name: "description", vaultName: "description", kind: "text" },
  { name: "defaultLeaseTtl", vaultName: "default_lease_ttl", kind: "seconds" },
  { name: "maxLeaseTtl", vaultName: "max_lease_ttl", kind: "seconds" },
  {
    name: "listingVisibility",
    vaultName: "listing_visibility",
    kind: "text",
    oneOf: ["hidden", "unauth", ""],
  },
  { name: "tokenType", vaultName: "token_type", kind: "text", unset: "default-service", oneOf: tokenTypes },
];

/** The fields that are fixed when it is enabled. */
export const fixedAuthFields: readonly VaultField[] = [{ name: "local", vaultName: "local", kind: "flag" }];

export const authMethodFields: readonly VaultField[] = [...tunableAuthFields, ...fixedAuthFields];

/** The plugin that the method is of. */
const methodType: Field = { name: "type", kind: "text", form: word };

/** The table of Vault's that auth methods are in. */
export const authMethods = {
  table: "sys/auth",
  prefix: "auth/",
  noun: "auth method",
  mounted: "enabled",
  replaced: "the auth method was replaced",
  fields: authMethodFields,
  tunable: tunableAuthFields,
} as const;

/** The rules of an auth method. */
export function authMethodRules(args: Values): Issue[] {
  return [
    ...unknownArguments(args, ["path", "type", "adoptExisting", ...authMethodFields.map(({ name }) => name)]),
    ...requiredText(args, "type", 'Give the type of the auth method, such as "kubernetes" or "jwt".'),
    ...authPathRules(args, "path"),
    ...kindRules([methodType, ...authMethodFields, ...adoptionSettings], args),
    ...notLonger(args, "defaultLeaseTtl", "maxLeaseTtl"),
  ];
}
