import type { Issue } from "../internal/validation/issues.js";
import { isFullyKnown, isKnown } from "../internal/validation/known.js";
import { parsedPolicy } from "./policies/federation.js";
import { autoNameIssues, descriptionIssues, entityNameIssues, iamPathIssues, policyArnIssues } from "./nameRules.js";
import { flagIssues, wholeNumberIssues } from "../internal/validation/valueRules.js";
import { parseArn } from "../aws/arns.js";
import { policyIssues } from "../aws/policyGrammar.js";
import { tagIssues } from "../aws/tags.js";
import type { PolicyDocument } from "../aws/policyDocument.js";
import { policySizeLimits } from "../aws/policySizeLimits.js";
import { policySize } from "./policies/policySize.js";
import { assumableRoleTrustPolicy } from "./policies/trustPolicy.js";

/** The arguments of an AssumableRole in plain values, as far as rules look at them. */
export interface PlainAssumableRole {
  readonly trustedPrincipalArn: string;
  readonly policyArns?: readonly string[];
  readonly policyDocument?: PolicyDocument | string;
  readonly externalId?: string;
  readonly sessionTags?: boolean;
  readonly maxSessionDuration?: number;
  readonly roleName?: string;
  readonly description?: string;
  readonly path?: string;
  readonly permissionsBoundaryArn?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

const sessionDuration = { least: 3600, most: 43200, unit: "seconds" };

/** What is wrong with the arguments of an AssumableRole. */
export function assumableRoleIssues(args: PlainAssumableRole): Issue[] {
  return [
    ...principalIssues("trustedPrincipalArn", args.trustedPrincipalArn),
    ...(args.policyArns ?? []).flatMap((arn, index) => policyArnIssues(`policyArns[${index}]`, arn)),
    ...documentIssues(args.policyDocument),
    ...externalIdIssues("externalId", args.externalId),
    ...trustSizeIssues(args),
    ...wholeNumberIssues("maxSessionDuration", args.maxSessionDuration, sessionDuration),
    ...entityNameIssues("roleName", args.roleName),
    ...descriptionIssues("description", args.description),
    ...iamPathIssues("path", args.path),
    ...policyArnIssues("permissionsBoundaryArn", args.permissionsBoundaryArn),
    ...partitionIssues(args),
    ...flagIssues("sessionTags", args.sessionTags),
    ...tagIssues("tags", args.tags),
  ];
}

/** Identities cannot assume roles of other partitions, so that the policies of the role are of the partition of who assumes it. */
function partitionIssues({
  trustedPrincipalArn,
  policyArns = [],
  permissionsBoundaryArn,
}: PlainAssumableRole): Issue[] {
  const partitionOf = (arn: unknown) => (typeof arn === "string" ? parseArn(arn)?.partition : undefined);
  const own = partitionOf(trustedPrincipalArn);
  const policies: [string, unknown][] = [
    ...policyArns.map((arn, index): [string, unknown] => [`policyArns[${index}]`, arn]),
    ["permissionsBoundaryArn", permissionsBoundaryArn],
  ];
  return policies.flatMap(([path, arn]) => {
    const partition = partitionOf(arn);
    return own === undefined || partition === undefined || partition === own
      ? []
      : [
          {
            path,
            rule: `is in partition ${partition}, but trustedPrincipalArn is in ${own}`,
            actual: arn,
            fix: `Write arn:${own}:...`,
          },
        ];
  });
}

/** What a transform of an AssumableRole made of its documents. */
export interface TransformedRoleDocuments {
  readonly assumeRolePolicy?: PolicyDocument | string;
  readonly inlinePolicies?: readonly (PolicyDocument | string)[];
  readonly rolePolicy?: PolicyDocument | string;
}

/** What is wrong with the documents that a transform made. */
export function transformedDocumentIssues({
  assumeRolePolicy,
  inlinePolicies,
  rolePolicy,
}: TransformedRoleDocuments): Issue[] {
  return [
    ...policyIssues("transform.role.assumeRolePolicy", assumeRolePolicy, "trust"),
    ...(isKnown(inlinePolicies) ? (inlinePolicies ?? []) : []).flatMap((policy, index) =>
      policyIssues(`transform.role.inlinePolicies[${index}]`, policy),
    ),
    ...policyIssues("transform.rolePolicy", rolePolicy),
  ];
}

/** The rules for who may assume a role: one identity, never a whole account. */
export function principalIssues(path: string, arn: unknown): Issue[] {
  if (!isKnown(arn) || (typeof arn === "string" && /^arn:aws[\w-]*:iam::\d{12}:(user|role)\/[^\s*?]+$/.test(arn))) {
    return [];
  }
  return [
    {
      path,
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
export function externalIdIssues(path: string, externalId: unknown): Issue[] {
  if (
    externalId === undefined ||
    !isKnown(externalId) ||
    (typeof externalId === "string" && /^[\w+=,.@:/-]{2,1224}$/.test(externalId))
  ) {
    return [];
  }
  return [{ path, rule: "must have 2 to 1224 characters out of letters, digits and _+=,.@:/-", actual: externalId }];
}

/** What is wrong with the name in AWS that Pulumi makes of an AssumableRole's name, where none is given. */
export function assumableRoleNameIssues(
  name: string,
  args: { readonly roleName?: unknown; readonly transform?: unknown },
) {
  const { role } = (args.transform ?? {}) as { readonly role?: unknown };
  return args.roleName === undefined && role === undefined
    ? autoNameIssues(`${name}-role`, "role", "Give roleName.")
    : [];
}
