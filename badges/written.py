"""Documents as the bytes that are signed, stored and named by their digest."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256

from badges.memo import Memo, content_key

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_TEXTS: Memo[str] = Memo(most=4_000_000)
# No text that is signed holds such a character, so in JSON it stands once.
_STAND_IN = "\0achievement"
_STAND_IN_TEXT = _encode(_STAND_IN)
_SHA2_256 = b"\x12\x20"
"""What a multihash begins with: the function, and the length of the digest."""


def serialize(document: Mapping[str, object]) -> bytes:
    """Return the document as compact UTF-8 JSON; members keep their order."""
    subject = document.get("credentialSubject")
    if isinstance(subject, dict) and isinstance(subject.get("achievement"), dict):
        # Thousands of credentials carry the same achievement, word for word.
        others = {**document, "credentialSubject": {**subject, "achievement": _STAND_IN}}
        text = _encode(others)
        if text.count(_STAND_IN_TEXT) == 1:
            achievement = _achievement_text(subject["achievement"])
            return text.replace(_STAND_IN_TEXT, achievement).encode()
    return _encode(document).encode()


def _achievement_text(achievement: dict[str, object]) -> str:
    key = content_key(achievement)
    known = _TEXTS.find(key) if key is not None else None
    if known is not None:
        return known
    text = _encode(achievement)
    if key is not None:
        _TEXTS.keep(key, text, len(key) + len(text))
    return text


def digest_multibase(document: bytes) -> str:
    """Return how a credential names another document by its bytes: SHA-256 as multihash."""
    digest = _SHA2_256 + sha256(document).digest()
    return "u" + urlsafe_b64encode(digest).rstrip(b"=").decode()
