"""What an earner hands in -> the bytes of one credential: a file, a text, or an address."""

from contextlib import suppress

from badges.baking import is_picture, unbake
from badges.errors import BakingError
from badges.png import MAXIMUM_BYTES as PICTURE_BYTES
from lti_tool.errors import InvalidFieldsError, LtiToolError
from lti_tool.services.fetching import CREDENTIAL
from lti_tool.services.foreign.checking import ForeignParts

DOCUMENT_BYTES = 300_000
"""A badge with its picture in it takes less; a microcredential's record holds it whole."""


def read_upload(data: bytes) -> bytes:
    """Return the credential in a file: JSON, a compact JWT, or a picture that holds one.

    Raises:
        InvalidFieldsError: `nothing_given`, `too_large` or `picture_…` at `file`.
    """
    return _read(data, "file")


def read_text(text: str) -> bytes:
    """Return the credential in a pasted text.

    Raises:
        InvalidFieldsError: `nothing_given` or `too_large` at `credential`.
    """
    return _bounded(text.encode(errors="replace"), "credential")


def fetch(parts: ForeignParts, url: str) -> bytes:
    """Return the credential at an address, in a picture or not. Outside any transaction.

    Raises:
        InvalidFieldsError: `nothing_given`, `too_large`, `picture_…`, `not_reachable`,
            `answered_status` or `own_credential` at `url`.
    """
    address = url.strip()
    if not address:
        raise InvalidFieldsError({"url": ("nothing_given", None)})
    if address.startswith(f"{parts.issuing.urls.base_url}/"):
        raise InvalidFieldsError({"url": ("own_credential", None)})
    try:
        answer = parts.http.exchange(
            "GET", address, headers={"Accept": CREDENTIAL}, follows_redirects=True
        )
    except LtiToolError as error:
        raise InvalidFieldsError({"url": ("not_reachable", error.code)}) from error
    if not answer.is_success:
        raise InvalidFieldsError({"url": ("answered_status", str(answer.status))})
    return _read(answer.body, "url")


def _read(data: bytes, field: str) -> bytes:
    if not is_picture(data):
        return _bounded(data, field)
    if len(data) > PICTURE_BYTES:
        raise InvalidFieldsError({field: ("too_large", str(PICTURE_BYTES))})
    try:
        found = unbake(data)
    except BakingError as error:
        raise InvalidFieldsError({field: (f"picture_{error.reason}", None)}) from error
    return _bounded(found if isinstance(found, bytes) else found.encode(), field)


def _bounded(data: bytes, field: str) -> bytes:
    # White space around it is nobody's, and a token has none. Verifying takes it off, too, of
    # whatever script: what is left says by its first character in which form it is.
    with suppress(UnicodeDecodeError):
        data = data.decode().strip().encode()
    if not data:
        raise InvalidFieldsError({field: ("nothing_given", None)})
    if len(data) > DOCUMENT_BYTES:
        raise InvalidFieldsError({field: ("too_large", str(DOCUMENT_BYTES))})
    return data
