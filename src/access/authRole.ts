import type * as pulumi from "@pulumi/pulumi";
import type { Issue } from "../internal/validation/issues.js";
import { adoptionSettings, type Values, type VaultField } from "../vaultresource/fields.js";
import { canonicalInputs, mapInput } from "../vaultresource/inputs.js";
import { kindRules, trimSlashes, unknownArguments } from "../vaultresource/rules.js";
import { authPathRules, authRoleNameRules } from "./accessRules.js";

/** Where a role of an auth method is. */
export interface AuthRoleLocation {
  /** Name of the role: logins name it. In lower case. A change replaces the role. */
  readonly name: pulumi.Input<string>;
  /** Takes over a role of the same name that already exists and differs, instead of failing. @default false */
  readonly adoptExisting?: pulumi.Input<boolean>;
}

/** The inputs of a role, in the one form that the state keeps. */
export function authRoleInputs(args: Values, mount: string, fields: readonly VaultField[]): Values {
  return {
    mount: mapInput(args.mount ?? mount, (value) => trimSlashes(value as string)),
    name: args.name,
    ...canonicalInputs(fields, args),
    adoptExisting: args.adoptExisting,
  };
}

/** The rules of a role, with those of its place. */
export function authRoleRules(args: Values, fields: readonly VaultField[], rules: (args: Values) => Issue[]): Issue[] {
  const known = ["mount", "name", "adoptExisting", ...fields.map((field) => field.name)];
  return [
    ...unknownArguments(args, known),
    ...(args.mount === undefined ? [] : authPathRules(args, "mount")),
    ...authRoleNameRules(args, "name"),
    ...kindRules(adoptionSettings, args),
    ...rules(args),
  ];
}
