import type { AwsSecretsRoleSpec } from "../../secretsengine/roleSpec.js";
import { isFullyKnown, isKnown } from "../../internal/validation/known.js";
import { pathOf } from "../../internal/validation/issues.js";
import { rolePath, type Finding } from "../../internal/validation/findings.js";
import { parseArn } from "../../aws/arns.js";
import type { PolicyDocument } from "../../aws/policyDocument.js";
import { sortedEntries } from "../policies/federation.js";
import type { RootIdentity, StaticRoleUser } from "../policies/rootPolicy.js";
import { actionNameFindings } from "./checkActionNames.js";
import { conditionKeyFindings } from "./checkConditionKeys.js";
import { chainedSessionFindings } from "./checkChainedSessions.js";
import { accountFindings } from "./checkAccounts.js";
import { federationFindings } from "./checkFederation.js";
import { sessionTokenFindings } from "./checkSessionTokens.js";
import { trustFindings } from "./checkTrustPolicies.js";
import { usernameFindings } from "./checkUsernameTemplate.js";
import { problemFindings, readDocument } from "./documentProblems.js";
import { broadRoleFindings } from "./privilegeEscalation.js";
import { requirementFindings } from "./checkRequirements.js";
import { requirements } from "./requirements.js";
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
          ...requirements({ ...input, ...account }).flatMap((need) => requirementFindings(policies, input, need)),
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
    ...(isRole(input) ? chainedSessionFindings(roles) : []),
    ...byPolicies,
    ...(problems.length > 0 ? [] : policies.nameFindings()),
    ...policies.escalatingFindings(),
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
      ...(document === undefined ? [] : conditionKeyFindings(path, document, { role: name })),
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

function isRole({ principalArn }: RootPolicyCheck): boolean {
  return isKnown(principalArn) && parseArn(principalArn)?.resource.startsWith("role/") === true;
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
