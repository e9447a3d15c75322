"""Errors of the keys package.

KeysError
├── InvalidKeyError        bytes, a JWK or a Multikey that hold no key we use
├── InvalidSignatureError  the signature was not made by this key over these bytes
├── InvalidDIDError        no DID that we understand, or a malformed DID document
├── UnknownKeyError        nobody vouches for the key that was named
├── InvalidMasterKeyError  no master key, or one that could be guessed
└── SealError              the sealed bytes do not open
"""

from typing import ClassVar


class KeysError(Exception):
    """Base of every error that this package raises on purpose.

    `code` is stable: logs and tests match on it. A message never holds key material.
    """

    code: ClassVar[str] = "keys_error"


class InvalidKeyError(KeysError):
    """These bytes, this JWK or this Multikey hold no key of a kind that we use."""

    code = "invalid_key"


class InvalidSignatureError(KeysError):
    """The signature was not made by this key over these bytes."""

    code = "invalid_signature"


class InvalidDIDError(KeysError):
    """Not a DID that we understand, or a DID document that is malformed."""

    code = "invalid_did"


class UnknownKeyError(KeysError):
    """The ring or the DID document has no such key for this purpose."""

    code = "unknown_key"


class InvalidMasterKeyError(KeysError):
    """The text holds no 32 random bytes."""

    code = "invalid_master_key"


class SealError(KeysError):
    """The sealed bytes do not open: altered, made for another place, or by another key."""

    code = "seal_broken"
