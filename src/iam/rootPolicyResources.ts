import * as iam from "@pulumi/aws/iam/index.js";
import * as pulumi from "@pulumi/pulumi";
import type { FindingReporter } from "../internal/validation/reportFindings.js";
import { resolveAfterValidation } from "../internal/readiness.js";
import type { PolicyDocument } from "../aws/policyDocument.js";
import { splitPolicy } from "./policies/policySize.js";
import { sortedOnce } from "./policies/statements.js";
import type { RootCredentialArgs } from "./rootCredentialArgs.js";
import type { TransformedParts } from "./rootDocument.js";
import { attachmentWarning, transformedEntity } from "./entityTransforms.js";

/** What the policies of a RootCredential are created from. */
export interface RootPolicyRequest {
  readonly name: string;
  readonly args: RootCredentialArgs;
  readonly parent: { readonly parent: pulumi.Resource };
  /** Exactly one of the two. */
  readonly user: iam.User | undefined;
  readonly roleName: pulumi.Output<string> | undefined;
  /** The permissions as one document. */
  readonly document: pulumi.Output<PolicyDocument>;
  /** How many managed policies the document is split into. */
  readonly count: number;
  readonly report: FindingReporter;
  /** Analyses the credential with what a transform made of its parts; gives them back once nothing speaks against them. */
  readonly analyse: (parts: pulumi.Input<TransformedParts>) => pulumi.Output<TransformedParts>;
}

/** How many managed policies are attached besides those that carry the permissions. */
export function furtherPolicyCount(args: RootCredentialArgs): number {
  return federationPolicies(args).length + (args.additionalPolicyArns ?? []).length;
}

/** Creates the managed policies of a RootCredential, and attaches them, those of federation tokens and the additional ones. */
export function createRootPolicies(request: RootPolicyRequest): pulumi.Resource[] {
  const { name, args } = request;
  return [
    ...ownPolicies(request),
    ...federationPolicies(args).map((arn, index) => attach(request, `${name}-delegated-${index + 1}`, arn)),
    ...(args.additionalPolicyArns ?? []).map((arn, index) => attach(request, `${name}-additional-${index + 1}`, arn)),
  ];
}

/** The managed policies that carry the document, and their attachments. */
function ownPolicies(request: RootPolicyRequest): pulumi.Resource[] {
  const { name, args, parent, report, document, count, analyse } = request;
  const parts = document.apply((whole) => {
    const documents = splitPolicy(whole, count);
    if (documents.length !== count) {
      return report.reject<string[]>([
        {
          path: "roles",
          rule: `need ${documents.length} managed policies, but ${count} were planned from the values known at the start`,
          fix: "Give roleArns, assumeRoleArns and iamGroups as plain lists, whose items may be outputs.",
        },
      ]);
    }
    return documents.map((part) => JSON.stringify(part));
  });
  const suffixOf = (index: number) => (index === 0 ? "" : `-${index + 1}`);
  const planned = Array.from({ length: count }, (_, index) =>
    transformedEntity<iam.PolicyArgs>(args.transform?.policy, {
      name: args.policyName === undefined ? undefined : `${args.policyName}${suffixOf(index)}`,
      description: "What Vault's AWS secrets engine may do",
      policy: parts.apply((texts) => texts[index] ?? ""),
      tags: args.tags,
    }),
  );
  const texts = planned.map((policy) => policy.args.policy);
  const analysed = planned.some(({ isChanged }) => isChanged("policy"))
    ? analyse({ policies: texts } as pulumi.Input<TransformedParts>)
    : undefined;
  return planned.map((policyArgs, index) => {
    const suffix = suffixOf(index);
    const text = analysed?.apply(({ policies = [] }) => textOf(policies[index]));
    const policy = new iam.Policy(
      `${name}-policy${suffix}`,
      { ...policyArgs.args, ...(text === undefined ? {} : { policy: text }) },
      parent,
    );
    return attach(request, `${name}-attachment${suffix}`, resolveAfterValidation(parts, policy.arn));
  });
}

function textOf(policy: PolicyDocument | string | undefined): string {
  return typeof policy === "string" ? policy : JSON.stringify(policy ?? {});
}

function attach(
  { args: { transform }, parent, user, roleName, report, analyse }: RootPolicyRequest,
  name: string,
  given: pulumi.Input<string>,
): pulumi.Resource {
  const analysed = (policyArn: pulumi.Input<string>, isChanged: boolean, path: string) => {
    if (!isChanged) {
      return policyArn;
    }
    report.pass([attachmentWarning(name, path)], undefined);
    return analyse({ attachedPolicyArn: policyArn } as pulumi.Input<TransformedParts>).apply(
      ({ attachedPolicyArn = "" }) => attachedPolicyArn,
    );
  };
  if (user !== undefined) {
    const { args, isChanged } = transformedEntity<iam.UserPolicyAttachmentArgs>(transform?.userPolicyAttachment, {
      user: user.name,
      policyArn: given,
    });
    const policyArn = analysed(args.policyArn, isChanged("policyArn") || isChanged("user"), "userPolicyAttachment");
    return new iam.UserPolicyAttachment(name, { ...args, policyArn }, parent);
  }
  const { args, isChanged } = transformedEntity<iam.RolePolicyAttachmentArgs>(transform?.rolePolicyAttachment, {
    role: roleName ?? "",
    policyArn: given,
  });
  const policyArn = analysed(args.policyArn, isChanged("policyArn") || isChanged("role"), "rolePolicyAttachment");
  return new iam.RolePolicyAttachment(name, { ...args, policyArn }, parent);
}

/** The managed policies of federation roles: known ones once each, then those that are outputs. */
function federationPolicies(args: RootCredentialArgs): pulumi.Input<string>[] {
  const lists = Object.values(args.roles ?? {})
    .filter((role) => role.credentialType === "federation_token")
    .flatMap((role) => (role.policyArns ?? []) as readonly pulumi.Input<string>[]);
  const known = lists.filter((arn) => typeof arn === "string");
  return [...sortedOnce(known), ...lists.filter((arn) => typeof arn !== "string")];
}
