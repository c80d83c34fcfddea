"""One-time codes of virtual MFA devices (RFC 6238), with the seeds that moto keeps."""

import base64
import hmac
import time

from . import directory
from .errors import access_denied
from .principal import Principal

_STEP_SECONDS = 30


def code_at(seed: str, moment: float) -> str:
    """The six digits that a device with this base32 seed shows."""
    counter = int(moment // _STEP_SECONDS).to_bytes(8, "big")
    digest = hmac.new(base64.b32decode(seed), counter, "sha1").digest()
    offset = digest[-1] & 0x0F
    return f"{(int.from_bytes(digest[offset : offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def verify_code(principal: Principal, serial_number: str, code: str) -> None:
    """Raises AccessDenied unless the device is the user's and shows this code about now."""
    user = directory.find_user(principal.account, principal.partition, principal.entity_name)
    device = directory.backend(principal.account, principal.partition).virtual_mfa_devices.get(serial_number)
    now = time.time()
    valid = (
        user is not None
        and device is not None
        and serial_number in user.mfa_devices
        and any(
            hmac.compare_digest(code_at(device.base32_string_seed, now + shift), code)
            for shift in (-_STEP_SECONDS, 0, _STEP_SECONDS)
        )
    )
    if not valid:
        raise access_denied("MultiFactorAuthentication failed with invalid MFA one time pass code.")
