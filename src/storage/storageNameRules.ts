import { autoNameIssues } from "../iam/nameRules.js";
import type { Issue } from "../internal/validation/issues.js";
import type { DynamoDbStorageArgs } from "./dynamoDbStorageArgs.js";
import { storageCredentialSpec, type StorageCredentialSpec } from "./storageCredential.js";

/** What is wrong with the names in AWS that Pulumi makes of a DynamoDbStorage's name, where none is given. */
export function storageNameIssues(name: string, args: DynamoDbStorageArgs): Issue[] {
  const { transform = {} } = args;
  const spec = storageCredentialSpec(args.credential);
  const ownTable = args.existingTableName === undefined && args.vaultTable === undefined;
  return [
    ...(ownTable && args.table?.name === undefined && transform.table === undefined
      ? autoNameIssues(`${name}-table`, "table", "Give table.name.")
      : []),
    ...(args.policyName === undefined && transform.policy === undefined
      ? autoNameIssues(`${name}-policy`, "policy", "Give policyName.")
      : []),
    ...(args.unsealer !== undefined && args.unsealer.policyName === undefined && transform.unsealerPolicy === undefined
      ? autoNameIssues(`${name}-unsealer-policy`, "policy", "Give unsealer.policyName.")
      : []),
    ...identityNameIssues(name, spec, transform),
  ];
}

function identityNameIssues(
  name: string,
  spec: StorageCredentialSpec,
  transform: NonNullable<DynamoDbStorageArgs["transform"]>,
): Issue[] {
  const user = (given: unknown, path: string) =>
    given === undefined && transform.user === undefined
      ? autoNameIssues(`${name}-user`, "user", `Give ${path}.userName.`)
      : [];
  const role = (given: unknown, path: string) =>
    given === undefined && transform.role === undefined
      ? autoNameIssues(`${name}-role`, "role", `Give ${path}.roleName.`)
      : [];
  switch (spec.kind) {
    case "accessKey":
      return user(spec.userName, "credential");
    case "irsa":
      return spec.existingRoleName === undefined ? role(spec.roleName, "credential") : [];
    case "session":
      return spec.assumeRole === undefined
        ? user(spec.user?.userName, "credential.user")
        : role(spec.assumeRole.roleName, "credential.assumeRole");
    default:
      return [];
  }
}
