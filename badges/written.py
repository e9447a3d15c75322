"""Documents as the bytes that are signed, stored and named by their digest."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256

from badges.quick_json import write_quickly

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_SHA2_256 = b"\x12\x20"
"""What a multihash begins with: the function, and the length of the digest."""


def serialize(document: Mapping[str, object]) -> bytes:
    """Return the document as compact UTF-8 JSON; members keep their order.

    Raises:
        ValueError: it holds a number that is none, or text that is none.
        TypeError: it holds what JSON does not.
    """
    return write_quickly(document) or _encode(document).encode()


def digest_multibase(document: bytes) -> str:
    """Return how a credential names another document by its bytes: SHA-256 as multihash."""
    digest = _SHA2_256 + sha256(document).digest()
    return "u" + urlsafe_b64encode(digest).rstrip(b"=").decode()
