"""Starts the sandbox's AWS.

    python -m sandbox_aws --port 0 < config.json

The configuration comes on standard input, since it holds secrets: {"admins": {ACCOUNT: {"accessKeyId", "secretAccessKey"}},
"keyDelaySeconds": 2}. The first account is the main one. When it listens, one line of JSON goes to standard output: {"port": N}.
"""

import argparse
import json
import os
import sys


def main() -> None:
    parser = argparse.ArgumentParser(prog="sandbox_aws")
    parser.add_argument("--port", type=int, default=0, help="TCP port on 127.0.0.1; 0 takes a free one")
    arguments = parser.parse_args()
    config = json.load(sys.stdin)
    # moto reads its settings when it is imported. MOTO_ACCOUNT_ID would win over the caller's account.
    os.environ.pop("MOTO_ACCOUNT_ID", None)
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

    from .server import serve

    serve(arguments.port, config)


if __name__ == "__main__":
    main()
