"""May this caller assume this role? Its own policies and the role's trust policy together decide."""

from collections.abc import Mapping

from . import policy
from .evaluation import Decision, decide
from .principal import Caller
from .resource_policy import Grant, grant_of

REFUSED = Decision(False)


def decide_assume(
    caller: Caller, role_account: str, trust: str, bound_ids: Mapping[str, str], request: policy.Request
) -> Decision:
    """The decision for sts:AssumeRole, sts:TagSession or sts:SetSourceIdentity on a role.

    Within one account a trust policy that names the caller itself is enough. One that trusts the account only hands over to the
    caller's identity policies. Across accounts both sides must allow it.
    """
    denied, grant = grant_of(policy.parse(trust), caller.principal, request, bound_ids)
    if denied or grant is Grant.NONE:
        return REFUSED
    own = decide(caller, request)
    if own.explicit:
        return own
    if own.allowed:
        return own
    if role_account != caller.principal.account or grant is Grant.ACCOUNT:
        return own
    if grant is Grant.DIRECT:
        return Decision(True)
    # Named through its role: boundary and session policies still limit it, identity policies need not allow it.
    return Decision(True) if own.reason.startswith("because no identity-based policy") else own
