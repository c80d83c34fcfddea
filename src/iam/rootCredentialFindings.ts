import type { AwsSecretsRoleSpec } from "../secretsengine/roleSpec.js";
import { isFullyKnown, isKnown } from "../internal/validation/known.js";
import { federationPolicyArns, parsedPolicy } from "./policies/federation.js";
import type { Finding } from "../internal/validation/findings.js";
import { checkRootPolicy } from "./analysis/checkRootPolicy.js";
import { principalArnOf, rootDocument, type Account, type PlainRootCredential } from "./rootDocument.js";

/**
 * The proof of a RootCredential's arguments: what its own policy lacks for its roles, or grants too much. Parts that are not known yet
 * are not looked at; the proof is made again when they are.
 */
export function rootCredentialFindings(given: PlainRootCredential, account: Account): Finding[] {
  if (!isFullyKnown(given.extraStatements)) {
    return [];
  }
  const args = withKnownParts(given);
  const attached = [...(args.additionalPolicyArns ?? []), ...federationPolicyArns(args.roles ?? {})];
  return checkRootPolicy({
    principalArn: principalArnOf(args, account),
    policies: [rootDocument(args, account)],
    unreadPolicyArns: attached.map((arn) => (isKnown(arn) ? arn : "a policy that is not made yet")),
    roles: args.roles ?? {},
    staticRoles: args.staticRoles,
    assumeRoleArns: args.assumeRoleArns,
    trustPolicies: knownTrustPolicies(given.trustPolicies),
    rotateRoot: args.rotateRoot,
    formerUserPaths: args.formerUserPaths,
    formerGroups: args.formerGroups,
    userNamePrefix: args.userNamePrefix,
  }).map((finding) => (finding.path === "policies" ? { ...finding, path: "extraStatements" } : finding));
}

/** The arguments without lists and documents that are not known. */
function withKnownParts(args: PlainRootCredential): PlainRootCredential {
  const roles = Object.entries(args.roles ?? {}).map(([name, role]) => [name, withKnownLists(role)] as const);
  return {
    ...args,
    roles: Object.fromEntries(roles),
    assumeRoleArns: isKnown(args.assumeRoleArns) ? args.assumeRoleArns : undefined,
  };
}

function withKnownLists(role: AwsSecretsRoleSpec): AwsSecretsRoleSpec {
  const known = <T>(value: T): T | undefined => (isKnown(value) ? value : undefined);
  return {
    ...role,
    policyArns: known(role.policyArns),
    roleArns: known(role.roleArns),
    iamGroups: known(role.iamGroups),
    policyDocument: isFullyKnown(role.policyDocument) ? role.policyDocument : undefined,
  };
}

function knownTrustPolicies(trustPolicies: PlainRootCredential["trustPolicies"]) {
  if (trustPolicies === undefined || !isKnown(trustPolicies)) {
    return undefined;
  }
  const known = Object.entries(trustPolicies).filter(([, policy]) => isFullyKnown(policy));
  return Object.fromEntries(known.map(([arn, policy]) => [arn, parsedPolicy(policy)]));
}
