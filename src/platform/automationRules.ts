import { policyNameRules } from "../access/accessRules.js";
import { authMountIssues } from "./applicationRules.js";
import { under, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { unknownArguments } from "../vaultresource/rules.js";
import type { Values } from "../vaultresource/fields.js";

const common = ["kind", "name", "mount", "tokenTtl", "revokeRootToken"];
const fields: Readonly<Record<string, readonly string[]>> = {
  kubernetes: ["serviceAccounts", "namespaces", "audience", "tokenFile"],
  jwt: ["config", "role", "jwtVariable", "jwtFile"],
  appRole: ["secretIdVariable", "secretIdFile"],
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
      ...(automation.name === undefined ? [] : policyNameRules(automation, "name")),
      ...(kind === "kubernetes" ? authMountIssues({ authMount: automation.mount }, args).map(asMount) : []),
      ...(kind === "jwt" && automation.role === undefined
        ? [{ path: "role", rule: "is required", fix: "Say which tokens may log in: { userClaim, boundClaims }." }]
        : []),
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

function asMount(issue: Issue): Issue {
  return { ...issue, path: "mount" };
}

function sourceIssues(automation: Values, kind: string): Issue[] {
  const [one, other] = sources[kind] ?? [];
  if (one === undefined || other === undefined) {
    return [];
  }
  const given = [one, other].filter((name) => automation[name] !== undefined);
  if (given.length === 1) {
    return [];
  }
  return [
    given.length === 0
      ? { path: one, rule: `or ${other} is required`, fix: "It says where the login's secret is when pulumi runs." }
      : { path: other, rule: `cannot be given together with ${one}`, fix: "Leave one of the two out." },
  ];
}
