"""From credentials to the caller they belong to."""

from dataclasses import dataclass

from . import directory, sigv4
from .errors import AwsError, invalid_client_token
from .key_delay import KeyDelay
from .principal import ADMIN_NAME, Caller, Principal, Session
from .sessions import Sessions
from .wire import AwsRequest


@dataclass(frozen=True)
class Admin:
    """The administrator of one account. Not an IAM user of it, so that the account is empty when all that was made is gone."""

    account: str
    access_key_id: str
    secret_access_key: str

    def principal(self, partition: str) -> Principal:
        arn = f"arn:{partition}:iam::{self.account}:user/{ADMIN_NAME}"
        unique_id = "AIDASANDBOXADMIN00001"
        return Principal("admin", self.account, partition, arn, unique_id, ADMIN_NAME, arn, unique_id)


class Identities:
    def __init__(self, admins: list[Admin], sessions: Sessions, key_delay: KeyDelay) -> None:
        self._admins = {admin.access_key_id: admin for admin in admins}
        self._sessions = sessions
        self._key_delay = key_delay

    def authenticate(self, request: AwsRequest) -> Caller:
        """The caller, its signature verified."""
        authorization = request.authorization
        if authorization is None:
            raise AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
        caller, secret = self._find(authorization.access_key_id, request)
        sigv4.verify(request, authorization, secret)
        if caller.session is not None and self._sessions.expired(caller.session):
            raise AwsError("ExpiredToken", "The security token included in the request is expired", 403)
        return caller

    def _find(self, access_key_id: str, request: AwsRequest) -> tuple[Caller, str]:
        token = request.headers.get("x-amz-security-token")
        session = self._sessions.find(access_key_id)
        if session is not None:
            if token != session.session_token or not _still_there(session):
                raise invalid_client_token()
            return Caller(session.principal, access_key_id, session), session.secret_access_key
        if token is not None:
            raise invalid_client_token()
        admin = self._admins.get(access_key_id)
        if admin is not None:
            return (
                Caller(admin.principal(directory.partition_of(request.region)), access_key_id),
                admin.secret_access_key,
            )
        found = directory.find_access_key(access_key_id)
        if found is None or found[1].status != "Active" or not self._key_delay.accepted(access_key_id):
            raise invalid_client_token()
        user, key, partition = found
        return Caller(user_principal(user, partition), access_key_id), key.secret_access_key


def user_principal(user: directory.User, partition: str) -> Principal:
    return Principal(
        kind="user",
        account=user.account_id,
        partition=partition,
        arn=user.arn,
        unique_id=user.id,
        entity_name=user.name,
        entity_arn=user.arn,
        entity_id=user.id,
        tags=directory.tags_of(user),
    )


def _still_there(session: Session) -> bool:
    """Sessions end with the user or role they came from."""
    principal = session.principal
    if principal.kind == "role":
        role = directory.find_role(principal.account, principal.partition, principal.entity_name)
        return role is not None and role.id == principal.entity_id
    if principal.entity_name == ADMIN_NAME:
        return True
    user = directory.find_user(principal.account, principal.partition, principal.entity_name)
    return user is not None and user.id == principal.entity_id
