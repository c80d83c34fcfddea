import type { AwsSecretsRoleSpec } from "../../secretsengine/roleSpec.js";
import { isFullyKnown, isKnown } from "../../internal/validation/known.js";
import { iamArn, parseArn } from "../../aws/arns.js";
import { deniedToFederationTokens, usableByFederationToken } from "../policies/federation.js";
import { rolePath, type Finding } from "../../internal/validation/findings.js";
import type { PolicyDocument } from "../../aws/policyDocument.js";
import { asList, policyDocument, statementsOf } from "../policies/statements.js";
import { awsManagedPolicy } from "./awsManagedPolicies.js";
import { readDocument } from "./documentProblems.js";
import { techniques, wholeTechniques, type Step, type Technique } from "./escalationTechniques.js";
import { evaluate, type AccessRequest } from "./evaluate.js";
import { techniqueReach, type Reach } from "./reach.js";

/** The account that a policy is used in. `*` stands for every partition or account. */
export interface PolicyAccount {
  readonly partition: string;
  readonly accountId: string;
}

/**
 * What a policy lets its holder do over all of an account, in words: `do everything in IAM: …`. Grants on conditions that only AWS can
 * decide count too.
 *
 * @param boundary the permissions boundary of the holder. Default: none
 * @example
 * escalationPaths({ Version: "2012-10-17", Statement: { Effect: "Allow", Action: "iam:PassRole", Resource: "*" } }, account)
 * // ["hand any role to a service and work through it"]
 */
export function escalationPaths(document: PolicyDocument, account: PolicyAccount, boundary?: PolicyDocument): string[] {
  if (!touchesTechniques(document)) {
    return [];
  }
  const accounts = accountsOf(document, account);
  const furthest = (technique: Technique): Reach =>
    accounts
      .map(({ partition, accountId }) => {
        const requestOf = (action: string, { on }: Step): AccessRequest => ({
          action,
          resource: on === "anything" ? "*" : iamArn(partition, accountId, `${on}/*`),
          contextIsPartial: true,
        });
        return techniqueReach(technique, (request) => evaluate(request, { policies: [document], boundary }), requestOf)
          .reach;
      })
      .reduce((left, right) => (left === "all" || right === "none" ? left : right));
  const described = (technique: Technique): string[] => {
    const reach = furthest(technique);
    return reach === "all"
      ? [technique.text]
      : reach === "conditional"
        ? [`${technique.text} (on conditions that only AWS can decide)`]
        : [];
  };
  const whole = wholeTechniques.flatMap(described);
  return whole.length > 0
    ? whole.slice(0, 1)
    : withoutIncluded(techniques.flatMap((one) => described(one).map((text) => ({ one, text }))));
}

const serviceOf = (action: string) => action.toLowerCase().split(":", 1)[0] ?? "";

const techniqueServices = new Set(
  [...techniques, ...wholeTechniques].flatMap(({ steps }) => steps.flatMap(({ actions }) => actions.map(serviceOf))),
);

/** Whether a policy allows anything of a service that a technique works through. Most policies of roles do not. */
function touchesTechniques(document: PolicyDocument): boolean {
  return statementsOf(document).some(
    ({ Effect, Action, NotAction }) =>
      Effect !== "Deny" &&
      (NotAction !== undefined ||
        asList(Action).some((action) => /[*?]/.test(serviceOf(action)) || techniqueServices.has(serviceOf(action)))),
  );
}

/** Leaves out what another technique that was found includes: `give any role any right` besides `... and assume it`. */
function withoutIncluded(found: readonly { readonly one: Technique; readonly text: string }[]): string[] {
  const includes = (wide: Technique, narrow: Technique) =>
    wide !== narrow &&
    wide.steps.length > narrow.steps.length &&
    narrow.steps.every((step) => wide.steps.some(({ actions }) => actions.join() === step.actions.join()));
  return found.filter(({ one }) => !found.some((other) => includes(other.one, one))).map(({ text }) => text);
}

/** Where the account is not known, what a policy gives in the accounts that it names. */
function accountsOf(document: PolicyDocument, account: PolicyAccount): PolicyAccount[] {
  if (account.accountId !== "*") {
    return [account];
  }
  const named = statementsOf(document)
    .flatMap(({ Resource }) => asList(Resource))
    .flatMap((resource) => parseArn(resource) ?? [])
    .filter(({ service }) => service === "iam")
    .map(({ partition, accountId }) => ({ partition, accountId }));
  return [account, ...named];
}

/** Warnings of policies that give whoever reads a role's credentials far more than a task needs. */
export function broadRoleFindings(
  name: string,
  role: AwsSecretsRoleSpec,
  account: PolicyAccount,
  policyDocuments: Readonly<Record<string, PolicyDocument>> = {},
): Finding[] {
  if (role.credentialType === "federation_token") {
    return federatedFindings(name, role);
  }
  // The policies of the other types only narrow what the assumed role or the root credential has.
  if (role.credentialType !== "iam_user") {
    return [];
  }
  return broadPolicyFindings(
    { document: role.policyDocument, arns: role.policyArns, boundaryArn: role.permissionsBoundaryArn, policyDocuments },
    {
      document: { path: rolePath(name, "policyDocument"), role: name },
      arn: (index) => ({ path: rolePath(name, "policyArns", index), role: name }),
    },
    account,
  );
}

/** The root credential holds what its federation tokens are to have: a policy for everything makes its key as strong. */
function federatedFindings(name: string, { policyDocument: policy }: AwsSecretsRoleSpec): Finding[] {
  if (policy === undefined || !isFullyKnown(policy)) {
    return [];
  }
  const { document } = readDocument(policy, "identity");
  const usable =
    document === undefined ? [] : statementsOf(document).flatMap((one) => usableByFederationToken(one) ?? []);
  const policies = [policyDocument(usable)];
  const isHeld = (exceptActions: readonly string[]) =>
    ["allowed", "conditional"].includes(
      evaluate({ action: "*", resource: "*", exceptActions, contextIsPartial: true }, { policies }).verdict,
    );
  const exceptions = usable.flatMap(({ NotAction }) => (NotAction === undefined ? [] : [asList(NotAction)]));
  const all = isHeld(deniedToFederationTokens);
  if (!all && !exceptions.some(isHeld)) {
    return [];
  }
  const rest = `IAM${all ? " and STS" : ", STS and what NotAction names"}`;
  return [
    {
      severity: "warning",
      path: rolePath(name, "policyDocument"),
      role: name,
      problem: `whoever reads these credentials, and the root credential itself, can do everything in the account but ${rest}`,
      fix: "Name the actions and resources that the task needs.",
    },
  ];
}

/** What was found in a policy before, by account and boundary: many roles have the same managed policy. */
const found = new WeakMap<PolicyDocument, Map<string, readonly string[]>>();

function pathsOnce(document: PolicyDocument, account: PolicyAccount, boundary?: PolicyDocument): readonly string[] {
  const known = found.get(document) ?? new Map<string, readonly string[]>();
  found.set(document, known);
  const key = JSON.stringify([account.partition, account.accountId, boundary]);
  const paths = known.get(key) ?? escalationPaths(document, account, boundary);
  known.set(key, paths);
  return paths;
}

/** What gives rights: a policy document and managed policies, within a boundary. */
export interface PolicySources {
  readonly document?: PolicyDocument | string;
  readonly arns?: readonly string[];
  /** ARN of the permissions boundary. One whose text is not at hand is taken to limit the rights. Default: none. */
  readonly boundaryArn?: string;
  /** Texts of managed policies by their ARNs. Default: none. */
  readonly policyDocuments?: Readonly<Record<string, PolicyDocument>>;
}

/** Warnings of a policy document and of managed policies that give dangerous rights. */
export function broadPolicyFindings(
  { document, arns, boundaryArn, policyDocuments = {} }: PolicySources,
  at: {
    readonly document: Pick<Finding, "path" | "role">;
    readonly arn: (index: number) => Pick<Finding, "path" | "role">;
  },
  account: PolicyAccount,
): Finding[] {
  const textOf = (arn: string) => policyDocuments[arn] ?? awsManagedPolicy(arn)?.document;
  const boundary = boundaryArn === undefined ? undefined : textOf(boundaryArn);
  if (boundaryArn !== undefined && boundary === undefined) {
    return [];
  }
  const warnings = (where: Pick<Finding, "path" | "role">, policy: PolicyDocument | undefined): Finding[] => {
    const texts = policy === undefined ? [] : pathsOnce(policy, account, boundary);
    return texts.length === 0
      ? []
      : [
          {
            ...where,
            severity: "warning",
            problem: `whoever reads these credentials can ${texts.join("; ")}`,
            fix: "Name the actions and resources that the task needs, or set a permissions boundary.",
          },
        ];
  };
  return [
    ...(document === undefined || !isFullyKnown(document)
      ? []
      : warnings(at.document, readDocument(document, "identity").document)),
    ...(arns === undefined || !isKnown(arns) ? [] : arns).flatMap((arn, index) => warnings(at.arn(index), textOf(arn))),
  ];
}
