import * as iam from "@pulumi/aws/iam/index.js";
import * as pulumi from "@pulumi/pulumi";
import { irsaTrustPolicy } from "../iam/policies/irsaTrustPolicy.js";
import { assumableRoleTrustPolicy } from "../iam/policies/trustPolicy.js";
import { transformed } from "../internal/transform.js";
import { AwsSessionCredentials } from "./awsSessionCredentials.js";
import type { DynamoDbStorageArgs } from "./dynamoDbStorageArgs.js";
import {
  defaultUserPath,
  sessionDurationSeconds,
  type AccessKeyCredential,
  type IrsaCredential,
  type SessionCredential,
  type StorageCredentialSpec,
} from "./storageCredential.js";

/** Holds a value back, at `up`, until the component's arguments are checked. */
export type WhenChecked = (value: pulumi.Input<string>) => pulumi.Input<string>;

/** What {@link createIdentity} works with. */
export interface IdentityRequest {
  readonly parent: pulumi.Resource;
  readonly credential: StorageCredentialSpec;
  /** Policies of the identity, by the end of their attachment's name. */
  readonly policies: Readonly<Record<string, iam.Policy>>;
  readonly region: pulumi.Output<string>;
  readonly args: DynamoDbStorageArgs;
  readonly whenChecked: WhenChecked;
}

/** How Vault authenticates to DynamoDB. All is known only when the identity has its policies. */
export interface StorageIdentity {
  readonly userName?: pulumi.Output<string>;
  readonly accessKeyId?: pulumi.Output<string>;
  readonly secretAccessKey?: pulumi.Output<string>;
  readonly sessionToken?: pulumi.Output<string>;
  readonly sessionExpiration?: pulumi.Output<string>;
  readonly roleArn?: pulumi.Output<string>;
}

/** Makes the identity that the credential asks for, and gives it the policies. */
export function createIdentity(name: string, request: IdentityRequest): StorageIdentity {
  const { credential } = request;
  switch (credential.kind) {
    case "accessKey":
      return createUser(name, credential, request);
    case "irsa":
      return { roleArn: irsaRole(name, credential, request) };
    case "session":
      return createSession(name, credential, request);
    case "none":
      return {};
  }
}

type UserIdentity = Required<Pick<StorageIdentity, "userName" | "accessKeyId" | "secretAccessKey">>;

function createUser(
  name: string,
  credential: Omit<AccessKeyCredential, "kind">,
  request: IdentityRequest,
): UserIdentity {
  const { parent, args, policies } = request;
  const userArgs: iam.UserArgs = {
    name: credential.userName,
    path: request.whenChecked(credential.userPath ?? defaultUserPath),
    permissionsBoundary: credential.permissionsBoundaryArn ?? args.permissionsBoundaryArn,
    tags: args.tags,
  };
  const user = new iam.User(`${name}-user`, transformed(args.transform?.user, userArgs), { parent });
  const attachments = Object.entries(policies).map(
    ([suffix, policy]) =>
      new iam.UserPolicyAttachment(`${name}-user-${suffix}`, { user: user.name, policyArn: policy.arn }, { parent }),
  );
  const key = new iam.AccessKey(`${name}-key-${credential.generation ?? 1}`, { user: user.name }, { parent });
  return {
    userName: user.name,
    accessKeyId: whenAttached(key.id, attachments),
    secretAccessKey: pulumi.secret(whenAttached(key.secret, attachments)),
  };
}

function createSession(name: string, credential: SessionCredential, request: IdentityRequest): StorageIdentity {
  const { parent, region } = request;
  const { assumeRole } = credential;
  const user = assumeRole === undefined ? createUser(name, credential.user ?? {}, request) : undefined;
  const roleArn =
    assumeRole === undefined
      ? undefined
      : createRole(name, request, {
          description: "What Vault's session credentials for its DynamoDB table are a session of",
          assumeRolePolicy: pulumi
            .all([assumeRole.trustedPrincipalArn, assumeRole.externalId])
            .apply(([trustedPrincipalArn, externalId]) =>
              JSON.stringify(assumableRoleTrustPolicy({ trustedPrincipalArn, externalId })),
            ),
          name: assumeRole.roleName,
          permissionsBoundary: assumeRole.permissionsBoundaryArn,
          maxSessionDuration: Math.max(3600, sessionDurationSeconds(credential)),
        });
  const session = new AwsSessionCredentials(
    `${name}-session`,
    {
      roleArn,
      externalId: assumeRole?.externalId,
      accessKeyId: user?.accessKeyId,
      secretAccessKey: user?.secretAccessKey,
      durationSeconds: sessionDurationSeconds(credential),
      renewBeforeSeconds: credential.renewBeforeSeconds,
      region,
      stsEndpoint: credential.stsEndpoint,
    },
    { parent },
  );
  return {
    userName: user?.userName,
    roleArn,
    accessKeyId: session.sessionAccessKeyId,
    secretAccessKey: session.sessionSecretAccessKey,
    sessionToken: session.sessionToken,
    sessionExpiration: session.expiration,
  };
}

function irsaRole(name: string, credential: IrsaCredential, request: IdentityRequest): pulumi.Output<string> {
  const { existingRoleName, oidcProviderArn, namespace, serviceAccountName } = credential;
  if (existingRoleName !== undefined) {
    return withPolicies(name, request, iam.getRoleOutput({ name: existingRoleName }, { parent: request.parent }));
  }
  return createRole(name, request, {
    name: credential.roleName,
    description: "Vault's pods: IAM role of their Kubernetes ServiceAccount",
    assumeRolePolicy: pulumi
      .all([oidcProviderArn ?? "", namespace ?? "", serviceAccountName ?? ""])
      .apply(([provider, inNamespace, account]) =>
        JSON.stringify(
          irsaTrustPolicy({ oidcProviderArn: provider, namespace: inNamespace, serviceAccountName: account }),
        ),
      ),
    permissionsBoundary: credential.permissionsBoundaryArn,
  });
}

function createRole(name: string, request: IdentityRequest, own: iam.RoleArgs): pulumi.Output<string> {
  const { parent, args } = request;
  const role: iam.RoleArgs = {
    ...own,
    permissionsBoundary: own.permissionsBoundary ?? args.permissionsBoundaryArn,
    tags: args.tags,
  };
  return withPolicies(name, request, new iam.Role(`${name}-role`, transformed(args.transform?.role, role), { parent }));
}

function withPolicies(
  name: string,
  { parent, policies }: IdentityRequest,
  role: { readonly name: pulumi.Output<string>; readonly arn: pulumi.Output<string> },
): pulumi.Output<string> {
  const attachments = Object.entries(policies).map(
    ([suffix, policy]) =>
      new iam.RolePolicyAttachment(`${name}-role-${suffix}`, { role: role.name, policyArn: policy.arn }, { parent }),
  );
  return whenAttached(role.arn, attachments);
}

function whenAttached(
  value: pulumi.Output<string>,
  attachments: readonly pulumi.CustomResource[],
): pulumi.Output<string> {
  return pulumi.all([value, ...attachments.map(({ id }) => id)]).apply(([known]) => known ?? "");
}
