"""Wildcards as IAM reads them."""

import re
from functools import lru_cache


@lru_cache(maxsize=8192)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    parts = [".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern]
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def wildcard(pattern: str, value: str, ignore_case: bool = False) -> bool:
    """`*` stands for any text, `/` and `:` included; `?` for one character."""
    return _compiled(pattern, ignore_case).fullmatch(value) is not None


def arn_like(pattern: str, value: str) -> bool:
    """Each of the six parts of the ARN is matched alone, so that a wildcard never reaches into the next part."""
    if pattern == "*":
        return True
    patterns = pattern.split(":", 5)
    values = value.split(":", 5)
    return len(patterns) == len(values) == 6 and all(wildcard(part, text) for part, text in zip(patterns, values))
