"""Policy documents and what their statements say about one request."""

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from .conditions import as_list, satisfied
from .matching import arn_like, wildcard
from .variables import Context, UnresolvedVariable, expand, quote


@dataclass(frozen=True)
class Request:
    """What is asked: an action on one resource, with the condition keys that go with it."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)


@dataclass(frozen=True)
class Statement:
    effect: str
    actions: tuple[str, ...] | None
    not_actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None
    not_resources: tuple[str, ...] | None
    principal: Any
    not_principal: Any
    condition: dict[str, dict[str, object]]
    has_variables: bool

    def covers(self, request: Request) -> bool:
        """Whether the statement speaks about this request, whoever makes it."""
        return (
            self._covers_action(request.action)
            and self._covers_resource(request)
            and satisfied(self.condition, request.context)
        )

    def _covers_action(self, action: str) -> bool:
        if self.not_actions is not None:
            return not any(wildcard(pattern, action, ignore_case=True) for pattern in self.not_actions)
        return any(wildcard(pattern, action, ignore_case=True) for pattern in self.actions or ())

    def _covers_resource(self, request: Request) -> bool:
        if self.not_resources is not None:
            return not any(self._resource_matches(pattern, request) for pattern in self.not_resources)
        if self.resources is None:
            return True  # Trust policies and key policies stand on the resource they are about.
        return any(self._resource_matches(pattern, request) for pattern in self.resources)

    def _resource_matches(self, pattern: str, request: Request) -> bool:
        try:
            expanded = expand(pattern, request.context) if self.has_variables else pattern
        except UnresolvedVariable:
            return False
        return arn_like(expanded, quote(request.resource))


@dataclass(frozen=True)
class Policy:
    statements: tuple[Statement, ...]

    def allows(self, request: Request) -> bool:
        return any(statement.effect == "Allow" and statement.covers(request) for statement in self.statements)

    def denies(self, request: Request) -> bool:
        return any(statement.effect == "Deny" and statement.covers(request) for statement in self.statements)


def _patterns(statement: dict[str, Any], key: str) -> tuple[str, ...] | None:
    return tuple(as_list(statement[key])) if key in statement else None


@lru_cache(maxsize=4096)
def parse(document: str) -> Policy:
    """The policy that a JSON document describes. Raises ValueError where it is no policy."""
    content = json.loads(document)
    if not isinstance(content, dict) or "Statement" not in content:
        raise ValueError("a policy document is an object with a Statement")
    # Documents of the older version keep ${...} as plain text.
    has_variables = content.get("Version") == "2012-10-17"
    raw = content["Statement"]
    return Policy(
        tuple(
            Statement(
                effect=statement["Effect"],
                actions=_patterns(statement, "Action"),
                not_actions=_patterns(statement, "NotAction"),
                resources=_patterns(statement, "Resource"),
                not_resources=_patterns(statement, "NotResource"),
                principal=statement.get("Principal"),
                not_principal=statement.get("NotPrincipal"),
                condition=statement.get("Condition", {}),
                has_variables=has_variables,
            )
            for statement in (raw if isinstance(raw, list) else [raw])
        )
    )
