import { createHash } from "node:crypto";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity.js";
import { getPartitionOutput } from "@pulumi/aws/getPartition.js";
import * as iam from "@pulumi/aws/iam/index.js";
import * as pulumi from "@pulumi/pulumi";
import { shapedIssues } from "../internal/validation/argumentShape.js";
import { formatIssues, type Issue } from "../internal/validation/issues.js";
import { isKnown, unknownValue } from "../internal/validation/known.js";
import { assertPlainParts, validateInputs, whenKnownAtPreview } from "../internal/validation/validateInputs.js";
import { rootCredentialShape } from "./argumentShapes.js";
import { maskUnknowns } from "../internal/validation/maskUnknowns.js";
import { maxManagedPolicies } from "./policyCount.js";
import { existingRoleOf, foreignRole } from "./existingRole.js";
import { mapRecord } from "../internal/records.js";
import { withoutLegacyForm } from "../secretsengine/legacyRole.js";
import type { Values } from "../vaultresource/fields.js";
import { findingReporter } from "../internal/validation/reportFindings.js";
import { resolveAfterValidation, resolveAfterCreation } from "../internal/readiness.js";
import type { RootCredentialArgs } from "./rootCredentialArgs.js";
import { rootCredentialIssues, rootCredentialNameIssues } from "./rootCredentialRules.js";
import { chainedSessionWarnings } from "./analysis/checkChainedSessions.js";
import { rootCredentialFindings } from "./rootCredentialFindings.js";
import type { Finding } from "../internal/validation/findings.js";
import { seedKeyGuard } from "./seedKeyGuard.js";
import {
  principalArnOf,
  rootDocument,
  rootTrustPolicy,
  type Account,
  type PlainRootCredential,
  type TransformedParts,
} from "./rootDocument.js";
import { accessKeyWarning, assertNamed, inlinePolicyTexts, transformedEntity } from "./entityTransforms.js";
import { createRootPolicies, furtherPolicyCount } from "./rootPolicyResources.js";
import { transformed } from "../internal/transform.js";
import { assumableRoleTrustPolicy } from "./policies/trustPolicy.js";

/**
 * How many managed policies AWS lets attach to a user or role, and to how many it raises an account's quota.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const attachmentQuota = 10;
const mostAttachments = 20;

/**
 * The identity that Vault's AWS secrets engine works with: an IAM user with an access key, or an IAM role, and exactly the rights that
 * the declared roles of the engine need.
 *
 * Children: `${name}-user` and `${name}-key-<generation>`, or `${name}-role` (neither for `existingRoleArn`); `${name}-policy` (`-2`, `-3` … where it is too long for one)
 * and `${name}-attachment` for each; `${name}-delegated-<n>` for each managed policy of `federation_token` roles, which the user must
 * hold itself; `${name}-additional-<n>` for each of `additionalPolicyArns`.
 *
 * @example
 * const root = new RootCredential("vault", {
 *   roles: { deploy: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] } },
 * });
 * @example
 * // A role that another team owns: it attaches the policy
 * const root = new RootCredential("vault", {
 *   identity: "role",
 *   existingRoleArn: "arn:aws:iam::123456789012:role/vault-pods",
 *   attachPolicies: false,
 * });
 * export const rights = root.policy;
 *
 * @see https://developer.hashicorp.com/vault/docs/secrets/aws
 */
export class RootCredential extends pulumi.ComponentResource {
  /** The IAM user; undefined for `identity: "role"`. */
  public readonly user: iam.User | undefined;
  /** The IAM role; undefined for `identity: "user"` and for `existingRoleArn`. */
  public readonly role: iam.Role | undefined;
  /** Name of the IAM role, created or existing; undefined for `identity: "user"`. */
  public readonly roleName: pulumi.Output<string> | undefined;
  /** Name of the IAM user; undefined for `identity: "role"`. */
  public readonly userName: pulumi.Output<string> | undefined;
  /** ARN of the IAM user, known before its policies are in place; undefined for `identity: "role"`. */
  public readonly userArn: pulumi.Output<string> | undefined;
  /** ARN of the IAM user or role, for trust policies. It is known before the policies are in place, since these may name what trusts it. */
  public readonly principalArn: pulumi.Output<string>;
  /** ID of the access key, known once all policies are in place; undefined for `identity: "role"` and for `seedKey: false`. */
  public readonly accessKeyId: pulumi.Output<string> | undefined;
  /** The access key's secret (secret), known once all policies are in place; undefined as `accessKeyId` is. */
  public readonly secretAccessKey: pulumi.Output<string> | undefined;
  /** ARN of the IAM user or role, known once all policies are in place: what waits for it can use the rights. */
  public readonly readyArn: pulumi.Output<string>;
  /** The permissions as JSON text, before they are split into managed policies. */
  public readonly policy: pulumi.Output<string>;

  /**
   * @throws pulumi.ResourceError with all problems of the arguments, before anything is created
   */
  constructor(name: string, args: RootCredentialArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("kubevault-aws:index:RootCredential", name, {}, opts);
    const subject = `RootCredential "${name}"`;
    const parent = { parent: this };
    const isRole = args.identity === "role";
    const existingRole = existingRoleOf(args);
    const entityName = existingRole?.name ?? (isRole ? args.roleName : args.userName) ?? defaultEntityName(name);
    const { transform, ...rest } = args;
    assertPlainParts<object>(this, subject, args, (known) =>
      shapedIssues(rootCredentialShape, known, () => [
        ...rootCredentialIssues(maskUnknowns({ ...rest, entityName }) as PlainRootCredential),
        ...rootCredentialNameIssues(name, args),
      ]),
    );
    const roles = mapRecord(args.roles ?? {}, (_, role) => withoutLegacyForm(role as Values));
    // Structurally the plain arguments, with outputs in their leaves.
    const before = { ...rest, roles, entityName } as unknown as PlainRootCredential;
    const common = {
      name: entityName,
      path: args.path,
      permissionsBoundary: args.permissionsBoundaryArn,
      tags: args.tags,
    };
    const { serviceAccount, trustPolicy } = before;
    const role =
      isRole && existingRole === undefined
        ? transformedEntity<iam.RoleArgs>(transform?.role, {
            ...common,
            assumeRolePolicy: validateInputs(
              this,
              subject,
              { identity: "role", serviceAccount, trustPolicy, entityName: unknownValue } as PlainRootCredential,
              rootCredentialIssues,
            ).apply((plain) => JSON.stringify(rootTrustPolicy(plain))),
            description: "Vault's AWS secrets engine",
          })
        : undefined;
    const user = isRole
      ? undefined
      : transformedEntity<iam.UserArgs>(transform?.user, {
          ...common,
          forceDestroy: args.forceDestroy ?? args.rotateRoot ?? false,
        });
    // Of a role that exists only the name is known.
    const entity: Pick<iam.UserArgs, "name" | "path" | "permissionsBoundary"> = (role ?? user)?.args ?? {
      name: entityName,
    };
    assertNamed(this, subject, isRole ? "role" : "user", entity);
    const given = {
      ...before,
      entityName: entity.name,
      path: entity.path,
      permissionsBoundaryArn: entity.permissionsBoundary,
      transformed: {
        assumeRolePolicy: role?.isChanged("assumeRolePolicy") === true ? role.args.assumeRolePolicy : undefined,
        managedPolicyArns: role?.args.managedPolicyArns,
        inlinePolicies: inlinePolicyTexts(role?.args.inlinePolicies),
      },
    } as unknown as PlainRootCredential;
    const { identity, existingRoleArn, path, userNamePrefix, formerUserPaths } = given;
    const plainParts = maskUnknowns(given) as PlainRootCredential;

    const policyCount = maxManagedPolicies(plainParts);
    const attached = policyCount + furtherPolicyCount(args);
    const attaches = args.attachPolicies !== false;
    if (attaches && attached > mostAttachments) {
      throw new pulumi.ResourceError(formatIssues(subject, [tooManyPolicies(attached)]), this, true);
    }
    const settled = validateInputs(this, subject, given, rootCredentialIssues);
    // Apart from the roles: what trusts the identity is made from its ARN, so the identity must not wait for the roles that trust it.
    const own = validateInputs(
      this,
      subject,
      {
        identity,
        serviceAccount,
        trustPolicy,
        existingRoleArn,
        entityName: given.entityName,
        path,
        userNamePrefix,
        formerUserPaths,
        transformed: given.transformed,
      },
      rootCredentialIssues,
    );
    const report = findingReporter(this, subject);
    const caller = attaches || existingRole === undefined ? getCallerIdentityOutput({}, parent) : undefined;
    const partition = existingRole?.partition ?? getPartitionOutput({}, parent).partition;
    const accountId = existingRole?.accountId ?? caller?.accountId ?? pulumi.output("");
    // The permissions are checked twice: plain values before anything is created, and all values before the first policy is. A preview also
    // checks what it knows of the outputs.
    const account = pulumi
      .all([partition, accountId, caller?.accountId])
      .apply(([partitionName, id, callerId]): Account => {
        const resolved = { partition: partitionName, accountId: id };
        return report.pass([...foreignRole(id, callerId), ...credentialFindings(plainParts, resolved)], resolved);
      });
    whenKnownAtPreview({ given, partition, accountId }, (known) => {
      const parts = known as { readonly given: PlainRootCredential } & Account;
      if (isKnown(parts.partition) && isKnown(parts.accountId) && rootCredentialIssues(parts.given).length === 0) {
        report.pass(credentialFindings(parts.given, parts), undefined);
      }
    });
    const checked = pulumi.all([own, account]);
    const allowedName = checked.apply(([plain]) => plain.entityName);

    if (role !== undefined) {
      const assumeRolePolicy = pulumi.all([checked, role.args.assumeRolePolicy]).apply(([, text]) => text);
      this.role = new iam.Role(`${name}-role`, { ...role.args, name: allowedName, assumeRolePolicy }, parent);
    } else if (user !== undefined) {
      this.user = new iam.User(`${name}-user`, { ...user.args, name: allowedName }, parent);
    }
    this.roleName = this.role?.name ?? existingRole?.name;
    const created = this.user ?? this.role;
    // At a first preview AWS has not said the ARN yet, which follows from account, path and name.
    const planned = pulumi
      .all([checked, account, created?.urn])
      .apply(([[plain], resolved]) => principalArnOf({ ...plain, identity: args.identity }, resolved));
    const principalArn =
      existingRole?.arn ?? (pulumi.runtime.isDryRun() || created === undefined ? planned : created.arn);
    const document = pulumi
      .all([settled, account])
      .apply(([plain, resolved]) => report.pass(credentialFindings(plain, resolved), rootDocument(plain, resolved)));
    const attachments = !attaches
      ? []
      : createRootPolicies({
          name,
          args,
          parent,
          user: this.user,
          roleName: this.roleName,
          document,
          count: policyCount,
          report,
          analyse: (parts) =>
            pulumi.all([settled, account, parts]).apply(([plain, resolved, transformed]) => {
              const changed = transformed as TransformedParts;
              const together = { ...plain, transformed: { ...plain.transformed, ...changed } };
              return report.pass(credentialFindings(together, resolved), changed);
            }),
        });
    if (attachments.length > attachmentQuota) {
      void pulumi.log.warn(
        `${subject}: ${attachments.length} managed policies are attached; AWS's default quota is ${attachmentQuota} for each user and ` +
          "role. Ask AWS to raise it, or spread the roles over several mounts with a RootCredential each.",
        this,
      );
    }
    this.principalArn = principalArn;
    this.readyArn = resolveAfterValidation(document, resolveAfterCreation(principalArn, attachments));
    this.policy = document.apply((policy) => JSON.stringify(policy));
    if (this.user !== undefined) {
      this.userName = this.user.name;
      this.userArn = this.user.arn;
    }
    if (this.user !== undefined && args.seedKey !== false) {
      const rotates = args.rotateRoot === true;
      // The ID is the name, and known once the user is there: only then its keys can be listed.
      const owner = { user: resolveAfterValidation(account, rotates ? this.user.id : this.user.name) };
      const keyArgs = transformed(transform?.accessKey, owner);
      if (keyArgs.user !== owner.user) {
        report.pass([accessKeyWarning], undefined);
      }
      const key = new iam.AccessKey(
        `${name}-key-${args.keyGeneration ?? 1}`,
        keyArgs,
        rotates ? { ...parent, hooks: seedKeyGuard(this, name, subject) } : parent,
      );
      this.accessKeyId = resolveAfterValidation(document, resolveAfterCreation(key.id, attachments));
      this.secretAccessKey = pulumi.secret(
        resolveAfterValidation(document, resolveAfterCreation(key.secret, attachments)),
      );
    }
    this.registerOutputs({
      userName: this.userName,
      userArn: this.userArn,
      principalArn: this.principalArn,
      readyArn: this.readyArn,
      policy: this.policy,
      accessKeyId: this.accessKeyId,
      secretAccessKey: this.secretAccessKey,
    });
  }

  /**
   * The trust policy that lets this identity take a role, as JSON text: to hand to the owner of a role in another account.
   *
   * @param options the external ID to ask for, and whether sessions may be tagged
   */
  trustPolicy(options: { externalId?: pulumi.Input<string>; sessionTags?: boolean } = {}): pulumi.Output<string> {
    return pulumi
      .all([this.principalArn, options.externalId])
      .apply(([trustedPrincipalArn, externalId]) =>
        JSON.stringify(
          assumableRoleTrustPolicy({ trustedPrincipalArn, externalId, sessionTags: options.sessionTags }),
          undefined,
          2,
        ),
      );
  }
}

function tooManyPolicies(count: number): Issue {
  return {
    path: "roles",
    rule: `need ${count} managed policies, and AWS attaches at most ${mostAttachments} to a user or role`,
    fix:
      "Spread the roles over several mounts with a RootCredential each, or let roles share what they name: user paths, groups, managed policies, " +
      "roles to assume.",
  };
}

/** What the analysis found last: the values known at the start, and all values, are mostly the same. */
let last: { readonly key: string; readonly findings: Finding[] } | undefined;

function credentialFindings(args: PlainRootCredential, account: Account): Finding[] {
  const key = JSON.stringify([args, account]);
  last = last?.key === key ? last : { key, findings: findingsOf(args, account) };
  return last.findings;
}

function findingsOf(args: PlainRootCredential, account: Account): Finding[] {
  const findings = [
    ...rootCredentialFindings(args, account),
    // Also where the role's name is not known yet.
    ...(args.identity === "role" ? chainedSessionWarnings(args.roles ?? {}) : []),
  ];
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}

/**
 * The name of the user or role where none is given. It never begins with `vault-`, whatever the component is called, and differs between
 * the stacks of an account.
 */
function defaultEntityName(name: string): string {
  const digest = createHash("sha256").update([pulumi.getProject(), pulumi.getStack(), name].join("\n")).digest("hex");
  return `root-${name.replace(/[^\w+=,.@-]/g, "-").slice(0, 48)}-${digest.slice(0, 8)}`;
}
