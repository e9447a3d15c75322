"""Private keys at rest: AES-256-GCM under the master key.

A sealed value is: version (1 byte), id of the master key (8), nonce (12), ciphertext, tag (16).
The header, the purpose and the id of what is sealed are associated data, so a value that
was copied to another row or for another use does not open.
Nonces are random: one master key is good for 2**32 seals, far more than there are keys.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys.errors import InvalidMasterKeyError, SealError

_VERSION = b"\x01"
_KEY_ID_LENGTH = 8
_NONCE_LENGTH = 12
_HEADER_LENGTH = len(_VERSION) + _KEY_ID_LENGTH + _NONCE_LENGTH
# 32 random bytes hold about 30 different ones; fewer than 16 come less than once in
# 10**15 draws, so they were typed, or repeat a pattern.
_FEWEST_DIFFERENT_BYTES = 16
_HEX = re.compile(r"[0-9a-fA-F]{64}")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]{43}=?")


@dataclass(frozen=True, slots=True, eq=False)
class MasterKey:
    """The one secret that comes from outside. `id` says which it is and reveals nothing."""

    id: bytes
    secret: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the key written as 64 hexadecimal digits or 43 characters of base64url.

        Raises:
            InvalidMasterKeyError: not 32 bytes, or bytes that were not drawn at random.
        """
        secret = _decode(text.strip())
        if len(set(secret)) < _FEWEST_DIFFERENT_BYTES:
            raise InvalidMasterKeyError("the master key repeats itself: draw 32 random bytes")
        digest = hashlib.sha256(b"quatrefoil master key id\0" + secret).digest()
        return cls(digest[:_KEY_ID_LENGTH], secret)


def seal(
    plaintext: bytes,
    master: MasterKey,
    *,
    purpose: str,
    subject_id: str,
    random_bytes: Callable[[int], bytes],
) -> bytes:
    """Return `plaintext` sealed for one purpose and the id of the row that will hold it.

    `random_bytes` is a cryptographic source, such as `os.urandom`.
    """
    header = _VERSION + master.id + random_bytes(_NONCE_LENGTH)
    associated = _associated_data(header, purpose, subject_id)
    return header + AESGCM(master.secret).encrypt(header[-_NONCE_LENGTH:], plaintext, associated)


def unseal(sealed: bytes, master: MasterKey, *, purpose: str, subject_id: str) -> bytes:
    """Return what `seal` was given.

    Raises:
        SealError: another version or master key, another purpose or id, or altered bytes.
    """
    header = sealed[:_HEADER_LENGTH]
    if len(header) < _HEADER_LENGTH or not header.startswith(_VERSION):
        raise SealError("not a sealed value of a version that we know")
    if not header.startswith(_VERSION + master.id):
        raise SealError("sealed with another master key")
    associated = _associated_data(header, purpose, subject_id)
    try:
        return AESGCM(master.secret).decrypt(
            header[-_NONCE_LENGTH:], sealed[_HEADER_LENGTH:], associated
        )
    except InvalidTag as exc:
        raise SealError("altered, or sealed for another purpose or id") from exc


def reseal(
    sealed: bytes,
    *,
    old: MasterKey,
    new: MasterKey,
    purpose: str,
    subject_id: str,
    random_bytes: Callable[[int], bytes],
) -> bytes:
    """Return what `old` or `new` sealed, sealed by `new`.

    Raises:
        SealError: neither opens it.
    """
    if sealed.startswith(_VERSION + new.id):
        unseal(sealed, new, purpose=purpose, subject_id=subject_id)
        return sealed
    plaintext = unseal(sealed, old, purpose=purpose, subject_id=subject_id)
    return seal(plaintext, new, purpose=purpose, subject_id=subject_id, random_bytes=random_bytes)


def _decode(text: str) -> bytes:
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    if _BASE64URL.fullmatch(text):
        return base64.urlsafe_b64decode(text.rstrip("=") + "=")
    raise InvalidMasterKeyError("the master key is 32 bytes as hexadecimal or base64url text")


def _associated_data(header: bytes, purpose: str, subject_id: str) -> bytes:
    """Return the bound values, each behind its length so that no two run together."""
    parts = (header, purpose.encode(), subject_id.encode())
    return b"".join(len(part).to_bytes(4) + part for part in parts)
