"""Public keys as JWKs: the RFCs' own thumbprints, round trips, hostile input."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from keys.errors import InvalidKeyError
from keys.jwk import jwk_set, parse_jwk, public_jwk, thumbprint
from keys.signing import SigningKey

# The example keys of RFC 7638 section 3.1, RFC 8037 appendix A.3 and RFC 9449 section 4.1.
RFC_7638_MODULUS = (
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECP"
    "ebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY"
    "368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0f"
    "M4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
)
RFC_8037_X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
RFC_9449_X = "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs"
RFC_9449_Y = "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"


def test_the_thumbprint_of_an_rsa_key_is_that_of_rfc_7638() -> None:
    """Our thumbprint of the RFC's example key is the RFC's."""
    key = parse_jwk({"kty": "RSA", "n": RFC_7638_MODULUS, "e": "AQAB", "alg": "RS256"})

    assert thumbprint(key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_the_thumbprint_of_an_ed25519_key_is_that_of_rfc_8037() -> None:
    """Our thumbprint of the RFC's example key is the RFC's."""
    key = parse_jwk({"kty": "OKP", "crv": "Ed25519", "x": RFC_8037_X})

    assert thumbprint(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_the_thumbprint_of_a_p256_key_is_that_of_rfc_9449() -> None:
    """Our thumbprint of the RFC's example key is the RFC's, section 6.1."""
    key = parse_jwk({"kty": "EC", "crv": "P-256", "x": RFC_9449_X, "y": RFC_9449_Y})

    assert thumbprint(key) == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"


def test_a_jwk_round_trips_and_holds_nothing_private(
    ed25519_key: SigningKey, rsa_key: SigningKey, p256_key: SigningKey
) -> None:
    """A published JWK gives the same public key back; its members are the public ones."""
    ed25519, rsa_jwk = public_jwk(ed25519_key.public), public_jwk(rsa_key.public)
    p256 = public_jwk(p256_key.public)

    assert parse_jwk(ed25519) == ed25519_key.public
    assert parse_jwk(rsa_jwk) == rsa_key.public
    assert set(ed25519) == {"kty", "crv", "x", "kid", "use", "alg"}
    assert set(rsa_jwk) == {"kty", "n", "e", "kid", "use", "alg"}
    assert rsa_jwk["kid"] == thumbprint(rsa_key.public)
    assert rsa_jwk["alg"] == "RS256"
    assert parse_jwk(p256) == p256_key.public
    assert set(p256) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert p256["alg"] == "ES256"


def test_a_jwk_set_keeps_the_order(ed25519_key: SigningKey, rsa_key: SigningKey) -> None:
    """A JWK Set lists the keys in the order given."""
    keys = (rsa_key.public, ed25519_key.public)

    assert [key["kid"] for key in jwk_set(keys)["keys"]] == [thumbprint(key) for key in keys]


RSA = {"kty": "RSA", "n": RFC_7638_MODULUS, "e": "AQAB"}
OKP = {"kty": "OKP", "crv": "Ed25519", "x": RFC_8037_X}
EC = {"kty": "EC", "crv": "P-256", "x": RFC_9449_X, "y": RFC_9449_Y}


@pytest.mark.parametrize(
    "jwk",
    [
        None,
        [],
        "text",
        {},
        {"kty": "oct", "k": "AAAA"},
        {"kty": ["RSA"], "n": RFC_7638_MODULUS, "e": "AQAB"},
        {"kty": "EC", "crv": "P-256", "x": RFC_8037_X, "y": RFC_8037_X},
        RSA | {"alg": "HS256"},
        RSA | {"alg": "none"},
        RSA | {"alg": {}},
        RSA | {"use": "enc"},
        RSA | {"d": "AQAB"},
        RSA | {"n": 5},
        RSA | {"n": ""},
        RSA | {"n": "AAAA"},
        RSA | {"n": "A" * 100_000},
        RSA | {"n": RFC_7638_MODULUS + "="},
        RSA | {"n": RFC_7638_MODULUS + "\n"},
        RSA | {"e": ""},
        RSA | {"e": "AA"},
        RSA | {"e": "AQ"},
        RSA | {"e": "Ag"},
        RSA | {"e": "A"},
        RSA | {"e": "_" * 44},
        OKP | {"crv": "Ed448"},
        OKP | {"crv": "X25519"},
        OKP | {"alg": "RS256"},
        OKP | {"x": RFC_8037_X[:-4]},
        OKP | {"x": None},
        {"kty": "OKP", "crv": "Ed25519"},
        EC | {"crv": "P-384"},
        EC | {"crv": "secp256k1"},
        EC | {"alg": "RS256"},
        EC | {"alg": "ECDH-ES"},
        EC | {"d": RFC_9449_X},
        EC | {"y": RFC_9449_X},
        EC | {"x": "AA" + RFC_9449_X},
        EC | {"x": "A" * 43, "y": "A" * 43},
        EC | {"x": "_" * 42 + "8"},
        {"kty": "EC", "crv": "P-256", "x": RFC_9449_X},
    ],
)
def test_a_hostile_jwk_is_refused(jwk: object) -> None:
    """Whatever stands in a JWK from outside, parsing ends in our own error."""
    with pytest.raises(InvalidKeyError):
        parse_jwk(jwk)


def test_a_weak_rsa_key_is_refused(weak_key: RSAPrivateKey) -> None:
    """A well-formed JWK of 1024 bits is not accepted."""
    modulus = weak_key.public_key().public_numbers().n.to_bytes(128)
    text = base64.urlsafe_b64encode(modulus).rstrip(b"=").decode()

    with pytest.raises(InvalidKeyError, match="1024 bits"):
        parse_jwk(RSA | {"n": text})
