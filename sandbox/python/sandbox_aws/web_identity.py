"""OpenID Connect tokens for AssumeRoleWithWebIdentity."""

import base64
import binascii
import json
from dataclasses import dataclass
from threading import Lock
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm

from .clock import Clock
from .errors import AwsError

_HASHES: dict[str, HashAlgorithm] = {"RS256": SHA256(), "RS384": SHA384(), "RS512": SHA512()}


@dataclass(frozen=True)
class WebIdentity:
    # The issuer as IAM names it: without https://.
    provider: str
    subject: str
    audiences: tuple[str, ...]
    claims: dict[str, Any]


class Issuers:
    """The public keys of the issuers. AWS fetches them over HTTPS from the issuer; here they are handed in."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._keys: dict[str, dict[str, RSAPublicKey]] = {}

    def put(self, issuer: str, jwks: dict[str, Any]) -> None:
        keys = {str(key.get("kid", "")): _public_key(key) for key in jwks["keys"] if key["kty"] == "RSA"}
        with self._lock:
            self._keys[issuer.rstrip("/")] = keys

    def key(self, issuer: str, key_id: str) -> RSAPublicKey | None:
        with self._lock:
            return self._keys.get(issuer.rstrip("/"), {}).get(key_id)


def verify(token: str, issuers: Issuers, clock: Clock) -> WebIdentity:
    """The identity that the token proves. Raises AWS's errors for tokens that prove nothing."""
    try:
        head, body, signature = token.split(".")
        header, claims = json.loads(_decoded(head)), json.loads(_decoded(body))
        signed = _decoded(signature)
        issuer, subject, expires = str(claims["iss"]), str(claims["sub"]), float(claims["exp"])
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise _invalid(
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
        ) from error
    key = issuers.key(issuer, str(header.get("kid", "")))
    algorithm = _HASHES.get(str(header.get("alg")))
    if key is None or algorithm is None:
        raise _invalid(
            "Couldn't retrieve verification key from your identity provider, please reference "
            "AssumeRoleWithWebIdentity documentation for requirements"
        )
    try:
        key.verify(signed, f"{head}.{body}".encode(), padding.PKCS1v15(), algorithm)
    except InvalidSignature as error:
        raise _invalid("The ID Token's signature is not valid.") from error
    now = clock.now().timestamp()
    if now >= expires:
        raise AwsError(
            "ExpiredTokenException",
            f"Token expired: current date/time {int(now)} must be before the expiration date/time {int(expires)}",
        )
    audience = claims.get("aud", [])
    return WebIdentity(
        provider=issuer.partition("://")[2].rstrip("/"),
        subject=subject,
        audiences=tuple(audience) if isinstance(audience, list) else (str(audience),),
        claims=claims,
    )


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidIdentityToken", message)


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _public_key(jwk: dict[str, Any]) -> RSAPublicKey:
    modulus = int.from_bytes(_decoded(jwk["n"]), "big")
    exponent = int.from_bytes(_decoded(jwk["e"]), "big")
    return RSAPublicNumbers(exponent, modulus).public_key()
