"""Whether a caller's policies allow a request, by AWS's evaluation logic."""

from dataclasses import dataclass

from . import directory, policy
from .principal import ADMIN_NAME, Caller, Principal, Session
from .resource_policy import Grant, grant_of


@dataclass(frozen=True)
class Decision:
    allowed: bool
    # The end of AWS's sentence: why not.
    reason: str = ""
    explicit: bool = False


ALLOWED = Decision(True)


@dataclass(frozen=True)
class PolicySet:
    identity: tuple[policy.Policy, ...]
    boundary: policy.Policy | None
    # None where no session policy was passed.
    session: tuple[policy.Policy, ...] | None


def policies_of(caller: Caller) -> PolicySet:
    """Everything that says what the caller may do."""
    principal = caller.principal
    documents, boundary = _entity_policies(principal)
    session = _session_policies(caller.session, principal)
    return PolicySet(
        tuple(policy.parse(document) for document in documents),
        policy.parse(boundary) if boundary is not None else None,
        session,
    )


_EVERYTHING = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'


def _entity_policies(principal: Principal) -> tuple[list[str], str | None]:
    account, partition = principal.account, principal.partition
    if principal.entity_name == ADMIN_NAME:
        return [_EVERYTHING], None
    if principal.kind == "role":
        role = directory.find_role(account, partition, principal.entity_name)
        if role is None:
            return [], None
        return directory.role_policies(role), directory.boundary_document(account, partition, role)
    user = directory.find_user(account, partition, principal.entity_name)
    if user is None:
        return [], None
    return directory.user_policies(account, partition, user), directory.boundary_document(account, partition, user)


def _session_policies(session: Session | None, principal: Principal) -> tuple[policy.Policy, ...] | None:
    if session is None:
        return None
    if session.policies is None:
        # A federation token without a policy has no rights at all; a role's session without one has the role's.
        return () if principal.kind == "federated" else None
    return tuple(policy.parse(document) for document in session.policies)


def decide(caller: Caller, request: policy.Request, resource_policy: str | None = None) -> Decision:
    """The decision for one action on one resource of the caller's own account."""
    if caller.is_admin:
        return ALLOWED
    policies = policies_of(caller)
    grant = Grant.NONE
    if resource_policy is not None:
        denied, grant = grant_of(policy.parse(resource_policy), caller.principal, request)
        if denied:
            return _explicit("a resource-based policy")
    denial = _denial(policies, request)
    if denial is not None:
        return denial
    if grant is Grant.DIRECT:
        return ALLOWED
    action = request.action
    if policies.session is not None and not any(item.allows(request) for item in policies.session):
        return _implicit("session policy", action)
    if policies.boundary is not None and not policies.boundary.allows(request):
        return _implicit("permissions boundary", action)
    if grant is Grant.ROLE:
        return ALLOWED
    if resource_policy is not None and grant is Grant.NONE:
        # A key policy that does not hand over to IAM makes identity policies worthless.
        return _implicit("resource-based policy", action)
    if any(item.allows(request) for item in policies.identity):
        return ALLOWED
    return _implicit("identity-based policy", action)


def _denial(policies: PolicySet, request: policy.Request) -> Decision | None:
    if any(item.denies(request) for item in policies.identity):
        return _explicit("an identity-based policy")
    if policies.boundary is not None and policies.boundary.denies(request):
        return _explicit("a permissions boundary")
    if any(item.denies(request) for item in policies.session or ()):
        return _explicit("a session policy")
    return None


def _explicit(kind: str) -> Decision:
    return Decision(False, f"with an explicit deny in {kind}", explicit=True)


def _implicit(kind: str, action: str) -> Decision:
    return Decision(False, f"because no {kind} allows the {action} action")
