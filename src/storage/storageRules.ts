import { parseArn } from "../aws/arns.js";
import { endpointIssues } from "../aws/endpoints.js";
import { tagIssues } from "../aws/tags.js";
import { externalIdIssues, principalIssues } from "../iam/assumableRoleRules.js";
import { irsaSubjectIssues } from "../iam/irsaRules.js";
import { entityNameIssues, policyArnIssues, policyNameIssues } from "../iam/nameRules.js";
import type { IrsaSubject } from "../iam/policies/irsaTrustPolicy.js";
import { partitionIssues, regionRules } from "../aws/regions.js";
import { parameterPrefixIssues } from "../aws/parameterPrefix.js";
import { under, type Issue } from "../internal/validation/issues.js";
import { flagIssues, wholeNumberIssues } from "../internal/validation/valueRules.js";
import { isKnown, unknownValue } from "../internal/validation/known.js";
import {
  defaultUserPath,
  sessionDurationSeconds,
  storageCredentialSpec,
  type AccessKeyCredential,
  type IrsaCredential,
  type SessionCredential,
} from "./storageCredential.js";
import type { DynamoDbStorageArgs } from "./dynamoDbStorageArgs.js";
import {
  defaultCapacityUnits,
  type DynamoDbAutoscalingArgs,
  type DynamoDbTableArgs,
  type VaultTableArgs,
} from "./tableArgs.js";

/** All that is wrong with the arguments of a DynamoDbStorage, given in plain values; parts not known yet are `unknownValue`. */
export function storageIssues(args: DynamoDbStorageArgs): Issue[] {
  return [
    ...sourceIssues(args),
    ...(args.table === undefined ? [] : under("table", tableIssues(args.table))),
    ...(args.vaultTable === undefined ? [] : under("vaultTable", vaultTableIssues(args.vaultTable))),
    ...credentialIssues(args.credential),
    ...policyNameIssues("policyName", args.policyName),
    ...policyNameIssues("unsealer.policyName", args.unsealer?.policyName),
    ...policyArnIssues("permissionsBoundaryArn", args.permissionsBoundaryArn),
    ...tagIssues("tags", args.tags),
    ...(args.unsealer === undefined ? [] : unsealerIssues(args.unsealer, args.credential)),
    ...wholeNumberIssues("maxParallel", args.maxParallel),
    ...flagIssues("haEnabled", args.haEnabled),
    ...endpointIssues("endpoint", args.endpoint),
  ];
}

/** The ways to a table, of which one is taken. */
const sources = ["table", "existingTableName", "vaultTable"] as const;

function sourceIssues(args: DynamoDbStorageArgs): Issue[] {
  const { existingTableName, existingTableKmsKeyArn } = args;
  const issues: Issue[] = [];
  const [first, ...others] = sources.filter((source) => args[source] !== undefined);
  for (const path of others) {
    issues.push({
      path,
      rule:
        path === "vaultTable"
          ? `cannot be given together with ${first ?? ""}: Vault creates the table itself`
          : "cannot be given together with table: the one takes a table that exists, the other makes one",
      fix: "Leave one of them out.",
    });
  }
  if (existingTableName !== undefined && isKnown(existingTableName)) {
    issues.push(...tableNameIssues("existingTableName", existingTableName));
  }
  if (existingTableKmsKeyArn !== undefined) {
    if (existingTableName === undefined) {
      issues.push({
        path: "existingTableKmsKeyArn",
        rule: "needs existingTableName",
        fix: "For a table made here give table.encryption.",
      });
    }
    issues.push(...kmsKeyIssues("existingTableKmsKeyArn", existingTableKmsKeyArn));
  }
  return issues;
}

function tableIssues(table: DynamoDbTableArgs): Issue[] {
  const { name, billingMode, encryption, autoscaling } = table;
  const issues: Issue[] = [];
  if (name !== undefined) {
    issues.push(...tableNameIssues("name", name));
  }
  if (billingMode !== undefined && !["PAY_PER_REQUEST", "PROVISIONED"].includes(billingMode)) {
    issues.push({ path: "billingMode", rule: "must be PAY_PER_REQUEST or PROVISIONED", actual: billingMode });
  }
  for (const path of ["pointInTimeRecovery", "deletionProtection", "protect"] as const) {
    issues.push(...flagIssues(path, table[path]));
  }
  const provisioned = billingMode === "PROVISIONED";
  for (const path of ["readCapacityUnits", "writeCapacityUnits"] as const) {
    const units = table[path];
    if (units !== undefined && !provisioned) {
      issues.push(needsProvisioned(path, units));
    } else {
      issues.push(...wholeNumberIssues(path, units));
    }
  }
  if (autoscaling !== undefined) {
    issues.push(
      ...(provisioned
        ? under("autoscaling", autoscalingIssues(table, autoscaling))
        : [needsProvisioned("autoscaling")]),
    );
  }
  if (typeof encryption === "object") {
    issues.push(...kmsKeyIssues("encryption.kmsKeyArn", encryption.kmsKeyArn));
  } else if (encryption !== undefined && !["awsOwned", "awsManaged"].includes(encryption)) {
    issues.push({ path: "encryption", rule: "must be awsOwned, awsManaged or { kmsKeyArn }", actual: encryption });
  }
  return issues;
}

function vaultTableIssues({ name, readCapacity, writeCapacity }: VaultTableArgs): Issue[] {
  return [
    ...(name === undefined ? [] : tableNameIssues("name", name)),
    ...wholeNumberIssues("readCapacity", readCapacity),
    ...wholeNumberIssues("writeCapacity", writeCapacity),
  ];
}

function needsProvisioned(path: string, actual?: unknown): Issue {
  return {
    path,
    rule: 'needs billingMode "PROVISIONED": a table paid per request has no capacity to set',
    actual,
    fix: "Leave it out, or set billingMode.",
  };
}

function autoscalingIssues(table: DynamoDbTableArgs, autoscaling: DynamoDbAutoscalingArgs): Issue[] {
  const bounds = [
    { path: "maxReadCapacityUnits", max: autoscaling.maxReadCapacityUnits, min: table.readCapacityUnits },
    { path: "maxWriteCapacityUnits", max: autoscaling.maxWriteCapacityUnits, min: table.writeCapacityUnits },
  ];
  const issues = bounds.flatMap(({ path, max, min = defaultCapacityUnits }): Issue[] =>
    !isKnown(max) || (Number.isInteger(max) && (!isKnown(min) || Number(max) >= Number(min)))
      ? []
      : [
          {
            path,
            rule: `must be a whole number of at least the table's own capacity, ${String(min as number)}`,
            actual: max,
          },
        ],
  );
  const target = autoscaling.targetUtilizationPercent;
  return target === undefined || !isKnown(target) || (Number(target) >= 20 && Number(target) <= 90)
    ? issues
    : [...issues, { path: "targetUtilizationPercent", rule: "must be from 20 to 90", actual: target }];
}

function credentialIssues(credential: DynamoDbStorageArgs["credential"]): Issue[] {
  const spec = storageCredentialSpec(credential);
  switch (spec.kind) {
    case "accessKey":
      return under("credential", accessKeyIssues(spec));
    case "irsa":
      return under("credential", irsaIssues(spec));
    case "session":
      return under("credential", sessionIssues(spec));
    case "none":
      return [];
    default:
      return [unknownCredential((spec as { readonly kind: unknown }).kind)];
  }
}

function unknownCredential(kind: unknown): Issue {
  const path = "credential";
  return typeof kind === "string" && /^(eks)?-?pod-?identity$/i.test(kind)
    ? {
        path,
        rule: "cannot be EKS Pod Identity: Vault's DynamoDB storage does not find its credentials (hashicorp/vault#31860)",
        actual: kind,
        fix: 'Use IAM roles for service accounts instead: { kind: "irsa", ... }.',
      }
    : { path, rule: "must be accessKey, irsa, session or none", actual: kind };
}

function accessKeyIssues({ userName, userPath, generation, permissionsBoundaryArn }: AccessKeyCredential): Issue[] {
  const issues: Issue[] = [
    ...wholeNumberIssues("generation", generation),
    ...entityNameIssues("userName", userName),
    ...policyArnIssues("permissionsBoundaryArn", permissionsBoundaryArn),
  ];
  const path = userPath ?? defaultUserPath;
  if (isKnown(path) && !(typeof path === "string" && /^\/([\x21-\x7e]+\/)*$/.test(path))) {
    issues.push({ path: "userPath", rule: "must start and end with a slash", actual: path });
  } else if (isKnown(path) && typeof path === "string") {
    const nameStart = typeof userName === "string" && isKnown(userName) ? userName : "";
    // IAM matches its wildcard over slashes too, so what counts is how the part after "user/" starts.
    if (`${path.slice(1)}${nameStart}`.startsWith("vault-")) {
      issues.push({
        path: userName === undefined ? "userPath" : "userName",
        rule: "must not put the user into user/vault-*, which Vault's root credential may delete and make keys for",
        actual: `user${path}${nameStart}`,
        fix: "Choose another name, or leave userPath out.",
      });
    }
  }
  return issues;
}

function irsaIssues(credential: IrsaCredential): Issue[] {
  const made = ["oidcProviderArn", "namespace", "serviceAccountName"] as const;
  if (credential.existingRoleName !== undefined) {
    return [...made, "permissionsBoundaryArn" as const, "roleName" as const]
      .filter((path) => credential[path] !== undefined)
      .map((path) => ({
        path,
        rule: "cannot be given together with existingRoleName",
        fix: "Leave one of them out.",
      }));
  }
  const missing = made
    .filter((path) => credential[path] === undefined)
    .map((path): Issue => ({ path, rule: "is required unless existingRoleName is given" }));
  // What is not given is reported as missing.
  const { oidcProviderArn = unknownValue, namespace = unknownValue, serviceAccountName = unknownValue } = credential;
  return [
    ...missing,
    ...irsaSubjectIssues({ oidcProviderArn, namespace, serviceAccountName } as IrsaSubject),
    ...entityNameIssues("roleName", credential.roleName),
    ...policyArnIssues("permissionsBoundaryArn", credential.permissionsBoundaryArn),
  ];
}

/** Who runs `pulumi up`: one identity, or all of an account that its own policies allow it to. */
function trustedIssues(arn: unknown): Issue[] {
  return typeof arn === "string" && /^arn:aws[\w-]*:iam::\d{12}:root$/.test(arn)
    ? []
    : principalIssues("trustedPrincipalArn", arn);
}

function sessionIssues(credential: SessionCredential): Issue[] {
  const issues: Issue[] = [];
  const longest = credential.assumeRole === undefined ? 129_600 : 43_200;
  const duration = sessionDurationSeconds(credential);
  const { renewBeforeSeconds, user, assumeRole } = credential;
  if (assumeRole !== undefined) {
    issues.push(
      ...under("assumeRole", [
        ...trustedIssues(assumeRole.trustedPrincipalArn),
        ...externalIdIssues("externalId", assumeRole.externalId),
        ...entityNameIssues("roleName", assumeRole.roleName),
        ...policyArnIssues("permissionsBoundaryArn", assumeRole.permissionsBoundaryArn),
      ]),
    );
  }
  if (!isPositive(duration) || duration < 900 || duration > longest) {
    issues.push({ path: "durationSeconds", rule: `must be from 900 to ${longest}`, actual: duration });
  }
  if (renewBeforeSeconds !== undefined && !(isPositive(renewBeforeSeconds) && renewBeforeSeconds < duration)) {
    issues.push({
      path: "renewBeforeSeconds",
      rule: `must be at least 1 and less than durationSeconds, ${duration}`,
      actual: renewBeforeSeconds,
    });
  }
  if (user !== undefined && credential.assumeRole !== undefined) {
    issues.push({ path: "user", rule: "cannot be given together with assumeRole", fix: "Leave one of them out." });
  }
  return user === undefined ? issues : [...issues, ...under("user", accessKeyIssues({ kind: "accessKey", ...user }))];
}

function unsealerIssues(
  { kmsKeyArn, ssmKeyPrefix }: NonNullable<DynamoDbStorageArgs["unsealer"]>,
  credential: DynamoDbStorageArgs["credential"],
): Issue[] {
  return [
    ...(storageCredentialSpec(credential).kind === "session" ? [sessionUnsealer] : []),
    ...under("unsealer", unsealerKeyIssues({ kmsKeyArn, ssmKeyPrefix })),
  ];
}

/** The rules for the KMS key and the SSM parameters of unseal keys; what is not given is not judged. */
export function unsealerKeyIssues({ kmsKeyArn, ssmKeyPrefix }: UnsealerKey): Issue[] {
  return [
    ...(kmsKeyArn === undefined ? [] : kmsKeyIssues("kmsKeyArn", kmsKeyArn)),
    ...parameterPrefixIssues("ssmKeyPrefix", ssmKeyPrefix),
  ];
}

interface UnsealerKey {
  readonly kmsKeyArn?: unknown;
  readonly ssmKeyPrefix?: unknown;
}

const sessionUnsealer: Issue = {
  path: "unsealer",
  rule: "cannot be given with session credentials: KubeVault hands the unsealer no session token",
  fix: "Take the credential irsa or accessKey, or keep the unseal keys in a Kubernetes Secret.",
};

function tableNameIssues(path: string, name: unknown): Issue[] {
  return !isKnown(name) || (typeof name === "string" && /^[\w.-]{3,255}$/.test(name))
    ? []
    : [{ path, rule: "must be 3 to 255 letters, digits, underscores, hyphens and dots", actual: name }];
}

function kmsKeyIssues(path: string, arn: unknown): Issue[] {
  const key = typeof arn === "string" ? parseArn(arn) : undefined;
  return !isKnown(arn) ||
    (key?.service === "kms" && /^\d{12}$/.test(key.accountId) && /^key\/[\w-]+$/.test(key.resource))
    ? key === undefined
      ? []
      : [...regionRules(path, key.region), ...partitionIssues(path, arn, key.partition, key.region)]
    : [{ path, rule: "must be the ARN of a KMS key, not of an alias", actual: arn }];
}

function isPositive(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
