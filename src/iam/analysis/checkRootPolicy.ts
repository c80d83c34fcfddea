import type { AwsSecretsRoleSpec } from "../../secretsengine/roleSpec.js";
import { isKnown } from "../../internal/validation/known.js";
import { parseArn } from "../../aws/arns.js";
import { broadRoleFindings } from "./privilegeEscalation.js";
import { sortedEntries } from "../policies/federation.js";
import { evaluate, type Verdict } from "./evaluate.js";
import { namesItself } from "./evaluateTrust.js";
import type { Finding } from "../../internal/validation/findings.js";
import type { PolicyDocument } from "../../aws/policyDocument.js";
import { federationFindings } from "./checkFederation.js";
import { trustFindings } from "./checkTrustPolicies.js";
import { requirements, type Requirement } from "./requirements.js";
import { defaultUserNamePrefix, type StaticRoleUser } from "../policies/rootPolicy.js";
import { selfEscalationFindings } from "./selfEscalation.js";
import { leadingTexts } from "./usernameTemplate.js";

/** What {@link checkRootPolicy} looks at. Strings that are not known yet may be `unknownValue`; what depends on them is not looked at. */
export interface RootPolicyCheck {
  /** ARN of the IAM user or role that Vault's AWS secrets engine works as. */
  readonly principalArn: string;
  /** The policies attached to it, inline and managed. */
  readonly policies: readonly PolicyDocument[];
  /** ARNs of policies attached to it whose text is not at hand; what is missing elsewhere may be in these. Default: none. */
  readonly unreadPolicyArns?: readonly string[];
  /** Its permissions boundary. Default: none. */
  readonly permissionsBoundary?: PolicyDocument;
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
 * Proves that Vault's identity may do what the declared roles need, and no more than is wise. Nothing is created and nothing is called.
 *
 * @returns what is missing or dangerous, in the order of the roles; empty where all is well
 * @throws RangeError where `principalArn` is not the ARN of an IAM user or role
 * @example
 * const findings = prove({
 *   principalArn: "arn:aws:iam::123456789012:user/root-of-vault",
 *   policies: [JSON.parse(readFileSync("root-policy.json", "utf8"))],
 *   roles: { deploy: { credentialType: "iam_user", iamGroups: ["devs"] } },
 * });
 * expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
 */
export function checkRootPolicy(input: RootPolicyCheck): Finding[] {
  const principal = parseArn(input.principalArn);
  if (principal?.service !== "iam" || !/^(user|role)\//.test(principal.resource)) {
    throw new RangeError(
      `principalArn must be the ARN of an IAM user or role, got ${JSON.stringify(input.principalArn)}`,
    );
  }
  const { partition, accountId } = principal;
  return [
    ...selfEscalationFindings(input),
    ...templateFindings(input),
    ...requirements({ ...input, partition, accountId }).flatMap((need) => missing(input, need)),
    ...sortedEntries(input.roles).flatMap(([name, role]) => [
      ...federationFindings(input, name, role),
      ...trustFindings(input, name, role),
      ...broadRoleFindings(name, role, { partition, accountId }),
    ]),
  ];
}

const refusals: Readonly<Record<Exclude<Verdict, "allowed">, string>> = {
  denied: "is refused by a Deny to the root credential",
  notAllowed: "is not granted to the root credential",
  partly: "is granted to the root credential for a part only",
  undecided: "is granted to the root credential on conditions that only AWS can decide",
};

/** What is missing of a requirement. */
function missing(input: RootPolicyCheck, need: Requirement): Finding[] {
  const decisions = need.resources.map((resource) =>
    evaluate(
      { action: need.action, resource, context: need.context, contextIsPartial: true },
      { policies: input.policies, boundary: input.permissionsBoundary },
    ),
  );
  const order: readonly Verdict[] = ["allowed", "undecided", "partly", "notAllowed", "denied"];
  const [best] = decisions.sort((left, right) => order.indexOf(left.verdict) - order.indexOf(right.verdict));
  const resource = need.resources[0] ?? "*";
  if (best === undefined || best.verdict === "allowed") {
    return [];
  }
  const finding = { path: need.path, role: need.role, action: need.action, resource };
  const because = `${need.action} on ${resource} (Vault ${need.feature})`;
  if (best.verdict === "undecided") {
    const keys = best.unknownKeys.join(", ");
    return [
      {
        ...finding,
        severity: "warning",
        problem: `${because} ${refusals.undecided}: ${keys}`,
        fix: "Make sure that Vault's calls meet these conditions.",
      },
    ];
  }
  const unread = input.unreadPolicyArns ?? [];
  if (best.verdict !== "denied" && unread.length > 0) {
    return [
      {
        ...finding,
        severity: "warning",
        problem: `${because} ${refusals[best.verdict]} by the policies at hand`,
        fix: `Make sure that ${unread.join(" or ")} grants it.`,
      },
    ];
  }
  if (best.verdict === "notAllowed" && allowedByTrustPolicy(input, need)) {
    return [
      {
        ...finding,
        severity: "warning",
        problem: `${because} ${refusals.notAllowed}, only the role's trust policy allows it`,
        fix: "Grant it, so that it does not hang on the trust policy naming the very user.",
      },
    ];
  }
  return [
    {
      ...finding,
      severity: "error",
      problem: `${because} ${refusals[best.verdict]}`,
      fix:
        best.verdict === "denied"
          ? "Take the Deny away, or the role."
          : 'Use permissions: "derived", or grant it by extraStatements.',
    },
  ];
}

/** Whether AWS lets the principal take the role all the same: a trust policy of its own account that names it suffices. */
function allowedByTrustPolicy(input: RootPolicyCheck, need: Requirement): boolean {
  const [roleArn = ""] = need.resources;
  const trust = input.trustPolicies?.[roleArn];
  return (
    need.action.startsWith("sts:") &&
    trust !== undefined &&
    parseArn(roleArn)?.accountId === parseArn(input.principalArn)?.accountId &&
    namesItself(trust, input.principalArn)
  );
}

/** Names that Vault makes up must stay within what the root credential may change. */
function templateFindings({ usernameTemplate, userNamePrefix = defaultUserNamePrefix }: RootPolicyCheck): Finding[] {
  if (usernameTemplate === undefined || usernameTemplate === "" || !isKnown(usernameTemplate)) {
    return [];
  }
  const leaving = leadingTexts(usernameTemplate).find((text) => !text.startsWith(userNamePrefix));
  if (leaving === undefined) {
    return [];
  }
  return [
    {
      severity: "error",
      path: "usernameTemplate",
      action: "iam:CreateUser",
      problem:
        leaving === ""
          ? `does not begin with ${userNamePrefix} in plain text in each of its branches, as the users do that Vault may make`
          : `begins with ${JSON.stringify(leaving)}, not with ${userNamePrefix}, as the users do that Vault may make`,
      fix: "Change the template, or set userNamePrefix to what it begins with.",
    },
  ];
}
