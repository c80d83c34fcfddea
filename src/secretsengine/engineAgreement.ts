import { durationSeconds } from "../internal/duration.js";
import { pathOf, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { mapRecord } from "../internal/records.js";
import type { Values } from "../vaultresource/fields.js";
import { isGiven } from "../vaultresource/rules.js";
import { chainedSessionIssues } from "./chainedSessions.js";
import { withoutLegacyForm } from "./legacyRole.js";
import { TemplateSyntaxError } from "./usernameTemplate/goTemplate.js";
import { nameProblems, namesOf, type NameType } from "./usernameTemplate/usernameTemplate.js";

/** The arguments of an AwsSecretsEngine that must agree with each other, in plain values. */
interface EngineParts {
  readonly mount: Values;
  readonly rootConfig: Values;
  readonly leaseConfig: Values;
  readonly roles: Readonly<Record<string, Values>>;
}

/** Arguments of an AwsSecretsEngine that are each right, and cannot work together. */
export function engineAgreementIssues(args: Values): Issue[] {
  const parts: EngineParts = {
    mount: recordOf(args.mount),
    rootConfig: recordOf(args.rootConfig),
    leaseConfig: recordOf(args.leaseConfig),
    roles: mapRecord(recordOf(args.roles), (_, role) => withoutLegacyForm(recordOf(role))),
  };
  return [...federatedIdentityIssues(parts), ...mountLimitIssues(parts), ...templateIssues(parts)];
}

/** What is no object is reported by the rules of its own. */
function recordOf(value: unknown): Values {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Values) : {};
}

/** With workload identity federation Vault is itself the session of a role. */
function federatedIdentityIssues({ rootConfig, roles }: EngineParts): Issue[] {
  const { identityTokenAudience: audience } = rootConfig;
  if (!isGiven(audience) || audience === "") {
    return [];
  }
  const tokens = Object.entries(roles)
    .filter(([, { credentialType }]) => credentialType === "federation_token" || credentialType === "session_token")
    .map(([name, { credentialType }]) => ({
      path: `${pathOf("roles", name)}.credentialType`,
      rule: "cannot be had with rootConfig.identityTokenAudience: AWS gives these tokens to the keys of an IAM user alone",
      actual: credentialType,
      fix: "Use assumed_role, or give rootConfig.accessKey and secretKey.",
    }));
  const who = "with rootConfig.identityTokenAudience Vault is the session of a role";
  return [...tokens, ...chainedSessionIssues(roles, who)];
}

/** Lifetimes that nothing can have: the mount's limit comes before. */
function mountLimitIssues({ mount, leaseConfig, roles }: EngineParts): Issue[] {
  const most = isGiven(mount.maxLeaseTtl) ? (durationSeconds(mount.maxLeaseTtl) ?? 0) : 0;
  if (most === 0) {
    return [];
  }
  const longer = (path: string, value: unknown): Issue[] =>
    isGiven(value) && (durationSeconds(value) ?? 0) > most
      ? [
          {
            path,
            rule: `must not be longer than mount.maxLeaseTtl (${most} seconds), which Vault cuts it to`,
            actual: value,
          },
        ]
      : [];
  return [
    ...longer("leaseConfig.lease", leaseConfig.lease),
    ...Object.entries(roles).flatMap(([name, { defaultStsTtl, maxStsTtl }]) =>
      isKnown(maxStsTtl) && (maxStsTtl === undefined || durationSeconds(maxStsTtl) === 0)
        ? longer(`${pathOf("roles", name)}.defaultStsTtl`, defaultStsTtl)
        : [],
    ),
  ];
}

/** A template that makes names for the one kind of credentials, and none for the other that roles issue. */
function templateIssues({ rootConfig: { usernameTemplate: template }, roles }: EngineParts): Issue[] {
  if (typeof template !== "string" || template === "" || !isKnown(template)) {
    return [];
  }
  const types = Object.values(roles).map(({ credentialType }) => credentialType);
  const problems = (type: NameType) => namesOf(template, type).flatMap((name) => nameProblems(name, type));
  try {
    const [users, tokens] = [problems("IAM"), problems("STS")];
    const broken = [
      ...(types.includes("iam_user") ? users : []),
      ...(types.includes("federation_token") ? tokens : []),
    ];
    // What is wrong with both kinds is reported whatever the roles are.
    return users.length > 0 && tokens.length > 0
      ? []
      : [...new Set(broken)].map((rule) => ({ path: "rootConfig.usernameTemplate", rule, actual: template }));
  } catch (error) {
    if (error instanceof TemplateSyntaxError) {
      return [];
    }
    throw error;
  }
}
