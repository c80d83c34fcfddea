"""The temporary credentials that STS has issued."""

import secrets
import string
from datetime import timedelta
from threading import Lock

from .clock import Clock
from .principal import Principal, Session

_KEY_ALPHABET = string.ascii_uppercase + "234567"
_SECRET_ALPHABET = string.ascii_letters + string.digits + "+/"


def random_access_key_id(prefix: str) -> str:
    return prefix + "".join(secrets.choice(_KEY_ALPHABET) for _ in range(16))


def random_secret() -> str:
    return "".join(secrets.choice(_SECRET_ALPHABET) for _ in range(40))


class Sessions:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._by_key: dict[str, Session] = {}

    def issue(self, principal: Principal, duration_seconds: int, policies: tuple[str, ...] | None) -> Session:
        now = self._clock.now().replace(microsecond=0)
        session = Session(
            access_key_id=random_access_key_id("ASIA"),
            secret_access_key=random_secret(),
            session_token="IQoJb3JpZ2luX2Vj" + secrets.token_urlsafe(180),
            issued_at=now,
            expires_at=now + timedelta(seconds=duration_seconds),
            principal=principal,
            policies=policies,
        )
        with self._lock:
            self._by_key[session.access_key_id] = session
        return session

    def find(self, access_key_id: str) -> Session | None:
        with self._lock:
            return self._by_key.get(access_key_id)

    def expired(self, session: Session) -> bool:
        return self._clock.now() >= session.expires_at
