"""Puts the parts together and listens."""

import json
import logging
import sys
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from . import directory, moto_rules
from .app import Application
from .clock import Clock
from .control import Control
from .faults import Faults
from .identities import Admin, Identities
from .key_delay import KeyDelay
from .request_log import RequestLog
from .sessions import Sessions
from .sts import Sts
from .web_identity import Issuers


class Handler(MotoRequestHandler):
    # Clients keep connections open; without this each call would pay for a new one.
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Calls are in the request log; a line for each on standard error would only slow them down."""


def serve(port: int, config: dict[str, Any]) -> None:
    admins = [Admin(account, key["accessKeyId"], key["secretAccessKey"]) for account, key in config["admins"].items()]
    for admin in admins:
        directory.backend(admin.account, "aws")
    clock, faults, log, issuers = Clock(), Faults(), RequestLog(), Issuers()
    key_delay = KeyDelay(clock, float(config.get("keyDelaySeconds", 2)))
    sessions = Sessions(clock)
    moto_rules.install(key_delay.created, [admin.principal("aws").arn for admin in admins])
    application = Application(
        Identities(admins, sessions, key_delay),
        Sts(sessions, issuers, clock),
        Control(admins[0].secret_access_key, clock, faults, key_delay, log, issuers),
        faults,
        log,
        clock,
    )
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", port, application, threaded=True, request_handler=Handler)
    print(json.dumps({"port": server.server_port}), flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)
