import {
  callback,
  input,
  listShape,
  objectShape,
  plain,
  recordShape,
  type ObjectShape,
} from "../internal/validation/argumentShape.js";
import type { AwsSecretsRoleSettings } from "../secretsengine/awsSecretsRole.js";
import type { AwsStaticRoleSettings } from "../secretsengine/awsStaticRole.js";
import type { AssumableRoleArgs } from "./assumableRole.js";
import type { RootCredentialArgs, ServiceAccountIdentityArgs } from "./rootCredentialArgs.js";
import type { RootCredentialRoleArgs, RootCredentialStaticRoleArgs } from "./roleInputs.js";

/** The roles of a RootCredential may be the very objects that the secrets engine takes, with settings that IAM has nothing to do with. */
type RoleArgs = RootCredentialRoleArgs & Pick<AwsSecretsRoleSettings, "adoptExisting" | "revokeLeasesOnDelete">;
type StaticRoleArgs = RootCredentialStaticRoleArgs & Omit<AwsStaticRoleSettings, keyof RootCredentialStaticRoleArgs>;

/** The arguments of a RootCredential. */
export const rootCredentialShape: ObjectShape = objectShape<RootCredentialArgs>("RootCredential", {
  identity: plain,
  serviceAccount: objectShape<ServiceAccountIdentityArgs>("RootCredential.serviceAccount", {
    oidcProviderArn: input,
    namespace: input,
    serviceAccountName: input,
  }),
  trustPolicy: input,
  existingRoleArn: input,
  attachPolicies: plain,
  policyName: plain,
  userName: input,
  roleName: input,
  path: input,
  roles: recordShape(
    objectShape<RoleArgs>("a role of RootCredential", {
      credentialType: plain,
      policyDocument: input,
      policyArns: input,
      roleArns: input,
      iamGroups: input,
      iamTags: input,
      sessionTags: input,
      externalId: input,
      defaultStsTtl: input,
      maxStsTtl: input,
      userPath: input,
      permissionsBoundaryArn: input,
      mfaSerialNumber: input,
      policy: input,
      arn: plain,
      adoptExisting: input,
      revokeLeasesOnDelete: input,
    }),
  ),
  staticRoles: recordShape(
    objectShape<StaticRoleArgs>("a static role of RootCredential", {
      username: input,
      rotationPeriod: input,
      assumeRoleArn: input,
      assumeRoleSessionName: input,
      externalId: input,
      adoptExisting: input,
    }),
  ),
  assumeRoleArns: input,
  trustPolicies: input,
  policyDocuments: input,
  permissions: plain,
  extraStatements: input,
  additionalPolicyArns: listShape(),
  permissionsBoundaryArn: input,
  rotateRoot: plain,
  seedKey: plain,
  keyGeneration: plain,
  formerUserPaths: listShape(plain),
  formerGroups: listShape(plain),
  usernameTemplate: input,
  userNamePrefix: plain,
  forceDestroy: plain,
  tags: input,
  transform: objectShape<NonNullable<RootCredentialArgs["transform"]>>("RootCredential.transform", {
    user: callback,
    role: callback,
    accessKey: callback,
    policy: callback,
    userPolicyAttachment: callback,
    rolePolicyAttachment: callback,
  }),
});

/** The arguments of an AssumableRole. */
export const assumableRoleShape: ObjectShape = objectShape<AssumableRoleArgs>("AssumableRole", {
  trustedPrincipalArn: input,
  policyArns: listShape(),
  policyDocument: input,
  externalId: input,
  sessionTags: plain,
  maxSessionDuration: input,
  roleName: input,
  path: input,
  permissionsBoundaryArn: input,
  description: input,
  tags: input,
  transform: objectShape<NonNullable<AssumableRoleArgs["transform"]>>("AssumableRole.transform", {
    role: callback,
    rolePolicy: callback,
    policyAttachment: callback,
  }),
});
