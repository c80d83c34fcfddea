"""What the calls of STS have in common: durations, session policies, the form of credentials."""

import re

from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.policy_validation import IAMPolicyDocumentValidator

from . import directory
from .errors import AwsError, validation_error
from .principal import Principal, Session
from .wire import AwsRequest

MINUTES_15, HOUR, HOURS_12, HOURS_36 = 900, 3600, 43_200, 129_600
_MAX_POLICY_CHARACTERS = 2048


def duration_of(request: AwsRequest, default: int, maximum: int) -> int:
    seconds = int(request.params.get("DurationSeconds", default))
    bounds = (
        (seconds < MINUTES_15, f"greater than or equal to {MINUTES_15}"),
        (seconds > maximum, f"less than or equal to {maximum}"),
    )
    for wrong, bound in bounds:
        if wrong:
            raise validation_error(
                f"1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: "
                f"Member must have value {bound}"
            )
    return seconds


def session_policies(request: AwsRequest, principal: Principal) -> tuple[str, ...] | None:
    """Texts of the inline and managed session policies, None where none were passed."""
    inline = request.params.get("Policy")
    arns = [entry["arn"] for entry in request.params.get("PolicyArns", [])]
    if inline is None and not arns:
        return None
    documents: list[str] = []
    if inline is not None:
        if len(inline) > _MAX_POLICY_CHARACTERS:
            raise AwsError("PackedPolicyTooLarge", "The session policy exceeds 2048 characters.")
        try:
            IAMPolicyDocumentValidator(inline).validate()
        except MalformedPolicyDocument as error:
            raise AwsError("MalformedPolicyDocument", str(error)) from error
        documents.append(inline)
    for arn in arns:
        managed = directory.find_policy(principal.account, principal.partition, arn)
        if managed is None:
            raise AwsError("InvalidParameterValue", f"The policy {arn} does not exist.")
        documents.append(directory.document_of(managed))
    return tuple(documents)


def packed_size(policies: tuple[str, ...] | None) -> int | None:
    """Percent of what a session may carry."""
    return None if policies is None else max(1, sum(len(re.sub(r"\s", "", text)) for text in policies) * 100 // 4096)


def tag_values(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag.get("Value", "") for tag in tags}


def credentials(session: Session) -> dict[str, str]:
    return {
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key,
        "SessionToken": session.session_token,
        "Expiration": session.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
