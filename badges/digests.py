"""Digests by which one document names another, exactly as it is.

Source: https://www.w3.org/TR/vc-data-model-2.0/#integrity-of-related-resources
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from badges.errors import DigestError
from keys.errors import InvalidKeyError
from keys.multikey import decode_multibase

# Multihash: the function's number and the length of what it returns, each in one byte.
_FUNCTIONS = {b"\x12\x20": "sha256", b"\x20\x30": "sha384", b"\x13\x40": "sha512"}
_SRI_FUNCTIONS = frozenset(_FUNCTIONS.values())
_MAXIMUM_LENGTH = 500


def check_digest(resource: Mapping[str, object], data: bytes) -> None:
    """Return if `data` is what a `relatedResource` entry names, by each digest that it gives.

    Raises:
        DigestError: it is something else, or no digest that we compute is given.
    """
    given = [
        read(value)
        for name, read in (("digestMultibase", _multibase), ("digestSRI", _integrity))
        if (value := resource.get(name)) is not None
    ]
    if not given:
        raise DigestError("no_digest")
    for function, digest in given:
        if not hmac.compare_digest(hashlib.new(function, data).digest(), digest):
            raise DigestError("digest")


def _multibase(text: object) -> tuple[str, bytes]:
    if not isinstance(text, str) or len(text) > _MAXIMUM_LENGTH:
        raise DigestError("digest_not_supported")
    try:
        if text.startswith("u"):
            data = base64.urlsafe_b64decode(text[1:] + "=" * (-(len(text) - 1) % 4))
        else:
            data = decode_multibase(text)
    except (binascii.Error, ValueError, InvalidKeyError) as exc:
        raise DigestError("digest_not_supported") from exc
    function = _FUNCTIONS.get(data[:2])
    if function is None or len(data) != 2 + data[1]:
        raise DigestError("digest_not_supported")
    return function, data[2:]


def _integrity(text: object) -> tuple[str, bytes]:
    """Read one hash of Subresource Integrity: the name of a function, and base64."""
    if not isinstance(text, str) or len(text) > _MAXIMUM_LENGTH:
        raise DigestError("digest_not_supported")
    function, _, value = text.partition("-")
    if function not in _SRI_FUNCTIONS:
        raise DigestError("digest_not_supported")
    try:
        return function, base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise DigestError("digest_not_supported") from exc
