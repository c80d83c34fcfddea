"""Resources and condition keys of IAM's actions, as in AWS's service authorization reference."""

from typing import Any

from . import directory
from .principal import Caller
from .target import Target, resource_tags, tag_keys
from .wire import AwsRequest

# Actions on a group although they name a user.
_GROUP_ACTIONS = ("AddUserToGroup", "RemoveUserFromGroup")
# Actions that take the caller itself where no user is named.
SELF_ACTIONS = (
    "ChangePassword",
    "CreateAccessKey",
    "CreateLoginProfile",
    "DeleteAccessKey",
    "DeleteLoginProfile",
    "GetLoginProfile",
    "GetUser",
    "ListAccessKeys",
    "ListMFADevices",
    "ListSigningCertificates",
    "UpdateAccessKey",
)
# Actions on all entities of a kind: the reference gives them the kind's own ARN.
_COLLECTIONS = {
    "ListUsers": "user/",
    "ListGroups": "group/",
    "ListRoles": "role/",
    "ListPolicies": "policy/",
    "ListInstanceProfiles": "instance-profile/",
    "ListOpenIDConnectProviders": "oidc-provider/",
    "ListVirtualMFADevices": "mfa/",
}
_POLICY_ARN_ACTIONS = (
    "AttachUserPolicy",
    "DetachUserPolicy",
    "AttachRolePolicy",
    "DetachRolePolicy",
    "AttachGroupPolicy",
    "DetachGroupPolicy",
)
# Actions whose iam:PermissionsBoundary is the one that the entity has; others name it in the request.
_BOUNDARY_OF_ENTITY = (
    "AttachUserPolicy",
    "DetachUserPolicy",
    "PutUserPolicy",
    "DeleteUserPolicy",
    "DeleteUserPermissionsBoundary",
    "AttachRolePolicy",
    "DetachRolePolicy",
    "PutRolePolicy",
    "DeleteRolePolicy",
    "DeleteRolePermissionsBoundary",
)


def targets(request: AwsRequest, caller: Caller) -> list[Target]:
    params, operation = request.params, request.operation
    principal = caller.principal
    account, partition = principal.account, principal.partition
    base = f"arn:{partition}:iam::{account}:"
    context: dict[str, list[str]] = dict(tag_keys(params.get("Tags", [])))
    if operation == "UntagUser" or operation == "UntagRole":
        context["aws:tagkeys"] = list(params.get("TagKeys", []))
    if operation in _POLICY_ARN_ACTIONS:
        context["iam:policyarn"] = [params.get("PolicyArn", "")]
    if "PermissionsBoundary" in params:
        context["iam:permissionsboundary"] = [params["PermissionsBoundary"]]
    path = params.get("Path", "/")

    if operation in _COLLECTIONS:
        return [Target(request.action, base + _COLLECTIONS[operation], context)]
    if operation in _GROUP_ACTIONS or ("GroupName" in params and operation != "CreateGroup"):
        name = params.get("GroupName", "")
        return [_entity(request, base, "group", name, directory.find_group(account, partition, name), context)]
    if operation == "CreateGroup":
        return [Target(request.action, f"{base}group{path}{params.get('GroupName', '')}", context)]
    if operation == "CreateUser":
        return [Target(request.action, f"{base}user{path}{params.get('UserName', '')}", context)]
    if operation == "CreateRole":
        return [Target(request.action, f"{base}role{path}{params.get('RoleName', '')}", context)]
    if operation == "CreatePolicy":
        return [Target(request.action, f"{base}policy{path}{params.get('PolicyName', '')}", context)]
    if operation == "CreateOpenIDConnectProvider":
        url = params.get("Url", "").partition("://")[2]
        return [Target(request.action, f"{base}oidc-provider/{url}", context)]
    if operation == "GetAccessKeyLastUsed":
        found = directory.find_access_key(params.get("AccessKeyId", ""))
        name = found[0].name if found is not None else ""
        return [_entity(request, base, "user", name, found[0] if found else None, context)]
    if "InstanceProfileName" in params:
        return [Target(request.action, f"{base}instance-profile/{params['InstanceProfileName']}", context)]
    if "RoleName" in params:
        name = params["RoleName"]
        return [_entity(request, base, "role", name, directory.find_role(account, partition, name), context)]
    if "UserName" in params or operation in SELF_ACTIONS:
        name = params.get("UserName") or principal.entity_name
        return [_entity(request, base, "user", name, directory.find_user(account, partition, name), context)]
    if "PolicyArn" in params:
        return [_policy(request, caller, params["PolicyArn"], context)]
    if "OpenIDConnectProviderArn" in params:
        return [Target(request.action, params["OpenIDConnectProviderArn"], context)]
    if "SerialNumber" in params:
        return [Target(request.action, params["SerialNumber"], context)]
    return [Target(request.action, "*", context)]


def _entity(
    request: AwsRequest, base: str, kind: str, name: str, entity: Any | None, context: dict[str, list[str]]
) -> Target:
    if entity is None:
        # IAM knows no path of an entity that does not exist, and messages name it by kind and name.
        return Target(request.action, f"{base}{kind}/{name}", context, display=f"{kind} {name}")
    if kind != "group":
        context = {**context, **resource_tags(directory.tags_of(entity), "aws", "iam")}
        if request.operation in _BOUNDARY_OF_ENTITY:
            boundary = directory.boundary_arn(entity)
            if boundary is not None:
                context["iam:permissionsboundary"] = [boundary]
    return Target(request.action, entity.arn, context)


def _policy(request: AwsRequest, caller: Caller, arn: str, context: dict[str, list[str]]) -> Target:
    policy = directory.find_policy(caller.principal.account, caller.principal.partition, arn)
    if policy is None:
        return Target(request.action, arn, context, display=f"policy {arn}")
    tags = {tag["Key"]: tag["Value"] for tag in policy.get_tags()}
    return Target(request.action, arn, {**context, **resource_tags(tags, "aws", "iam")})
