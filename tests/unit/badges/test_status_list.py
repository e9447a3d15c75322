"""Status lists: every bit is kept, and no list from outside is more than it pretends to be."""

import base64
import gzip
import json
import zlib
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openbadgeslib.ob3.status import decode_encoded_list, set_indices

from badges.errors import StatusListError
from badges.status_list import (
    MINIMUM_ENTRIES,
    StatusList,
    build_status_list_credential,
    serialize_list,
)
from tests.credentials import DID, LIST_URL, NOW

_indexes = st.sets(st.integers(0, MINIMUM_ENTRIES - 1), max_size=12)


def a_list(*indexes: int) -> StatusList:
    """A list with these bits set."""
    status_list = StatusList.empty()
    for index in indexes:
        status_list = status_list.with_set([index])
    return status_list


def unpacked(status_list: StatusList) -> bytes:
    """The bits as anybody reads them who unpacks gzip."""
    text = status_list.encode()
    return gzip.decompress(base64.urlsafe_b64decode(text[1:] + "=" * (-(len(text) - 1) % 4)))


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
    assert unpacked(a_list(0, 15))[:2] == b"\x80\x01"


def test_encoding_is_deterministic() -> None:
    """The same bits give the same text, however they came about."""
    assert (
        a_list(7, 9).encode()
        == a_list(9, 7, 7).encode()
        == StatusList.decode(a_list(7, 9).encode()).encode()
    )


SIZES = st.sampled_from(
    [MINIMUM_ENTRIES, MINIMUM_ENTRIES + 8, 200_000, 2**20 - 8, 2**20, 2**21 + 16_384]
)


@settings(deadline=None, max_examples=25)
@given(entries=SIZES, data=st.data())
def test_how_a_list_came_about_does_not_show(entries: int, data: st.DataObject) -> None:
    """Set at once, one by one with the text made in between, or read from outside: one text.

    It unpacks to exactly the bits, whatever the size.
    """
    indexes = data.draw(st.lists(st.integers(0, entries - 1), max_size=12), label="indexes")
    expected = bytearray(entries // 8)
    step_by_step = StatusList.empty(entries)
    for index in indexes:
        expected[index // 8] |= 0x80 >> index % 8
        step_by_step = step_by_step.with_set([index])
        step_by_step.encode()

    at_once = StatusList.empty(entries).with_set(indexes)
    assert unpacked(step_by_step) == bytes(expected)
    assert step_by_step.encode() == at_once.encode()
    assert step_by_step == at_once == StatusList.decode(at_once.encode())
    assert StatusList.decode(at_once.encode()).encode() == at_once.encode()
    assert len(at_once) == entries


def test_a_revocation_packs_one_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a list whose text was made before, whatever its size; setting a set bit packs none."""
    packed: list[int] = []
    compress = zlib.compressobj

    def counted(*, wbits: int) -> object:
        packed.append(1)
        return compress(wbits=wbits)

    before = StatusList.empty(2**24).with_set(range(0, 2**24, 4096))
    before.encode()
    monkeypatch.setattr(zlib, "compressobj", counted)

    after = before.with_set([2**23 + 1])
    after.encode()
    assert len(packed) == 1
    after.with_set([2**23 + 1, 0]).encode()
    assert len(packed) == 1
    assert not before.is_set(2**23 + 1)
    assert after.is_set(2**23 + 1)
    # As it is read from the rows, each time that it is signed.
    StatusList.empty(2**24).with_set([*range(0, 2**24, 4096), 2**23 + 1]).encode()
    assert len(packed) == 1


def test_an_empty_list_is_short() -> None:
    """A fresh list takes a few hundred characters, and the largest one some kilobytes."""
    assert len(StatusList.empty().encode()) < 350
    assert len(StatusList.empty(2**24).encode()) < 45_000


@given(url=st.text(), issuer=st.text(), indexes=st.sets(st.integers(0, 99)))
def test_a_list_is_written_as_any_document(url: str, issuer: str, indexes: set[int]) -> None:
    """Byte for byte, whatever stands in the texts around the list."""
    for name in (issuer, f'{issuer}"encodedList":""', '{"encodedList":""}'):
        document = build_status_list_credential(
            a_list(*indexes), url=url, issuer_id=name, valid_from=NOW, valid_until=NOW
        )
        assert serialize_list(document) == json.dumps(
            document, ensure_ascii=False, separators=(",", ":")
        ).encode("utf-8", "surrogatepass")


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
