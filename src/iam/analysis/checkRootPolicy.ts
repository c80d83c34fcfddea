import type { AwsSecretsRoleSpec } from "../../secretsengine/roleSpec.js";
import { isFullyKnown, isKnown } from "../../internal/validation/known.js";
import { pathOf } from "../../internal/validation/issues.js";
import { rolePath, type Finding } from "../../internal/validation/findings.js";
import { parseArn } from "../../aws/arns.js";
import type { PolicyDocument, PolicyStatement } from "../../aws/policyDocument.js";
import { asList } from "../policies/statements.js";
import { sortedEntries } from "../policies/federation.js";
import type { RootIdentity, StaticRoleUser } from "../policies/rootPolicy.js";
import { actionNameFindings } from "./checkActionNames.js";
import { accountFindings } from "./checkAccounts.js";
import { federationFindings } from "./checkFederation.js";
import { sessionTokenFindings } from "./checkSessionTokens.js";
import { trustFindings } from "./checkTrustPolicies.js";
import { usernameFindings } from "./checkUsernameTemplate.js";
import { problemFindings, readDocument } from "./documentProblems.js";
import { isWorse, type Decision } from "./evaluate.js";
import { trustsDirectly } from "./evaluateTrust.js";
import { broadRoleFindings } from "./privilegeEscalation.js";
import { requirements, type Requirement } from "./requirements.js";
import { RootPolicies } from "./rootPolicies.js";
import { assumedRoles, selfEscalationFindings } from "./selfEscalation.js";

/** What {@link checkRootPolicy} looks at. Strings that are not known yet may be `unknownValue`; what depends on them is not checked. */
export interface RootPolicyCheck {
  /** ARN of the IAM user or role that Vault's AWS secrets engine works as. */
  readonly principalArn: string;
  /** Partition and account of the identity, where `principalArn` is not known yet. Default: those of `principalArn`. */
  readonly account?: Pick<RootIdentity, "partition" | "accountId">;
  /** The policies attached to it, inline and managed. */
  readonly policies: readonly PolicyDocument[];
  /**
   * ARNs of managed policies attached to it besides. Their texts come from `policyDocuments`; those of AWS that matter most, such as
   * `AdministratorAccess`, are known. What is missing elsewhere may be in the others. Default: none.
   */
  readonly unreadPolicyArns?: readonly string[];
  /**
   * ARNs of managed policies attached to it only because federation tokens never have more than their issuer. They are not taken to grant
   * what Vault itself needs. Default: none.
   */
  readonly federatedPolicyArns?: readonly string[];
  /** Its permissions boundary. Default: none, or that of `permissionsBoundaryArn`. */
  readonly permissionsBoundary?: PolicyDocument;
  /** ARN of its permissions boundary; its text comes from `policyDocuments`, or is that of a known policy of AWS. Default: none. */
  readonly permissionsBoundaryArn?: string;
  /** Texts of managed policies by their ARNs. Default: none. */
  readonly policyDocuments?: Readonly<Record<string, PolicyDocument>>;
  /** The roles of the secrets engine by their names in Vault. */
  readonly roles: Readonly<Record<string, AwsSecretsRoleSpec>>;
  /** The static roles by their names in Vault. Default: none. */
  readonly staticRoles?: Readonly<Record<string, StaticRoleUser>>;
  /** IAM roles to assume besides those named by the roles. Default: none. */
  readonly assumeRoleArns?: readonly string[];
  /** Trust policies of assumed roles by the roles' ARNs, as far as they are known. Default: none. */
  readonly trustPolicies?: Readonly<Record<string, PolicyDocument>>;
  /** Whether Vault replaces its own key. Default: false. */
  readonly rotateRoot?: boolean;
  /** IAM paths of users that earlier roles made and whose leases may still run. Default: none. */
  readonly formerUserPaths?: readonly string[];
  /** IAM groups of users that earlier roles made and whose leases may still run. Default: none. */
  readonly formerGroups?: readonly string[];
  /** The `username_template` of `config/root`. Default: Vault's own. */
  readonly usernameTemplate?: string;
  /** What the names of the users begin with that Vault makes. Default: `vault-`. */
  readonly userNamePrefix?: string;
}

/**
 * Checks that Vault's identity may do what the declared roles need, and no more than is wise. Nothing is created and nothing is called.
 *
 * @returns what is missing or dangerous, in the order of the roles; empty where nothing was found
 * @throws RangeError where `principalArn` is not the ARN of an IAM user or role
 * @example
 * const findings = checkRootPolicy({
 *   principalArn: "arn:aws:iam::123456789012:user/root-of-vault",
 *   policies: [JSON.parse(readFileSync("root-policy.json", "utf8"))],
 *   roles: { deploy: { credentialType: "iam_user", iamGroups: ["devs"] } },
 * });
 * expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
 */
export function checkRootPolicy(given: RootPolicyCheck): Finding[] {
  const account = accountOf(given);
  const { roles, findings: invalidDocuments } = withValidDocuments(given.roles);
  const input: RootPolicyCheck = { ...given, roles };
  const policies = new RootPolicies(input);
  const problems = policies.problems();
  const byPolicies =
    problems.length > 0
      ? problems
      : [
          // A boundary that is not known yet may take away what looks dangerous: the analysis runs again.
          ...(isKnown(input.principalArn) && isKnown(input.permissionsBoundaryArn)
            ? selfEscalationFindings(policies, { ...input, ...account })
            : []),
          ...requirements({ ...input, ...account }).flatMap((need) => missing(policies, input, need)),
          ...sortedEntries(roles).flatMap(([name, role]) => federationFindings(policies, input, name, role)),
          ...sortedEntries(roles).flatMap(([name, role]) =>
            sessionTokenFindings(policies, assumedRoles(input), name, role),
          ),
        ];
  const findings = [
    ...invalidDocuments,
    ...usernameFindings(input),
    ...accountFindings(input, account),
    ...wildcardFindings(input),
    ...ownUserFindings(input),
    ...byPolicies,
    ...(problems.length > 0 ? [] : policies.actionNames()),
    ...policies.unreadFindings(),
    ...trustFindings(input),
    ...sortedEntries(roles).flatMap(([name, role]) => broadRoleFindings(name, role, account, input.policyDocuments)),
  ];
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}

function accountOf({ principalArn, account }: RootPolicyCheck): Pick<RootIdentity, "partition" | "accountId"> {
  if (!isKnown(principalArn) && account !== undefined) {
    return account;
  }
  const principal = parseArn(principalArn);
  if (principal?.service !== "iam" || !/^(user|role)\//.test(principal.resource)) {
    throw new RangeError(`principalArn must be the ARN of an IAM user or role, got ${JSON.stringify(principalArn)}`);
  }
  return { partition: principal.partition, accountId: principal.accountId };
}

/** The roles without the policy documents that AWS would reject, and what is wrong with those. */
export function withValidDocuments(
  roles: RootPolicyCheck["roles"],
): Pick<RootPolicyCheck, "roles"> & { findings: Finding[] } {
  const findings: Finding[] = [];
  const checked = sortedEntries(roles).map(([name, role]) => {
    const { policyDocument } = role;
    if (policyDocument === undefined || !isFullyKnown(policyDocument)) {
      return [name, role] as const;
    }
    const { document, problems } = readDocument(policyDocument, "identity");
    const path = rolePath(name, "policyDocument");
    findings.push(
      ...problemFindings(path, problems, { role: name }),
      ...(document === undefined ? [] : actionNameFindings(path, document, { role: name })),
    );
    return [name, problems.length === 0 ? role : { ...role, policyDocument: undefined }] as const;
  });
  return { roles: Object.fromEntries(checked), findings };
}

/** Names are put into ARNs as they are: in an ARN `*` and `?` stand for other names too. */
function wildcardFindings(input: RootPolicyCheck): Finding[] {
  const list = (prefix: string, values: readonly string[] | undefined): [string, string][] =>
    values === undefined || !isKnown(values) ? [] : values.map((value, index) => [pathOf(prefix, index), value]);
  const named: [string, string | undefined][] = [
    ...sortedEntries(input.roles).flatMap(([name, { roleArns, iamGroups, policyArns, userPath }]) => [
      ...list(rolePath(name, "roleArns"), roleArns),
      ...list(rolePath(name, "iamGroups"), iamGroups),
      ...list(rolePath(name, "policyArns"), policyArns),
      [rolePath(name, "userPath"), userPath] as [string, string | undefined],
    ]),
    ...sortedEntries(input.staticRoles ?? {}).flatMap(([name, { username, assumeRoleArn }]) => [
      [`${pathOf("staticRoles", name)}.username`, username] as [string, string | undefined],
      [`${pathOf("staticRoles", name)}.assumeRoleArn`, assumeRoleArn] as [string, string | undefined],
    ]),
    ...list("assumeRoleArns", input.assumeRoleArns),
    ...list("formerUserPaths", input.formerUserPaths),
    ...list("formerGroups", input.formerGroups),
  ];
  return named.flatMap(([path, value]): Finding[] =>
    value !== undefined && isKnown(value) && /[*?]/.test(value)
      ? [
          {
            severity: "error",
            path,
            problem: `must name one entity, got ${JSON.stringify(value)}: in an ARN of a policy * and ? would stand for others too`,
            fix: "Write each name out.",
          },
        ]
      : [],
  );
}

/** A static role of the root user itself: Vault keeps the key that it makes for the role, and deletes all others of the user. */
function ownUserFindings({ principalArn, staticRoles = {} }: RootPolicyCheck): Finding[] {
  const [, own] = /:user\/(?:.*\/)?([^/]+)$/.exec(principalArn) ?? [];
  return sortedEntries(staticRoles).flatMap(([name, { username, assumeRoleArn }]): Finding[] =>
    own !== undefined && username === own && assumeRoleArn === undefined
      ? [
          {
            severity: "error",
            path: `${pathOf("staticRoles", name)}.username`,
            role: name,
            resource: principalArn,
            problem: `must be another user than the root user ${own}: Vault would delete the key that it works with`,
            fix: "Set rotateRoot for the root user's own key.",
          },
        ]
      : [],
  );
}

/** What is missing of a requirement. */
function missing(policies: RootPolicies, input: RootPolicyCheck, need: Requirement): Finding[] {
  const decisions = need.resources.map((resource) => ({
    resource,
    ...policies.decide({ action: need.action, resource, context: need.context }),
  }));
  const [usual, ...others] = decisions;
  if (usual === undefined) {
    return [];
  }
  const isGranted = ({ verdict }: Decision) => verdict === "allowed";
  const isDenied = ({ statement }: Decision) => statement?.Effect === "Deny";
  if (need.isAnyOf === true) {
    // AWS's documents do not agree on the resource: a grant on any will do, a Deny on any is taken to apply.
    const decided = decisions.find(isDenied) ?? decisions.find(isGranted) ?? decisions.reduce(better);
    return shortOf(policies, input, need, decided);
  }
  if (!isGranted(usual)) {
    const elsewhere = isDenied(usual) ? undefined : others.find(isGranted);
    return elsewhere === undefined
      ? shortOf(policies, input, need, usual)
      : [pathWarning(need, `is granted to the root credential on ${elsewhere.resource} only`, usual.resource)];
  }
  const denied = others.find(isDenied);
  return denied === undefined
    ? []
    : [pathWarning(need, `is denied to the root credential on ${denied.resource}`, usual.resource)];
}

function better<T extends Decision>(left: T, right: T): T {
  return isWorse(left.verdict, right.verdict) ? right : left;
}

/** A group or user is declared by its name; AWS also knows its path, which decides where grants differ by path. */
function pathWarning(need: Requirement, problem: string, resource: string): Finding {
  return {
    severity: "warning",
    path: need.path,
    role: need.role,
    action: need.action,
    resource,
    problem: `${describe(need, resource)} ${problem}, which depends on the IAM path`,
    fix: "Make sure that the grant fits the path, or grant it on both.",
  };
}

function describe({ action, feature }: Requirement, resource: string): string {
  return `${action} on ${resource} (Vault ${feature})`;
}

/** The findings of a decision that does not allow all that is needed. */
function shortOf(
  policies: RootPolicies,
  input: RootPolicyCheck,
  need: Requirement,
  decision: Decision & { readonly resource: string },
): Finding[] {
  const { verdict, resource, statement, unknownKeys, layer } = decision;
  const finding = { path: need.path, role: need.role, action: need.action, resource };
  const because = describe(need, resource);
  const holder = layer === "boundary" ? "by its permissions boundary" : "to the root credential";
  switch (verdict) {
    case "allowed":
      return [];
    case "conditional":
      return [
        {
          ...finding,
          severity: "warning",
          problem: `${because} is ${statement?.Effect === "Deny" ? "denied" : "granted"} ${holder} on conditions that only AWS can decide: ${unknownKeys.join(", ")}`,
          fix: "Make sure that Vault's calls meet these conditions.",
        },
      ];
    case "explicitDeny":
      return [
        {
          ...finding,
          severity: "error",
          problem: `${because} is denied ${holder} by a Deny statement`,
          fix: "Remove the Deny statement, or the role.",
        },
      ];
    case "partial":
    case "implicitDeny":
      break;
  }
  const isDenied = statement?.Effect === "Deny";
  const lack =
    verdict === "partial"
      ? isDenied
        ? `is denied ${holder} in part by a Deny statement`
        : `is granted ${holder} for a part only`
      : layer === "boundary"
        ? "is not allowed by the root credential's permissions boundary"
        : "is not granted to the root credential";
  const byTrustPolicy = verdict === "implicitDeny" && allowedByTrustPolicy(policies, input, need);
  if (isDenied && !namesBeginning(statement, resource)) {
    return [
      {
        ...finding,
        severity: "warning",
        problem: `${because} ${lack}`,
        fix: "Make sure that no name that Vault makes is one of those denied.",
      },
    ];
  }
  if (isDenied || (layer === "boundary" && !byTrustPolicy)) {
    const fix = layer === "boundary" ? "Allow it in the boundary." : "Remove the Deny statement, or the role.";
    return [{ ...finding, severity: "error", problem: `${because} ${lack}`, fix }];
  }
  const { unreadArns } = policies;
  if (unreadArns.length > 0 && layer !== "boundary") {
    if (!unreadArns.every(isKnown)) {
      // The analysis runs again when it is known which policies there are.
      return [];
    }
    return [
      {
        ...finding,
        severity: "warning",
        problem: `${because} ${lack} by the policies at hand`,
        fix: `Make sure that ${unreadArns.join(" or ")} grants it.`,
      },
    ];
  }
  if (byTrustPolicy) {
    return [
      {
        ...finding,
        severity: "warning",
        problem: `${because} ${lack}, only the role's trust policy allows it`,
        fix: "Grant it, so that it does not depend on the trust policy naming the very identity.",
      },
    ];
  }
  return [
    {
      ...finding,
      severity: "error",
      problem: `${because} ${lack}`,
      fix: 'Use permissions: "derived", or grant it by extraStatements.',
    },
  ];
}

/**
 * Whether a Deny statement on a part of Vault's users names how these begin: `user/vault-prod-*`. One on `user/*admin*` is about other
 * users, and meets one of Vault's only if its name happens to hold that text.
 */
function namesBeginning({ Resource, NotResource }: PolicyStatement, resource: string): boolean {
  const beginning = resource.slice(0, resource.indexOf("*")).split("/").at(-1) ?? "";
  return NotResource !== undefined || beginning === "" || asList(Resource).some((one) => one.includes(`/${beginning}`));
}

/**
 * Whether AWS lets the principal assume the role nevertheless: a trust policy of its own account that names it suffices. The implicit deny
 * of a boundary still applies to a role, but not to a user.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
function allowedByTrustPolicy(
  policies: RootPolicies,
  { principalArn, trustPolicies }: RootPolicyCheck,
  need: Requirement,
): boolean {
  const [roleArn = ""] = need.resources;
  const isRole = parseArn(principalArn)?.resource.startsWith("role/") === true;
  if (isRole && !policies.boundaryAllows({ action: need.action, resource: roleArn, context: need.context })) {
    return false;
  }
  const trust = trustPolicies?.[roleArn];
  const request = { action: need.action, principalArn, context: need.context, contextIsPartial: true };
  return (
    need.action.startsWith("sts:") &&
    trust !== undefined &&
    parseArn(roleArn)?.accountId === parseArn(principalArn)?.accountId &&
    trustsDirectly(trust, request) !== false
  );
}
