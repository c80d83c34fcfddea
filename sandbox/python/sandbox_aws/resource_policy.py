"""Policies that stand on a resource and name who may use it: trust policies of roles, key policies of KMS."""

from collections.abc import Mapping
from enum import IntEnum

from .conditions import as_list
from .policy import Policy, Request, Statement
from .principal import Principal


class Grant(IntEnum):
    """How far a resource's policy reaches towards a caller. The higher, the more direct."""

    NONE = 0
    # It trusts the caller's account, which must in turn allow the caller by identity policies.
    ACCOUNT = 1
    # It names the caller's role: enough within one account, but boundary and session policies still limit.
    ROLE = 2
    # It names the caller itself.
    DIRECT = 3


def grant_of(
    document: Policy, principal: Principal, request: Request, bound_ids: Mapping[str, str] | None = None
) -> tuple[bool, Grant]:
    """Whether the policy denies the request explicitly, and how it grants it.

    `bound_ids` are the unique ids of the principals that the policy named when it was written: a user that was deleted and made
    again is another one.
    """
    best = Grant.NONE
    for statement in document.statements:
        reach = _reach(statement, principal, bound_ids or {})
        if reach is Grant.NONE or not statement.covers(request):
            continue
        if statement.effect == "Deny":
            return True, Grant.NONE
        best = max(best, reach)
    return False, best


def federated_grant(document: Policy, provider_arn: str, request: Request) -> bool:
    """Whether a trust policy lets in a web identity of this provider."""

    def names_provider(statement: Statement) -> bool:
        principal = statement.principal
        return principal == "*" or (
            isinstance(principal, dict) and provider_arn in as_list(principal.get("Federated", []))
        )

    covering = [
        statement for statement in document.statements if names_provider(statement) and statement.covers(request)
    ]
    return any(item.effect == "Allow" for item in covering) and all(item.effect != "Deny" for item in covering)


def _reach(statement: Statement, principal: Principal, bound_ids: Mapping[str, str]) -> Grant:
    if statement.not_principal is not None:
        named = _best(statement.not_principal, principal, bound_ids)
        return Grant.NONE if named is not Grant.NONE else Grant.ACCOUNT
    return _best(statement.principal, principal, bound_ids)


def _best(element: object, principal: Principal, bound_ids: Mapping[str, str]) -> Grant:
    if element == "*":
        return Grant.DIRECT
    if not isinstance(element, dict):
        return Grant.NONE
    reaches = [_named(text, principal, bound_ids) for text in as_list(element.get("AWS", []))]
    return max(reaches, default=Grant.NONE)


def _named(text: str, principal: Principal, bound_ids: Mapping[str, str]) -> Grant:
    if text == "*":
        return Grant.DIRECT
    if text in (principal.account, f"arn:{principal.partition}:iam::{principal.account}:root"):
        return Grant.ACCOUNT
    if text == principal.arn and principal.kind in ("role", "federated"):
        return Grant.DIRECT
    if text == principal.entity_arn and principal.kind != "federated":
        if bound_ids.get(text, principal.entity_id) != principal.entity_id:
            return Grant.NONE
        return Grant.ROLE if principal.kind == "role" else Grant.DIRECT
    return Grant.NONE
