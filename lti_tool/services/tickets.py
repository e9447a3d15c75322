"""Single-purpose signed tickets of a few minutes: new windows, downloads, video, PDF.

A ticket stands in a URL where no cookie and no launch may be at hand. It
names one thing for one purpose and ends by itself.
"""

import base64
import hmac
from datetime import timedelta
from hashlib import sha256

from lti_tool.errors import SessionEndedError
from lti_tool.values import Clock

SIGNATURE_BYTES = 16


def make_ticket(
    secret_key: str, *, purpose: str, subject: str, lasts: timedelta, clock: Clock
) -> str:
    """Return a URL-safe ticket for `subject`, e.g. an id, that ends after `lasts`."""
    ends = int((clock() + lasts).timestamp())
    content = f"{ends:x}.{subject}".encode()
    signed = _sign(secret_key, purpose, content) + content
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


def read_ticket(secret_key: str, ticket: str, *, purpose: str, clock: Clock) -> str:
    """Return the subject of a ticket that was made for `purpose` and has not ended.

    Raises:
        SessionEndedError: it was not made here, for this purpose, or has ended.
    """
    padded = ticket + "=" * (-len(ticket) % 4)
    try:
        signed = base64.b64decode(padded, altchars=b"-_", validate=True)
    except ValueError as exc:
        raise SessionEndedError("not a ticket", code="ticket_invalid") from exc
    signature, content = signed[:SIGNATURE_BYTES], signed[SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _sign(secret_key, purpose, content)):
        raise SessionEndedError("not our ticket", code="ticket_invalid")
    ends, _, subject = content.decode().partition(".")
    if clock().timestamp() >= int(ends, 16):
        raise SessionEndedError("the ticket has ended", code="ticket_ended")
    return subject


def _sign(secret_key: str, purpose: str, content: bytes) -> bytes:
    message = f"ticket\0{purpose}\0".encode() + content
    return hmac.new(secret_key.encode(), message, sha256).digest()[:SIGNATURE_BYTES]
