"""Checks a request's signature, version 4, as the service that receives it does."""

import hashlib
import hmac
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qsl, quote

from .errors import AwsError
from .wire import AwsRequest, Authorization

_MAX_SKEW = timedelta(minutes=15)
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)


def verify(request: AwsRequest, authorization: Authorization, secret_access_key: str) -> None:
    """Raises SignatureDoesNotMatch unless the request was signed with this secret, recently."""
    stamp = request.headers.get("x-amz-date", "")
    try:
        signed_at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError as error:
        raise AwsError(
            "IncompleteSignature", f"Date must be in ISO-8601 'basic format'. Got '{stamp}'.", 400
        ) from error
    now = datetime.now(timezone.utc)
    if signed_at < now - _MAX_SKEW or not stamp.startswith(authorization.date):
        earliest = (now - _MAX_SKEW).strftime("%Y%m%dT%H%M%SZ")
        raise AwsError("SignatureDoesNotMatch", f"Signature expired: {stamp} is now earlier than {earliest}", 403)
    if signed_at > now + _MAX_SKEW:
        latest = (now + _MAX_SKEW).strftime("%Y%m%dT%H%M%SZ")
        raise AwsError("SignatureDoesNotMatch", f"Signature not yet current: {stamp} is still later than {latest}", 403)
    if "host" not in authorization.signed_headers:
        raise AwsError("SignatureDoesNotMatch", "'Host' must be a 'SignedHeader' in the AWS Authorization.", 403)
    expected = signature(request, authorization, secret_access_key, stamp)
    if not hmac.compare_digest(expected, authorization.signature):
        raise AwsError("SignatureDoesNotMatch", _MISMATCH, 403)


def signature(request: AwsRequest, authorization: Authorization, secret_access_key: str, stamp: str) -> str:
    scope = f"{authorization.date}/{authorization.region}/{authorization.service}/aws4_request"
    hashed = hashlib.sha256(_canonical(request, authorization).encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashed}"
    key = f"AWS4{secret_access_key}".encode()
    for part in (authorization.date, authorization.region, authorization.service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _canonical(request: AwsRequest, authorization: Authorization) -> str:
    pairs = parse_qsl(request.raw_query, keep_blank_values=True)
    query = "&".join(sorted(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in pairs))
    headers = "".join(
        f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in authorization.signed_headers
    )
    payload = hashlib.sha256(request.body).hexdigest()
    signed = ";".join(authorization.signed_headers)
    return f"{request.method}\n{request.raw_path}\n{query}\n{headers}\n{signed}\n{payload}"
