import type { Finding } from "../internal/validation/findings.js";
import { pathOf, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { longerThan } from "../secretsengine/chainedSessions.js";
import type { AwsSecretsRoleSpec } from "../secretsengine/roleSpec.js";

type Roles = Readonly<Record<string, Partial<AwsSecretsRoleSpec> & { readonly assumableRoles?: readonly string[] }>>;

/** The arguments of an AssumableRole that the secrets engine's roles must agree with. */
export interface AssumedRole {
  readonly externalId?: string;
  readonly sessionTags?: boolean;
  readonly maxSessionDuration?: number;
}

/** How long a role's sessions may be where its `maxSessionDuration` is not given, in seconds. */
const defaultMaxSessionDuration = 3600;

/**
 * Roles of the secrets engine against the IAM roles that they assume: the external ID and the session tags must be on both sides, and sessions no
 * longer than the IAM role allows.
 *
 * @param assumed the IAM roles by the names that `assumableRoles` of a role refers to
 */
export function assumedRoleIssues(roles: Roles, assumed: Readonly<Record<string, AssumedRole>>): Issue[] {
  return assumedRoles(roles).flatMap(([name, role]) =>
    targetsOf(role, assumed).flatMap(([key, target]) =>
      pairIssues(pathOf("roles", name), role, pathOf("assumableRoles", key), target),
    ),
  );
}

/** The longest lifetimes that readers may ask for and the IAM role does not allow, as warnings. */
export function assumedRoleWarnings(roles: Roles, assumed: Readonly<Record<string, AssumedRole>>): Finding[] {
  return assumedRoles(roles).flatMap(([name, role]) =>
    targetsOf(role, assumed).flatMap(([key, { maxSessionDuration = defaultMaxSessionDuration }]): Finding[] =>
      isKnown(maxSessionDuration) && longerThan(role.maxStsTtl, maxSessionDuration)
        ? [
            {
              severity: "warning",
              path: `${pathOf("roles", name)}.maxStsTtl`,
              role: name,
              problem: `is ${JSON.stringify(role.maxStsTtl)}, but ${pathOf("assumableRoles", key)} allows sessions of ${maxSessionDuration} seconds`,
              fix: `Raise ${pathOf("assumableRoles", key)}.maxSessionDuration, or lower it.`,
            },
          ]
        : [],
    ),
  );
}

function pairIssues(path: string, role: Roles[string], targetPath: string, target: AssumedRole): Issue[] {
  const issues: Issue[] = [];
  const { externalId, sessionTags, defaultStsTtl } = role;
  if (
    target.externalId !== undefined &&
    isKnown(target.externalId) &&
    isKnown(externalId) &&
    externalId !== target.externalId
  ) {
    issues.push({
      path: `${path}.externalId`,
      rule: `must be the one that ${targetPath} asks for, ${JSON.stringify(target.externalId)}`,
      ...(externalId === undefined ? { fix: "Vault sends none: every read would be denied." } : { actual: externalId }),
    });
  }
  if (
    sessionTags !== undefined &&
    isKnown(sessionTags) &&
    Object.keys(sessionTags).length > 0 &&
    target.sessionTags !== true
  ) {
    issues.push({
      path: `${path}.sessionTags`,
      rule: `needs ${targetPath}.sessionTags: its trust policy must allow sts:TagSession`,
      fix: `Set ${targetPath}.sessionTags: true.`,
    });
  }
  const { maxSessionDuration = defaultMaxSessionDuration } = target;
  if (isKnown(maxSessionDuration) && longerThan(defaultStsTtl, maxSessionDuration)) {
    issues.push({
      path: `${path}.defaultStsTtl`,
      rule: `must be at most ${maxSessionDuration} seconds, the maxSessionDuration of ${targetPath}`,
      actual: defaultStsTtl,
      fix: `Raise ${targetPath}.maxSessionDuration, or lower it.`,
    });
  }
  return issues;
}

function assumedRoles(roles: Roles): [string, Roles[string]][] {
  return Object.entries(roles).filter(([, role]) => role.credentialType === "assumed_role");
}

function targetsOf({ assumableRoles }: Roles[string], assumed: Readonly<Record<string, AssumedRole>>) {
  return (Array.isArray(assumableRoles) ? (assumableRoles as readonly string[]) : []).flatMap(
    (key): [string, AssumedRole][] => {
      const target = Object.hasOwn(assumed, key) ? assumed[key] : undefined;
      return target === undefined || !isKnown(target) ? [] : [[key, target]];
    },
  );
}
