"""The condition keys that every request has."""

from .clock import Clock
from .principal import Caller, Principal
from .wire import AwsRequest

_PRINCIPAL_TYPES = {
    "admin": "User",
    "user": "User",
    "session": "User",
    "federated": "FederatedUser",
    "role": "AssumedRole",
}


def global_keys(request: AwsRequest, caller: Caller, clock: Clock) -> dict[str, list[str]]:
    """Condition keys of the caller and of the request itself, by their name in lower case."""
    principal = caller.principal
    now = clock.now()
    keys = {
        **request_keys(request),
        "aws:currenttime": [now.strftime("%Y-%m-%dT%H:%M:%SZ")],
        "aws:epochtime": [str(int(now.timestamp()))],
        "aws:principalarn": [principal_arn(principal)],
        "aws:principalaccount": [principal.account],
        "aws:principaltype": [_PRINCIPAL_TYPES[principal.kind]],
        "aws:userid": [principal.unique_id],
        **{f"aws:principaltag/{key.lower()}": [value] for key, value in principal.tags.items()},
        **principal.session_context,
    }
    if principal.user_name is not None:
        keys["aws:username"] = [principal.user_name]
    if caller.session is not None:
        keys["aws:tokenissuetime"] = [caller.session.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ")]
        keys.setdefault("aws:multifactorauthpresent", ["false"])
    return keys


def request_keys(request: AwsRequest) -> dict[str, list[str]]:
    keys = {
        "aws:sourceip": [request.source_ip],
        # On loopback there is no TLS; on AWS every SDK uses it, and policies that demand it must hold here too.
        "aws:securetransport": ["true"],
        "aws:requestedregion": [request.region],
    }
    if "user-agent" in request.headers:
        keys["aws:useragent"] = [request.headers["user-agent"]]
    return keys


def principal_arn(principal: Principal) -> str:
    """aws:PrincipalArn: for a role's session the role's own ARN."""
    return principal.entity_arn if principal.kind == "role" else principal.arn
