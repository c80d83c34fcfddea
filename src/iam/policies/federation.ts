import type { AwsSecretsRoleSpec } from "../../secretsengine/roleSpec.js";
import type { PolicyDocument, PolicyStatement } from "../../aws/policyDocument.js";
import { asList, sortedOnce, statementsOf } from "./statements.js";

/**
 * What a federation token can never do, whatever its policy says: AWS rejects IAM and STS calls (but for sts:GetCallerIdentity, which
 * needs no permission).
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
 */
export const deniedToFederationTokens: readonly string[] = ["iam:*", "sts:*"];

/** An inline policy of a role, which may be JSON text, as a document. */
export function parsedPolicy(policy: PolicyDocument | string): PolicyDocument {
  return typeof policy === "string" ? (JSON.parse(policy) as PolicyDocument) : policy;
}

/** Whether no federation token can call any of the actions that a pattern stands for: `iam:Get*`. */
export function isDeniedToFederationTokens(action: string): boolean {
  return deniedToFederationTokens.some((denied) => action.toLowerCase().startsWith(denied.slice(0, -1)));
}

/** Whether a pattern stands for every action of every service: `*`, `*:*`. */
function isEveryAction(action: string): boolean {
  return /^\*+(:\*+)?$/.test(action);
}

/**
 * The part of one statement that a federation token can use: its `Allow` without IAM and STS.
 *
 * @returns undefined where nothing is left, as for a `Deny`, which only narrows
 */
export function usableByFederationToken(statement: PolicyStatement): PolicyStatement | undefined {
  if (statement.Effect !== "Allow") {
    return undefined;
  }
  const { Action, NotAction, Sid: _sid, ...rest } = statement;
  if (NotAction !== undefined) {
    return { ...rest, NotAction: sortedOnce([...asList(NotAction), ...deniedToFederationTokens]) };
  }
  const actions = asList(Action).filter((action) => !isDeniedToFederationTokens(action));
  if (actions.some(isEveryAction)) {
    return { ...rest, NotAction: deniedToFederationTokens };
  }
  return actions.length === 0 ? undefined : { ...rest, Action: sortedOnce(actions) };
}

/** What the root user must hold itself, so that the federation tokens of these roles get it: a token never has more than its issuer. */
export function federationRoleStatements(roles: Readonly<Record<string, AwsSecretsRoleSpec>>): PolicyStatement[] {
  const found = new Map<string, PolicyStatement>();
  for (const [, role] of sortedEntries(roles)) {
    if (role.credentialType !== "federation_token" || role.policyDocument === undefined) {
      continue;
    }
    for (const statement of statementsOf(parsedPolicy(role.policyDocument))) {
      const usable = usableByFederationToken(statement);
      if (usable !== undefined) {
        found.set(JSON.stringify(usable), usable);
      }
    }
  }
  return [...found.values()].map((statement, index) => ({ Sid: `Delegated${index + 1}`, ...statement }));
}

/** The managed policies that the root user must hold itself for its federation tokens. */
export function federationPolicyArns(roles: Readonly<Record<string, AwsSecretsRoleSpec>>): string[] {
  return sortedOnce(
    Object.values(roles).flatMap((role) => (role.credentialType === "federation_token" ? (role.policyArns ?? []) : [])),
  );
}

/** The entries of a record in the order of their keys, whatever order they were written in. */
export function sortedEntries<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1));
}
