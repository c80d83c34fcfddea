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
    const issues = [...applicationIssues(name, settings, known), ...takenNameIssues(name, args)];
    // A path that is none cannot be an auth method's.
    return under(
      path,
      issues.some((issue) => issue.path === "authMount") ? issues : [...issues, ...authMountIssues(settings, args)],
    );
  });
}

/** The name of a policy and of an auth role that somebody else writes. */
function takenNameIssues(name: string, { serverName, automation }: Values): Issue[] {
  const login = automation === undefined || automation === null ? undefined : (automation as Values);
  const own = login?.name ?? `${String(serverName)}-automation`;
  return login !== undefined && name === own
    ? [
        {
          path: "",
          rule: "must not be the name of the policy of automation",
          actual: name,
          fix: "Choose another name.",
        },
      ]
    : operatorsNameIssues(name, serverName).map((issue) => ({ ...issue, path: "" }));
}

/** The name of the policy and of the auth role that KubeVault's operator logs in with. */
export function operatorsNameIssues(name: unknown, serverName: unknown): Issue[] {
  return name === `${String(serverName)}-policy-controller`
    ? [
        {
          path: "name",
          rule: "must not be the name of the policy of KubeVault's operator",
          actual: name,
          fix: "Choose another name.",
        },
      ]
    : [];
}

/** An auth method that neither the VaultServer nor the operator enables. */
export function authMountIssues({ authMount = operatorsAuthPath }: Values, args: Values): Issue[] {
  const enabled = enabledAuthPaths(args, ["kubernetes"]);
  return enabled === undefined ||
    typeof authMount !== "string" ||
    !isKnown(authMount) ||
    enabled.includes(trimSlashes(authMount))
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

/** Where a platform's VaultServer has auth methods; undefined where that is not known yet. */
export function enabledAuthPaths(args: Values, types?: readonly string[]): string[] | undefined {
  const declared = ((args.vaultServer ?? {}) as Values).authMethods ?? [];
  if (
    !Array.isArray(declared) ||
    !declared.every(
      (method: Values | null) => method !== null && isKnown(method) && isKnown(method.type) && isKnown(method.path),
    )
  ) {
    return undefined;
  }
  const methods = declared as readonly Values[];
  const added = methods.some(({ path }) => path === operatorsAuthPath)
    ? []
    : [{ type: "kubernetes", path: operatorsAuthPath }];
  return [...methods, ...added]
    .filter(({ type }) => types === undefined || types.includes(String(type)))
    .map(({ path }) => String(path));
}
