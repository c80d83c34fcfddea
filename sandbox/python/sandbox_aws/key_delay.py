"""A new access key is not accepted at once: IAM is eventually consistent."""

from datetime import datetime, timedelta
from threading import Lock

from .clock import Clock


class KeyDelay:
    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._lock = Lock()
        self._seconds = seconds
        self._accepted_from: dict[str, datetime] = {}

    def set_seconds(self, seconds: float) -> None:
        """For keys that are made from now on."""
        with self._lock:
            self._seconds = seconds

    def created(self, access_key_id: str) -> None:
        with self._lock:
            self._accepted_from[access_key_id] = self._clock.now() + timedelta(seconds=self._seconds)

    def accepted(self, access_key_id: str) -> bool:
        with self._lock:
            start = self._accepted_from.get(access_key_id)
        return start is None or self._clock.now() >= start
