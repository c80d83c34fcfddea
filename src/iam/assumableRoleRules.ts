import type { Issue } from "../internal/validation/issues.js";
import { isFullyKnown, isKnown } from "../internal/validation/known.js";
import { parsedPolicy } from "./policies/federation.js";
import { entityNameIssues, iamPathIssues, policyArnIssues } from "./nameRules.js";
import { policyIssues } from "../aws/policyGrammar.js";
import { tagIssues } from "../aws/tags.js";
import type { PolicyDocument } from "../aws/policyDocument.js";
import { policySize, policySizeLimits } from "./policies/policySize.js";
import { assumableRoleTrustPolicy } from "./policies/trustPolicy.js";

/** The arguments of an AssumableRole in plain values, as far as rules look at them. */
interface PlainAssumableRole {
  readonly trustedPrincipalArn: string;
  readonly policyArns?: readonly string[];
  readonly policyDocument?: PolicyDocument | string;
  readonly externalId?: string;
  readonly sessionTags?: boolean;
  readonly maxSessionDuration?: number;
  readonly roleName?: string;
  readonly path?: string;
  readonly permissionsBoundaryArn?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

const sessionDuration = { least: 3600, most: 43200 };

/** What is wrong with the arguments of an AssumableRole. */
export function assumableRoleIssues(args: PlainAssumableRole): Issue[] {
  return [
    ...principalIssues(args.trustedPrincipalArn),
    ...(args.policyArns ?? []).flatMap((arn, index) => policyArnIssues(`policyArns[${index}]`, arn)),
    ...documentIssues(args.policyDocument),
    ...externalIdIssues("externalId", args.externalId),
    ...trustSizeIssues(args),
    ...durationIssues(args.maxSessionDuration),
    ...entityNameIssues("roleName", args.roleName),
    ...iamPathIssues("path", args.path),
    ...policyArnIssues("permissionsBoundaryArn", args.permissionsBoundaryArn),
    ...tagIssues("tags", args.tags),
  ];
}

function principalIssues(arn: string): Issue[] {
  if (!isKnown(arn) || /^arn:aws[\w-]*:iam::\d{12}:(user|role)\/\S+$/.test(arn)) {
    return [];
  }
  return [
    {
      path: "trustedPrincipalArn",
      rule: "must be the ARN of one IAM user or role",
      actual: arn,
      fix: "Give it RootCredential.principalArn: an account or * would trust more than Vault.",
    },
  ];
}

function documentIssues(policy: PolicyDocument | string | undefined): Issue[] {
  const issues = policyIssues("policyDocument", policy);
  return issues.length > 0 || policy === undefined || !isFullyKnown(policy)
    ? issues
    : sizeIssues("policyDocument", parsedPolicy(policy), "inlineRole");
}

/** A long path and a long external ID may together be too long. */
function trustSizeIssues({ trustedPrincipalArn, externalId, sessionTags }: PlainAssumableRole): Issue[] {
  const trust = assumableRoleTrustPolicy({ trustedPrincipalArn, externalId, sessionTags });
  return isFullyKnown(trust) ? sizeIssues("externalId", trust, "trust") : [];
}

function sizeIssues(path: string, document: PolicyDocument, kind: "inlineRole" | "trust"): Issue[] {
  const size = policySize(document);
  const limit = policySizeLimits[kind];
  const what = kind === "trust" ? "the trust policy" : "the policy";
  return size <= limit
    ? []
    : [{ path, rule: `${what} must have at most ${limit} characters without white space, it has ${size}` }];
}

/** The rules for an external ID. */
export function externalIdIssues(path: string, externalId: string | undefined): Issue[] {
  if (externalId === undefined || !isKnown(externalId) || /^[\w+=,.@:/-]{2,1224}$/.test(externalId)) {
    return [];
  }
  return [{ path, rule: "must have 2 to 1224 characters out of letters, digits and _+=,.@:/-", actual: externalId }];
}

function durationIssues(seconds: number | undefined): Issue[] {
  if (seconds === undefined || !isKnown(seconds)) {
    return [];
  }
  if (Number.isInteger(seconds) && seconds >= sessionDuration.least && seconds <= sessionDuration.most) {
    return [];
  }
  return [
    {
      path: "maxSessionDuration",
      rule: `must be a whole number of seconds from ${sessionDuration.least} to ${sessionDuration.most}`,
      actual: seconds,
    },
  ];
}
