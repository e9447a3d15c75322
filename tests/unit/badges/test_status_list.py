"""Status lists: every bit is kept, and no list from outside is more than it pretends to be."""

import base64
import gzip
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openbadgeslib.ob3.status import decode_encoded_list, set_indices

from badges.errors import StatusListError
from badges.status_list import MINIMUM_ENTRIES, StatusList, build_status_list_credential
from tests.credentials import DID, LIST_URL, NOW

_indexes = st.sets(st.integers(0, MINIMUM_ENTRIES - 1), max_size=12)


def a_list(*indexes: int) -> StatusList:
    """A list with these bits set."""
    status_list = StatusList.empty()
    for index in indexes:
        status_list = status_list.with_set([index])
    return status_list


def encoded(data: bytes) -> str:
    """The `encodedList` of these bytes."""
    return "u" + base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@settings(deadline=None, max_examples=25)
@given(indexes=_indexes, probe=st.integers(0, MINIMUM_ENTRIES - 1))
def test_exactly_the_bits_that_were_set_are_set(indexes: set[int], probe: int) -> None:
    """Also after encoding and decoding, and for another implementation."""
    text = a_list(*indexes).encode()
    again = StatusList.decode(text)

    assert all(again.is_set(index) for index in indexes)
    assert again.is_set(probe) == (probe in indexes)
    assert set_indices(decode_encoded_list(text)) == indexes


def test_the_first_entry_is_the_left_most_bit() -> None:
    """Bit order is that of the specification."""
    assert a_list(0, 15).bits[:2] == b"\x80\x01"


def test_encoding_is_deterministic() -> None:
    """The same bits give the same text, however they came about."""
    assert (
        a_list(7, 9).encode()
        == a_list(9, 7, 7).encode()
        == StatusList.decode(a_list(7, 9).encode()).encode()
    )


def test_an_empty_list_is_short() -> None:
    """A fresh list takes a few dozen characters, however many entries it has."""
    assert len(StatusList.empty().encode()) < 100


@pytest.mark.parametrize("entries", [0, 8, MINIMUM_ENTRIES - 8, MINIMUM_ENTRIES + 1, 2**25])
def test_a_list_of_a_refused_size_is_not_made(entries: int) -> None:
    """A list hides a credential among at least 131,072; and it has an upper limit."""
    with pytest.raises(StatusListError):
        StatusList.empty(entries)


@pytest.mark.parametrize("index", [-1, MINIMUM_ENTRIES, 2**40])
def test_an_index_outside_the_list_is_refused(index: int) -> None:
    """Neither wraps around nor reads as not revoked."""
    with pytest.raises(StatusListError):
        StatusList.empty().is_set(index)
    with pytest.raises(StatusListError):
        StatusList.empty().with_set([index])


def test_the_largest_list_is_read() -> None:
    """The upper limit itself is accepted."""
    assert len(StatusList.decode(StatusList.empty(2**24).encode())) == 2**24


_GZIP = gzip.compress(bytes(MINIMUM_ENTRIES // 8), mtime=0)


@pytest.mark.parametrize(
    "text",
    [
        None,
        5,
        [],
        "",
        "u",
        "z" + encoded(_GZIP)[1:],
        encoded(_GZIP)[1:],
        encoded(_GZIP) + "=",
        encoded(_GZIP) + "\n",
        encoded(_GZIP)[:-9],
        "u====",
        "uA",
        encoded(b"no gzip at all"),
        encoded(gzip.compress(bytes(16), mtime=0)),
        encoded(gzip.compress(bytes(2**21 + 1), mtime=0)),
        encoded(gzip.compress(bytes(2**27), mtime=0)),
        encoded(_GZIP + b"tail"),
        encoded(_GZIP + _GZIP),
        encoded(_GZIP[:-8] + b"\0" * 8),
    ],
    ids=range(19),
)
def test_a_hostile_list_is_refused(text: object) -> None:
    """Cut off, too short, a bomb, a wrong checksum, a tail: each ends in our own error."""
    with pytest.raises(StatusListError):
        StatusList.decode(text)


def test_the_published_credential_is_complete() -> None:
    """The whole document that is signed and served."""
    document = build_status_list_credential(
        a_list(5),
        url=LIST_URL,
        issuer_id=DID,
        valid_from=NOW,
        valid_until=NOW + timedelta(days=7),
    )

    assert document == {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": LIST_URL,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": DID,
        "validFrom": "2026-11-21T12:00:00Z",
        "validUntil": "2026-11-28T12:00:00Z",
        "credentialSubject": {
            "id": f"{LIST_URL}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": a_list(5).encode(),
        },
    }
