"""IAM's rules that moto leaves out, added to moto's own classes."""

import secrets
import string
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.core.serialize import never_return
from moto.iam.exceptions import DeleteConflictException, NotFoundException
from moto.iam.models import IAMBackend, ManagedPolicy, Role, User
from moto.iam.responses import IamResponse

from . import directory, quotas, trust


def install(on_access_key: Callable[[str], None], known_principals: list[str]) -> None:
    """Changes moto's classes for the whole process. `on_access_key` is told the id of every new access key."""
    _access_keys(on_access_key)
    _user_ids()
    _user_boundaries()
    _deletions()
    _attachments()
    quotas.install()
    _trust_policies(known_principals)


def _access_keys(on_access_key: Callable[[str], None]) -> None:
    original = IAMBackend.create_access_key

    def create_access_key(self: IAMBackend, user_name: str, prefix: str = "AKIA", status: str = "Active") -> Any:
        key = original(self, user_name, prefix, status)
        on_access_key(key.access_key_id)
        return key

    IAMBackend.create_access_key = create_access_key


def _user_ids() -> None:
    """Users get ids of AWS's form, which ${aws:userid} and GetCallerIdentity show."""
    original = IAMBackend.create_user

    def create_user(self: IAMBackend, *args: Any, **kwargs: Any) -> User:
        user = original(self, *args, **kwargs)
        user.id = "AIDA" + "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(17))
        return user

    IAMBackend.create_user = create_user


def _boundary(iam: IAMBackend, arn: str) -> dict[str, str]:
    if arn not in iam.managed_policies:
        raise NotFoundException(f"Scope ARN: {arn} does not exist or is not attachable.")
    return {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn}


def _user_boundaries() -> None:
    """moto keeps boundaries of roles only."""
    User.permissions_boundary = None
    IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER = {
        **IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER,
        "ListUsersResponse.Users.User.PermissionsBoundary": never_return,
    }
    original = IamResponse.create_user

    def create_user(self: IamResponse) -> ActionResult:
        arn = self._get_param("PermissionsBoundary")
        boundary = _boundary(self.backend, arn) if arn else None
        result = original(self)
        self.backend.get_user(self._get_param("UserName")).permissions_boundary = boundary
        return result

    def put_user_permissions_boundary(self: IamResponse) -> ActionResult:
        user = self.backend.get_user(self._get_param("UserName"))
        user.permissions_boundary = _boundary(self.backend, self._get_param("PermissionsBoundary"))
        return EmptyResult()

    def delete_user_permissions_boundary(self: IamResponse) -> ActionResult:
        user = self.backend.get_user(self._get_param("UserName"))
        if user.permissions_boundary is None:
            raise NotFoundException(f"The user with name {user.name} does not have a permissions boundary.")
        user.permissions_boundary = None
        return EmptyResult()

    IamResponse.create_user = create_user
    IamResponse.put_user_permissions_boundary = put_user_permissions_boundary
    IamResponse.delete_user_permissions_boundary = delete_user_permissions_boundary

    original_role = IAMBackend.create_role
    original_put = IAMBackend.put_role_permissions_boundary

    def create_role(self: IAMBackend, role_name: str, *args: Any, **kwargs: Any) -> Role:
        arn = kwargs.get("permissions_boundary", args[2] if len(args) > 2 else None)
        if arn:
            _boundary(self, arn)
        return original_role(self, role_name, *args, **kwargs)

    def put_role_permissions_boundary(self: IAMBackend, role_name: str, permissions_boundary: str) -> None:
        _boundary(self, permissions_boundary)
        original_put(self, role_name, permissions_boundary)

    IAMBackend.create_role = create_role
    IAMBackend.put_role_permissions_boundary = put_role_permissions_boundary


def _conflict(message: str) -> DeleteConflictException:
    return DeleteConflictException(f"Cannot delete entity, must {message} first.")


def _deletions() -> None:
    """Nothing that still holds something, or is still held, can be deleted."""
    delete_user, delete_group, delete_policy = IAMBackend.delete_user, IAMBackend.delete_group, IAMBackend.delete_policy

    def checked_delete_user(self: IAMBackend, user_name: str) -> None:
        user = self.get_user(user_name)
        if user.access_keys:
            raise _conflict("delete access keys")
        if user.password:
            raise _conflict("delete login profile")
        if any(user in group.users for group in self.groups.values()):
            raise _conflict("remove users from group")
        if user.mfa_devices:
            raise _conflict("delete MFA device")
        delete_user(self, user_name)

    def checked_delete_group(self: IAMBackend, group_name: str) -> None:
        group = self.get_group(group_name)
        if group.users:
            raise _conflict("remove users from group")
        if group.managed_policies:
            raise _conflict("detach all policies")
        if group.policies:
            raise _conflict("delete policies")
        delete_group(self, group_name)

    def checked_delete_policy(self: IAMBackend, policy_arn: str) -> None:
        policy = self.get_policy(policy_arn)
        holders = [*self.users.values(), *self.roles.values(), *self.groups.values()]
        if any(policy_arn in holder.managed_policies for holder in holders):
            raise DeleteConflictException("Cannot delete a policy attached to entities.")
        if any(directory.boundary_arn(holder) == policy_arn for holder in holders):
            raise DeleteConflictException("Cannot delete a policy that is used as a permissions boundary.")
        if len(policy.versions) > 1:
            raise DeleteConflictException(
                "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
                "The default version is deleted with the policy."
            )
        delete_policy(self, policy_arn)

    IAMBackend.delete_user = checked_delete_user
    IAMBackend.delete_group = checked_delete_group
    IAMBackend.delete_policy = checked_delete_policy


def _attachments() -> None:
    """Attaching a policy twice is attaching it once."""
    original = ManagedPolicy.attach_to

    def attach_to(self: ManagedPolicy, holder: Any) -> None:
        if self.arn not in holder.managed_policies:
            original(self, holder)

    ManagedPolicy.attach_to = attach_to


def _trust_policies(known_principals: list[str]) -> None:
    create_role, update = IAMBackend.create_role, IAMBackend.update_assume_role_policy

    def checked_create_role(
        self: IAMBackend, role_name: str, assume_role_policy_document: str, *args: Any, **kwargs: Any
    ) -> Role:
        ids = trust.validate(assume_role_policy_document, known_principals)
        role = create_role(self, role_name, assume_role_policy_document, *args, **kwargs)
        role.trusted_ids = ids
        return role

    def checked_update(self: IAMBackend, role_name: str, policy_document: str) -> None:
        ids = trust.validate(policy_document, known_principals)
        update(self, role_name, policy_document)
        self.get_role(role_name).trusted_ids = ids

    IAMBackend.create_role = checked_create_role
    IAMBackend.update_assume_role_policy = checked_update
