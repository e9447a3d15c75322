"""Base64url as JSON Web Signatures use it, without padding (RFC 7515, 2).

Text of JSON seldom has one of the two signs in which it differs from base64, so it is quicker
to search for them than to look at each.
"""

import binascii


def encode(data: bytes) -> str:
    """Return `data` as text."""
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
    standard = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
    try:
        return binascii.a2b_base64(standard, strict_mode=True)
    except ValueError as exc:
        raise ValueError("not base64url") from exc
