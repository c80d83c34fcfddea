"""/_sandbox/...: what tests may ask of the sandbox itself. Guarded by the administrator's secret."""

import hmac
import json
from typing import Any

from .clock import Clock
from .faults import Fault, Faults
from .key_delay import KeyDelay
from .request_log import RequestLog
from .web_identity import Issuers

PREFIX = "/_sandbox/"


class Control:
    def __init__(
        self, secret: str, clock: Clock, faults: Faults, key_delay: KeyDelay, log: RequestLog, issuers: Issuers
    ) -> None:
        self._secret = secret
        self._clock = clock
        self._faults = faults
        self._key_delay = key_delay
        self._log = log
        self._issuers = issuers

    def answer(self, method: str, path: str, authorization: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """Status and JSON content of the answer."""
        if not hmac.compare_digest(authorization.encode(), f"Bearer {self._secret}".encode()):
            return 403, {"error": "The control endpoint needs the administrator's secret as its bearer token."}
        try:
            content = json.loads(body) if body else {}
            return self._route(f"{method} {path.removeprefix(PREFIX)}", content)
        except (KeyError, TypeError, ValueError) as error:
            return 400, {"error": f"{type(error).__name__}: {error}"}

    def _route(self, route: str, content: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if route == "GET health":
            return 200, {"status": "ready"}
        if route == "GET requests":
            return 200, {"requests": self._log.entries()}
        if route == "DELETE requests":
            self._log.clear()
        elif route == "POST faults":
            self._faults.add(Fault.parse(content))
        elif route == "DELETE faults":
            self._faults.clear()
        elif route == "POST clock":
            self._clock.advance(float(content["advanceSeconds"]))
        elif route == "PUT key-delay":
            self._key_delay.set_seconds(float(content["seconds"]))
        elif route == "PUT issuers":
            self._issuers.put(str(content["issuer"]), content["jwks"])
        else:
            return 404, {"error": f"No such control call: {route}"}
        return 200, {}
