"""May this caller make this request?"""

from . import iam_targets, service_targets
from .clock import Clock
from .context import global_keys
from .errors import AwsError, access_denied, invalid_client_token
from .evaluation import Decision, decide
from .policy import Request
from .principal import Caller
from .target import Target, tagging_on_create
from .wire import AwsRequest


def targets_of(request: AwsRequest, caller: Caller) -> list[Target]:
    """Every action on every resource that the request needs. STS's own rules are in sts.py."""
    module = iam_targets if request.service == "iam" else service_targets
    targets = module.targets(request, caller)
    return targets + tagging_on_create(targets, request.params.get("Tags", []))


def authorize(request: AwsRequest, caller: Caller, clock: Clock, targets: list[Target]) -> None:
    """Raises AccessDenied for the first thing that the caller may not do."""
    if request.service == "iam" and caller.principal.kind in ("federated", "session"):
        # IAM does not take these credentials at all (those of GetSessionToken only with MFA).
        if caller.principal.session_context.get("aws:multifactorauthpresent") != ["true"]:
            raise invalid_client_token()
    keys = global_keys(request, caller, clock)
    for target in targets:
        asked = Request(target.action, target.resource, {**keys, **target.context})
        decision = decide(caller, asked, target.resource_policy)
        if not decision.allowed:
            raise denied(caller, target.action, target.shown, decision)


def denied(caller: Caller, action: str, resource: str, decision: Decision) -> AwsError:
    sentence = f"User: {caller.principal.arn} is not authorized to perform: {action} on resource: {resource}"
    return access_denied(f"{sentence} {decision.reason}".rstrip())
