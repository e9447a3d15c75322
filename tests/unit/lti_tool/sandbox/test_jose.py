"""Signed JWTs and JWK Sets."""

import json

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import RSAAlgorithm

from lti_tool.sandbox.errors import TokenInvalidError
from lti_tool.sandbox.jose import (
    PlatformKey,
    encode,
    encode_json,
    parse_jwk_set,
    parse_token,
    sign_token,
    verify_signature,
)
from tests.functional.sandbox_tool import platform_key


def test_another_library_reads_what_is_signed() -> None:
    """PyJWT verifies a token with the published JWK."""
    key = platform_key()
    token = sign_token({"name": "ليلى"}, key)

    assert jwt.decode(token, jwt.PyJWK(key.public_jwk()), algorithms=["RS256"]) == {"name": "ليلى"}


def test_what_another_library_signs_is_read() -> None:
    """A token of PyJWT verifies with the key of its JWK Set."""
    key = platform_key()
    token = jwt.encode({"a": 1}, key.private, "RS256", headers={"kid": key.kid})
    parsed = parse_token(token)

    verify_signature(parsed, parse_jwk_set({"keys": [key.public_jwk()]})[key.kid])
    assert parsed.claims == {"a": 1}


@given(position=st.integers(min_value=0), replacement=st.sampled_from("AZaz09-_."))
def test_any_changed_character_is_noticed(position: int, replacement: str) -> None:
    """A token that differs in one character is refused, or means the very same bytes."""
    key = platform_key()
    token = sign_token({"sub": "6"}, key)
    index = position % len(token)
    changed = f"{token[:index]}{replacement}{token[index + 1 :]}"
    try:
        parsed = parse_token(changed)
        verify_signature(parsed, key.private.public_key())
    except TokenInvalidError:
        return

    assert parsed == parse_token(token)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "..",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        "é.é.é",
        "x" * 70_000,
        f"{encode(b'[]')}.{encode(b'{}')}.",
        f"{encode(b'{}')}.{encode(b'{}')}.",
        f"{encode_json({'alg': 'none', 'kid': 'k'})}.{encode(b'{}')}.",
        f"{encode_json({'alg': 'HS256', 'kid': 'k'})}.{encode(b'{}')}.AAAA",
        f"{encode_json({'alg': 'RS256'})}.{encode(b'{}')}.AAAA",
        f"{encode_json({'alg': 'RS256', 'kid': 7})}.{encode(b'{}')}.AAAA",
        f"{encode_json({'alg': 'RS256', 'kid': 'k', 'crit': []})}.{encode(b'{}')}.AAAA",
        f"{encode_json({'alg': 'RS256', 'kid': 'k'})}.{encode(b'[' * 9999)}.AAAA",
        f"{encode_json({'alg': 'RS256', 'kid': 'k'})}.{encode(b'1')}.AAAA",
    ],
)
def test_what_is_no_token_is_refused(text: str) -> None:
    """Every malformed token ends in the package's own error."""
    with pytest.raises(TokenInvalidError):
        parse_token(text)


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"keys": {}},
        {"keys": [{"kty": "RSA", "kid": "k"}]},
        {"keys": [{"kty": "RSA", "kid": "k", "n": "é", "e": "AQAB"}]},
        {"keys": [{"kty": "RSA", "kid": "k", "n": "AQAB", "e": "AQAB"}]},
        {"keys": [{"kty": "RSA", "kid": "k", "n": 7, "e": 3}]},
    ],
)
def test_what_is_no_key_set_is_refused(document: object) -> None:
    """Every malformed JWK Set ends in the package's own error."""
    with pytest.raises(TokenInvalidError):
        parse_jwk_set(document)


def test_a_short_key_is_refused() -> None:
    """Less than 2048 bits are not taken."""
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()  # noqa: S505  # what is to be refused
    jwk = json.loads(RSAAlgorithm.to_jwk(short))

    with pytest.raises(TokenInvalidError):
        parse_jwk_set({"keys": [{**jwk, "kid": "k"}]})


def test_keys_of_other_kinds_are_left_out() -> None:
    """An elliptic curve key beside ours does no harm."""
    key = platform_key()
    keys = [{"kty": "EC", "kid": "e"}, 7, key.public_jwk()]

    assert set(parse_jwk_set({"keys": keys})) == {key.kid}


def test_a_key_is_kept_and_hidden() -> None:
    """The PEM leads back to the key, and its printed form shows the id alone."""
    key = platform_key()
    again = PlatformKey.from_pem(key.kid, key.to_pem())

    assert again.public_jwk() == key.public_jwk()
    assert repr(key) == f"PlatformKey(kid={key.kid!r})"


def test_another_kind_of_key_is_no_platform_key() -> None:
    """Only RSA keys sign here."""
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )

    with pytest.raises(TokenInvalidError):
        PlatformKey.from_pem("k", pem.decode())
