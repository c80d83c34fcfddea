"""Policy variables: ${aws:username} and its kin."""

import re
from collections.abc import Mapping, Sequence

Context = Mapping[str, Sequence[str]]

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_LITERALS = {"*": "*", "?": "?", "$": "$"}
# Stand in for characters that a variable's value brings along, so that they are not taken for wildcards.
_QUOTED = {"*": "\ue000", "?": "\ue001"}


class UnresolvedVariable(Exception):
    """The request has no such key, so the statement that uses it does not match."""


def quote(text: str) -> str:
    return "".join(_QUOTED.get(char, char) for char in text)


def expand(pattern: str, context: Context) -> str:
    """The pattern with its variables replaced by the request's values. Compare it with `quote`d text."""

    def replacement(match: re.Match[str]) -> str:
        expression = match.group(1)
        if expression in _LITERALS:
            return quote(_LITERALS[expression])
        key, _, default = expression.partition(",")
        values = context.get(key.strip().lower(), ())
        if len(values) == 1:
            return quote(values[0])
        if default != "":
            return quote(default.strip().strip("'"))
        raise UnresolvedVariable(expression)

    return _VARIABLE.sub(replacement, pattern) if "${" in pattern else pattern
