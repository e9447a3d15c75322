"""Multikey and base58btc: round trips, known text, hostile input."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import InvalidKeyError
from keys.multikey import decode_multibase, encode_multibase, encode_multikey, parse_multikey
from keys.signing import SigningKey

DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@given(data=st.binary(max_size=90))
def test_multibase_round_trips(data: bytes) -> None:
    """Decoding gives the bytes back, leading zeros included."""
    assert decode_multibase(encode_multibase(data)) == data


@given(st.text(DIGITS + "0OIl+é\ud800", max_size=40) | st.text(DIGITS, max_size=40))
def test_multibase_is_read_digit_by_digit(body: str) -> None:
    """However many there are, and whatever stands among them."""
    if all(character in DIGITS for character in body):
        number = 0
        for character in body:
            number = number * 58 + DIGITS.index(character)
        assert int.from_bytes(decode_multibase(f"z{body}")) == number
    else:
        with pytest.raises(InvalidKeyError):
            decode_multibase(f"z{body}")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "z"),
        (b"\0\0", "z11"),
        (b"Hello World!", "z2NEpo7TZRRrLZSi2U"),
        (b"\0\0\x28\x7f\xb4\xcd", "z11233QC4"),
    ],
)
def test_base58_is_that_of_the_draft(data: bytes, text: str) -> None:
    """The examples of draft-msporny-base58-03 come out as they stand there."""
    assert encode_multibase(data) == text


def test_a_multikey_round_trips(ed25519_key: SigningKey) -> None:
    """A published key gives the same key back, and starts as every Ed25519 Multikey does."""
    text = encode_multikey(ed25519_key.public)

    assert text.startswith("z6Mk")
    assert parse_multikey(text) == ed25519_key.public


def test_an_rsa_key_is_not_written_as_multikey(rsa_key: SigningKey) -> None:
    """RSA keys are published as JWKs only."""
    with pytest.raises(InvalidKeyError):
        encode_multikey(rsa_key.public)


@pytest.mark.parametrize(
    "text",
    [
        None,
        5,
        b"z6Mk",
        "",
        "z",
        "u7Q",
        "6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
        "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ",
        "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2\n",
        "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ0",
        "zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169",
        encode_multibase(b"\xed\x01" + b"k" * 31),
        encode_multibase(b"\xed\x01" + b"k" * 33),
        "z" + "1" * 1_000_000,
        "z٣٣٣٣",
    ],
)
def test_a_hostile_multikey_is_refused(text: object) -> None:
    """Whatever stands in a Multikey from outside, parsing ends in our own error."""
    with pytest.raises(InvalidKeyError):
        parse_multikey(text)
