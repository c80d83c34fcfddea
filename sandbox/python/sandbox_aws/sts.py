"""STS, answered by the sandbox itself: moto's own credentials carry no rights."""

import re
from typing import Any

from . import directory, policy
from .assume_role import decide_assume
from .authorization import denied
from .clock import Clock
from .context import global_keys, request_keys
from .errors import AwsError, access_denied, validation_error
from .evaluation import Decision, decide
from .identities import user_principal
from .mfa import verify_code
from .principal import Caller, Principal, Session
from .resource_policy import federated_grant
from .sessions import Sessions
from .target import tag_keys
from .web_identity import Issuers, WebIdentity, verify
from .wire import AwsRequest

_MINUTES_15, _HOUR, _HOURS_12, _HOURS_36 = 900, 3600, 43_200, 129_600
_MAX_POLICY_CHARACTERS = 2048


class Sts:
    def __init__(self, sessions: Sessions, issuers: Issuers, clock: Clock) -> None:
        self._sessions = sessions
        self._issuers = issuers
        self._clock = clock

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
        duration = _duration(request, _HOURS_12, _HOURS_36)
        context = {"aws:multifactorauthpresent": ["false"]}
        if "SerialNumber" in request.params:
            verify_code(caller.principal, request.params["SerialNumber"], request.params.get("TokenCode", ""))
            context = {"aws:multifactorauthpresent": ["true"]}
        own = caller.principal
        principal = Principal(
            "session", own.account, own.partition, own.arn, own.unique_id, own.entity_name, own.entity_arn, own.entity_id,
            own.tags, context,
        )
        return {"Credentials": _credentials(self._sessions.issue(principal, duration, None))}

    def _get_federation_token(self, request: AwsRequest, caller: Caller) -> dict[str, Any]:
        own = caller.principal
        if own.kind == "role":
            raise access_denied("Cannot call GetFederationToken with session credentials")
        name = request.params["Name"]
        arn = f"arn:{own.partition}:sts::{own.account}:federated-user/{name}"
        tags = request.params.get("Tags", [])
        keys = {**global_keys(request, caller, self._clock), **tag_keys(tags)}
        for action in ["sts:GetFederationToken"] + (["sts:TagSession"] if tags else []):
            decision = decide(caller, policy.Request(action, arn, keys))
            if not decision.allowed:
                raise denied(caller, action, arn, decision)
        duration = _duration(request, _HOURS_12, _HOURS_36)
        policies = _session_policies(request, own)
        principal = Principal(
            "federated", own.account, own.partition, arn, f"{own.account}:{name}", own.entity_name, own.entity_arn,
            own.entity_id, {**own.tags, **_tags(tags)},
        )
        session = self._sessions.issue(principal, duration, policies)
        return {
            "Credentials": _credentials(session),
            "FederatedUser": {"FederatedUserId": principal.unique_id, "Arn": arn},
            "PackedPolicySize": _packed_size(policies),
        }

    def _assume_role(self, request: AwsRequest, caller: Caller) -> dict[str, Any]:
        params = request.params
        role_arn = params["RoleArn"]
        duration = _duration(request, _HOUR, _HOURS_12)
        role = directory.find_role_by_arn(role_arn)
        if role is None:
            raise denied(caller, "sts:AssumeRole", role_arn, Decision(False))
        keys = {**global_keys(request, caller, self._clock), **_assume_keys(params)}
        actions = ["sts:AssumeRole"]
        actions += ["sts:TagSession"] if params.get("Tags") else []
        actions += ["sts:SetSourceIdentity"] if "SourceIdentity" in params else []
        if "SerialNumber" in params:
            verify_code(caller.principal, params["SerialNumber"], params.get("TokenCode", ""))
            keys["aws:multifactorauthpresent"] = ["true"]
        bound_ids = getattr(role, "trusted_ids", {})
        for action in actions:
            asked = policy.Request(action, role_arn, keys)
            decision = decide_assume(caller, role.account_id, role.assume_role_policy_document, bound_ids, asked)
            if not decision.allowed:
                raise denied(caller, action, role_arn, decision)
        if caller.principal.kind == "role" and duration > _HOUR:
            raise validation_error("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
        return self._role_session(request, role, duration, {})

    def assume_role_with_web_identity(self, request: AwsRequest) -> tuple[dict[str, Any], Principal]:
        """The only call that needs no signature: the token is the proof."""
        params = request.params
        duration = _duration(request, _HOUR, _HOURS_12)
        identity = verify(params["WebIdentityToken"], self._issuers, self._clock)
        role = directory.find_role_by_arn(params["RoleArn"])
        refused = access_denied("Not authorized to perform sts:AssumeRoleWithWebIdentity")
        if role is None:
            raise refused
        provider_arn = _registered_provider(identity, role.account_id, role.partition)
        keys = {
            **request_keys(request),
            **_assume_keys(params),
            "aws:federatedprovider": [provider_arn],
            f"{identity.provider.lower()}:sub": [identity.subject],
            f"{identity.provider.lower()}:aud": list(identity.audiences),
        }
        asked = policy.Request("sts:AssumeRoleWithWebIdentity", params["RoleArn"], keys)
        if not federated_grant(policy.parse(role.assume_role_policy_document), provider_arn, asked):
            raise refused
        kept = {key: value for key, value in keys.items() if key.startswith(identity.provider.lower()) or "federated" in key}
        result = self._role_session(request, role, duration, kept)
        result["SubjectFromWebIdentityToken"] = identity.subject
        result["Audience"] = identity.audiences[0] if identity.audiences else ""
        result["Provider"] = provider_arn
        session = self._sessions.find(result["Credentials"]["AccessKeyId"])
        assert session is not None
        return result, session.principal

    def _role_session(
        self, request: AwsRequest, role: directory.Role, duration: int, context: dict[str, list[str]]
    ) -> dict[str, Any]:
        params = request.params
        if duration > int(role.max_session_duration or _HOUR):
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
            tags={**directory.tags_of(role), **_tags(params.get("Tags", []))},
            session_context=context,
        )
        policies = _session_policies(request, principal)
        session = self._sessions.issue(principal, duration, policies)
        return {
            "Credentials": _credentials(session),
            "AssumedRoleUser": {"AssumedRoleId": principal.unique_id, "Arn": principal.arn},
            "PackedPolicySize": _packed_size(policies),
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


def _registered_provider(identity: WebIdentity, account: str, partition: str) -> str:
    arn = f"arn:{partition}:iam::{account}:oidc-provider/{identity.provider}"
    provider = directory.backend(account, partition).open_id_providers.get(arn)
    if provider is None:
        raise AwsError("InvalidIdentityToken", f"No OpenIDConnect provider found in your account for https://{identity.provider}")
    if not set(identity.audiences) & set(provider.client_id_list):
        raise AwsError("InvalidIdentityToken", "Incorrect token audience")
    return arn


def _duration(request: AwsRequest, default: int, maximum: int) -> int:
    seconds = int(request.params.get("DurationSeconds", default))
    for wrong, bound in ((seconds < _MINUTES_15, f"greater than or equal to {_MINUTES_15}"),
                         (seconds > maximum, f"less than or equal to {maximum}")):
        if wrong:
            raise validation_error(
                f"1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: "
                f"Member must have value {bound}"
            )
    return seconds


def _session_policies(request: AwsRequest, principal: Principal) -> tuple[str, ...] | None:
    """Texts of the inline and managed session policies, None where none were passed."""
    inline = request.params.get("Policy")
    arns = [entry["arn"] for entry in request.params.get("PolicyArns", [])]
    if inline is None and not arns:
        return None
    documents: list[str] = []
    if inline is not None:
        if len(inline) > _MAX_POLICY_CHARACTERS:
            raise AwsError("PackedPolicyTooLarge", "The session policy exceeds 2048 characters.")
        try:
            policy.parse(inline)
        except (ValueError, KeyError, TypeError) as error:
            raise AwsError("MalformedPolicyDocument", "Syntax errors in policy.") from error
        documents.append(inline)
    for arn in arns:
        managed = directory.find_policy(principal.account, principal.partition, arn)
        if managed is None:
            raise AwsError("InvalidParameterValue", f"The policy {arn} does not exist.")
        documents.append(directory.document_of(managed))
    return tuple(documents)


def _packed_size(policies: tuple[str, ...] | None) -> int | None:
    """Percent of what a session may carry."""
    return None if policies is None else max(1, sum(len(re.sub(r"\s", "", text)) for text in policies) * 100 // 4096)


def _tags(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag.get("Value", "") for tag in tags}


def _credentials(session: Session) -> dict[str, str]:
    return {
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key,
        "SessionToken": session.session_token,
        "Expiration": session.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
