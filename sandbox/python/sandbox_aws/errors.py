"""Errors in AWS's words, and how each wire protocol writes them."""

import json
from xml.sax.saxutils import escape

# The JSON services (DynamoDB, KMS, SSM) name and number the same failures differently from the Query services (IAM, STS).
_JSON_CODES = {
    "InvalidClientTokenId": "UnrecognizedClientException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "ExpiredToken": "ExpiredTokenException",
    "AccessDenied": "AccessDeniedException",
    "MissingAuthenticationToken": "MissingAuthenticationTokenException",
    "ValidationError": "ValidationException",
    "Throttling": "ThrottlingException",
}


class AwsError(Exception):
    """A refusal, under the code that the Query protocol (IAM, STS) gives it."""

    def __init__(self, code: str, message: str, status: int = 400):
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status

    def code_for(self, protocol: str) -> str:
        return _JSON_CODES.get(self.code, self.code) if protocol == "json" else self.code

    def status_for(self, protocol: str) -> int:
        """JSON services answer every fault of the client with 400."""
        return 400 if protocol == "json" and self.status < 500 else self.status


def invalid_client_token() -> AwsError:
    return AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403)


def access_denied(message: str) -> AwsError:
    return AwsError("AccessDenied", message, 403)


def validation_error(message: str) -> AwsError:
    return AwsError("ValidationError", message, 400)


def render(error: AwsError, protocol: str, namespace: str, request_id: str) -> tuple[int, str, bytes]:
    """Status, content type and body of the answer."""
    code = error.code_for(protocol)
    status = error.status_for(protocol)
    if protocol == "json":
        body = json.dumps({"__type": f"com.amazon.coral.service#{code}", "message": error.message})
        return status, "application/x-amz-json-1.0", body.encode()
    fault = "Receiver" if status >= 500 else "Sender"
    body = (
        f'<ErrorResponse xmlns="{namespace}"><Error><Type>{fault}</Type><Code>{escape(code)}</Code>'
        f"<Message>{escape(error.message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return status, "text/xml", body.encode()
