"""Base64url as JSON Web Signatures use it, without padding (RFC 7515, 2).

By pybase64, which takes a tenth of the time, from the twentieth text of a process on; by
Python's own module until then. Text of JSON seldom has one of the two signs in which base64url
differs from base64, so it is quicker to search for them than to look at each.
"""

import binascii

from keys.late import FrequentModule

_PYBASE64 = FrequentModule("pybase64", after=20)
_SIGNS = b"-_"


def load() -> None:
    """Use pybase64 from now on."""
    _PYBASE64.load()


def encode(data: bytes) -> str:
    """Return `data` as text."""
    library = _PYBASE64.get()
    if library is not None:
        quick: str = library.b64encode_as_string(data, _SIGNS)
        return quick.rstrip("=")
    text = binascii.b2a_base64(data, newline=False).decode().rstrip("=")
    return text.replace("+", "-").replace("/", "_")


def decode(text: str) -> bytes:
    """Return the bytes that `text` stands for; no text stands for none.

    Raises:
        ValueError: a character that is not of the alphabet, padding included; or a length
            that no bytes have.
    """
    if not text or "+" in text or "/" in text or "=" in text:
        raise ValueError("not base64url")
    padded = text + "=" * (-len(text) % 4)
    library = _PYBASE64.get()
    try:
        if library is not None:
            quick: bytes = library.b64decode(padded, _SIGNS, validate=True)
            return quick
        return binascii.a2b_base64(padded.replace("-", "+").replace("_", "/"), strict_mode=True)
    except ValueError as exc:
        raise ValueError("not base64url") from exc
