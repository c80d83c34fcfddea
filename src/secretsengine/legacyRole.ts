import { withoutNulls } from "../internal/records.js";
import { parseArn } from "../aws/arns.js";
import type { Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import type { Values } from "../vaultresource/fields.js";

/** Arguments that the old form cannot be combined with, as in Vault. */
const todaysForm = [
  "roleArns",
  "policyArns",
  "policyDocument",
  "defaultStsTtl",
  "maxStsTtl",
  "userPath",
  "permissionsBoundaryArn",
];

/**
 * A role in today's fields, where it was written with `policy` or `arn` as Vault took it before release 0.11.
 *
 * - `policy: <JSON>` is `policyDocument`. In Vault the path that was read from decided between an IAM user (`creds/`) and a federation
 *   token (`sts/`); today the role does, so `credentialType: "federation_token"` may be given with it, and `iam_user` is what it means
 *   without.
 * - `arn: arn:aws:iam::…:policy/…` is `policyArns` of an `iam_user`.
 * - `arn: arn:aws:iam::…:role/…` is `roleArns` of an `assumed_role`.
 *
 * Vault itself is never sent the old form. What breaks a rule is left as it is, for {@link legacyRoleRules}.
 */
export function withoutLegacyForm(role: Values): Values {
  const { policy, arn, ...rest } = withoutNulls(role);
  if (policy !== undefined) {
    return { credentialType: "iam_user", ...rest, policyDocument: policy };
  }
  if (arn === undefined) {
    return rest;
  }
  if (typeof arn === "string" && parseArn(arn)?.resource.startsWith("role/") === true) {
    return { ...rest, credentialType: "assumed_role", roleArns: [arn] };
  }
  return { ...rest, credentialType: "iam_user", policyArns: [arn] };
}

/** The rules of the old form: what Vault answers to its misuse, as issues. */
export function legacyRoleRules(settings: Values): Issue[] {
  const role = withoutNulls(settings);
  const { policy, arn } = role;
  if (policy === undefined && arn === undefined) {
    return [];
  }
  const name = policy === undefined ? "arn" : "policy";
  const issues: Issue[] = [];
  if (policy !== undefined && arn !== undefined) {
    issues.push({
      path: "arn",
      rule: "must not be given together with policy",
      fix: "Use policyDocument and policyArns.",
    });
  }
  for (const field of todaysForm.filter((candidate) => role[candidate] !== undefined)) {
    issues.push({
      path: field,
      rule: `must not be given together with the old ${name}`,
      fix: `Write ${name === "policy" ? "policyDocument" : "policyArns or roleArns"} instead of ${name}.`,
    });
  }
  issues.push(...legacyTypeRules(role, name));
  if (typeof arn === "string" && isKnown(arn)) {
    const resource = parseArn(arn)?.resource;
    if (resource === undefined || !/^(?:role|policy)\//.test(resource)) {
      issues.push({ path: "arn", rule: "must be the ARN of an IAM policy or of an IAM role", actual: arn });
    }
  }
  return issues;
}

function legacyTypeRules(role: Values, name: "arn" | "policy"): Issue[] {
  const type = role.credentialType;
  if (type === undefined || !isKnown(type)) {
    return [];
  }
  if (name === "arn") {
    return [
      {
        path: "credentialType",
        rule: "must not be given together with the old arn, which decides it",
        actual: type,
        fix: "Write policyArns or roleArns instead of arn.",
      },
    ];
  }
  return type === "iam_user" || type === "federation_token"
    ? []
    : [
        {
          path: "credentialType",
          rule: "must be iam_user or federation_token together with the old policy",
          actual: type,
          fix: "Write policyDocument instead of policy.",
        },
      ];
}
