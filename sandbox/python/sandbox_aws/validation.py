"""Parameters against AWS's own model of the service: missing ones, lengths, patterns, choices."""

import re
from functools import lru_cache
from typing import Any

from botocore.model import OperationModel, OperationNotFoundError, ServiceModel, Shape
from moto.core.utils import get_service_model

from .errors import AwsError, validation_error
from .wire import AwsRequest


@lru_cache(maxsize=16)
def _service(name: str) -> ServiceModel:
    return get_service_model(name)


def validate(request: AwsRequest) -> None:
    """Raises ValidationError naming everything that AWS would find wrong. For IAM and STS; the JSON services are left to moto."""
    if request.protocol != "query":
        return
    try:
        operation: OperationModel = _service(request.service).operation_model(request.operation)
    except OperationNotFoundError as error:
        raise AwsError("InvalidAction", f"Could not find operation {request.operation}") from error
    if operation.input_shape is None:
        return
    problems = _structure(operation.input_shape, request.params, "")
    if problems:
        plural = "error" if len(problems) == 1 else "errors"
        raise validation_error(f"{len(problems)} validation {plural} detected: {'; '.join(problems)}")


def _structure(shape: Any, params: dict[str, Any], prefix: str) -> list[str]:
    problems: list[str] = []
    for name, member in shape.members.items():
        path = f"{prefix}{name[0].lower()}{name[1:]}"
        if name in params:
            problems += _value(member, params[name], path)
        elif name in shape.required_members:
            problems.append(f"Value null at '{path}' failed to satisfy constraint: Member must not be null")
    return problems


def _value(shape: Shape, value: Any, path: str) -> list[str]:
    if shape.type_name == "structure":
        return _structure(shape, value if isinstance(value, dict) else {}, f"{path}.")
    if shape.type_name == "list":
        items = value if isinstance(value, list) else []
        problems = _bounds(shape, len(items), path, "length", value)
        for index, item in enumerate(items, 1):
            problems += _value(shape.member, item, f"{path}.{index}.member")
        return problems
    if shape.type_name == "string":
        return _text(shape, str(value), path)
    if shape.type_name in ("integer", "long"):
        if not re.fullmatch(r"-?\d+", str(value)):
            raise AwsError("MalformedInput", "Unexpected text where a number belongs.")
        return _bounds(shape, int(value), path, "value", value)
    return []


def _text(shape: Shape, value: str, path: str) -> list[str]:
    problems = _bounds(shape, len(value), path, "length", value)
    pattern = shape.metadata.get("pattern")
    if pattern is not None and not _python_pattern(pattern).fullmatch(value):
        problems.append(
            f"Value '{value}' at '{path}' failed to satisfy constraint: Member must satisfy regular expression pattern: {pattern}"
        )
    choices = shape.metadata.get("enum")
    if choices and value not in choices:
        problems.append(
            f"Value '{value}' at '{path}' failed to satisfy constraint: Member must satisfy enum value set: [{', '.join(choices)}]"
        )
    return problems


def _bounds(shape: Shape, size: int, path: str, what: str, shown: Any) -> list[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    bound = None
    if low is not None and size < low:
        bound = f"greater than or equal to {low}"
    elif high is not None and size > high:
        bound = f"less than or equal to {high}"
    if bound is None:
        return []
    return [f"Value '{shown}' at '{path}' failed to satisfy constraint: Member must have {what} {bound}"]


@lru_cache(maxsize=256)
def _python_pattern(pattern: str) -> re.Pattern[str]:
    """AWS writes Java's patterns; the classes of letters, spaces and digits are what Python writes otherwise."""
    translated = pattern.replace("\\p{L}", "\\w").replace("\\p{Z}", "\\s").replace("\\p{N}", "\\d")
    return re.compile(translated, 0 if "\\p" in pattern else re.ASCII)
