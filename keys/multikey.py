"""Ed25519 public keys as Multikey text, and base58btc, in which that text is written.

Source: https://www.w3.org/TR/cid-1.0/#Multikey
"""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from keys.errors import InvalidKeyError
from keys.signing import PublicKey

# The multicodec code of an Ed25519 public key (0xed) as a variable-length integer.
_ED25519_PREFIX = b"\xed\x01"
_BASE58BTC_PREFIX = "z"
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_NO_DIGIT = 0xFF
_VALUES = bytes(_ALPHABET.find(chr(code)) % 256 for code in range(256))
"""Of each character the digit's value, or `_NO_DIGIT`."""
_PAIR = len(_ALPHABET) ** 2
_FOUR_DIGITS = _PAIR**2
# Below 2^30, by which long numbers are divided in one go.
_FIVE_DIGITS = _FOUR_DIGITS * len(_ALPHABET)
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
# What is read goes by ten digits at a time, as multiplying long numbers takes long.
_CHUNK_DIGITS = 10
_CHUNK = 58**_CHUNK_DIGITS
# Decoding takes quadratic time; nothing we read (a key, a signature) is longer.
_MAXIMUM_LENGTH = 128


def encode_multibase(data: bytes) -> str:
    """Return `data` as base58btc multibase text: "z", then a 1 for each leading zero byte."""
    zeros = len(data) - len(data.lstrip(b"\0"))
    number, text = int.from_bytes(data), ""
    while number:
        number, rest = divmod(number, _FIVE_DIGITS)
        first, middle = rest // _FOUR_DIGITS, rest % _FOUR_DIGITS // _PAIR
        text = f"{_ALPHABET[first]}{_PAIRS[middle]}{_PAIRS[rest % _PAIR]}{text}"
    return _BASE58BTC_PREFIX + _ALPHABET[0] * zeros + text.lstrip(_ALPHABET[0])


def decode_multibase(text: object) -> bytes:
    """Return the bytes of base58btc multibase text.

    Raises:
        InvalidKeyError: not such text, or longer than any key or signature.
    """
    if not isinstance(text, str) or not text.startswith(_BASE58BTC_PREFIX):
        raise InvalidKeyError("not base58btc multibase text")
    body = text.removeprefix(_BASE58BTC_PREFIX)
    values = body[: _MAXIMUM_LENGTH + 1].encode("ascii", "replace").translate(_VALUES)
    if len(values) > _MAXIMUM_LENGTH or _NO_DIGIT in values:
        raise InvalidKeyError("not base58btc of a sensible length")
    number = 0
    # What is left over comes first, so that all other chunks are full.
    start, end = 0, len(values) % _CHUNK_DIGITS
    while end <= len(values):
        chunk = 0
        for value in values[start:end]:
            chunk = chunk * 58 + value
        number = number * _CHUNK + chunk
        start, end = end, end + _CHUNK_DIGITS
    zeros = len(body) - len(body.lstrip(_ALPHABET[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


def encode_multikey(key: PublicKey) -> str:
    """Return an Ed25519 key as `publicKeyMultibase`; it starts with z6Mk.

    Raises:
        InvalidKeyError: a key of another kind, which is published as a JWK.
    """
    if not isinstance(key.key, Ed25519PublicKey):
        raise InvalidKeyError("only Ed25519 keys are written as Multikey")
    return encode_multibase(_ED25519_PREFIX + key.key.public_bytes_raw())


def parse_multikey(text: object) -> PublicKey:
    """Return the Ed25519 key in a `publicKeyMultibase` from outside.

    Raises:
        InvalidKeyError: malformed, or a key of another kind.
    """
    data = decode_multibase(text)
    if not data.startswith(_ED25519_PREFIX):
        raise InvalidKeyError("the Multikey holds no Ed25519 key")
    try:
        key = Ed25519PublicKey.from_public_bytes(data.removeprefix(_ED25519_PREFIX))
    except ValueError as exc:
        raise InvalidKeyError("the Multikey holds no valid Ed25519 key") from exc
    return PublicKey.of(key)
