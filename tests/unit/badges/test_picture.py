"""Pictures from outside: what is taken, what is taken out, what is refused."""

import zlib
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.errors import InvalidPictureError
from badges.picture import clean_picture
from badges.png import SIGNATURE
from tests.pictures import a_chunk, a_png


def reason(data: bytes) -> str:
    """Why a picture is refused."""
    with pytest.raises(InvalidPictureError) as caught:
        clean_picture(data)
    return caught.value.reason


@pytest.mark.parametrize(
    "picture",
    [
        a_png(),
        a_png(90),
        a_png(2000),
        a_png(interlaced=True),
        a_png(91, interlaced=True),
        a_png(colour=6),
        a_png(colour=2, depth=16),
    ],
)
def test_a_picture_is_taken_as_it_is(picture: bytes) -> None:
    """Every kind that programs write, byte for byte."""
    assert clean_picture(picture) == picture


def test_what_the_file_says_of_its_making_is_taken_out() -> None:
    """Where and when it was made and by whom is nobody's business on a badge."""
    notes = (
        a_chunk(b"tEXt", b"Author\x00Ada") + a_chunk(b"eXIf", b"MM\x00*") + a_chunk(b"tIME", b"1")
    )

    assert clean_picture(a_png(notes=notes)) == a_png()


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (b"", "not_png"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_png"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "not_png"),
        (SIGNATURE, "not_png"),
        (a_png()[:-1], "not_png"),
        (a_png() + b"PK\x03\x04", "not_png"),
        (a_png().replace(b"IDAT", b"IDAX"), "not_png"),
        (a_png(notes=a_chunk(b"acTL", bytes(8))), "moves"),
        (a_png(notes=a_chunk(b"XXXX", b"")), "broken"),
        (a_png(height=120), "not_square"),
        (a_png(89), "wrong_size"),
        (a_png(2001), "wrong_size"),
        (a_png(depth=3), "broken"),
        (a_png(pixels=b""), "broken"),
        (a_png(pixels=bytes(10)), "broken"),
        (a_png(pixels=bytes(50_000_000)), "broken"),
        (a_png() + bytes(500_000), "too_large"),
    ],
)
def test_everything_else_is_refused(picture: bytes, expected: str) -> None:
    """Broken, moving, too large or small, something else behind it, a bomb."""
    assert reason(picture) == expected


@given(data=st.binary(max_size=200), at=st.integers(0, 60))
def test_nothing_but_our_own_error(data: bytes, at: int) -> None:
    """Whatever bytes come, they are a picture or they are refused."""
    broken = a_png()[:at] + data + a_png()[at + len(data) :]
    for picture in (data, SIGNATURE + data, broken):
        try:
            clean_picture(picture)
        except InvalidPictureError as error:
            assert error.reason  # noqa: PT017 - either way is right


def test_a_length_beyond_the_end_is_broken() -> None:
    """A chunk that promises four gigabytes is not waited for."""
    body = b"\x00" * 13
    head = pack(">I4s", 0xFFFFFFFF, b"IHDR") + body + pack(">I", zlib.crc32(b"IHDR" + body))

    assert reason(SIGNATURE + head) == "not_png"
