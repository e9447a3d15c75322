"""Signing keys and their public halves: Ed25519, RSA (RS256) and P-256 (ES256)."""

import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Self, assert_never

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256

from keys import sodium
from keys.errors import InvalidKeyError, InvalidSignatureError
from keys.late import LateModule

if TYPE_CHECKING:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
else:
    serialization = LateModule("cryptography.hazmat.primitives.serialization")
    ec = LateModule("cryptography.hazmat.primitives.asymmetric.ec")
    padding = LateModule("cryptography.hazmat.primitives.asymmetric.padding")
    rsa = LateModule("cryptography.hazmat.primitives.asymmetric.rsa")

RSA_MINIMUM_BITS = 2048
# The cost of one verification grows with the square of the modulus: a stranger's
# key must not choose how long we calculate.
RSA_MAXIMUM_BITS = 8192
RSA_EXPONENT = 65537
ED25519_BYTES = 32
"""The length of either half of an Ed25519 key."""
P256_BYTES = 32
"""The length of a coordinate of a P-256 point, and of each half of an ES256 signature."""
# What stands before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo (RFC 8410, 4).
# OpenSSL takes a while to find out how to write the first one.
_ED25519_DER = bytes.fromhex("302a300506032b6570032100")


class Algorithm(StrEnum):
    """What a key signs with; one key has one algorithm."""

    ED25519 = "Ed25519"
    RS256 = "RS256"
    ES256 = "ES256"


def _algorithm_of(key: object) -> Algorithm:
    """Return the algorithm of a cryptography key of either half.

    Raises:
        InvalidKeyError: another kind or curve, or an RSA key of a size that we refuse.
    """
    match key:
        case Ed25519PrivateKey() | Ed25519PublicKey():
            return Algorithm.ED25519
        case rsa.RSAPrivateKey() | rsa.RSAPublicKey():
            if not RSA_MINIMUM_BITS <= key.key_size <= RSA_MAXIMUM_BITS:
                raise InvalidKeyError(f"an RSA key of {key.key_size} bits is not accepted")
            return Algorithm.RS256
        case ec.EllipticCurvePrivateKey() | ec.EllipticCurvePublicKey():
            if not isinstance(key.curve, ec.SECP256R1):
                raise InvalidKeyError(f"a key on the curve {key.curve.name} is not accepted")
            return Algorithm.ES256
        case _:
            raise InvalidKeyError("only Ed25519, RSA and P-256 keys are accepted")


def _scheme_of(algorithm: Algorithm) -> tuple[object, ...]:
    match algorithm:
        case Algorithm.ED25519:
            return ()
        case Algorithm.RS256:
            return padding.PKCS1v15(), SHA256()
        case Algorithm.ES256:
            return (ec.ECDSA(SHA256()),)
        case _ as unreachable:
            assert_never(unreachable)


class PublicKey:
    """The half of a key that anyone may know. Two are equal when they are the same key.

    `der` is the SubjectPublicKeyInfo structure; `scheme` is what the cryptography library is
    told besides to sign or verify with it.
    """

    __slots__ = ("algorithm", "der", "key", "scheme")

    def __init__(
        self,
        *,
        der: bytes,
        algorithm: Algorithm,
        key: "Ed25519PublicKey | rsa.RSAPublicKey | ec.EllipticCurvePublicKey",
    ) -> None:
        self.der: Final = der
        self.algorithm: Final = algorithm
        self.key: Final = key
        self.scheme: Final = _scheme_of(algorithm)

    @classmethod
    def of(cls, key: object) -> Self:
        """Return the value for a key object of the cryptography library.

        Raises:
            InvalidKeyError: not Ed25519, RSA of 2048 to 8192 bits, or P-256.
        """
        algorithm = _algorithm_of(key)
        if isinstance(key, Ed25519PublicKey):
            return cls(der=_ED25519_DER + key.public_bytes_raw(), algorithm=algorithm, key=key)
        if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            der = key.public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            return cls(der=der, algorithm=algorithm, key=key)
        raise InvalidKeyError("this is the private half of a key")

    @classmethod
    def from_bytes(cls, der: bytes) -> Self:
        """Return the key in a DER SubjectPublicKeyInfo, as `der` holds it.

        Raises:
            InvalidKeyError: not such a structure, or a kind of key that we do not use.
        """
        try:
            return cls.of(serialization.load_der_public_key(der))
        except (ValueError, TypeError, UnsupportedAlgorithm) as exc:
            raise InvalidKeyError("not a public key in DER") from exc

    def verify(self, signature: bytes, data: bytes) -> None:
        """Return if the key made `signature` over `data`; raise otherwise.

        Raises:
            InvalidSignatureError: it did not.
        """
        algorithm = self.algorithm
        if algorithm is Algorithm.ED25519 and sodium.accepts(
            self.der[-ED25519_BYTES:], signature, data
        ):
            return
        key: Any = self.key
        try:
            if algorithm is Algorithm.ES256:
                signature = _as_der(signature)
            key.verify(signature, data, *self.scheme)
        except InvalidSignature as exc:
            raise InvalidSignatureError("the signature does not fit") from exc

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and self.der == other.der

    def __hash__(self) -> int:
        return hash(self.der)

    def __repr__(self) -> str:
        fingerprint = hashlib.sha256(self.der).hexdigest()[:16]
        return f"PublicKey({self.algorithm.value}, sha256 {fingerprint})"


class SigningKey:
    """A private key together with its public half. It never shows what is private."""

    __slots__ = ("_key", "_seed", "public")

    def __init__(
        self,
        public: PublicKey,
        key: "Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey",
    ) -> None:
        self.public: Final = public
        self._key: Final = key
        self._seed: Final = key.private_bytes_raw() if isinstance(key, Ed25519PrivateKey) else b""

    @classmethod
    def of(cls, key: object) -> Self:
        """Return the value for a private key object of the cryptography library.

        Raises:
            InvalidKeyError: not Ed25519, RSA of 2048 to 8192 bits, or P-256.
        """
        _algorithm_of(key)
        if not isinstance(key, Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise InvalidKeyError("this is the public half of a key")
        return cls(PublicKey.of(key.public_key()), key)

    @classmethod
    def from_bytes(cls, der: bytes, *, is_authentic: bool = False) -> Self:
        """Return the key in unencrypted PKCS #8 DER, as `private_bytes` made it.

        Args:
            der: The structure.
            is_authentic: Nobody can have changed it since it was made, as where it was sealed.
                An RSA key is else checked for consistency, which takes some 40 ms.

        Raises:
            InvalidKeyError: not such a structure, or a kind of key that we do not use.
        """
        try:
            return cls.of(
                serialization.load_der_private_key(
                    der, password=None, unsafe_skip_rsa_key_validation=is_authentic
                )
            )
        except (ValueError, TypeError, UnsupportedAlgorithm):
            # Without the cause: its message may describe the private structure.
            raise InvalidKeyError("not a private key in DER") from None

    @property
    def algorithm(self) -> Algorithm:
        """What the key signs with."""
        return self.public.algorithm

    def sign(self, data: bytes) -> bytes:
        """Return the signature of `data`: 64 bytes, or the modulus' length for RSA."""
        key: Any = self._key
        public = self.public
        if public.algorithm is Algorithm.ED25519:
            signature = sodium.sign(self._seed, public.der[-ED25519_BYTES:], data)
            if signature is not None:
                return signature
        made: bytes = key.sign(data, *public.scheme)
        return _from_der(made) if public.algorithm is Algorithm.ES256 else made

    def private_bytes(self) -> bytes:
        """Return the key as unencrypted PKCS #8 DER, to be sealed at once and never logged."""
        return self._key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    def __repr__(self) -> str:
        return f"SigningKey({self.public!r}, private part hidden)"


def generate_ed25519() -> SigningKey:
    """Return a new Ed25519 key, from the operating system's randomness."""
    return SigningKey.of(Ed25519PrivateKey.generate())


def generate_rsa(bits: int = RSA_MINIMUM_BITS) -> SigningKey:
    """Return a new RSA key with a modulus of `bits`, from the operating system's randomness.

    Raises:
        InvalidKeyError: fewer than 2048 or more than 8192 bits.
    """
    if not RSA_MINIMUM_BITS <= bits <= RSA_MAXIMUM_BITS:
        raise InvalidKeyError(f"an RSA key of {bits} bits is not accepted")
    return SigningKey.of(rsa.generate_private_key(RSA_EXPONENT, bits))


def generate_p256() -> SigningKey:
    """Return a new P-256 key, from the operating system's randomness."""
    return SigningKey.of(ec.generate_private_key(ec.SECP256R1()))


def _from_der(signature: bytes) -> bytes:
    """Return an ECDSA signature as JSON Web Signatures carry it: r and s, RFC 7518 section 3.4."""
    first, second = decode_dss_signature(signature)
    return first.to_bytes(P256_BYTES) + second.to_bytes(P256_BYTES)


def _as_der(signature: bytes) -> bytes:
    if len(signature) != 2 * P256_BYTES:
        raise InvalidSignatureError("an ES256 signature has 64 bytes")
    halves = signature[:P256_BYTES], signature[P256_BYTES:]
    return encode_dss_signature(*map(int.from_bytes, halves))
