import { parseArn } from "../aws/arns.js";
import { tagIssues } from "../aws/tags.js";
import { parameterPrefixIssues } from "../aws/parameterPrefix.js";
import { under, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import {
  defaultUserPath,
  sessionDurationSeconds,
  storageCredentialSpec,
  type AccessKeyCredential,
  type IrsaCredential,
  type SessionCredential,
} from "./storageCredential.js";
import type { DynamoDbStorageArgs } from "./dynamoDbStorageArgs.js";
import { defaultCapacityUnits, type DynamoDbAutoscalingArgs, type DynamoDbTableArgs } from "./tableArgs.js";

/** All that is wrong with the arguments of a DynamoDbStorage, given in plain values; parts not known yet are `unknownValue`. */
export function storageIssues(args: DynamoDbStorageArgs): Issue[] {
  return [
    ...sourceIssues(args),
    ...(args.table === undefined ? [] : under("table", tableIssues(args.table))),
    ...credentialIssues(args.credential),
    ...tagIssues("tags", args.tags),
    ...(args.unsealer === undefined ? [] : unsealerIssues(args.unsealer, args.credential)),
    ...(args.maxParallel !== undefined && isKnown(args.maxParallel) && !isPositive(args.maxParallel)
      ? [{ path: "maxParallel", rule: "must be a whole number of at least 1", actual: args.maxParallel }]
      : []),
  ];
}

function sourceIssues({ existingTableName, table, existingTableKmsKeyArn }: DynamoDbStorageArgs): Issue[] {
  const issues: Issue[] = [];
  if (existingTableName !== undefined && table !== undefined) {
    issues.push({
      path: "existingTableName",
      rule: "cannot be given together with table: the one takes a table that exists, the other makes one",
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
  const provisioned = billingMode === "PROVISIONED";
  for (const path of ["readCapacityUnits", "writeCapacityUnits"] as const) {
    const units = table[path];
    if (units !== undefined && !provisioned) {
      issues.push(needsProvisioned(path, units));
    } else if (units !== undefined && !isPositive(units)) {
      issues.push({ path, rule: "must be a whole number of at least 1", actual: units });
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
    Number.isInteger(max) && max >= min
      ? []
      : [{ path, rule: `must be a whole number of at least the table's own capacity, ${min}`, actual: max }],
  );
  const target = autoscaling.targetUtilizationPercent;
  return target === undefined || (target >= 20 && target <= 90)
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

function accessKeyIssues({ userName, userPath, generation }: AccessKeyCredential): Issue[] {
  const issues: Issue[] = [];
  if (generation !== undefined && !isPositive(generation)) {
    issues.push({ path: "generation", rule: "must be a whole number of at least 1", actual: generation });
  }
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
    return [...made, "permissionsBoundaryArn" as const]
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
  const arn = credential.oidcProviderArn;
  const provider = typeof arn === "string" && isKnown(arn) ? parseArn(arn) : undefined;
  const wrong =
    typeof arn === "string" && isKnown(arn) && provider?.resource.startsWith("oidc-provider/") !== true
      ? [{ path: "oidcProviderArn", rule: "must be the ARN of an IAM OIDC provider", actual: arn }]
      : [];
  return [...missing, ...wrong];
}

function sessionIssues(credential: SessionCredential): Issue[] {
  const issues: Issue[] = [];
  const longest = credential.assumeRole === undefined ? 129_600 : 43_200;
  const duration = sessionDurationSeconds(credential);
  const { renewBeforeSeconds, user } = credential;
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
  return !isKnown(arn) || (typeof arn === "string" && parseArn(arn)?.resource.startsWith("key/") === true)
    ? []
    : [{ path, rule: "must be the ARN of a KMS key, not of an alias", actual: arn }];
}

function isPositive(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
