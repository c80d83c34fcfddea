import { defaultUsernameTemplate } from "../../vaultresource/fields.js";
import type { AwsSecretsRoleSpec } from "../../secretsengine/roleSpec.js";
import { isKnown } from "../../internal/validation/known.js";
import type { Finding } from "../../internal/validation/findings.js";
import { defaultUserNamePrefix } from "../policies/rootPolicy.js";
import { TemplateSyntaxError } from "../../secretsengine/usernameTemplate/goTemplate.js";
import {
  nameProblems,
  namesOf,
  type NameType,
  type TemplateName,
} from "../../secretsengine/usernameTemplate/usernameTemplate.js";

/** What the check of names looks at. */
export interface UsernameCheck {
  readonly roles: Readonly<Record<string, Pick<AwsSecretsRoleSpec, "credentialType">>>;
  /** The `username_template` of `config/root`. Default: Vault's own. */
  readonly usernameTemplate?: string;
  /** What the names begin with, as the user states. Default: `vault-`. */
  readonly userNamePrefix?: string;
}

/**
 * Whether the names that Vault makes begin with what the root credential may change.
 *
 * A template of which the beginning cannot be followed is a warning; giving `userNamePrefix` next to it states what the names begin with.
 */
export function usernameFindings({ roles, usernameTemplate, userNamePrefix }: UsernameCheck): Finding[] {
  if (!isKnown(usernameTemplate) || !isKnown(userNamePrefix)) {
    return [];
  }
  const isGiven = usernameTemplate !== undefined && usernameTemplate !== "";
  const prefix = userNamePrefix ?? defaultUserNamePrefix;
  try {
    const names = namesInUse(roles, isGiven).flatMap((type) =>
      namesOf(isGiven ? usernameTemplate : defaultUsernameTemplate, type).map((name) => ({ name, type })),
    );
    const findings = names.flatMap(({ name, type }): Finding[] => {
      const [problem] = isGiven ? nameProblems(name, type) : [];
      if (problem !== undefined) {
        return [finding("error", problem, "Change the template.")];
      }
      return prefixFindings(name, prefix, { isTemplateGiven: isGiven, isPrefixGiven: userNamePrefix !== undefined });
    });
    return [...new Map(findings.map((one) => [one.problem, one])).values()];
  } catch (error) {
    if (error instanceof TemplateSyntaxError) {
      const problem = `must be a template that Vault can parse: ${error.message}`;
      return [finding("error", problem, "Correct it: Vault fails when credentials are read.")];
    }
    throw error;
  }
}

/** What the declared roles make names for; everything where none is declared. */
function namesInUse(roles: UsernameCheck["roles"], isTemplateGiven: boolean): NameType[] {
  const types = Object.values(roles).map(({ credentialType }) => credentialType);
  const used: NameType[] = [
    ...(types.includes("iam_user") ? (["IAM"] as const) : []),
    ...(types.includes("federation_token") ? (["STS"] as const) : []),
  ];
  return used.length === 0 && isTemplateGiven && types.length === 0 ? ["IAM", "STS"] : used;
}

function prefixFindings(
  { lead, then }: TemplateName,
  prefix: string,
  { isTemplateGiven, isPrefixGiven }: { isTemplateGiven: boolean; isPrefixGiven: boolean },
): Finding[] {
  if (lead.startsWith(prefix)) {
    return [];
  }
  const users = `as the users do that Vault may make`;
  if (!isTemplateGiven) {
    const fix = `Set usernameTemplate to one that begins with ${prefix}, in config/root too, or leave userNamePrefix out.`;
    const own = `Vault's own username_template makes names that begin with ${JSON.stringify(lead)}`;
    return prefix.startsWith(lead) && then === "login"
      ? [
          finding(
            "warning",
            `${own} and the name of who logs in: whether that gives ${prefix} is not known`,
            fix,
            "userNamePrefix",
          ),
        ]
      : [finding("error", `${own}, not with ${prefix}, ${users}`, fix, "userNamePrefix")];
  }
  const isOpen = prefix.startsWith(lead) && (then === "opaque" || then === "login");
  if (isOpen && isPrefixGiven) {
    return [];
  }
  const fix = "Change the template, or set userNamePrefix to what it begins with.";
  if (isOpen && then === "opaque") {
    return [
      finding(
        "warning",
        `may not begin with ${prefix}, ${users}: the analysis does not follow how the template makes its first characters`,
        `Make sure that all names begin with ${prefix}, and set userNamePrefix to state it.`,
      ),
    ];
  }
  return [
    finding(
      "error",
      lead === ""
        ? `does not begin with ${prefix} in plain text in each of its branches, ${users}`
        : `begins with ${JSON.stringify(lead)}, not with ${prefix}, ${users}`,
      fix,
    ),
  ];
}

function finding(severity: Finding["severity"], problem: string, fix: string, path = "usernameTemplate"): Finding {
  return { severity, path, action: "iam:CreateUser", problem, fix };
}
