"""Condition blocks of policy statements."""

from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from ipaddress import ip_address, ip_network

from .matching import arn_like, wildcard
from .variables import Context, UnresolvedVariable, expand, quote

Test = Callable[[str, str], bool]


def _number(test: Callable[[float, float], bool]) -> Test:
    return lambda expected, actual: test(float(actual), float(expected))


def _moment(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)).timestamp()


def _date(test: Callable[[float, float], bool]) -> Test:
    return lambda expected, actual: test(_moment(actual), _moment(expected))


def _in_network(expected: str, actual: str) -> bool:
    return ip_address(actual) in ip_network(expected, strict=False)


def _equal(first: float, second: float) -> bool:
    return first == second


# Operator -> (test of one expected value against one value of the request, whether the operator is a negation).
_OPERATORS: dict[str, tuple[Test, bool]] = {
    "StringEquals": (lambda expected, actual: expected == actual, False),
    "StringNotEquals": (lambda expected, actual: expected == actual, True),
    "StringEqualsIgnoreCase": (lambda expected, actual: expected.lower() == actual.lower(), False),
    "StringNotEqualsIgnoreCase": (lambda expected, actual: expected.lower() == actual.lower(), True),
    "StringLike": (wildcard, False),
    "StringNotLike": (wildcard, True),
    "ArnEquals": (arn_like, False),
    "ArnLike": (arn_like, False),
    "ArnNotEquals": (arn_like, True),
    "ArnNotLike": (arn_like, True),
    "Bool": (lambda expected, actual: expected.lower() == actual.lower(), False),
    "NumericEquals": (_number(_equal), False),
    "NumericNotEquals": (_number(_equal), True),
    "NumericLessThan": (_number(lambda actual, expected: actual < expected), False),
    "NumericLessThanEquals": (_number(lambda actual, expected: actual <= expected), False),
    "NumericGreaterThan": (_number(lambda actual, expected: actual > expected), False),
    "NumericGreaterThanEquals": (_number(lambda actual, expected: actual >= expected), False),
    "DateEquals": (_date(_equal), False),
    "DateNotEquals": (_date(_equal), True),
    "DateLessThan": (_date(lambda actual, expected: actual < expected), False),
    "DateLessThanEquals": (_date(lambda actual, expected: actual <= expected), False),
    "DateGreaterThan": (_date(lambda actual, expected: actual > expected), False),
    "DateGreaterThanEquals": (_date(lambda actual, expected: actual >= expected), False),
    "IpAddress": (_in_network, False),
    "NotIpAddress": (_in_network, True),
}
_QUOTED_TEXT = ("String", "Arn")


class UnknownOperator(Exception):
    """The sandbox does not know this condition operator; guessing would prove nothing."""


def as_list(value: object) -> list[str]:
    """What a policy writes as one value or as a list, as a list of texts."""
    items = value if isinstance(value, list) else [value]
    return [str(item).lower() if isinstance(item, bool) else str(item) for item in items]


def satisfied(block: dict[str, dict[str, object]], context: Context) -> bool:
    """Whether every operator and every key of the block holds for the request."""
    return all(
        _holds(operator, as_list(expected), context.get(key.lower()), context)
        for operator, keys in block.items()
        for key, expected in keys.items()
    )


def _holds(operator: str, expected: list[str], actual: Sequence[str] | None, context: Context) -> bool:
    quantifier, _, name = operator.rpartition(":")
    if name == "Null":
        return any((text.lower() == "true") == (not actual) for text in expected)
    if_exists = name.endswith("IfExists")
    base = name.removesuffix("IfExists")
    if base not in _OPERATORS or quantifier not in ("", "ForAnyValue", "ForAllValues"):
        raise UnknownOperator(operator)
    test, negated = _OPERATORS[base]
    if not actual:
        if quantifier == "ForAllValues":
            return True
        return if_exists or (negated and quantifier == "")
    textual = base.removeprefix("Not").startswith(_QUOTED_TEXT)
    exact = textual and base.startswith("String") and not base.endswith("Like")
    try:
        wanted = [expand(text, context) for text in expected]
        wanted = [quote(text) for text in wanted] if exact else wanted
    except UnresolvedVariable:
        return negated
    values = [quote(text) for text in actual] if textual else list(actual)

    def matches(value: str) -> bool:
        return any(test(text, value) for text in wanted) != negated

    return any(map(matches, values)) if quantifier == "ForAnyValue" else all(map(matches, values))
