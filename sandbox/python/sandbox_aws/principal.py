"""Who makes a request."""

from dataclasses import dataclass, field
from datetime import datetime

# Name of the sandbox's own administrator, who is no user in IAM.
ADMIN_NAME = "sandbox-admin"


@dataclass(frozen=True)
class Session:
    """Temporary credentials that STS has issued, and what they are worth."""

    access_key_id: str
    secret_access_key: str
    session_token: str
    issued_at: datetime
    expires_at: datetime
    principal: "Principal"
    # Inline and managed session policies. None: none were passed, so that nothing is taken away.
    policies: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Principal:
    # admin: the sandbox's own administrator. user: a user's access key. session: GetSessionToken. federated: GetFederationToken.
    # role: a role's session.
    kind: str
    account: str
    partition: str
    # What GetCallerIdentity answers, and what messages name.
    arn: str
    unique_id: str
    # The IAM user or role behind it: its name, ARN and the id that a re-created namesake does not share.
    entity_name: str = ""
    entity_arn: str = ""
    entity_id: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    # Condition keys that come with the session, such as those of the web identity it was issued for.
    session_context: dict[str, list[str]] = field(default_factory=dict)

    @property
    def user_name(self) -> str | None:
        return self.entity_name if self.kind in ("user", "session") else None


@dataclass(frozen=True)
class Caller:
    """A principal and the credentials it came with."""

    principal: Principal
    access_key_id: str
    session: Session | None = None

    @property
    def is_admin(self) -> bool:
        return self.principal.kind == "admin"
