import { authPathRules, authRoleNameRules, policyNameRules } from "../access/accessRules.js";
import { noTimeIssues, whoIssues } from "../access/applicationRules.js";
import { jwtAuthConfigRules } from "../access/authConfigRules.js";
import { jwtAuthRoleFields, jwtAuthRoleRules } from "../access/jwtAuthRoleRules.js";
import { tokenFields } from "../access/tokenFields.js";
import { authMountIssues, enabledAuthPaths, operatorsNameIssues } from "./applicationRules.js";
import { under, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { variableNameRules } from "../vaultresource/loginRules.js";
import { kindRules, requiredText, trimSlashes, unknownArguments } from "../vaultresource/rules.js";
import type { Values } from "../vaultresource/fields.js";

const common = ["kind", "name", "mount", "tokenTtl", "revokeRootToken"];
const fields: Readonly<Record<string, readonly string[]>> = {
  kubernetes: ["serviceAccounts", "namespaces", "audience", "tokenFile"],
  jwt: ["config", "role", "jwtVariable", "jwtFile"],
  appRole: ["roleId", "secretIdVariable", "secretIdFile"],
};

/** Where the token of a login comes from: one of two. */
const sources: Readonly<Record<string, readonly [string, string]>> = {
  jwt: ["jwtVariable", "jwtFile"],
  appRole: ["secretIdVariable", "secretIdFile"],
};

/** What is wrong with a platform's own login. */
export function automationIssues(args: Values): Issue[] {
  const given = args.automation;
  if (given === undefined || !isKnown(given)) {
    return [];
  }
  if (given === null || typeof given !== "object") {
    return [{ path: "automation", rule: "must be an object with a kind", actual: given }];
  }
  const automation = given as Values;
  const kind = String(automation.kind);
  const own = fields[kind];
  if (own === undefined) {
    return [
      { path: "automation.kind", rule: `must be one of ${Object.keys(fields).join(", ")}`, actual: automation.kind },
    ];
  }
  const login = ((args.connection ?? {}) as Values).login;
  const conflict =
    login === undefined
      ? []
      : [
          {
            path: "connection.login",
            rule: "cannot be given together with automation, which makes the login",
            fix: "Leave one of the two out.",
          },
        ];
  return [
    ...conflict,
    ...under("automation", [
      ...unknownArguments(automation, [...common, ...own]),
      ...(automation.name === undefined ? [] : nameIssues(automation)),
      ...operatorsNameIssues(automation.name, args.serverName),
      ...kindIssues(kind, automation, args),
      ...sourceIssues(automation, kind),
      ...(["boolean", "undefined"].includes(typeof automation.revokeRootToken)
        ? []
        : [{ path: "revokeRootToken", rule: "must be true or false", actual: automation.revokeRootToken }]),
      ...(kind === "appRole" && automation.revokeRootToken === true
        ? [
            {
              path: "revokeRootToken",
              rule: "cannot be true for kind appRole",
              actual: true,
              fix: "Its secret ID can be made only after the first up. Revoke the token then: vault token revoke -self.",
            },
          ]
        : []),
    ]),
  ];
}

/** It is the name of a policy and of an auth role. */
function nameIssues(automation: Values): Issue[] {
  return [...policyNameRules(automation, "name"), ...authRoleNameRules(automation, "name")].slice(0, 1);
}

/** The rules of what is created for the login, held against the auth methods that the VaultServer has. */
function kindIssues(kind: string, automation: Values, args: Values): Issue[] {
  const { serviceAccounts, namespaces, audience, tokenTtl } = automation;
  switch (kind) {
    case "kubernetes":
      return [
        ...whoIssues({ serviceAccounts, namespaces, audience, tokenTtl }).map((issue) =>
          issue.rule === "or namespaceSelector is required" ? { ...issue, rule: "is required" } : issue,
        ),
        ...mountIssues(automation, () =>
          authMountIssues({ authMount: automation.mount }, args).map((issue) => ({ ...issue, path: "mount" })),
        ),
        ...textIssues(automation, ["tokenFile"]),
      ];
    case "jwt":
      return [
        ...ttlIssues(tokenTtl),
        ...roleIssues(automation.role),
        ...(automation.config === undefined ? [] : configIssues(automation.config)),
        ...mountIssues(automation, () =>
          automation.config === undefined ? jwtMountIssues(automation, args) : freeMountIssues(automation, "jwt", args),
        ),
      ];
    default:
      return [
        ...ttlIssues(tokenTtl),
        ...mountIssues(automation, () => freeMountIssues(automation, "approle", args)),
        ...textIssues(automation, ["roleId"]),
      ];
  }
}

function ttlIssues(tokenTtl: unknown): Issue[] {
  return [...kindRules(tokenFields, { tokenTtl }), ...noTimeIssues({ tokenTtl }, "tokenTtl")];
}

/** The path's own rules, and only then what is at it. */
function mountIssues(automation: Values, others: () => Issue[]): Issue[] {
  const issues = automation.mount === undefined ? [] : authPathRules(automation, "mount");
  return issues.length > 0 ? issues : others();
}

const platformsOwn = ["roleType", "oidcScopes", "allowedRedirectUris", ...tokenFields.map(({ name }) => name)];

function roleIssues(role: unknown): Issue[] {
  if (role === undefined) {
    return [{ path: "role", rule: "is required", fix: "Say which tokens may log in: { userClaim, boundClaims }." }];
  }
  if (!isKnown(role)) {
    return [];
  }
  if (role === null || typeof role !== "object") {
    return [{ path: "role", rule: "must be an object with userClaim and boundClaims", actual: role }];
  }
  const names = jwtAuthRoleFields.map(({ name }) => name).filter((name) => !platformsOwn.includes(name));
  return under("role", [...unknownArguments(role as Values, names), ...jwtAuthRoleRules(role as Values)]);
}

function configIssues(config: unknown): Issue[] {
  if (!isKnown(config)) {
    return [];
  }
  return config === null || typeof config !== "object"
    ? [{ path: "config", rule: "must be an object with oidcDiscoveryUrl, for example" }]
    : under("config", jwtAuthConfigRules({ mount: "jwt", ...config }));
}

/** An auth method that nothing enables before the login is created. */
function jwtMountIssues({ mount = "jwt" }: Values, args: Values): Issue[] {
  const enabled = enabledAuthPaths(args, ["jwt", "oidc"]);
  return enabled === undefined || typeof mount !== "string" || !isKnown(mount) || enabled.includes(trimSlashes(mount))
    ? []
    : [
        {
          path: "mount",
          rule: `must be where the VaultServer has a JWT auth method: ${enabled.length === 0 ? "it has none" : enabled.join(", ")}`,
          actual: mount,
          fix: "Give config, with which it is enabled, or add it to vaultServer.authMethods.",
        },
      ];
}

/** An auth method that the platform enables itself. */
function freeMountIssues({ mount }: Values, usual: string, args: Values): Issue[] {
  const path = mount ?? usual;
  return typeof path === "string" && isKnown(path) && enabledAuthPaths(args)?.includes(trimSlashes(path)) === true
    ? [
        {
          path: "mount",
          rule: "must not be where the VaultServer has an auth method: another one is enabled for the login",
          actual: path,
          fix: "Choose another path.",
        },
      ]
    : [];
}

function textIssues(automation: Values, names: readonly string[]): Issue[] {
  return names
    .filter((name) => automation[name] !== undefined)
    .flatMap((name) =>
      requiredText(automation, name, "Give it, or leave it out.").map((issue) => ({ ...issue, actual: undefined })),
    );
}

function sourceIssues(automation: Values, kind: string): Issue[] {
  const [one, other] = sources[kind] ?? [];
  if (one === undefined || other === undefined) {
    return [];
  }
  const given = [one, other].filter((name) => automation[name] !== undefined);
  if (given.length === 1) {
    return [...textIssues(automation, given), ...variableIssues(automation, given)];
  }
  return [
    given.length === 0
      ? { path: one, rule: `or ${other} is required`, fix: "It says where the login's secret is when pulumi runs." }
      : { path: other, rule: `cannot be given together with ${one}`, fix: "Leave one of the two out." },
  ];
}

/** The value is not quoted: it may be the secret itself. */
function variableIssues(automation: Values, names: readonly string[]): Issue[] {
  return names
    .filter((name) => name.endsWith("Variable"))
    .flatMap((name) => {
      const value = automation[name];
      return value === undefined || value === "" || !isKnown(value) ? [] : variableNameRules(name, value);
    });
}
