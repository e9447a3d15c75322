"""Sealing: what is sealed opens at its own place only, and weak master keys are refused."""

import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import InvalidMasterKeyError, SealError
from keys.sealing import MasterKey, reseal, seal, unseal

SECRET = bytes(range(100, 132))


def a_master_key(secret: bytes = SECRET) -> MasterKey:
    """A master key with known bytes."""
    return MasterKey.parse(secret.hex())


def sealed(plaintext: bytes = b"private") -> bytes:
    """`plaintext` sealed for the signing key of row 7."""
    return seal(
        plaintext,
        a_master_key(),
        purpose="signing key",
        subject_id="7",
        random_bytes=os.urandom,
    )


@given(plaintext=st.binary(max_size=300), purpose=st.text(), subject_id=st.text())
def test_what_is_sealed_opens_to_the_same(plaintext: bytes, purpose: str, subject_id: str) -> None:
    """Unsealing with the same key, purpose and id gives the plaintext back."""
    key = a_master_key()
    value = seal(plaintext, key, purpose=purpose, subject_id=subject_id, random_bytes=os.urandom)

    assert unseal(value, key, purpose=purpose, subject_id=subject_id) == plaintext


@given(position=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_any_altered_bit_breaks_the_seal(position: int, bit: int) -> None:
    """Header, nonce, ciphertext and tag are all authenticated."""
    value = bytearray(sealed())
    value[position % len(value)] ^= 1 << bit

    with pytest.raises(SealError):
        unseal(bytes(value), a_master_key(), purpose="signing key", subject_id="7")


@pytest.mark.parametrize(
    ("purpose", "subject_id"),
    [("signing key", "8"), ("tool key", "7"), ("signing ke", "y7"), ("signing key7", ""), ("", "")],
)
def test_a_seal_does_not_open_elsewhere(purpose: str, subject_id: str) -> None:
    """A sealed value that is copied to another row or use does not open there."""
    with pytest.raises(SealError):
        unseal(sealed(), a_master_key(), purpose=purpose, subject_id=subject_id)


def test_another_master_key_does_not_open_a_seal() -> None:
    """The message says that the master key is another one, as an operator needs to know."""
    with pytest.raises(SealError, match="another master key"):
        unseal(sealed(), a_master_key(SECRET[::-1]), purpose="signing key", subject_id="7")


@given(plaintext=st.binary(max_size=100), purpose=st.text(), subject_id=st.text())
def test_a_value_is_sealed_anew(plaintext: bytes, purpose: str, subject_id: str) -> None:
    """By the new master key alone it opens to the same; a second time nothing changes."""
    old, new = a_master_key(), a_master_key(SECRET[::-1])
    place = {"purpose": purpose, "subject_id": subject_id}
    value = seal(plaintext, old, random_bytes=os.urandom, **place)

    again = reseal(value, old=old, new=new, random_bytes=os.urandom, **place)
    assert unseal(again, new, **place) == plaintext
    with pytest.raises(SealError):
        unseal(again, old, **place)
    assert reseal(again, old=old, new=new, random_bytes=os.urandom, **place) == again


def test_what_neither_master_key_opens_is_not_sealed_anew() -> None:
    """Nor what was altered, whichever of the two sealed it, nor what belongs elsewhere."""
    one, other, third = (a_master_key(SECRET[n:] + SECRET[:n]) for n in range(3))
    value = bytearray(sealed())
    value[-1] ^= 1
    for old, new, given_value, subject_id in (
        (other, third, sealed(), "7"),
        (one, other, bytes(value), "7"),
        (other, one, bytes(value), "7"),
        (one, other, sealed(), "8"),
    ):
        with pytest.raises(SealError):
            reseal(
                given_value,
                old=old,
                new=new,
                purpose="signing key",
                subject_id=subject_id,
                random_bytes=os.urandom,
            )


@pytest.mark.parametrize(
    "value",
    [b"", b"\x01", b"\x02" * 60, b"\0" * 60, sealed()[:30]],
    ids=["nothing", "a version", "another version", "zeros", "cut off"],
)
def test_bytes_that_are_no_seal_are_refused(value: bytes) -> None:
    """Whatever bytes come from the store, unsealing ends in our own error."""
    with pytest.raises(SealError):
        unseal(value, a_master_key(), purpose="signing key", subject_id="7")


def test_the_same_plaintext_seals_differently_each_time() -> None:
    """Nonces come from the randomness that is handed in."""
    assert sealed() != sealed()


def test_a_master_key_is_read_from_hexadecimal_and_base64url() -> None:
    """Both spellings, padded or not, with a line end or not, mean the same key."""
    text = base64.urlsafe_b64encode(SECRET).decode()

    ids = {
        MasterKey.parse(spelling).id
        for spelling in (SECRET.hex(), SECRET.hex().upper(), text, text.rstrip("="), text + "\n")
    }
    assert ids == {a_master_key().id}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "changeme",
        "00" * 32,
        "ff" * 32,
        "0123456789abcdef" * 4,
        SECRET.hex()[:-2],
        SECRET.hex() + "00",
        "A" * 43,
        "é" * 43,
        base64.b64encode(b"\xff\xfe" + SECRET[2:]).decode().replace("A", "/"),
        " ".join(SECRET.hex()),
    ],
)
def test_a_weak_or_malformed_master_key_is_refused(text: str) -> None:
    """Wrong length, wrong alphabet and repeated bytes are no master key."""
    with pytest.raises(InvalidMasterKeyError) as raised:
        MasterKey.parse(text)

    assert not text or text not in str(raised.value)


def test_a_master_key_never_shows_its_secret() -> None:
    """A master key that lands in a log shows its id only."""
    key = a_master_key()

    assert repr(key) == f"MasterKey(id={key.id!r})"
