"""What a client sent, as one value."""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from .errors import AwsError

QUERY_NAMESPACES = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}
# Prefix of X-Amz-Target -> service.
JSON_TARGETS = {
    "DynamoDB_20120810": "dynamodb",
    "TrentService": "kms",
    "AmazonSSM": "ssm",
    "AnyScaleFrontendService": "application-autoscaling",
}
UNSIGNED_ACTIONS = ("AssumeRoleWithWebIdentity",)

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=(?P<credential>[^,\s]+),\s*SignedHeaders=(?P<headers>[^,\s]+),\s*"
    r"Signature=(?P<signature>[0-9a-f]{64})$"
)


@dataclass(frozen=True)
class Authorization:
    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str


@dataclass(frozen=True)
class AwsRequest:
    method: str
    raw_path: str
    raw_query: str
    headers: dict[str, str]
    body: bytes
    source_ip: str
    authorization: Authorization | None
    protocol: str
    service: str
    region: str
    operation: str
    params: dict[str, Any]

    @property
    def action(self) -> str:
        return f"{self.service}:{self.operation}"

    @property
    def namespace(self) -> str:
        return QUERY_NAMESPACES.get(self.service, "")


def header_map(environ: dict[str, Any]) -> dict[str, str]:
    headers = {
        key[5:].replace("_", "-").lower(): str(value) for key, value in environ.items() if key.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = str(environ[name])
    return headers


def parse(environ: dict[str, Any], body: bytes) -> AwsRequest:
    """Reads a request, signed or not. Raises AwsError where it is none that AWS would take."""
    headers = header_map(environ)
    raw_path, _, raw_query = str(environ.get("REQUEST_URI") or environ.get("PATH_INFO", "/")).partition("?")
    authorization = _authorization(headers.get("authorization"))
    if "x-amz-target" in headers:
        protocol = "json"
        service, operation, params = _json_call(headers["x-amz-target"], body)
    else:
        protocol = "query"
        form = dict(parse_qsl(raw_query, keep_blank_values=True))
        form.update(parse_qsl(body.decode("utf-8"), keep_blank_values=True))
        operation = form.get("Action", "")
        service = authorization.service if authorization is not None else "sts"
        if service not in QUERY_NAMESPACES:
            raise AwsError("UnknownOperationException", f"The sandbox has no service {service!r}.", 501)
        params = nested(form)
    if authorization is not None and authorization.service != service:
        raise AwsError("SignatureDoesNotMatch", f"Credential should be scoped to correct service: '{service}'.", 403)
    return AwsRequest(
        method=str(environ["REQUEST_METHOD"]),
        raw_path=raw_path or "/",
        raw_query=raw_query,
        headers=headers,
        body=body,
        source_ip=str(environ.get("REMOTE_ADDR", "127.0.0.1")),
        authorization=authorization,
        protocol=protocol,
        service=service,
        region=authorization.region if authorization is not None else "us-east-1",
        operation=operation,
        params=params,
    )


def _authorization(header: str | None) -> Authorization | None:
    if header is None or not header.startswith("AWS4-HMAC-SHA256"):
        return None
    match = _AUTHORIZATION.match(header.strip())
    parts = match.group("credential").split("/") if match else []
    if match is None or len(parts) != 5:
        raise AwsError("IncompleteSignature", "Authorization header is not a complete AWS4-HMAC-SHA256 signature.", 400)
    return Authorization(
        access_key_id=parts[0],
        date=parts[1],
        region=parts[2],
        service=parts[3],
        signed_headers=tuple(match.group("headers").split(";")),
        signature=match.group("signature"),
    )


def _json_call(target: str, body: bytes) -> tuple[str, str, dict[str, Any]]:
    prefix, _, operation = target.partition(".")
    service = JSON_TARGETS.get(prefix)
    if service is None:
        raise AwsError("UnknownOperationException", f"The sandbox has no service behind {prefix!r}.", 501)
    try:
        params = json.loads(body or b"{}")
    except ValueError as error:
        raise AwsError("SerializationException", f"The body is not JSON: {error}", 400) from error
    return service, operation, params


def nested(form: dict[str, str]) -> dict[str, Any]:
    """`Tags.member.1.Key=a` as {"Tags": [{"Key": "a"}]}."""
    tree: dict[str, Any] = {}
    for name, value in form.items():
        node = tree
        *parents, leaf = [part for part in name.split(".") if part != "member"]
        for part in parents:
            node = node.setdefault(part, {})
        node[leaf] = value
    return {key: _listed(value) for key, value in tree.items()}


def _listed(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node and all(key.isdigit() for key in node):
        return [_listed(node[key]) for key in sorted(node, key=int)]
    return {key: _listed(value) for key, value in node.items()}
