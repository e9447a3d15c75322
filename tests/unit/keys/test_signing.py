"""Signing keys sign, verify, survive serialising and never show their private part."""

import base64
import pickle
from itertools import product

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import InvalidKeyError, InvalidSignatureError
from keys.jwk import parse_jwk
from keys.signing import (
    PublicKey,
    SigningKey,
    generate_ed25519,
    generate_rsa,
)


@given(data=st.binary(max_size=200))
def test_a_signature_verifies_over_the_same_bytes_only(
    data: bytes, own_keys: tuple[SigningKey, ...]
) -> None:
    """What a key signed verifies, and does not once a byte is added."""
    for key in own_keys:
        signature = key.sign(data)

        key.public.verify(signature, data)
        with pytest.raises(InvalidSignatureError):
            key.public.verify(signature, data + b"x")


@pytest.mark.parametrize("signature", [b"", b"\0" * 64, b"\0" * 256, b"x" * 10_000])
def test_a_malformed_signature_is_refused(
    signature: bytes, own_keys: tuple[SigningKey, ...]
) -> None:
    """A signature of any wrong length or content ends in our own error."""
    for key in own_keys:
        with pytest.raises(InvalidSignatureError):
            key.public.verify(signature, b"data")


def test_another_key_does_not_verify(ed25519_key: SigningKey) -> None:
    """A signature is good for the key that made it and for no other."""
    signature = ed25519_key.sign(b"data")

    with pytest.raises(InvalidSignatureError):
        generate_ed25519().public.verify(signature, b"data")


def test_a_private_key_survives_serialising(own_keys: tuple[SigningKey, ...]) -> None:
    """The bytes to be sealed give the same key back."""
    for key, is_authentic in product(own_keys, (False, True)):
        again = SigningKey.from_bytes(key.private_bytes(), is_authentic=is_authentic)

        assert again.public == key.public
        key.public.verify(again.sign(b"data"), b"data")


def test_a_public_key_survives_serialising(own_keys: tuple[SigningKey, ...]) -> None:
    """The DER of a public key gives an equal key back, with the same hash."""
    for key in own_keys:
        again = PublicKey.from_bytes(key.public.der)

        assert again == key.public
        assert len({again, key.public}) == 1


def test_a_key_knows_its_algorithm(own_keys: tuple[SigningKey, ...]) -> None:
    """The algorithm follows from the kind of key."""
    assert [key.algorithm for key in own_keys] == ["Ed25519", "RS256", "ES256"]


def test_an_es256_signature_is_that_of_rfc_7515() -> None:
    """The example of its appendix A.3: 64 bytes, r and s, and no structure around them."""
    key = parse_jwk(
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        }
    )
    signed = (
        b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQog"
        b"Imh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    )
    signature = base64.urlsafe_b64decode(
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q=="
    )

    key.verify(signature, signed)
    der = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    with pytest.raises(InvalidSignatureError):
        key.verify(der, signed)


@given(data=st.binary(max_size=50))
def test_an_es256_signature_has_64_bytes(data: bytes, p256_key: SigningKey) -> None:
    """Small numbers are filled up, whatever is signed."""
    assert len(p256_key.sign(data)) == 64


def test_what_is_private_is_never_shown(own_keys: tuple[SigningKey, ...]) -> None:
    """A key that lands in a log shows its public fingerprint and nothing else."""
    for key in own_keys:
        expected = f"SigningKey({key.public!r}, private part hidden)"

        assert [repr(key), str(key), f"{key}", f"{key!r}"] == [expected] * 4
        assert "object at" not in expected


def test_a_signing_key_cannot_be_pickled(ed25519_key: SigningKey) -> None:
    """A private key leaves the process by `private_bytes` only."""
    with pytest.raises(TypeError):
        pickle.dumps(ed25519_key)


@pytest.mark.parametrize("bits", [-1, 0, 512, 1024, 2047, 8193, 10**6])
def test_an_rsa_key_of_a_refused_size_is_not_made(bits: int) -> None:
    """RSA keys have 2048 to 8192 bits."""
    with pytest.raises(InvalidKeyError):
        generate_rsa(bits)


def test_a_weak_or_foreign_key_is_refused(ed25519_key: SigningKey, weak_key: RSAPrivateKey) -> None:
    """RSA of 1024 bits, other curves and the wrong half are not accepted."""
    curve = ec.generate_private_key(ec.SECP384R1())
    for key in (weak_key, curve, ed25519_key.public.key, None, b"bytes"):
        with pytest.raises(InvalidKeyError):
            SigningKey.of(key)
    for public in (weak_key.public_key(), curve.public_key(), ed25519_key._key, None):
        with pytest.raises(InvalidKeyError):
            PublicKey.of(public)


@pytest.mark.parametrize("der", [b"", b"\0", b"-----BEGIN", b"\x30\x82" + b"\xff" * 50])
def test_bytes_that_are_no_key_are_refused(der: bytes) -> None:
    """Whatever bytes come, parsing ends in our own error."""
    for is_authentic in (False, True):
        with pytest.raises(InvalidKeyError):
            SigningKey.from_bytes(der, is_authentic=is_authentic)
    with pytest.raises(InvalidKeyError):
        PublicKey.from_bytes(der)


def test_a_serialised_weak_key_is_refused(weak_key: RSAPrivateKey) -> None:
    """A weak key does not slip in through its bytes."""
    with pytest.raises(InvalidKeyError):
        SigningKey.from_bytes(
            weak_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        )
    with pytest.raises(InvalidKeyError):
        PublicKey.from_bytes(
            weak_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        )


def test_the_error_of_a_damaged_private_key_has_no_cause(ed25519_key: SigningKey) -> None:
    """The library's message about a private structure does not reach a log."""
    with pytest.raises(InvalidKeyError) as raised:
        SigningKey.from_bytes(ed25519_key.private_bytes()[:-1])

    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
