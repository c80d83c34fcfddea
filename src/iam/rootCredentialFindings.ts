import type { AwsSecretsRoleSpec } from "../secretsengine/roleSpec.js";
import { isFullyKnown, isKnown, unknownValue } from "../internal/validation/known.js";
import { pathOf } from "../internal/validation/issues.js";
import type { PolicyDocument } from "../aws/policyDocument.js";
import { policyIssues } from "../aws/policyGrammar.js";
import { federationPolicyArns, parsedPolicy } from "./policies/federation.js";
import { policyDocument, statementsOf } from "./policies/statements.js";
import type { Finding } from "../internal/validation/findings.js";
import { giveItsText } from "./analysis/rootPolicies.js";
import { checkRootPolicy, withValidDocuments } from "./analysis/checkRootPolicy.js";
import { problemFindings, readDocument, type DocumentUse } from "./analysis/documentProblems.js";
import { openTrustFindings } from "./analysis/checkOpenTrust.js";
import { principalArnOf, rootDocument, type Account, type PlainRootCredential } from "./rootDocument.js";

/**
 * What the analysis finds in a RootCredential's arguments: what its own policy lacks for its roles, or grants too much. Parts that are not
 * known yet are left out; the analysis runs again when they are.
 */
export function rootCredentialFindings(given: PlainRootCredential, account: Account): Finding[] {
  const { roles, findings: inDocuments } = withValidDocuments(given.roles ?? {});
  // Documents that AWS accepts are looked at again below.
  const invalidDocuments = inDocuments.filter(({ severity }) => severity === "error");
  const args = withKnownParts({ ...given, roles });
  const trust = readAll("trustPolicies", given.trustPolicies, "trust");
  const texts = readAll("policyDocuments", given.policyDocuments, "identity");
  const principalArn = isKnown(args.entityName) && isKnown(args.path) ? principalArnOf(args, account) : unknownValue;
  const { extraStatements, ...withoutExtra } = args;
  const isExtraKnown = isFullyKnown(extraStatements);
  const derived = rootDocument(withoutExtra, account);
  const ownPolicies = [derived, policyDocument(isExtraKnown ? (extraStatements ?? []) : [])];
  const { transformed = {} } = given;
  const byTransform = readList("transform.policy", transformed.policies);
  const inline = readList("transform.role.inlinePolicies", transformed.inlinePolicies);
  if (byTransform.findings.length + inline.findings.length > 0) {
    return [...invalidDocuments, ...byTransform.findings, ...inline.findings];
  }
  const policies = [...(transformed.policies === undefined ? ownPolicies : byTransform.documents), ...inline.documents];
  /** Whether the text of a policy is given and not known yet. */
  const isTextComing = (arn: string | undefined) =>
    arn !== undefined && (!isKnown(given.policyDocuments) || !isFullyKnown(given.policyDocuments?.[arn]));
  const findings = checkRootPolicy({
    principalArn,
    account,
    policies,
    // Statements that are not known yet may grant or deny anything, as a policy that is not at hand.
    unreadPolicyArns: [
      ...(args.additionalPolicyArns ?? []),
      ...(transformed.attachedPolicyArn === undefined ? [] : [transformed.attachedPolicyArn]),
      ...(isKnown(transformed.managedPolicyArns) ? (transformed.managedPolicyArns ?? []) : [unknownValue]),
      ...(isExtraKnown && isFullyKnown(transformed.inlinePolicies) ? [] : [unknownValue]),
    ],
    federatedPolicyArns: federationPolicyArns(args.roles ?? {}),
    permissionsBoundaryArn: isTextComing(args.permissionsBoundaryArn) ? unknownValue : args.permissionsBoundaryArn,
    policyDocuments: texts.documents,
    roles: args.roles ?? {},
    staticRoles: args.staticRoles,
    assumeRoleArns: args.assumeRoleArns,
    trustPolicies: trust.documents,
    rotateRoot: args.rotateRoot,
    formerUserPaths: args.formerUserPaths,
    formerGroups: args.formerGroups,
    usernameTemplate: args.usernameTemplate,
    userNamePrefix: args.userNamePrefix,
  });
  return [
    ...invalidDocuments,
    ...trust.findings,
    ...texts.findings,
    ...(transformed.assumeRolePolicy === undefined
      ? openTrustFindings("trustPolicy", given.trustPolicy, rightsOfVault)
      : openTrustFindings("transform.role.assumeRolePolicy", transformed.assumeRolePolicy, rightsOfVault)),
    ...repeatedSidFindings(derived, extraStatements),
    ...findings
      // What is said of a value that is not known yet is checked once it is.
      .filter((finding) => !JSON.stringify(finding).includes(unknownValue))
      .filter(({ fix, resource }) => fix !== giveItsText || !isTextComing(resource))
      .map((finding) => ({ ...finding, path: argumentOf(finding.path, args) })),
  ];
}

/** The policies of a list that are known, and what is wrong with the others by IAM's grammar. */
function readList(
  path: string,
  given: readonly (PolicyDocument | string)[] | undefined,
): { documents: PolicyDocument[]; findings: Finding[] } {
  const known = (isKnown(given) ? (given ?? []) : []).filter(isFullyKnown);
  const issues = known.flatMap((policy) => policyIssues(path, policy));
  return {
    documents: issues.length > 0 ? [] : known.map(parsedPolicy),
    findings: problemFindings("", issues),
  };
}

const rightsOfVault = "all the rights of Vault";

/** Extra statements named as a derived one: they are of one document, in which AWS takes each Sid once. */
function repeatedSidFindings(derived: PolicyDocument, extra: PlainRootCredential["extraStatements"]): Finding[] {
  const taken = statementsOf(derived).flatMap(({ Sid }) => Sid ?? []);
  return (isKnown(extra) ? (extra ?? []) : []).flatMap(({ Sid }, index): Finding[] =>
    Sid !== undefined && taken.includes(Sid)
      ? [
          {
            severity: "error",
            path: `${pathOf("extraStatements", index)}.Sid`,
            problem: `must differ from the statements of the derived policy (${taken.join(", ")}), got ${JSON.stringify(Sid)}`,
            fix: "Choose another Sid, or leave it out.",
          },
        ]
      : [],
  );
}

/** The argument that a path within the policies comes from: those derived from the roles depend on the identity's own name. */
function argumentOf(path: string, args: PlainRootCredential): string {
  const { identity, additionalPolicyArns = [], transformed } = args;
  const place = Number(/^(?:policies|unreadPolicyArns)\[(\d+)\]/.exec(path)?.[1]);
  if (path.startsWith("unreadPolicyArns")) {
    const beyond = place - additionalPolicyArns.length;
    return beyond < 0
      ? path.replace("unreadPolicyArns", "additionalPolicyArns")
      : beyond === 0 && transformed?.attachedPolicyArn !== undefined
        ? `transform.${identity === "role" ? "role" : "user"}PolicyAttachment`
        : "transform.role.managedPolicyArns";
  }
  if (!path.startsWith("policies[")) {
    return path;
  }
  const own = transformed?.policies?.length ?? 2;
  if (place >= own) {
    return "transform.role.inlinePolicies";
  }
  if (transformed?.policies !== undefined) {
    return "transform.policy";
  }
  return place === 0
    ? identity === "role"
      ? "roleName"
      : "userName"
    : path.replace(/^policies\[1\](\.Statement)?/, "extraStatements");
}

/** The arguments without lists and documents that are not known. */
function withKnownParts(args: PlainRootCredential): PlainRootCredential {
  const roles = Object.entries(args.roles ?? {}).map(([name, role]) => [name, withKnownLists(role)] as const);
  const boundary = args.permissionsBoundaryArn;
  return {
    ...args,
    roles: Object.fromEntries(roles),
    assumeRoleArns: isKnown(args.assumeRoleArns) ? args.assumeRoleArns : undefined,
    additionalPolicyArns: isKnown(args.additionalPolicyArns) ? args.additionalPolicyArns : [unknownValue],
    permissionsBoundaryArn: boundary,
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

/** Documents by their ARNs, those that are not known yet left out. */
function readAll(
  path: string,
  given: Readonly<Record<string, PolicyDocument | string>> | undefined,
  use: DocumentUse,
): { documents: Record<string, PolicyDocument> | undefined; findings: Finding[] } {
  if (given === undefined || !isKnown(given)) {
    return { documents: undefined, findings: [] };
  }
  const read = Object.entries(given)
    .filter(([, policy]) => isFullyKnown(policy))
    .map(([arn, policy]) => ({ arn, ...readDocument(policy, use) }));
  return {
    documents: Object.fromEntries(
      read.flatMap(({ arn, document }) => (document === undefined ? [] : [[arn, document]])),
    ),
    findings: read.flatMap(({ arn, problems }) => problemFindings(pathOf(path, arn), problems)),
  };
}
