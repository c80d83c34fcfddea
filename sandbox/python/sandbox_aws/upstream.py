"""moto behind the authorisation layer, called in the same process."""

import io
from threading import RLock
from typing import Any
from urllib.parse import urlencode

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import run_wsgi_app

from .principal import Caller
from .wire import AwsRequest

# moto's models are not made for several threads: one call at a time.
LOCK = RLock()


class Upstream:
    def __init__(self) -> None:
        self._application = DomainDispatcherApplication(create_backend_app)

    def call(
        self, environ: dict[str, Any], request: AwsRequest, caller: Caller, extra_params: dict[str, str]
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """Status, headers and body of moto's answer. `extra_params` are added to a Query request."""
        body = request.body
        if extra_params:
            body = body + b"&" + urlencode(extra_params).encode()
        inner = dict(environ)
        inner["wsgi.input"] = io.BytesIO(body)
        inner["CONTENT_LENGTH"] = str(len(body))
        inner["HTTP_X_MOTO_ACCOUNT_ID"] = caller.principal.account
        answer, status, headers = run_wsgi_app(self._application, inner, buffered=True)
        content = b"".join(answer)
        kept = [(name, value) for name, value in headers if name.lower() not in ("content-length", "connection")]
        return int(status.split(" ", 1)[0]), kept, content
