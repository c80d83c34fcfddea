import { applicationIssues } from "../access/applicationRules.js";
import { isKnown } from "../internal/validation/known.js";
import { pathOf, under, type Issue } from "../internal/validation/issues.js";
import { trimSlashes } from "../vaultresource/rules.js";
import type { Values } from "../vaultresource/fields.js";

/** Where KubeVault's operator enables the Kubernetes auth method that it adds to every VaultServer. */
const operatorsAuthPath = "kubernetes";

/** What is wrong with the applications of a platform, held against its roles and its VaultServer's auth methods. */
export function applicationsIssues(args: Values): Issue[] {
  const { applications } = args;
  if (applications === undefined || !isKnown(applications)) {
    return [];
  }
  if (applications === null || typeof applications !== "object" || Array.isArray(applications)) {
    return [{ path: "applications", rule: "must be an object of applications by name", actual: applications }];
  }
  const roles = Object.entries((args.roles ?? {}) as Readonly<Record<string, Values>>);
  const known = {
    roles: Object.fromEntries(roles.map(([name, { credentialType }]) => [name, credentialType])),
    staticRoles: Object.keys(args.staticRoles ?? {}),
  };
  return Object.entries(applications as Readonly<Record<string, Values>>).flatMap(([name, settings]) => {
    const path = pathOf("applications", name);
    return under(path, [...applicationIssues(name, settings, known), ...authMountIssues(settings, args)]);
  });
}

/** An auth method that neither the VaultServer nor the operator enables. */
export function authMountIssues({ authMount = operatorsAuthPath }: Values, args: Values): Issue[] {
  const declared = ((args.vaultServer ?? {}) as Values).authMethods ?? [];
  if (typeof authMount !== "string" || !isKnown(authMount) || !Array.isArray(declared)) {
    return [];
  }
  const methods = declared as readonly Values[];
  if (!methods.every(({ type, path }) => isKnown(type) && isKnown(path))) {
    return [];
  }
  const added = methods.some(({ path }) => path === operatorsAuthPath) ? [] : [operatorsAuthPath];
  const enabled = [...methods.filter(({ type }) => type === "kubernetes").map(({ path }) => String(path)), ...added];
  return enabled.includes(trimSlashes(authMount))
    ? []
    : [
        {
          path: "authMount",
          rule: `must be where the VaultServer has a Kubernetes auth method: ${enabled.join(", ")}`,
          actual: authMount,
          fix: "Add it to vaultServer.authMethods, or leave it out.",
        },
      ];
}
