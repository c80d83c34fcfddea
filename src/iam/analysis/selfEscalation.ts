import { iamArn, parseArn } from "../../aws/arns.js";
import { isFullyKnown, isKnown } from "../../internal/validation/known.js";
import type { AwsSecretsRoleSpec } from "../../secretsengine/roleSpec.js";
import type { Finding } from "../../internal/validation/findings.js";
import { arnsOfName, vaultUsersArn, type RootIdentity, type RootPolicyOptions } from "../policies/rootPolicy.js";
import { federationRoleStatements, sortedEntries } from "../policies/federation.js";
import { asList, policyDocument, statementsOf } from "../policies/statements.js";
import type { RequestContext } from "./conditions.js";
import { evaluate, type AccessRequest } from "./evaluate.js";
import {
  selfTechniques,
  serviceTechniques,
  techniques,
  wholeTechniques,
  type Step,
  type TargetKind,
  type Technique,
} from "./escalationTechniques.js";
import { reachOf, techniqueReach, type Reached } from "./reach.js";
import type { RootPolicies } from "./rootPolicies.js";

/** What the search for escalation looks at, besides the policies. */
export type EscalationInput = RootIdentity &
  Omit<RootPolicyOptions, keyof RootIdentity> & {
    readonly permissionsBoundaryArn?: string;
    readonly unreadPolicyArns?: readonly string[];
    readonly federatedPolicyArns?: readonly string[];
  };

/**
 * Whether Vault's identity could give itself rights that nobody granted: on itself, through other users, groups, roles and policies, or
 * through services. What it may do with the users that it creates, with declared groups, static users and assumed roles is what it is for.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
export function selfEscalationFindings(policies: RootPolicies, input: EscalationInput): Finding[] {
  const whole = wholeTechniques.map((technique) => techniqueFinding(policies, input, technique)).find(isFound);
  if (whole?.severity === "error") {
    return [whole];
  }
  const byTechnique = supersededRemoved(
    techniques.map((technique) => techniqueFinding(policies, input, technique)).filter(isFound),
  );
  const isIncluded = ({ action }: Finding) =>
    byTechnique.some((finding) => finding.severity === "error" && finding.action === action);
  return [
    ...(whole === undefined ? [] : [whole]),
    ...[
      ...ownFindings(policies, input),
      ...attachedPolicyFindings(policies, input),
      ...assumedRoleFindings(policies, input),
    ].filter((finding) => !isIncluded(finding)),
    ...byTechnique,
    ...serviceFindings(policies, input),
  ];
}

/** Rights in other services that lead to the rights of roles there, together, but for what federation tokens are to have. */
function serviceFindings(policies: RootPolicies, input: EscalationInput): Finding[] {
  const known = sortedEntries(input.roles).filter(([, { policyDocument }]) => isFullyKnown(policyDocument));
  const declared = policyDocument(federationRoleStatements(Object.fromEntries(known)));
  const isDeclared = (request: AccessRequest) =>
    evaluate({ ...request, contextIsPartial: true }, { policies: [declared] }).verdict !== "implicitDeny";
  const found = serviceTechniques.flatMap(({ steps, ...technique }) => {
    const undeclared = steps.map(({ on, actions }) => ({
      on,
      actions: actions.filter((action) => !isDeclared({ action, resource: "*" })),
    }));
    return undeclared.some(({ actions }) => actions.length === 0)
      ? []
      : (techniqueFinding(policies, input, { ...technique, steps: undeclared }) ?? []);
  });
  const [first, ...others] = found;
  return first === undefined
    ? []
    : [
        {
          ...first,
          problem: [
            first.problem,
            ...others.map(({ problem, action }) => `by ${action} ${problem.split(": it could ")[1]}`),
          ].join("; "),
          fix: "Grant the root credential only what Vault needs: nothing of this is.",
        },
      ];
}

function isFound(finding: Finding | undefined): finding is Finding {
  return finding !== undefined;
}

/** Of two techniques with the same action the one with more steps is the worse one. */
function supersededRemoved(findings: readonly Finding[]): Finding[] {
  return findings.filter(
    (finding) =>
      finding.severity === "error" ||
      !findings.some((other) => other.severity === "error" && other.action === finding.action),
  );
}

/** What it may do to itself. */
function ownFindings(policies: RootPolicies, { principalArn, permissionsBoundaryArn }: EscalationInput): Finding[] {
  const kind = /:role\//.test(principalArn) ? "role" : "user";
  const isDenied = policies.read.some(({ document }) => statementsOf(document).some(({ Effect }) => Effect === "Deny"));
  const context: RequestContext = policies.hasBoundary
    ? permissionsBoundaryArn === undefined || !isKnown(permissionsBoundaryArn)
      ? {}
      : { "iam:PermissionsBoundary": permissionsBoundaryArn }
    : { "iam:PermissionsBoundary": null };
  return selfTechniques[kind].flatMap(({ action, lifts, severity, text }): Finding[] => {
    if ((lifts === "boundary" && !policies.hasBoundary) || (lifts === "deny" && !isDenied)) {
      return [];
    }
    const reached = reachOf((request) => policies.decide(request), { action, resource: principalArn, context });
    if (reached.reach === "none") {
      return [];
    }
    const isSure = reached.reach === "all";
    const { path, by } = grantOf(policies, { action, resource: principalArn, context });
    return [
      {
        severity: isSure ? severity : "warning",
        path,
        action,
        resource: principalArn,
        problem: `${action} on ${principalArn} is granted to that very ${kind} by ${by}${condition(reached)}: ${text}`,
        fix: `Choose a name and path for the ${kind} that the grant does not match, or narrow the grant.`,
      },
    ];
  });
}

/** What it may do to the managed policies that are attached to it. */
function attachedPolicyFindings(policies: RootPolicies, input: EscalationInput): Finding[] {
  const attached = [...(input.unreadPolicyArns ?? []), ...(input.federatedPolicyArns ?? [])];
  return attached
    .filter((arn) => isKnown(arn) && parseArn(arn)?.accountId === input.accountId)
    .flatMap((arn) =>
      ["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"].flatMap((action) =>
        targetFinding(policies, { action, resource: arn }, `it could rewrite ${arn}, which is attached to it`, "error"),
      ),
    );
}

/** What it may do to the roles that it may assume. */
function assumedRoleFindings(policies: RootPolicies, input: EscalationInput): Finding[] {
  const actions: readonly (readonly [action: string, severity: Finding["severity"], does: string])[] = [
    ["iam:AttachRolePolicy", "error", "widen"],
    ["iam:PutRolePolicy", "error", "widen"],
    ["iam:DeleteRolePermissionsBoundary", "warning", "widen"],
    ["iam:PutRolePermissionsBoundary", "warning", "widen"],
    ["iam:UpdateAssumeRolePolicy", "warning", "let anyone into"],
  ];
  return assumedRoles(input)
    .filter((arn) => parseArn(arn)?.accountId === input.accountId)
    .flatMap((arn) =>
      actions.flatMap(([action, severity, does]) =>
        targetFinding(policies, { action, resource: arn }, `it could ${does} ${arn}, which it may assume`, severity),
      ),
    );
}

function targetFinding(
  policies: RootPolicies,
  request: AccessRequest,
  text: string,
  severity: "error" | "warning",
): Finding[] {
  const reached = reachOf((asked) => policies.decide(asked), request);
  if (reached.reach === "none") {
    return [];
  }
  const { path, by } = grantOf(policies, request);
  return [
    {
      severity: reached.reach === "all" ? severity : "warning",
      path,
      action: request.action,
      resource: request.resource,
      problem: `${request.action} on ${request.resource} is granted to the root credential by ${by}${condition(reached)}: ${text}`,
      fix: "Narrow the grant.",
    },
  ];
}

/** Whether a technique works on entities that the declared roles have nothing to do with. */
function techniqueFinding(policies: RootPolicies, input: EscalationInput, technique: Technique): Finding | undefined {
  const requestOf = (action: string, { on }: Step): AccessRequest => ({
    action,
    resource: targetArn(input, on),
    exceptResources: exceptionsOf(input, on).map(inAnyAccount),
  });
  const decide = (request: AccessRequest) =>
    /^(iam|sts|\*)/.test(request.action) ? policies.decide(request) : policies.decideService(request);
  const reached = techniqueReach(technique, decide, requestOf);
  // A few named roles to pass or to assume are what such grants are for, and a few resources of other services.
  const isNamed =
    reached.reach === "some" &&
    technique.severity === "warning" &&
    !changesRoles(technique) &&
    !isWholeKind(policies, reached.request);
  const isWhole = technique.steps.some(({ actions }) => actions[0]?.endsWith("*") === true);
  if (reached.reach === "none" || isNamed || (isWhole && reached.reach === "some")) {
    return undefined;
  }
  const { path, by } = grantOf(policies, reached.request);
  const where = reached.reach === "some" ? `a part of ${reached.resource}` : reached.resource;
  return {
    severity: reached.reach === "all" ? technique.severity : "warning",
    path,
    action: reached.action,
    resource: reached.resource,
    problem: `${reached.action} on ${where} is granted to the root credential by ${by}${condition(reached)}: it could ${technique.text}`,
    fix: "Grant it on the entities that Vault is to change, and on no others.",
  };
}

/** Whether a technique gives a role other rights, or lifts its boundary: on a few roles that is no less than on all, for who may work with these. */
function changesRoles({ steps }: Technique): boolean {
  return steps.some(
    ({ on, actions }) => on === "role" && actions.some((action) => /^iam:(?:Attach|Put|Delete)Role/.test(action)),
  );
}

/** Whether a grant on a part of all resources covers all of one kind: `arn:aws:lambda:eu-west-1:123456789012:function:*`. */
function isWholeKind(policies: RootPolicies, request: AccessRequest): boolean {
  const { statement } = policies.grant(request);
  return (
    request.resource === "*" &&
    asList(statement?.Resource).some((resource) => /(?:^|[:/])\*+$/.test(parseArn(resource)?.resource ?? ""))
  );
}

function targetArn({ partition, accountId }: RootIdentity, kind: TargetKind): string {
  return kind === "anything" ? "*" : iamArn(partition, accountId, `${kind}/*`);
}

/** The targets are those of one account: a grant that leaves the account open means the same there. */
function inAnyAccount(arn: string): string {
  return arn.replace(/^arn:[^:]*:([^:]*):([^:]*):[^:]*:/, "arn:*:$1:$2:*:");
}

/** What the declared roles are for: these entities may be changed. */
function exceptionsOf(input: EscalationInput, kind: TargetKind): string[] {
  const { principalArn, roles, staticRoles = {}, formerUserPaths = [], formerGroups = [] } = input;
  const named = (entity: "group" | "user", names: readonly string[]) =>
    names.filter(isPlain).flatMap((name) => arnsOfName(input, entity, name));
  switch (kind) {
    case "user": {
      const paths = ["/", ...Object.values(roles).map(({ userPath }) => userPath), ...formerUserPaths];
      return [
        principalArn,
        ...paths.filter((path) => path === undefined || isPlain(path)).map((path) => vaultUsersArn(input, path)),
        ...named(
          "user",
          Object.values(staticRoles).map(({ username }) => username),
        ),
      ];
    }
    case "group":
      return named("group", [...Object.values(roles).flatMap(knownGroups), ...formerGroups]);
    case "role":
      return [principalArn, ...assumedRoles(input)];
    case "policy":
    case "anything":
      return [];
  }
}

function knownGroups({ iamGroups }: AwsSecretsRoleSpec): readonly string[] {
  return isKnown(iamGroups) ? (iamGroups ?? []) : [];
}

/** ARNs of the roles that the identity is to assume. */
export function assumedRoles({
  roles,
  staticRoles = {},
  assumeRoleArns = [],
}: Pick<EscalationInput, "roles" | "staticRoles" | "assumeRoleArns">): string[] {
  return [
    ...Object.values(roles).flatMap(({ roleArns }) => (isKnown(roleArns) ? (roleArns ?? []) : [])),
    ...Object.values(staticRoles).flatMap(({ assumeRoleArn }) => assumeRoleArn ?? []),
    ...(isKnown(assumeRoleArns) ? assumeRoleArns : []),
  ].filter(isPlain);
}

/** Whether a declared name means itself: one with a wildcard would excuse far more. A name that is not known yet stands in the derived policy as it is. */
function isPlain(name: string | undefined): name is string {
  return name !== undefined && !/[*?]/.test(name);
}

function condition({ reach, unknownKeys }: Reached): string {
  return reach === "conditional" ? ` on conditions that only AWS can decide (${unknownKeys.join(", ")})` : "";
}

/** The statement that grants something, in words, and where it stands. */
function grantOf(policies: RootPolicies, request: AccessRequest): { path: string; by: string } {
  const { statement, path } = policies.grant(request);
  return { path, by: statement?.Sid === undefined ? "a statement" : `statement ${statement.Sid}` };
}
