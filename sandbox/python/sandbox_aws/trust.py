"""What IAM checks in a trust policy when it is written."""

import json
import re
from typing import Any

from moto.iam.exceptions import MalformedPolicyDocument

from . import directory
from .conditions import as_list

_ACCOUNT = re.compile(r"\d{12}|arn:aws[\w-]*:iam::\d{12}:root")
_SERVICE = re.compile(r"[\w.-]+\.(amazonaws\.com|amazonaws\.com\.cn|amazon\.com|aws\.internal)")
_FEDERATED = re.compile(r"arn:aws[\w-]*:iam::\d{12}:(oidc|saml)-provider/.+|[\w-]+(\.[\w-]+)+")
_ENTITY = re.compile(r"arn:(aws[\w-]*):iam::(\d{12}):(user|role)/(?:.*/)?([^/]+)")
_SESSION = re.compile(r"arn:(aws[\w-]*):sts::(\d{12}):assumed-role/([^/]+)/[^/]+")


def validate(document: str, known_principals: list[str]) -> dict[str, str]:
    """Raises MalformedPolicyDocument for a principal that does not exist. Returns the unique ids of the users and roles it names."""
    try:
        content = json.loads(document)
        statements = content["Statement"]
    except (ValueError, KeyError, TypeError) as error:
        raise MalformedPolicyDocument("This policy contains invalid Json") from error
    ids: dict[str, str] = {}
    for statement in statements if isinstance(statements, list) else [statements]:
        _check_statement(statement)
        principal = statement.get("Principal", statement.get("NotPrincipal"))
        if principal == "*":
            continue
        if not isinstance(principal, dict):
            raise MalformedPolicyDocument("Missing required field Principal")
        for kind, names in principal.items():
            for name in as_list(names):
                unique_id = _check(kind, name, known_principals)
                if unique_id is not None:
                    ids[name] = unique_id
    return ids


def _check_statement(statement: dict[str, Any]) -> None:
    if "Resource" in statement or "NotResource" in statement:
        raise MalformedPolicyDocument("Has prohibited field Resource")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise MalformedPolicyDocument("Syntax errors in policy.")
    for action in as_list(statement.get("Action", statement.get("NotAction", []))):
        if not action.startswith("sts:"):
            raise MalformedPolicyDocument("AssumeRole policy may only specify STS AssumeRole actions.")


def _check(kind: str, name: str, known_principals: list[str]) -> str | None:
    """The unique id of a user or role; None for principals that have none."""
    if kind == "Service" and _SERVICE.fullmatch(name):
        return None
    if kind == "Federated" and _FEDERATED.fullmatch(name):
        return None
    if kind == "AWS":
        if name == "*" or _ACCOUNT.fullmatch(name) or name in known_principals:
            return None
        entity = _entity(name)
        if entity is not None:
            return str(entity.id)
        session = _SESSION.fullmatch(name)
        if session is not None and _role(session.group(2), session.group(1), session.group(3)) is not None:
            return None
    raise MalformedPolicyDocument(f'Invalid principal in policy: "{kind}":"{name}"')


def _entity(arn: str) -> Any | None:
    match = _ENTITY.fullmatch(arn)
    if match is None or match.group(2) not in directory.accounts():
        return None
    partition, account, kind, name = match.groups()
    entity = directory.find_user(account, partition, name) if kind == "user" else _role(account, partition, name)
    return entity if entity is not None and entity.arn == arn else None


def _role(account: str, partition: str, name: str) -> Any | None:
    return directory.find_role(account, partition, name) if account in directory.accounts() else None
