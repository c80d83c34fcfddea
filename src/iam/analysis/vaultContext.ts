import { isKnown } from "../../internal/validation/known.js";
import type { StaticRoleUser } from "../policies/rootPolicy.js";
import type { RequestContext } from "./conditions.js";
import { literalPrefixOf } from "../../secretsengine/usernameTemplate/usernameTemplate.js";

/** The actions of IAM that carry a condition key, among those that Vault calls. Others never do: a condition on the key cannot hold. */
const carriers: Readonly<Record<string, readonly string[]>> = {
  "iam:PermissionsBoundary": [
    "iam:AttachUserPolicy",
    "iam:CreateUser",
    "iam:DeleteUserPolicy",
    "iam:DetachUserPolicy",
    "iam:PutUserPolicy",
  ],
  "iam:PolicyARN": ["iam:AttachUserPolicy", "iam:DetachUserPolicy"],
  "aws:TagKeys": ["iam:TagUser"],
  "aws:RequestTag/*": ["iam:TagUser"],
};

/** Keys of IAM and STS that none of Vault's calls carries. */
const neverSent: RequestContext = {
  "iam:PassedToService": null,
  "iam:AWSServiceName": null,
  "iam:AssociatedResourceArn": null,
  "iam:OrganizationsPolicyId": null,
  "iam:ServiceSpecificCredentialServiceName": null,
};

/**
 * What a call of Vault to IAM carries, by condition key, besides what is known of the caller.
 *
 * @param known values of keys that the call carries, as far as they are known; a key of {@link carriers} that is left out stays open
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 */
export function iamCallContext(action: string, known: RequestContext = {}): RequestContext {
  const absent = absentKeys.get(action) ?? absentFrom(action);
  absentKeys.set(action, absent);
  return { ...absent, ...known };
}

const absentKeys = new Map<string, RequestContext>();

/** The keys that no call of an action carries. */
function absentFrom(action: string): RequestContext {
  const absent = Object.entries(carriers).filter(([, actions]) => !actions.includes(action));
  return {
    ...neverSent,
    "sts:*": null,
    ...Object.fromEntries(absent.map(([key]) => [key, null])),
    // A user that is being created has no tags yet: Vault tags it by a later call.
    ...(action === "iam:CreateUser" ? { "iam:ResourceTag/*": null, "aws:ResourceTag/*": null } : {}),
  };
}

/** Whether requests for an action may carry tags: `aws:TagKeys` and `aws:RequestTag/...`. Of a single action of IAM it is known. */
export function takesTags(action: string): boolean {
  return !/^iam:(?!Tag|Untag|UploadServerCertificate|Create(?:InstanceProfile|OpenID|Policy$|Role$|SAML|User$|Virtual))[a-z]+$/i.test(
    action,
  );
}

/** The tags of a request, as conditions see them. */
export function tagContext(tags: Readonly<Record<string, string>>): RequestContext {
  const keys = Object.keys(tags);
  return {
    "aws:TagKeys": keys.length === 0 ? null : keys,
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    "aws:RequestTag/*": null,
  };
}

/**
 * What `sts:AssumeRole` carries for a role of type `assumed_role`, besides external ID and tags. The session's name comes from
 * `username_template`, unless whoever reads the credentials sends `role_session_name`.
 *
 * @param usernameTemplate that of `config/root`; undefined or empty for Vault's own
 */
export function assumeRoleContext(usernameTemplate?: string): RequestContext {
  return {
    "iam:PermissionsBoundary": null,
    "iam:PolicyARN": null,
    "sts:SourceIdentity": null,
    "sts:TransitiveTagKeys": null,
    "sts:AWSServiceName": null,
    "sts:RoleSessionName": { like: `${prefixOf(usernameTemplate ?? "")}*` },
  };
}

/** What `sts:AssumeRole` carries for a static role of another account. Vault's own name of the session is not documented. */
export function staticRoleContext({
  assumeRoleSessionName,
  externalId,
}: Pick<StaticRoleUser, "assumeRoleSessionName" | "externalId">): RequestContext {
  const { "sts:RoleSessionName": _ofTemplate, ...common } = assumeRoleContext();
  return {
    ...common,
    ...tagContext({}),
    ...(assumeRoleSessionName === undefined || !isKnown(assumeRoleSessionName)
      ? {}
      : { "sts:RoleSessionName": assumeRoleSessionName }),
    ...(isKnown(externalId) ? { "sts:ExternalId": externalId ?? null } : {}),
  };
}

const prefixes = new Map<string, string>();

/** A template is the same for all roles of an engine. */
function prefixOf(usernameTemplate: string): string {
  const prefix = prefixes.get(usernameTemplate) ?? literalPrefixOf(usernameTemplate);
  prefixes.set(usernameTemplate, prefix);
  return prefix;
}
