"""Reads users, groups, roles and policies out of moto's IAM."""

from collections.abc import Iterator
from typing import Any

from moto.iam.models import Group, ManagedPolicy, Role, User, iam_backends
from moto.utilities.utils import get_partition

PARTITIONS = ("aws", "aws-cn", "aws-us-gov")


def partition_of(region: str) -> str:
    return get_partition(region)


def backend(account: str, partition: str) -> Any:
    return iam_backends[account][partition]


def accounts() -> list[str]:
    return list(iam_backends)


def _backends() -> Iterator[Any]:
    for account in accounts():
        for partition in list(iam_backends[account]):
            yield iam_backends[account][partition]


def find_access_key(access_key_id: str) -> tuple[User, Any, str] | None:
    """The user, the key and the partition of a user's access key."""
    for iam in _backends():
        key = iam.access_keys.get(access_key_id)
        if key is not None and key.user_name in iam.users:
            return iam.users[key.user_name], key, iam.partition
    return None


def find_user(account: str, partition: str, name: str) -> User | None:
    return backend(account, partition).users.get(name)


def find_group(account: str, partition: str, name: str) -> Group | None:
    return backend(account, partition).groups.get(name)


def find_role(account: str, partition: str, name: str) -> Role | None:
    roles = backend(account, partition).roles.values()
    return next((role for role in roles if role.name == name), None)


def find_role_by_arn(arn: str) -> Role | None:
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[1] not in PARTITIONS or parts[2] != "iam" or parts[4] not in accounts():
        return None
    roles = backend(parts[4], parts[1]).roles.values()
    return next((role for role in roles if role.arn == arn), None)


def find_policy(account: str, partition: str, arn: str) -> ManagedPolicy | None:
    return backend(account, partition).managed_policies.get(arn)


def document_of(policy: ManagedPolicy) -> str:
    """The text of the policy's default version."""
    return next(version.document for version in policy.versions if version.is_default)


def user_policies(account: str, partition: str, user: User) -> list[str]:
    """Inline and attached policies of the user and of its groups."""
    documents = _own_policies(user)
    for group in backend(account, partition).groups.values():
        if user in group.users:
            documents += _own_policies(group)
    return documents


def role_policies(role: Role) -> list[str]:
    return _own_policies(role)


def _own_policies(entity: Any) -> list[str]:
    return list(entity.policies.values()) + [document_of(policy) for policy in entity.managed_policies.values()]


def boundary_arn(entity: Any) -> str | None:
    """ARN of the permissions boundary of a user or role."""
    boundary = getattr(entity, "permissions_boundary", None)
    return boundary["PermissionsBoundaryArn"] if boundary else None


def boundary_document(account: str, partition: str, entity: Any) -> str | None:
    arn = boundary_arn(entity)
    if arn is None:
        return None
    policy = find_policy(account, partition, arn)
    # A boundary whose policy is gone allows nothing.
    return document_of(policy) if policy is not None else '{"Version":"2012-10-17","Statement":[]}'


def tags_of(entity: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in entity.tags or []}
