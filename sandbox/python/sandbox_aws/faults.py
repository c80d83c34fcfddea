"""Failures that tests ask for."""

from dataclasses import dataclass
from threading import Lock
from typing import Any

from .errors import AwsError
from .matching import wildcard


@dataclass
class Fault:
    # `iam:CreateAccessKey`; wildcards allowed.
    action: str
    code: str
    message: str
    status: int
    # How many calls still fail.
    remaining: int
    # Whether the call takes effect and only its answer is lost.
    after: bool
    # ARN of the callers that are hit; wildcards allowed.
    principal: str

    @staticmethod
    def parse(content: dict[str, Any]) -> "Fault":
        return Fault(
            action=str(content["action"]),
            code=str(content["code"]),
            message=str(content.get("message", "Fault asked for by a test.")),
            status=int(content.get("status", 400)),
            remaining=int(content.get("count", 1)),
            after=bool(content.get("after", False)),
            principal=str(content.get("principal", "*")),
        )


class Faults:
    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def take(self, action: str, principal_arn: str) -> Fault | None:
        """The fault that hits this call, its count already lowered."""
        with self._lock:
            for fault in self._faults:
                hit = wildcard(fault.action, action, ignore_case=True) and wildcard(fault.principal, principal_arn)
                if hit and fault.remaining > 0:
                    fault.remaining -= 1
                    return fault
        return None


def error_of(fault: Fault) -> AwsError:
    return AwsError(fault.code, fault.message, fault.status)
