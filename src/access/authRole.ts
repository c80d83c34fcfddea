import type * as pulumi from "@pulumi/pulumi";
import type { Issue } from "../internal/validation/issues.js";
import type { Values, VaultField } from "../vaultresource/fields.js";
import { assertValid, canonicalInputs, mapInput } from "../vaultresource/inputs.js";
import { trimSlashes } from "../vaultresource/rules.js";
import { authRoleRules } from "./authRoleRules.js";

/** Where a role of an auth method is. */
export interface AuthRoleLocation {
  /** Name of the role: logins name it. In lower case. A change replaces the role. */
  readonly name: pulumi.Input<string>;
  /** Takes over a role of the same name that already exists and differs, instead of failing. @default false */
  readonly adoptExisting?: pulumi.Input<boolean>;
}

/**
 * The inputs of a role, in the one form that the state keeps.
 *
 * @param subject how errors name it: `JwtAuthRole "ci"`
 * @param mount where no auth method is named
 * @throws pulumi.RunError with all problems of the arguments
 */
export function authRoleInputs(
  subject: string,
  args: object,
  mount: string,
  fields: readonly VaultField[],
  rules: (args: Values) => Issue[],
): Values {
  const given: Values = { ...args, mount: (args as Values).mount ?? mount };
  assertValid(subject, given, (known) => authRoleRules(known, fields, rules));
  return {
    mount: mapInput(given.mount, (value) => trimSlashes(value as string)),
    name: given.name,
    ...canonicalInputs(fields, given),
    adoptExisting: given.adoptExisting,
  };
}
