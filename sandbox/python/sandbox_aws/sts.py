"""STS, answered by the sandbox itself: moto's own credentials carry no rights."""

from dataclasses import replace
from typing import Any

from . import directory, policy
from .assume_role import decide_assume
from .authorization import denied
from .clock import Clock
from .context import global_keys, request_keys
from .errors import AwsError, access_denied, validation_error
from .evaluation import Decision, decide
from .mfa import verify_code
from .principal import Caller, Principal
from .resource_policy import federated_grant
from .sessions import Sessions
from .sts_parameters import (
    HOUR,
    HOURS_12,
    HOURS_36,
    credentials,
    duration_of,
    packed_size,
    session_policies,
    tag_values,
)
from .target import Target, tag_keys
from .web_identity import Issuers, WebIdentity, verify
from .wire import AwsRequest


class Sts:
    def __init__(self, sessions: Sessions, issuers: Issuers, clock: Clock) -> None:
        self._sessions = sessions
        self._issuers = issuers
        self._clock = clock

    def targets(self, request: AwsRequest, caller: Caller) -> list[Target]:
        """The actions on resources that a call is allowed by."""
        params, own = request.params, caller.principal
        if request.operation == "AssumeRole":
            keys = {**global_keys(request, caller, self._clock), **_assume_keys(params)}
            actions = ["sts:AssumeRole"]
            actions += ["sts:TagSession"] if params.get("Tags") else []
            actions += ["sts:SetSourceIdentity"] if "SourceIdentity" in params else []
            return [Target(action, params["RoleArn"], keys) for action in actions]
        if request.operation == "GetFederationToken":
            keys = {**global_keys(request, caller, self._clock), **tag_keys(params.get("Tags", []))}
            arn = f"arn:{own.partition}:sts::{own.account}:federated-user/{params['Name']}"
            actions = ["sts:GetFederationToken"] + (["sts:TagSession"] if params.get("Tags") else [])
            return [Target(action, arn, keys) for action in actions]
        return []  # The others need no permission.

    def call(self, request: AwsRequest, caller: Caller) -> dict[str, Any]:
        """The content of the answer's ...Result element."""
        operations = {
            "GetCallerIdentity": self._get_caller_identity,
            "GetSessionToken": self._get_session_token,
            "GetFederationToken": self._get_federation_token,
            "AssumeRole": self._assume_role,
            "GetAccessKeyInfo": self._get_access_key_info,
        }
        operation = operations.get(request.operation)
        if operation is None:
            raise AwsError("InvalidAction", f"Could not find operation {request.operation} for version 2011-06-15")
        kind = caller.principal.kind
        if kind == "federated" and request.operation != "GetCallerIdentity":
            raise access_denied(f"Cannot call {request.operation} with federated user credentials")
        if kind == "session" and request.operation not in ("AssumeRole", "GetCallerIdentity"):
            raise access_denied(f"Cannot call {request.operation} with session credentials")
        return operation(request, caller)

    def _get_caller_identity(self, _request: AwsRequest, caller: Caller) -> dict[str, Any]:
        principal = caller.principal
        return {"Arn": principal.arn, "UserId": principal.unique_id, "Account": principal.account}

    def _get_access_key_info(self, request: AwsRequest, caller: Caller) -> dict[str, Any]:
        found = directory.find_access_key(request.params["AccessKeyId"])
        return {"Account": found[0].account_id if found is not None else caller.principal.account}

    def _get_session_token(self, request: AwsRequest, caller: Caller) -> dict[str, Any]:
        if caller.principal.kind == "role":
            raise access_denied("Cannot call GetSessionToken with session credentials")
        duration = duration_of(request, HOURS_12, HOURS_36)
        context = {"aws:multifactorauthpresent": ["false"]}
        if "SerialNumber" in request.params:
            verify_code(caller.principal, request.params["SerialNumber"], request.params.get("TokenCode", ""))
            context = {"aws:multifactorauthpresent": ["true"]}
        principal = replace(caller.principal, kind="session", session_context=context)
        return {"Credentials": credentials(self._sessions.issue(principal, duration, None))}

    def _get_federation_token(self, request: AwsRequest, caller: Caller) -> dict[str, Any]:
        own = caller.principal
        if own.kind == "role":
            raise access_denied("Cannot call GetFederationToken with session credentials")
        targets = self.targets(request, caller)
        for target in targets:
            decision = decide(caller, policy.Request(target.action, target.resource, target.context))
            if not decision.allowed:
                raise denied(caller, target.action, target.shown, decision)
        duration = duration_of(request, HOURS_12, HOURS_36)
        policies = session_policies(request, own)
        arn, tags = targets[0].resource, tag_values(request.params.get("Tags", []))
        unique_id = f"{own.account}:{request.params['Name']}"
        principal = replace(own, kind="federated", arn=arn, unique_id=unique_id, tags={**own.tags, **tags})
        session = self._sessions.issue(principal, duration, policies)
        return {
            "Credentials": credentials(session),
            "FederatedUser": {"FederatedUserId": principal.unique_id, "Arn": arn},
            "PackedPolicySize": packed_size(policies),
        }

    def _assume_role(self, request: AwsRequest, caller: Caller) -> dict[str, Any]:
        params = request.params
        role_arn = params["RoleArn"]
        duration = duration_of(request, HOUR, HOURS_12)
        role = directory.find_role_by_arn(role_arn)
        if role is None:
            raise denied(caller, "sts:AssumeRole", role_arn, Decision(False))
        with_mfa: dict[str, list[str]] = {}
        if "SerialNumber" in params:
            verify_code(caller.principal, params["SerialNumber"], params.get("TokenCode", ""))
            with_mfa = {"aws:multifactorauthpresent": ["true"]}
        bound_ids = getattr(role, "trusted_ids", {})
        for target in self.targets(request, caller):
            asked = policy.Request(target.action, role_arn, {**target.context, **with_mfa})
            decision = decide_assume(caller, role.account_id, role.assume_role_policy_document, bound_ids, asked)
            if not decision.allowed:
                raise denied(caller, target.action, role_arn, decision)
        if caller.principal.kind == "role" and duration > HOUR:
            raise validation_error(
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
            )
        return self._role_session(request, role, duration, {})

    def assume_role_with_web_identity(self, request: AwsRequest) -> tuple[dict[str, Any], Principal]:
        """The only call that needs no signature: the token is the proof."""
        params = request.params
        duration = duration_of(request, HOUR, HOURS_12)
        identity = verify(params["WebIdentityToken"], self._issuers, self._clock)
        role = directory.find_role_by_arn(params["RoleArn"])
        refused = access_denied("Not authorized to perform sts:AssumeRoleWithWebIdentity")
        if role is None:
            raise refused
        provider_arn, audience = _registered_provider(identity, role.account_id, role.partition)
        keys = {
            **request_keys(request),
            **_assume_keys(params),
            "aws:federatedprovider": [provider_arn],
            f"{identity.provider.lower()}:sub": [identity.subject],
            f"{identity.provider.lower()}:aud": [audience],
        }
        asked = policy.Request("sts:AssumeRoleWithWebIdentity", params["RoleArn"], keys)
        if not federated_grant(policy.parse(role.assume_role_policy_document), provider_arn, asked):
            raise refused
        kept = {
            key: value for key, value in keys.items() if key.startswith(identity.provider.lower()) or "federated" in key
        }
        result = self._role_session(request, role, duration, kept)
        result["SubjectFromWebIdentityToken"] = identity.subject
        result["Audience"] = audience
        result["Provider"] = provider_arn
        session = self._sessions.find(result["Credentials"]["AccessKeyId"])
        assert session is not None
        return result, session.principal

    def _role_session(
        self, request: AwsRequest, role: directory.Role, duration: int, context: dict[str, list[str]]
    ) -> dict[str, Any]:
        params = request.params
        if duration > int(role.max_session_duration or HOUR):
            raise validation_error("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
        name = params["RoleSessionName"]
        principal = Principal(
            kind="role",
            account=role.account_id,
            partition=role.partition,
            arn=f"arn:{role.partition}:sts::{role.account_id}:assumed-role/{role.name}/{name}",
            unique_id=f"{role.id}:{name}",
            entity_name=role.name,
            entity_arn=role.arn,
            entity_id=role.id,
            tags={**directory.tags_of(role), **tag_values(params.get("Tags", []))},
            session_context=context,
        )
        policies = session_policies(request, principal)
        session = self._sessions.issue(principal, duration, policies)
        return {
            "Credentials": credentials(session),
            "AssumedRoleUser": {"AssumedRoleId": principal.unique_id, "Arn": principal.arn},
            "PackedPolicySize": packed_size(policies),
        }


def _assume_keys(params: dict[str, Any]) -> dict[str, list[str]]:
    keys = {"sts:rolesessionname": [params["RoleSessionName"]], **tag_keys(params.get("Tags", []))}
    if "ExternalId" in params:
        keys["sts:externalid"] = [params["ExternalId"]]
    if "SourceIdentity" in params:
        keys["sts:sourceidentity"] = [params["SourceIdentity"]]
    if "DurationSeconds" in params:
        keys["sts:durationseconds"] = [params["DurationSeconds"]]
    if "TransitiveTagKeys" in params:
        keys["sts:transitivetagkeys"] = list(params["TransitiveTagKeys"])
    return keys


def _registered_provider(identity: WebIdentity, account: str, partition: str) -> tuple[str, str]:
    """ARN of the provider, and the audience that it shares with the token."""
    arn = f"arn:{partition}:iam::{account}:oidc-provider/{identity.provider}"
    provider = directory.backend(account, partition).open_id_providers.get(arn)
    if provider is None:
        raise AwsError(
            "InvalidIdentityToken", f"No OpenIDConnect provider found in your account for https://{identity.provider}"
        )
    shared = [audience for audience in identity.audiences if audience in provider.client_id_list]
    if not shared:
        raise AwsError("InvalidIdentityToken", "Incorrect token audience")
    return arn, shared[0]
