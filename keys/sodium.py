"""Ed25519 by libsodium, which takes two thirds of the time that OpenSSL takes.

Both make the same signature of the same data (RFC 8032, 5.1.6). Of those that can be accepted
or not (RFC 8032 leaves it open, and nobody makes them but on purpose) libsodium accepts fewer:
no key and no `R` of small order, and of no key another spelling. So what it refuses, OpenSSL
decides: a signature is valid exactly if it is for OpenSSL, which most others use, too.

It is used from the twentieth signature or verification of a process on.
"""

from typing import TYPE_CHECKING

from keys.late import FrequentModule, LateModule

if TYPE_CHECKING:
    from nacl import exceptions
else:
    exceptions = LateModule("nacl.exceptions")

_SIGNATURE_BYTES = 64
_BINDINGS = FrequentModule("nacl.bindings", after=20)


def load() -> None:
    """Use it from now on."""
    _BINDINGS.load()


def sign(secret: bytes, public: bytes, data: bytes) -> bytes | None:
    """Return the signature of `data`, or None if OpenSSL has to make it.

    `secret` is the seed, 32 bytes as the key's other half.
    """
    bindings = _BINDINGS.get()
    if bindings is None:
        return None
    signed: bytes = bindings.crypto_sign(data, secret + public)
    return signed[:_SIGNATURE_BYTES]


def accepts(public: bytes, signature: bytes, data: bytes) -> bool:
    """Tell whether a signature is surely valid. Otherwise OpenSSL has to say."""
    bindings = _BINDINGS.get()
    # Another length would move the border between the signature and what it signs.
    if bindings is None or len(signature) != _SIGNATURE_BYTES:
        return False
    try:
        bindings.crypto_sign_open(signature + data, public)
    except exceptions.CryptoError:
        return False
    return True
