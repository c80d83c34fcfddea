"""IAM's default quotas, which moto does not know."""

import re
from collections.abc import Callable
from typing import Any

from moto.iam.exceptions import LimitExceededException
from moto.iam.models import IAMBackend, ManagedPolicy

# Characters of all inline policies of one entity together, white space not counted.
_INLINE = {"user": 2048, "role": 10_240, "group": 5120}
_MANAGED = 6144
_ATTACHED = 10
_GROUPS_PER_USER = 10


def install() -> None:
    """Changes moto's classes for the whole process."""
    for kind in _INLINE:
        _limit_inline(kind)
    _limit_managed("create_policy")
    _limit_managed("create_policy_version")
    _limit_attached()
    _limit_groups()


def _size(document: str) -> int:
    return len(re.sub(r"\s", "", document))


def _limit_inline(kind: str) -> None:
    name = f"put_{kind}_policy"
    original: Callable[..., None] = getattr(IAMBackend, name)

    def put_policy(self: IAMBackend, entity_name: str, policy_name: str, policy_json: str) -> None:
        entity = getattr(self, f"get_{kind}")(entity_name)
        others = [text for other, text in entity.policies.items() if other != policy_name]
        if sum(map(_size, [*others, policy_json])) > _INLINE[kind]:
            raise LimitExceededException(
                f"Maximum policy size of {_INLINE[kind]} bytes exceeded for {kind} {entity_name}"
            )
        original(self, entity_name, policy_name, policy_json)

    setattr(IAMBackend, name, put_policy)


def _limit_managed(name: str) -> None:
    original: Callable[..., Any] = getattr(IAMBackend, name)

    def create(self: IAMBackend, *args: Any, **kwargs: Any) -> Any:
        document = kwargs.get("policy_document")
        if document is None:
            document = args[2] if name == "create_policy" else args[1]
        if _size(document) > _MANAGED:
            raise LimitExceededException(f"Cannot exceed quota for PolicySize: {_MANAGED}")
        return original(self, *args, **kwargs)

    setattr(IAMBackend, name, create)


def _limit_attached() -> None:
    original = ManagedPolicy.attach_to

    def attach_to(self: ManagedPolicy, holder: Any) -> None:
        if self.arn not in holder.managed_policies and len(holder.managed_policies) >= _ATTACHED:
            raise LimitExceededException(f"Cannot exceed quota for PoliciesPer{type(holder).__name__}: {_ATTACHED}")
        original(self, holder)

    ManagedPolicy.attach_to = attach_to


def _limit_groups() -> None:
    original = IAMBackend.add_user_to_group

    def add_user_to_group(self: IAMBackend, group_name: str, user_name: str) -> None:
        held = [group.name for group in self.get_groups_for_user(user_name)]
        if group_name not in held and len(held) >= _GROUPS_PER_USER:
            raise LimitExceededException(f"Cannot exceed quota for GroupsPerUser: {_GROUPS_PER_USER}")
        original(self, group_name, user_name)

    IAMBackend.add_user_to_group = add_user_to_group
