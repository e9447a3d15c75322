"""A value kept by the platform's page for us, where the browser keeps no cookie.

The login page writes it with `lti.put_data`, the launch page reads it with
`lti.get_data`; this module knows the frame, the origin, the key and the value.
The value is derived from the browser's hash and the state: a page of the
platform may know it, it opens this one launch only, and it tells nothing of
the browser's secret.

Source: 1EdTech LTI Client Side postMessages and OIDC Login with LTI Client Side
postMessages, both 0.1.
"""

import hashlib
import hmac
from typing import Final
from urllib.parse import urlsplit

from lti_tool.lti.messages import LoginAttempt, Registration, StorageRead, StorageWrite

_KEY_CHARACTERS: Final = 16


def storage_write(
    attempt: LoginAttempt, *, registration: Registration, state: str
) -> StorageWrite | None:
    """Return what the login page writes, or None if the platform offers no storage."""
    if attempt.storage_target is None:
        return None
    return StorageWrite(
        frame=attempt.storage_target,
        origin=_origin(registration),
        key=_key(state),
        value=_value(attempt, state),
    )


def storage_read(
    attempt: LoginAttempt, *, registration: Registration, state: str
) -> StorageRead | None:
    """Return what the launch page reads, or None if the platform offers no storage."""
    if attempt.storage_target is None:
        return None
    return StorageRead(
        registration_id=registration.id,
        frame=attempt.storage_target,
        origin=_origin(registration),
        key=_key(state),
    )


def is_stored_value(value: str, attempt: LoginAttempt, *, state: str) -> bool:
    """Whether `value` is what the login page of this attempt had the platform keep."""
    return hmac.compare_digest(value.encode(errors="replace"), _value(attempt, state).encode())


def _origin(registration: Registration) -> str:
    """Return where messages go: the origin of the OIDC authorization URL."""
    parts = urlsplit(registration.auth_login_url)
    return f"{parts.scheme}://{parts.netloc}"


def _key(state: str) -> str:
    return f"badge.{state[:_KEY_CHARACTERS]}"


def _value(attempt: LoginAttempt, state: str) -> str:
    return hmac.new(attempt.browser_hash.encode(), state.encode(), hashlib.sha256).hexdigest()
