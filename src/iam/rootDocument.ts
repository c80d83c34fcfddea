import type { AwsSecretsRoleSpec } from "../secretsengine/roleSpec.js";
import { iamArn, pathOrRoot } from "../aws/arns.js";
import { irsaTrustPolicy, type IrsaSubject } from "./policies/irsaTrustPolicy.js";
import { parsedPolicy } from "./policies/federation.js";
import type { PolicyDocument, PolicyStatement } from "../aws/policyDocument.js";
import { derivedRootPolicy, documentedRootPolicy, type StaticRoleUser } from "./policies/rootPolicy.js";
import { policyDocument, statementsOf } from "./policies/statements.js";

/** The arguments of a RootCredential in plain values. */
export interface PlainRootCredential {
  readonly identity?: "user" | "role";
  readonly serviceAccount?: IrsaSubject;
  readonly trustPolicy?: PolicyDocument | string;
  /** A role that exists; name and path are then its own. */
  readonly existingRoleArn?: string;
  readonly attachPolicies?: boolean;
  readonly policyName?: string;
  readonly userName?: string;
  readonly roleName?: string;
  readonly forceDestroy?: boolean;
  /** The name that the IAM user or role gets, given or made up. */
  readonly entityName: string;
  readonly path?: string;
  readonly roles?: Readonly<Record<string, AwsSecretsRoleSpec>>;
  readonly staticRoles?: Readonly<Record<string, StaticRoleUser>>;
  readonly assumeRoleArns?: readonly string[];
  readonly trustPolicies?: Readonly<Record<string, PolicyDocument | string>>;
  readonly permissions?: "derived" | "documented";
  readonly extraStatements?: readonly PolicyStatement[];
  readonly additionalPolicyArns?: readonly string[];
  readonly permissionsBoundaryArn?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly policyDocuments?: Readonly<Record<string, PolicyDocument | string>>;
  readonly rotateRoot?: boolean;
  readonly seedKey?: boolean;
  readonly keyGeneration?: number;
  readonly formerUserPaths?: readonly string[];
  readonly formerGroups?: readonly string[];
  readonly usernameTemplate?: string;
  readonly userNamePrefix?: string;
  readonly transformed?: TransformedParts;
}

/** What `transform` made of the identity's trust policy and policies; each undefined where it left them as they were. */
export interface TransformedParts {
  readonly assumeRolePolicy?: PolicyDocument | string;
  readonly managedPolicyArns?: readonly string[];
  /** Attached by an attachment in the place of another policy. */
  readonly attachedPolicyArn?: string;
  readonly inlinePolicies?: readonly (PolicyDocument | string)[];
  /** In the place of the derived policy and `extraStatements`. */
  readonly policies?: readonly (PolicyDocument | string)[];
}

/** The AWS account that a root credential belongs to. */
export interface Account {
  readonly partition: string;
  readonly accountId: string;
}

/** The ARN that the identity of a RootCredential has, or will have. */
export function principalArnOf(args: PlainRootCredential, { partition, accountId }: Account): string {
  if (args.existingRoleArn !== undefined) {
    return args.existingRoleArn;
  }
  const kind = args.identity === "role" ? "role" : "user";
  return iamArn(partition, accountId, `${kind}${pathOrRoot(args.path)}${args.entityName}`);
}

/** The permissions of a RootCredential as one document. */
export function rootDocument(args: PlainRootCredential, account: Account): PolicyDocument {
  const { userNamePrefix } = args;
  const granted =
    args.permissions === "documented"
      ? documentedRootPolicy({ ...account, userNamePrefix })
      : derivedRootPolicy({
          ...account,
          userNamePrefix,
          principalArn: principalArnOf(args, account),
          roles: args.roles ?? {},
          staticRoles: args.staticRoles,
          assumeRoleArns: args.assumeRoleArns,
          rotateRoot: args.rotateRoot,
          formerUserPaths: args.formerUserPaths,
          formerGroups: args.formerGroups,
        });
  return policyDocument([...statementsOf(granted), ...(args.extraStatements ?? [])]);
}

/** The trust policy of a RootCredential that is a role. */
export function rootTrustPolicy({ serviceAccount, trustPolicy }: PlainRootCredential): PolicyDocument {
  if (serviceAccount !== undefined) {
    return irsaTrustPolicy(serviceAccount);
  }
  if (trustPolicy === undefined) {
    throw new TypeError("a root credential that is a role has either serviceAccount or trustPolicy");
  }
  return parsedPolicy(trustPolicy);
}
