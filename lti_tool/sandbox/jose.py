"""Signed JWTs and JWK Sets, written on the standard library and `cryptography`.

The tool uses a JWT library; its practice platform does not, so that a mistake
in that library cannot agree with itself. RS256 is all that LTI asks for.

Source: RFC 7515, RFC 7517, RFC 7518 section 3.3.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from lti_tool.sandbox.errors import TokenInvalidError

MAXIMUM_TOKEN_CHARACTERS = 65_536
MINIMUM_KEY_BITS = 2048


class ParsedToken(NamedTuple):
    """The parts of a compact JWT whose signature has not been looked at yet."""

    header: dict[str, object]
    claims: dict[str, object]
    signed: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class PlatformKey:
    """One RSA key of the platform."""

    kid: str
    private: rsa.RSAPrivateKey = field(repr=False)

    @classmethod
    def generate(cls, kid: str) -> Self:
        """Make a new key of 2048 bits."""
        return cls(kid, rsa.generate_private_key(public_exponent=65537, key_size=2048))

    @classmethod
    def from_pem(cls, kid: str, pem: str) -> Self:
        """Read the key that `to_pem` wrote."""
        key = serialization.load_pem_private_key(pem.encode(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TokenInvalidError(f"key {kid} is not an RSA key")
        return cls(kid, key)

    def to_pem(self) -> str:
        """Return the private key for the state file."""
        return self.private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    def public_jwk(self) -> dict[str, str]:
        """Return the public half for the platform's JWK Set."""
        numbers = self.private.public_key().public_numbers()
        return {
            "kty": "RSA",
            "alg": "RS256",
            "use": "sig",
            "kid": self.kid,
            "e": encode_integer(numbers.e),
            "n": encode_integer(numbers.n),
        }

    def sign(self, signed: bytes) -> bytes:
        """Return the RS256 signature of `signed`."""
        return self.private.sign(signed, padding.PKCS1v15(), hashes.SHA256())


def encode(data: bytes) -> str:
    """Return `data` in base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def encode_integer(number: int) -> str:
    """Return a positive integer as a JWK member."""
    return encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def encode_json(document: Mapping[str, object]) -> str:
    """Return one part of a JWT."""
    return encode(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())


def sign_token(claims: Mapping[str, object], key: PlatformKey) -> str:
    """Return `claims` as a compact JWT signed with RS256."""
    header = {"typ": "JWT", "alg": "RS256", "kid": key.kid}
    signed = f"{encode_json(header)}.{encode_json(claims)}"
    return f"{signed}.{encode(key.sign(signed.encode()))}"


def parse_token(text: str) -> ParsedToken:
    """Split a compact JWT; its signature is still to be verified.

    Raises:
        TokenInvalidError: it is not a compact JWT with RS256 and a key id.
    """
    parts = text.split(".") if len(text) <= MAXIMUM_TOKEN_CHARACTERS else []
    if len(parts) != 3:  # noqa: PLR2004  # header, claims, signature
        raise TokenInvalidError("not a compact JWT")
    header, claims = _decode_object(parts[0]), _decode_object(parts[1])
    if header.get("alg") != "RS256":
        raise TokenInvalidError("only RS256 is taken")
    if not isinstance(header.get("kid"), str) or "crit" in header:
        raise TokenInvalidError("the header names no key, or asks for an extension")
    return ParsedToken(header, claims, f"{parts[0]}.{parts[1]}".encode(), _decode(parts[2]))


def verify_signature(token: ParsedToken, key: rsa.RSAPublicKey) -> None:
    """Return if `key` signed `token`; raise `TokenInvalidError` if it did not."""
    try:
        key.verify(token.signature, token.signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise TokenInvalidError("the signature does not fit") from error


def parse_jwk_set(document: object) -> dict[str, rsa.RSAPublicKey]:
    """Return the RSA keys of a JWK Set by their ids; keys of other kinds are left out.

    Raises:
        TokenInvalidError: it is not a JWK Set, or an RSA key in it is malformed.
    """
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        raise TokenInvalidError("not a JWK Set")
    return {
        str(jwk["kid"]): _parse_public_key(jwk)
        for jwk in keys
        if isinstance(jwk, dict) and jwk.get("kty") == "RSA" and "kid" in jwk
    }


def _parse_public_key(jwk: Mapping[str, object]) -> rsa.RSAPublicKey:
    """Return one RSA key of a JWK Set."""
    try:
        modulus = int.from_bytes(_decode(str(jwk["n"])), "big")
        exponent = int.from_bytes(_decode(str(jwk["e"])), "big")
        key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except (KeyError, ValueError) as error:
        raise TokenInvalidError("malformed RSA key") from error
    if key.key_size < MINIMUM_KEY_BITS:
        raise TokenInvalidError("the RSA key is too short")
    return key


def _decode(text: str) -> bytes:
    """Return the bytes of a base64url text without padding."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise TokenInvalidError("not base64url") from error


def _decode_object(text: str) -> dict[str, object]:
    """Return the JSON object of one part of a JWT."""
    try:
        document = json.loads(_decode(text))
    except (ValueError, RecursionError) as error:
        raise TokenInvalidError("not JSON") from error
    if not isinstance(document, dict):
        raise TokenInvalidError("not a JSON object")
    return document
