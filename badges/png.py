"""PNG as a list of chunks: read strictly, written byte for byte as it was.

Source: https://www.w3.org/TR/png-3/ (5 Datastream structure, 11.3.3 Textual information).
"""

import struct
import zlib
from collections.abc import Iterable
from typing import NamedTuple

from badges.errors import BakingError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAXIMUM_BYTES = 5_000_000
_MAXIMUM_CHUNKS = 10_000
_MAXIMUM_SIDE = 20_000
_HEADER = struct.Struct(">I4s")
_NUMBER = struct.Struct(">I")
_SIZE = struct.Struct(">II")
_HEADER_BYTES = 13
_PIXELS = b"IDAT"
_KEYWORD_BYTES = 80
"""Of a keyword at most, with the end of it (11.3.3.2)."""
_TEXT_KINDS = (b"tEXt", b"zTXt", b"iTXt")


class Chunk(NamedTuple):
    """One chunk: its type and its data."""

    kind: bytes
    data: bytes

    @property
    def keyword(self) -> bytes | None:
        """The keyword of a textual chunk."""
        if self.kind not in _TEXT_KINDS:
            return None
        return self.data[:_KEYWORD_BYTES].partition(b"\0")[0]


def read_chunks(data: bytes, *, with_pixels: bool = True) -> tuple[Chunk, ...]:
    """Return the chunks of a PNG, from IHDR to IEND.

    Args:
        data: The picture.
        with_pixels: Otherwise the chunks of the pixels, which are most of a picture, are left
            out; they still have to be there.

    Raises:
        BakingError: `too_large`, or `not_png`: a broken chunk, or more than a PNG.
    """
    if len(data) > MAXIMUM_BYTES:
        raise BakingError("too_large")
    if not data.startswith(SIGNATURE):
        raise BakingError("not_png")
    places = _places_of(data)
    _check_order(data, places)
    return tuple(
        [
            _read_chunk(data, kind, start, end)
            for kind, start, end in places
            if with_pixels or kind != _PIXELS
        ]
    )


def write_chunks(chunks: Iterable[Chunk]) -> bytes:
    """Return chunks as a PNG."""
    parts = [SIGNATURE]
    for chunk in chunks:
        parts += pieces_of(chunk.kind, chunk.data)
    return b"".join(parts)


def pieces_of(kind: bytes, data: bytes) -> tuple[bytes, bytes, bytes]:
    """Return a chunk as it is written: before its data, the data, behind it."""
    checksum = zlib.crc32(data, zlib.crc32(kind))
    return _HEADER.pack(len(data), kind), data, _NUMBER.pack(checksum)


def _places_of(data: bytes) -> list[tuple[bytes, int, int]]:
    """Return the type of each chunk, and where its data begin and end."""
    places: list[tuple[bytes, int, int]] = []
    place, size = len(SIGNATURE), len(data)
    while place < size - _HEADER.size and len(places) < _MAXIMUM_CHUNKS:
        length, kind = _HEADER.unpack_from(data, place)
        start = place + _HEADER.size
        end = start + length
        places.append((kind, start, end))
        place = end + _NUMBER.size
    if place != size:
        raise BakingError("not_png")
    return places


def _read_chunk(data: bytes, kind: bytes, start: int, end: int) -> Chunk:
    (checksum,) = _NUMBER.unpack_from(data, end)
    if zlib.crc32(data[start - len(kind) : end]) != checksum:
        raise BakingError("not_png")
    return Chunk(kind, data[start:end])


def _check_order(data: bytes, places: list[tuple[bytes, int, int]]) -> None:
    kinds = [kind for kind, _, _ in places]
    is_framed = kinds[:1] == [b"IHDR"] and kinds[-1:] == [b"IEND"] and _PIXELS in kinds
    if not is_framed or kinds.count(b"IHDR") != 1 or kinds.count(b"IEND") != 1:
        raise BakingError("not_png")
    _, start, end = places[0]
    if end - start != _HEADER_BYTES:
        raise BakingError("not_png")
    width, height = _SIZE.unpack_from(data, start)
    if not (1 <= width <= _MAXIMUM_SIDE and 1 <= height <= _MAXIMUM_SIDE):
        raise BakingError("not_png")
