import type { PolicyDocument, PolicyStatement } from "../../../../src/aws/policyDocument.js";
import { checkRootPolicy, type RootPolicyCheck } from "../../../../src/iam/analysis/checkRootPolicy.js";
import { rootCredentialFindings } from "../../../../src/iam/rootCredentialFindings.js";
import type { PlainRootCredential } from "../../../../src/iam/rootDocument.js";
import type { Finding } from "../../../../src/internal/validation/findings.js";

export const accountId = "123456789012";
export const account = { partition: "aws", accountId };
export const rootArn = `arn:aws:iam::${accountId}:user/root-x`;
export const readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";

/** A policy document of statements that allow, unless they say otherwise. */
export function documentOf(...statements: Partial<PolicyStatement>[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements.map((one) => ({ Effect: "Allow", ...one })) };
}

/** A finding in short: `error roles.deploy iam:CreateUser`. */
export function brief({ severity, path, action }: Finding): string {
  return [severity, path, ...(action === undefined ? [] : [action])].join(" ");
}

/** What the analysis finds in the arguments of a RootCredential. */
export function ofCredential(args: Partial<PlainRootCredential>, where = account): Finding[] {
  return rootCredentialFindings({ entityName: "root-x", roles: {}, ...args }, where);
}

/** What the analysis finds in a policy written by hand. */
export function ofPolicy(policy: PolicyDocument | PolicyDocument[], more: Partial<RootPolicyCheck> = {}): Finding[] {
  const policies = Array.isArray(policy) ? policy : [policy];
  return checkRootPolicy({ principalArn: rootArn, policies, roles: {}, ...more });
}
