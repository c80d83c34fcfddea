"""Answers of the Query protocol."""

from typing import Any
from xml.sax.saxutils import escape


def response(operation: str, namespace: str, result: dict[str, Any], request_id: str) -> bytes:
    """<OperationResponse><OperationResult>…</OperationResult>…</OperationResponse>; members that are None are left out."""
    return (
        f'<{operation}Response xmlns="{namespace}"><{operation}Result>{_members(result)}</{operation}Result>'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>"
    ).encode()


def _members(content: dict[str, Any]) -> str:
    return "".join(f"<{name}>{_value(value)}</{name}>" for name, value in content.items() if value is not None)


def _value(value: Any) -> str:
    return _members(value) if isinstance(value, dict) else escape(str(value))
