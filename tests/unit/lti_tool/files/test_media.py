"""How long recordings play, and that no file makes the reader believe, read or wait too much."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.files import media
from lti_tool.files.media import MOST_MILLISECONDS, MOST_STEPS, read_milliseconds
from lti_tool.files.sniffing import sniff_media_type
from tests.recordings import a_box, a_webm, an_element, an_mp4


class CountingFile(io.BytesIO):
    """A file that knows how often and how much of it was read."""

    pieces = 0
    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, and count."""
        found = super().read(size)
        self.pieces += 1
        self.taken += len(found)
        return found


def length(data: bytes) -> int | None:
    """Return how long `data` plays."""
    return read_milliseconds(io.BytesIO(data))


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("scale", [600, 1000, 90_000])
def test_mp4_says_how_long_it_is(version: int, scale: int) -> None:
    """In whatever unit, with the header behind the media and boxes of both sizes."""
    assert length(an_mp4(599.5, scale=scale, version=version)) == 599_500


def test_quicktime_is_read_as_mp4() -> None:
    """What phones of one maker record."""
    assert length(an_mp4(600, brand=b"qt  ")) == 600_000


@pytest.mark.parametrize("is_endless", [False, True])
@pytest.mark.parametrize("scale", [1_000_000, 1_000])
def test_webm_says_how_long_it_is(scale: int, *, is_endless: bool) -> None:
    """In whatever unit, also where the segment has no end of its own."""
    assert length(a_webm(754.25, scale=scale, is_endless=is_endless)) == 754_250


def test_samples_are_what_they_pretend_to_be() -> None:
    """The samples of these tests are recordings for the rest of the tool, too."""
    assert sniff_media_type(an_mp4(1), is_whole=True) == "video/mp4"
    assert sniff_media_type(a_webm(1), is_whole=True) == "video/webm"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7",
        a_webm(None),
        a_webm(float("nan")),
        a_webm(float("inf")),
        a_webm(-1),
        a_webm(MOST_MILLISECONDS),
        an_mp4(0),
        an_mp4(MOST_MILLISECONDS, version=1),
        a_box(b"ftyp", b"isom"),
        a_box(b"moov", a_box(b"mvhd", b"")),
        a_box(b"moov", a_box(b"mvhd", struct.pack(">B3xIIII", 0, 0, 0, 0, 5))),
        a_box(b"moov", a_box(b"mvhd", struct.pack(">B3xIIII", 0, 0, 0, 1, 2**32 - 1))),
        struct.pack(">I4s", 7, b"moov") + bytes(20),
        struct.pack(">I4s", 2**31, b"moov") + bytes(20),
        struct.pack(">I4sQ", 1, b"moov", 2**64 - 1) + bytes(20),
        struct.pack(">I4sQ", 1, b"moov", 3) + bytes(20),
        b"\x1a\x45\xdf\xa3\x00",
        b"\x1a\x45\xdf\xa3",
        an_element(b"\x1a\x45\xdf\xa3", b"") + b"\x18\x53\x80\x67\x01",
    ],
    ids=range(20),
)
def test_what_says_nothing_has_no_length(data: bytes) -> None:
    """Other files, recordings that do not say it, and broken ones."""
    assert length(data) is None


@pytest.mark.parametrize(
    "data",
    [
        a_box(b"ftyp", b"isom") + a_box(b"free", b"") * 5 * MOST_STEPS,
        a_box(b"moov", a_box(b"free", b"") * 5 * MOST_STEPS),
        an_element(b"\x1a\x45\xdf\xa3", b"") + b"\xec\x80" * 5 * MOST_STEPS,
        an_element(b"\x1a\x45\xdf\xa3", b"")
        + an_element(b"\x18\x53\x80\x67", b"\xec\x80" * 5 * MOST_STEPS, is_endless=True),
    ],
    ids=["boxes", "boxes within", "elements", "elements within"],
)
def test_endless_rows_are_given_up(data: bytes) -> None:
    """However many parts a file has, only so many small pieces are read."""
    file = CountingFile(data)

    assert read_milliseconds(file) is None
    assert file.pieces == MOST_STEPS


@given(
    st.one_of(
        st.binary(max_size=200),
        st.binary(max_size=120).map(lambda data: b"\x1a\x45\xdf\xa3" + data),
        st.builds(
            lambda data, at, more: data[: at % len(data)] + more + data[at % len(data) :],
            st.sampled_from([an_mp4(5), an_mp4(5, version=1), a_webm(5), a_webm(5, scale=1)]),
            st.integers(0, 500),
            st.binary(max_size=12),
        ),
        st.builds(
            lambda data, at: data[: at % len(data)],
            st.sampled_from([an_mp4(5), a_webm(5)]),
            st.integers(0, 500),
        ),
    )
)
def test_hostile_files_are_read_in_bounds(data: bytes) -> None:
    """No error comes out, no impossible length, and little is read."""
    file = CountingFile(data)

    found = read_milliseconds(file)

    assert found is None or 0 < found <= MOST_MILLISECONDS
    assert file.pieces <= MOST_STEPS
    assert file.taken <= MOST_STEPS * media._HEADER_BYTES * 2
