import { broadPolicyFindings, broadRoleFindings, type PolicyAccount } from "../iam/analysis/privilegeEscalation.js";
import { formatFinding, type Finding } from "../internal/validation/findings.js";
import type { AwsSecretsRoleSpec } from "../secretsengine/roleSpec.js";
import type { RegisteredResource } from "./kubeVaultMocks.js";

/** A role of the secrets engine among the registered resources, by its resource's name and its own. */
interface VaultRole {
  readonly at: string;
  readonly name: string;
  readonly role: AwsSecretsRoleSpec;
}

/** AWS resources that this package creates, and that take tags. */
const taggedTypes = [
  "aws:dynamodb/table:Table",
  "aws:iam/policy:Policy",
  "aws:iam/role:Role",
  "aws:iam/user:User",
  "aws:kms/key:Key",
];

/**
 * Ways in which whoever reads a role's credentials, or Vault itself, could gain more rights: policies over all of IAM, or over all of an account. Looks at
 * the roles of the secrets engine, and at all IAM policies and attachments. What the analysis cannot follow is not among them: see docs/iam.md.
 *
 * @param resources what was registered: `mocks.resources`
 * @returns a line for each: the resource, the argument, what it allows, and what to do; empty where there is none
 *
 * @example
 * test("no role can escalate", () => {
 *   expect(escalations(mocks.resources)).toEqual([]);
 * });
 */
export function escalations(resources: readonly RegisteredResource[]): string[] {
  const account = accountOf(resources);
  const line = (at: string) => (finding: Finding) => `${at}: ${formatFinding(finding)}`;
  const ofRoles = vaultRoles(resources).flatMap(({ at, name, role }) =>
    broadRoleFindings(name, role, account).map(line(at)),
  );
  const ofPolicies = resources.flatMap(({ type, name, inputs }) => {
    const document = /^aws:iam\/(?:policy:Policy|rolePolicy:RolePolicy|userPolicy:UserPolicy)$/.test(type)
      ? (inputs.policy as string)
      : undefined;
    const arns = /^aws:iam\/(?:role|user|group)PolicyAttachment:/.test(type) ? [inputs.policyArn as string] : undefined;
    const at = { document: { path: "policy" }, arn: () => ({ path: "policyArn" }) };
    const boundaryArn = boundaryOf(resources, inputs.role ?? inputs.user);
    return broadPolicyFindings({ document, arns, boundaryArn }, at, account).map(line(name));
  });
  return [...ofRoles, ...ofPolicies];
}

/**
 * Resources of AWS without some of the tags that an organisation asks for.
 *
 * @param resources what was registered: `mocks.resources`
 * @param tags names of the tags
 * @returns `<resource>: <missing tags>` for each; empty where all have them
 */
export function withoutTags(resources: readonly RegisteredResource[], tags: readonly string[]): string[] {
  return resources
    .filter(({ type }) => taggedTypes.includes(type))
    .flatMap(({ name, inputs }) => {
      const given = Object.keys((inputs.tags as object | undefined) ?? {});
      const missing = tags.filter((tag) => !given.includes(tag));
      return missing.length === 0 ? [] : [`${name}: ${missing.join(", ")}`];
    });
}

/**
 * IAM users and roles without this permissions boundary: those that were registered, and those that Vault creates for its `iam_user` roles.
 *
 * @param resources what was registered: `mocks.resources`
 * @param boundaryArn ARN of the boundary
 * @returns the name of each; for a role of the secrets engine `<resource>: roles.<role>`; empty where all have it
 */
export function withoutBoundary(resources: readonly RegisteredResource[], boundaryArn: string): string[] {
  const registered = resources
    .filter(({ type }) => type === "aws:iam/user:User" || type === "aws:iam/role:Role")
    .filter(({ inputs }) => inputs.permissionsBoundary !== boundaryArn)
    .map(({ name }) => name);
  const created = vaultRoles(resources)
    .filter(({ role }) => role.credentialType === "iam_user" && role.permissionsBoundaryArn !== boundaryArn)
    .map(({ at, name }) => `${at}: roles.${name}`);
  return [...registered, ...created];
}

/** The boundary of the IAM user or role with this name in AWS. */
function boundaryOf(resources: readonly RegisteredResource[], holder: unknown): string | undefined {
  const found = resources.find(
    ({ type, name, inputs }) => /^aws:iam\/(?:user:User|role:Role)$/.test(type) && (inputs.name ?? name) === holder,
  );
  return found?.inputs.permissionsBoundary as string | undefined;
}

function vaultRoles(resources: readonly RegisteredResource[]): VaultRole[] {
  return resources.flatMap(({ type, name: at, inputs }) => {
    if (type.endsWith(":AwsSecretsRole")) {
      return [{ at, name: String(inputs.name), role: inputs as unknown as AwsSecretsRoleSpec }];
    }
    if (type.endsWith(":AwsSecretsRoles")) {
      const roles = inputs.roles as Readonly<Record<string, AwsSecretsRoleSpec>>;
      return Object.entries(roles).map(([name, role]) => ({ at, name, role }));
    }
    return [];
  });
}

/** The account and partition that the registered resources name first. */
function accountOf(resources: readonly RegisteredResource[]): PolicyAccount {
  const [, partition = "aws", accountId = "*"] =
    /arn:([a-z-]+):iam::(\d{12}):/.exec(JSON.stringify(resources.map(({ inputs }) => inputs))) ?? [];
  return { partition, accountId };
}
