"""Public keys as JSON Web Keys: RFC 7517, RFC 8037 for Ed25519, RFC 7638 for the key id."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, assert_never

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from keys.errors import InvalidKeyError
from keys.late import LateModule
from keys.signing import P256_BYTES, RSA_MAXIMUM_BITS, Algorithm, PublicKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
else:
    ec = LateModule("cryptography.hazmat.primitives.asymmetric.ec")
    rsa = LateModule("cryptography.hazmat.primitives.asymmetric.rsa")

_BASE64URL = "[A-Za-z0-9_-]+"
# A modulus of the largest size that we accept, as base64url.
_MAXIMUM_MEMBER = RSA_MAXIMUM_BITS // 6 + 2
# OpenSSL's own limit for large moduli; every key in use has 3 or 65537.
_MAXIMUM_EXPONENT = 2**64
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


def public_jwk(key: PublicKey) -> dict[str, str]:
    """Return the key as a JWK for signatures; its `kid` is the RFC 7638 thumbprint."""
    algorithm = "EdDSA" if key.algorithm is Algorithm.ED25519 else key.algorithm.value
    return {**_required_members(key), "kid": thumbprint(key), "use": "sig", "alg": algorithm}


def jwk_set(keys: Iterable[PublicKey]) -> dict[str, list[dict[str, str]]]:
    """Return the keys as a JWK Set, in the order given."""
    return {"keys": [public_jwk(key) for key in keys]}


def thumbprint(key: PublicKey) -> str:
    """Return the key's RFC 7638 thumbprint: SHA-256, base64url, 43 characters."""
    members = json.dumps(_required_members(key), sort_keys=True, separators=(",", ":"))
    return _encode(hashlib.sha256(members.encode()).digest())


def parse_jwk(jwk: object) -> PublicKey:
    """Return the public key in a JWK from outside. `kid` and other metadata are ignored.

    Raises:
        InvalidKeyError: malformed, not Ed25519, RSA of 2048 to 8192 bits or P-256, meant
            for encryption or another algorithm, or private.
    """
    if not isinstance(jwk, Mapping):
        raise InvalidKeyError("a JWK is a JSON object")
    if not _PRIVATE_MEMBERS.isdisjoint(jwk):
        raise InvalidKeyError("the JWK holds a private or secret key")
    if jwk.get("use", "sig") != "sig":
        raise InvalidKeyError("the JWK is not for signatures")
    match jwk.get("kty"), jwk.get("crv"), jwk.get("alg"):
        case "RSA", _, None | "RS256":
            return _parse_rsa(jwk)
        case "OKP", "Ed25519", None | "EdDSA" | "Ed25519":
            return _parse_ed25519(jwk)
        case "EC", "P-256", None | "ES256":
            return _parse_p256(jwk)
        case _:
            raise InvalidKeyError("the JWK is of a kind or algorithm that is not accepted")


def _parse_rsa(jwk: Mapping[str, object]) -> PublicKey:
    modulus = int.from_bytes(_decode(jwk.get("n")))
    exponent = int.from_bytes(_decode(jwk.get("e")))
    if exponent >= _MAXIMUM_EXPONENT:
        raise InvalidKeyError("the exponent of the RSA key is too large")
    try:
        return PublicKey.of(rsa.RSAPublicNumbers(exponent, modulus).public_key())
    except ValueError as exc:
        raise InvalidKeyError("the JWK holds no valid RSA key") from exc


def _parse_ed25519(jwk: Mapping[str, object]) -> PublicKey:
    try:
        return PublicKey.of(Ed25519PublicKey.from_public_bytes(_decode(jwk.get("x"))))
    except ValueError as exc:
        raise InvalidKeyError("the JWK holds no valid Ed25519 key") from exc


def _parse_p256(jwk: Mapping[str, object]) -> PublicKey:
    """Return the key, whose point has to be on the curve; RFC 7518 section 6.2.1."""
    x, y = (_decode(jwk.get(name)) for name in ("x", "y"))
    if len(x) != P256_BYTES or len(y) != P256_BYTES:
        raise InvalidKeyError("a coordinate of a P-256 key has 32 bytes")
    numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), ec.SECP256R1())
    try:
        return PublicKey.of(numbers.public_key())
    except ValueError as exc:
        raise InvalidKeyError("the JWK holds no valid P-256 key") from exc


def _required_members(key: PublicKey) -> dict[str, str]:
    """Return the members that identify the key, RFC 7638 section 3.2."""
    match key.key:
        case Ed25519PublicKey():
            return {"kty": "OKP", "crv": "Ed25519", "x": _encode(key.key.public_bytes_raw())}
        case rsa.RSAPublicKey():
            numbers = key.key.public_numbers()
            return {"kty": "RSA", "n": _encode_number(numbers.n), "e": _encode_number(numbers.e)}
        case ec.EllipticCurvePublicKey():
            point = key.key.public_numbers()
            x, y = (_encode(one.to_bytes(P256_BYTES)) for one in (point.x, point.y))
            return {"kty": "EC", "crv": "P-256", "x": x, "y": y}
        case _ as unreachable:
            assert_never(unreachable)


def _encode_number(number: int) -> str:
    return _encode(number.to_bytes((number.bit_length() + 7) // 8))


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: object) -> bytes:
    if (
        not isinstance(text, str)
        or len(text) > _MAXIMUM_MEMBER
        or not re.fullmatch(_BASE64URL, text)
    ):
        raise InvalidKeyError("a member of the JWK is not base64url of a sensible length")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as exc:
        raise InvalidKeyError("a member of the JWK is not base64url") from exc
