"""The sandbox's own time, which tests may move forward so as not to wait for sessions to expire."""

from datetime import datetime, timedelta, timezone
from threading import Lock


class Clock:
    def __init__(self) -> None:
        self._offset = timedelta()
        self._lock = Lock()

    def now(self) -> datetime:
        with self._lock:
            return datetime.now(timezone.utc) + self._offset

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._offset += timedelta(seconds=seconds)
