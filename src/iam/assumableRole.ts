import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity.js";
import { getPartitionOutput } from "@pulumi/aws/getPartition.js";
import * as iam from "@pulumi/aws/iam/index.js";
import * as pulumi from "@pulumi/pulumi";
import { validateArguments, validateInputs, whenKnownAtPreview } from "../internal/validation/validateInputs.js";
import { maskUnknowns } from "../internal/validation/maskUnknowns.js";
import { assumableRoleShape } from "./argumentShapes.js";
import {
  assumableRoleIssues,
  assumableRoleNameIssues,
  transformedDocumentIssues,
  type PlainAssumableRole,
  type TransformedRoleDocuments,
} from "./assumableRoleRules.js";
import { broadPolicyFindings, type PolicySources } from "./analysis/privilegeEscalation.js";
import { transformedTrustFindings } from "./analysis/checkOpenTrust.js";
import { parsedPolicy } from "./policies/federation.js";
import type { PolicyDocumentInput } from "../secretsengine/awsSecretsRole.js";
import { findingReporter } from "../internal/validation/reportFindings.js";
import { resolveAfterCreation } from "../internal/readiness.js";
import type { TextsInput } from "../internal/texts.js";
import { transformed, type Transform } from "../internal/transform.js";
import { assumableRoleTrustPolicy } from "./policies/trustPolicy.js";
import { inlinePolicyTexts, transformedEntity } from "./entityTransforms.js";
import type { PolicyDocument } from "../aws/policyDocument.js";
import type { Finding } from "../internal/validation/findings.js";
import { isKnown } from "../internal/validation/known.js";
import { iamArn, pathOrRoot } from "../aws/arns.js";

/** Arguments of {@link AssumableRole}. */
export interface AssumableRoleArgs {
  /** ARN of the IAM user or role that Vault works as: `RootCredential.principalArn`. */
  readonly trustedPrincipalArn: pulumi.Input<string>;
  /** ARNs of the managed policies that the role's sessions get. A plain list: each becomes a resource. Default: none. */
  readonly policyArns?: readonly pulumi.Input<string>[];
  /** An inline policy that the role's sessions get, as an object or JSON text. Default: none. */
  readonly policyDocument?: PolicyDocumentInput;
  /** The external ID that the trust policy asks for; Vault's role must send the same. Vault 1.17.2 and later. Default: none is asked for. */
  readonly externalId?: pulumi.Input<string>;
  /** Whether the trust policy lets Vault tag the sessions. Vault 1.17.2 and later. Default: false. */
  readonly sessionTags?: boolean;
  /** The maximum lifetime of a session in seconds, 3600 to 43200. Default: 3600, as AWS has it. */
  readonly maxSessionDuration?: pulumi.Input<number>;
  /** Name of the IAM role. Default: the component's name with a random ending. */
  readonly roleName?: pulumi.Input<string>;
  /** IAM path of the role. Default: `/`. */
  readonly path?: pulumi.Input<string>;
  /** ARN of the role's permissions boundary. Default: none. */
  readonly permissionsBoundaryArn?: pulumi.Input<string>;
  /** What the role is for. Default: `Taken by Vault's AWS secrets engine`. */
  readonly description?: pulumi.Input<string>;
  /** Tags of the role. Default: none. */
  readonly tags?: TextsInput;
  /** Last changes to the arguments of single child resources. */
  readonly transform?: {
    /** Changes the arguments of the `aws.iam.Role`. */
    readonly role?: Transform<iam.RoleArgs>;
    /** Changes the arguments of the `aws.iam.RolePolicy`. */
    readonly rolePolicy?: Transform<iam.RolePolicyArgs>;
    /** Changes the arguments of each `aws.iam.RolePolicyAttachment`. */
    readonly policyAttachment?: Transform<iam.RolePolicyAttachmentArgs>;
  };
}

/**
 * An IAM role that Vault takes for its `assumed_role` credentials: the role, a trust policy that names Vault's identity alone, and what
 * the role's sessions may do.
 *
 * Children: `${name}-role`, `${name}-policy` where `policyDocument` is given, `${name}-attachment-<n>` for each of `policyArns`.
 *
 * For a role of another account, give the component that account's provider (`{ providers: { aws: other } }`), or hand
 * `RootCredential.trustPolicy()` to the account's owner.
 *
 * @example
 * const deploy = new AssumableRole("deploy", {
 *   trustedPrincipalArn: root.principalArn,
 *   policyArns: ["arn:aws:iam::aws:policy/AmazonEC2FullAccess"],
 *   externalId: "platform",
 * });
 * @see https://developer.hashicorp.com/vault/docs/secrets/aws#sts-assumerole
 */
export class AssumableRole extends pulumi.ComponentResource {
  /** The IAM role. */
  public readonly role: iam.Role;
  /** Name of the role. */
  public readonly roleName: pulumi.Output<string>;
  /** ARN of the role, known once all its policies are in place. Where `roleName` is given, a first preview knows it too. */
  public readonly arn: pulumi.Output<string>;
  /** The trust policy as JSON text, for `RootCredential.trustPolicies`. */
  public readonly trustPolicy: pulumi.Output<string>;

  /**
   * @throws pulumi.ResourceError with all problems of the arguments, before anything is created
   */
  constructor(name: string, args: AssumableRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubevault-aws:index:AssumableRole", name, {}, opts);
    const subject = `AssumableRole "${name}"`;
    const { transform } = args;
    const plain = validateArguments(this, subject, assumableRoleShape, args, (known) => [
      ...assumableRoleIssues(known as unknown as PlainAssumableRole),
      ...assumableRoleNameIssues(name, args),
    ]).apply((known) => known as unknown as PlainAssumableRole);
    const parent = { parent: this };
    const report = findingReporter(this, subject);

    const role = transformedEntity<iam.RoleArgs>(transform?.role, {
      name: args.roleName,
      path: args.path,
      assumeRolePolicy: plain.apply((known) => JSON.stringify(assumableRoleTrustPolicy(known))),
      description: args.description ?? "Taken by Vault's AWS secrets engine",
      maxSessionDuration: args.maxSessionDuration,
      permissionsBoundary: args.permissionsBoundaryArn,
      tags: args.tags,
    });
    const documents = (made: { readonly [Part in keyof TransformedRoleDocuments]: pulumi.Input<unknown> }) =>
      validateInputs(this, subject, made as pulumi.Input<TransformedRoleDocuments>, transformedDocumentIssues);
    const inline = inlinePolicyTexts(role.args.inlinePolicies);
    const isOwnTrust = !role.isChanged("assumeRolePolicy");
    const trust = { policy: role.args.assumeRolePolicy, trustedPrincipalArn: args.trustedPrincipalArn };
    const checkTrust = (known: unknown) => {
      const { policy, trustedPrincipalArn } = known as { policy: PolicyDocument | string; trustedPrincipalArn: string };
      const text = typeof policy === "string" ? policy : JSON.stringify(policy);
      return report.pass(isOwnTrust ? [] : transformedTrustFindings(policy, trustedPrincipalArn), text);
    };
    whenKnownAtPreview(trust, checkTrust);
    this.trustPolicy = pulumi
      .all([trust, documents({ assumeRolePolicy: isOwnTrust ? undefined : trust.policy, inlinePolicies: inline })])
      .apply(([known]) => checkTrust(known));
    this.role = new iam.Role(`${name}-role`, { ...role.args, assumeRolePolicy: this.trustPolicy }, parent);
    const ready: pulumi.Resource[] = [];
    const policies: Record<string, pulumi.Input<unknown>> = {};
    if (args.policyDocument !== undefined) {
      const policy = plain.apply(({ policyDocument = "{}" }) => JSON.stringify(parsedPolicy(policyDocument)));
      const policyArgs = transformedEntity<iam.RolePolicyArgs>(transform?.rolePolicy, { role: this.role.name, policy });
      const isChanged = policyArgs.isChanged("policy");
      policies[isChanged ? "transform.rolePolicy" : "policyDocument"] = isChanged
        ? policyArgs.args.policy
        : args.policyDocument;
      const checked = isChanged ? documents({ rolePolicy: policyArgs.args.policy }) : undefined;
      const text = checked?.apply(({ rolePolicy }) => rolePolicy as string) ?? policyArgs.args.policy;
      ready.push(new iam.RolePolicy(`${name}-policy`, { ...policyArgs.args, policy: text }, parent));
    }
    const attached = (args.policyArns ?? []).map((policyArn, index) => {
      const attachment = transformed(transform?.policyAttachment, { role: this.role.name, policyArn });
      ready.push(new iam.RolePolicyAttachment(`${name}-attachment-${index + 1}`, attachment, parent));
      return attachment.policyArn;
    });
    const { managedPolicyArns: managed, permissionsBoundary: boundaryArn } = role.args;
    const rights = { policies, attached, managed, inline, boundaryArn };
    const analyse = (known: unknown) => report.pass(rightsFindings(known as AssumableRoleRights), undefined);
    analyse(maskUnknowns(rights));
    whenKnownAtPreview(rights, analyse);
    pulumi.output(rights).apply(analyse);

    this.roleName = this.role.name;
    const { name: roleName, path } = role.args;
    const arn =
      roleName === undefined || !pulumi.runtime.isDryRun()
        ? this.role.arn
        : plannedRoleArn(parent, { roleName, path, role: this.role.urn });
    this.arn = resolveAfterCreation(arn, ready);
    this.registerOutputs({ roleName: this.roleName, arn: this.arn, trustPolicy: this.trustPolicy });
  }
}

/** The ARN that a role will have, from account, path and name: at a first preview AWS has not said it yet. */
function plannedRoleArn(
  options: pulumi.InvokeOptions,
  role: { readonly [Part in "roleName" | "path" | "role"]: pulumi.Input<string | undefined> },
): pulumi.Output<string> {
  const { partition } = getPartitionOutput({}, options);
  const { accountId } = getCallerIdentityOutput({}, options);
  return pulumi
    .all([partition, accountId, role])
    .apply(([name, account, { roleName = "", path }]) => iamArn(name, account, `role${pathOrRoot(path)}${roleName}`));
}

/** A role of any account: what it gives over all of an account is dangerous in each. */
const anyAccount = { partition: "*", accountId: "*" };

/** All that gives the sessions of the role rights, and the boundary around it. */
interface AssumableRoleRights {
  /** Inline policies by the argument that gives them. */
  readonly policies: Readonly<Record<string, PolicyDocument | string>>;
  readonly attached: readonly string[];
  readonly managed?: readonly string[];
  readonly inline?: readonly (PolicyDocument | string)[];
  readonly boundaryArn?: string;
}

function rightsFindings({ policies, attached, managed, inline = [], boundaryArn }: AssumableRoleRights): Finding[] {
  const documents = [
    ...Object.entries(policies),
    ...(isKnown(inline) ? inline : []).map((document) => ["transform.role.inlinePolicies", document] as const),
  ];
  const of = (sources: PolicySources, path: (index: number) => string) =>
    broadPolicyFindings(
      { ...sources, boundaryArn },
      { document: { path: path(0) }, arn: (index) => ({ path: path(index) }) },
      anyAccount,
    );
  return [
    ...documents.flatMap(([path, document]) => of({ document }, () => path)),
    ...of({ arns: attached }, (index) => `policyArns[${index}]`),
    ...of({ arns: managed }, () => "transform.role.managedPolicyArns"),
  ];
}
