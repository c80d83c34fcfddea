"""The WSGI application: authenticate, validate, authorise, then let moto or our own STS answer."""

import json
import sys
import traceback
import uuid
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from . import iam_targets, xml
from .authorization import authorize, targets_of
from .clock import Clock
from .control import PREFIX, Control
from .errors import AwsError, render
from .faults import Fault, Faults, error_of
from .identities import Identities
from .principal import Caller
from .request_log import RequestLog
from .sts import Sts
from .target import Target
from .upstream import LOCK, Upstream
from .validation import validate
from .wire import UNSIGNED_ACTIONS, AwsRequest, parse

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Answer = tuple[int, list[tuple[str, str]], bytes]


class Application:
    def __init__(
        self, identities: Identities, sts: Sts, control: Control, faults: Faults, log: RequestLog, clock: Clock
    ) -> None:
        self._identities = identities
        self._sts = sts
        self._control = control
        self._faults = faults
        self._log = log
        self._clock = clock
        self._upstream = Upstream()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length > 0 else b""
        if str(environ.get("PATH_INFO", "")).startswith(PREFIX):
            status, headers, content = self._answer_control(environ, body)
        else:
            status, headers, content = self._answer_aws(environ, body)
        headers.append(("Content-Length", str(len(content))))
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [content]

    def _answer_control(self, environ: dict[str, Any], body: bytes) -> Answer:
        authorization = str(environ.get("HTTP_AUTHORIZATION", ""))
        status, content = self._control.answer(environ["REQUEST_METHOD"], environ["PATH_INFO"], authorization, body)
        return status, [("Content-Type", "application/json")], json.dumps(content).encode()

    def _answer_aws(self, environ: dict[str, Any], body: bytes) -> Answer:
        request_id = str(uuid.uuid4())
        entry: dict[str, Any] = {"requestId": request_id, "time": self._clock.now().isoformat()}
        try:
            answer = self._serve(environ, body, entry, request_id)
            entry.setdefault("decision", "allowed")
        except AwsError as error:
            entry.setdefault("decision", "denied" if error.code == "AccessDenied" else "rejected")
            entry["code"] = error.code
            answer = self._render(environ, error, request_id)
        except Exception:
            # A defect of the sandbox must be seen, and must not look like an answer of AWS.
            traceback.print_exc(file=sys.stderr)
            entry.update(decision="failed", code="InternalFailure")
            answer = self._render(
                environ, AwsError("InternalFailure", "The sandbox failed; see its log.", 500), request_id
            )
        entry["status"] = answer[0]
        self._log.add(entry)
        return answer

    def _render(self, environ: dict[str, Any], error: AwsError, request_id: str) -> Answer:
        is_json = "HTTP_X_AMZ_TARGET" in environ
        is_iam = "/iam/aws4_request" in str(environ.get("HTTP_AUTHORIZATION", ""))
        namespace = (
            "https://iam.amazonaws.com/doc/2010-05-08/" if is_iam else "https://sts.amazonaws.com/doc/2011-06-15/"
        )
        status, content_type, content = render(error, "json" if is_json else "query", namespace, request_id)
        return status, [("Content-Type", content_type), ("x-amzn-RequestId", request_id)], content

    def _serve(self, environ: dict[str, Any], body: bytes, entry: dict[str, Any], request_id: str) -> Answer:
        request = parse(environ, body)
        entry.update(service=request.service, action=request.action, region=request.region)
        if request.authorization is None and request.operation in UNSIGNED_ACTIONS:
            return self._serve_unsigned(request, entry, request_id)
        with LOCK:
            caller = self._identities.authenticate(request)
            entry.update(
                principal=caller.principal.arn, account=caller.principal.account, accessKeyId=caller.access_key_id
            )
            validate(request)
            implied = _implied(request, caller)
            targets = self._sts.targets(request, caller) if request.service == "sts" else targets_of(request, caller)
            _note(entry, targets)
            if request.service != "sts":
                authorize(request, caller, self._clock, targets)
            fault = self._fault(request, caller.principal.arn, entry)
            if request.service == "sts":
                answer = _xml(request, self._sts.call(request, caller), request_id)
            else:
                answer = self._upstream.call(environ, request, caller, implied)
        if fault is not None:
            raise error_of(fault)
        return answer

    def _serve_unsigned(self, request: AwsRequest, entry: dict[str, Any], request_id: str) -> Answer:
        with LOCK:
            validate(request)
            _note(entry, [Target(request.action, request.params["RoleArn"])])
            fault = self._fault(request, "", entry)
            result, principal = self._sts.assume_role_with_web_identity(request)
            entry.update(principal=principal.arn, account=principal.account)
        if fault is not None:
            raise error_of(fault)
        return _xml(request, result, request_id)

    def _fault(self, request: AwsRequest, principal_arn: str, entry: dict[str, Any]) -> Fault | None:
        """Raises the fault that a test has asked for, or gives it back where the call is to take effect first."""
        fault = self._faults.take(request.action, principal_arn)
        if fault is not None:
            entry["decision"] = "fault"
            entry["code"] = fault.code
            if not fault.after:
                raise error_of(fault)
        return fault


def _implied(request: AwsRequest, caller: Caller) -> dict[str, str]:
    """The user that a request means without naming it: the caller."""
    if request.service != "iam" or request.operation not in iam_targets.SELF_ACTIONS or "UserName" in request.params:
        return {}
    if caller.principal.user_name is None:
        raise AwsError("ValidationError", "Must specify userName when calling with non-User credentials")
    return {"UserName": caller.principal.user_name}


def _note(entry: dict[str, Any], targets: list[Target]) -> None:
    entry["needs"] = [{"action": target.action, "resource": target.resource} for target in targets]


def _xml(request: AwsRequest, result: dict[str, Any], request_id: str) -> Answer:
    content = xml.response(request.operation, request.namespace, result, request_id)
    return 200, [("Content-Type", "text/xml"), ("x-amzn-RequestId", request_id)], content
